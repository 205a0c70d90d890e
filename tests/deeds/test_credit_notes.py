"""Credit notes and write-offs: what was invoiced is taken back, and the parts add up."""

from datetime import timedelta

import pytest

from models import (
    CreditNote,
    CreditNoteLine,
    EntryKind,
    EventKind,
    Invoice,
    LedgerEntry,
    LegalEntity,
    Location,
    PaymentMethod,
)
from models.refusal import Forbidden, InvalidInput, InvoiceNotIssued, NotFound, NothingToPay, PeriodClosed, TooMuch
from models.row import uuid7
from resolvers import checkouts, credit_notes, ledger, write_offs
from resolvers.credit_notes import Part
from resolvers.invoices import drafts, lines
from resolvers.invoices.drafts import Payer
from resolvers.invoices.terms import Terms
from tests.bills import an_empty_draft, issue, issued, lines_of, opened, treated, with_line
from tests.found import last_event
from tests.racing import meanwhile
from tests.world import NOW, TODAY, a_receptionist, an_owner, how_many_rows
from tests.world.money import a_draft, a_payment, a_tax_category, an_item

pytestmark = pytest.mark.anyio

LATER = NOW + timedelta(minutes=5)


async def credit(one, invoice, *parts, key=None, because="It was shorter.", now=NOW):
    given = [Part(line.id, None if minor is None else (minor, invoice.currency)) for line, minor in parts]
    note = await credit_notes.issue(one.desk.viewer, invoice.id, given, because, key=key or str(uuid7()), now=now)
    return await CreditNote.get(id=note)


async def open_of(invoice):
    return (await ledger.open_of([invoice.id]))[invoice.id]


async def kinds_of(invoice):
    rows = await LedgerEntry.filter(invoice_id=invoice.id).order_by("number")
    return [(row.kind, row.minor) for row in rows]


async def test_a_part_of_a_line_is_taken_back_with_the_tax_in_it(database):
    one = await treated()
    invoice = await issued(one)
    line = (await lines_of(invoice))[0]

    note = await credit(one, invoice, (line, 1000))

    # 19/119 of 10.00 is 1.5966.
    assert (note.number, note.net_minor, note.tax_minor, note.gross_minor) == (f"C{TODAY.year}-00001", 840, 160, 1000)
    assert (note.client_id, note.because, note.issued_on, note.issued_by_id) == (
        one.owner.id, "It was shorter.", TODAY, one.desk.id,
    )  # fmt: skip
    assert note.names == invoice.names
    taken = await CreditNoteLine.get()
    assert (taken.invoice_line_id, taken.description, taken.tax_rate) == (line.id, "Consultation", 19_000)
    assert (await open_of(invoice), (await kinds_of(invoice))[2:]) == (
        16800,
        [(EntryKind.CREDIT, 1000), (EntryKind.CREDIT_TAX, 160)],
    )
    event, detail = await last_event()
    assert (event.kind, event.subject_id, event.location_id) == (
        EventKind.INVOICE_CREDITED, invoice.id, one.world.location.id,
    )  # fmt: skip
    assert "It was shorter." in detail


@pytest.mark.parametrize(
    ("currency", "minor", "rate", "is_included", "whole", "parts"),
    [
        # 0.10 with 19 % in it: 0.08 and 0.02. Of 0.03 the tax is 0.479 → 0, three times; what is left takes the rest.
        ("EUR", 10, 19_000, True, (8, 2), [(3, 0), (3, 0), (2, 1), (0, 1)]),
        # 10.00 and 7.7 % on top: 10.00 and 0.77. 7.7/107.7 of 3.59 is 0.2567 → 0.26, twice.
        ("EUR", 1000, 7_700, False, (1000, 77), [(333, 26), (333, 26), (334, 25)]),
        # 100 yen with 10 % in it: 91 and 9. 10/110 of 33 is 3, of 34 what is left: 3.
        ("JPY", 100, 10_000, True, (91, 9), [(30, 3), (30, 3), (31, 3)]),
        # 1.000 dinar with 5 % in it: 0.952 and 0.048. 5/105 of 0.333 is 0.01586 → 0.016, of all three.
        ("KWD", 1000, 5_000, True, (952, 48), [(317, 16), (317, 16), (318, 16)]),
    ],
)
async def test_credit_notes_in_parts_add_up_to_the_line_and_the_last_takes_the_odd_unit(
    database, currency, minor, rate, is_included, whole, parts
):
    one = await treated()
    await Location.filter(id=one.world.location.id).update(currency=currency)
    category = await a_tax_category("Of this table", rate=rate, is_included=is_included)
    item = await an_item("Something", minor=minor, tax_category_id=category.id)
    invoice = await an_invoice_of(one, item)
    line = (await lines_of(invoice))[0]
    assert (line.net_minor, line.tax_minor) == whole

    *first, (net, tax) = parts
    for one_net, one_tax in first:
        note = await credit(one, invoice, (line, one_net + one_tax))
        assert (note.net_minor, note.tax_minor) == (one_net, one_tax)
    note = await credit(one, invoice, (line, None))

    assert (note.net_minor, note.tax_minor) == (net, tax)
    notes = await CreditNote.filter(invoice_id=invoice.id)
    assert (sum(each.net_minor for each in notes), sum(each.tax_minor for each in notes)) == whole
    assert await open_of(invoice) == 0


async def an_invoice_of(one, item):
    draft = await an_empty_draft(one)
    await with_line(one, draft, item)
    return await issue(one, draft)


async def test_a_line_that_was_wholly_taken_back_can_be_billed_anew(database):
    one = await treated()
    invoice = await issued(one)
    consultation, cleaning, _ = await lines_of(invoice)

    await credit(one, invoice, (consultation, 4999), (cleaning, None))

    assert [line.holds_source for line in await lines_of(invoice)] == [True, False, True]
    checkout = await checkouts.of_visits(one.desk.viewer, [one.visit.id])
    assert [charge.source_id for charge in checkout.not_billed] == [one.procedure.id]
    again = await opened(one)
    assert (again.gross_minor, await open_of(invoice)) == (12000, 17800 - 4999 - 12000)


async def test_a_line_that_is_shared_is_let_go_when_each_part_was_taken_back(database):
    one, other = await treated(), await an_owner()
    draft = await opened(one)
    payers = [Payer(one.owner.id, 50), Payer(other.id, 50)]
    await drafts.set_payers(one.desk.viewer, draft.id, payers, key="k1", now=NOW)
    named = await issue(one, draft)
    theirs = await Invoice.get(bill_id=draft.id, client_id=other.id)
    holder, part = (await lines_of(named))[0], (await lines_of(theirs))[0]

    await credit(one, named, (holder, None))
    assert (await lines_of(named))[0].holds_source
    await credit(one, theirs, (part, None))
    assert not (await lines_of(named))[0].holds_source


async def test_what_costs_nothing_is_taken_back_once_so_that_it_can_be_billed_anew(database):
    one = await treated()
    draft = await opened(one)
    line = (await lines_of(draft))[0]
    free = Terms(price=(0, "EUR"), price_because="On the house.")
    await lines.amend(one.world.manager.viewer, line.id, free, key="k1", now=NOW)
    invoice = await issue(one, draft)

    note = await credit(one, invoice, (line, None))

    assert (note.gross_minor, (await lines_of(invoice))[0].holds_source) == (0, False)
    with pytest.raises(TooMuch):
        await credit(one, invoice, (line, None))


async def test_what_was_paid_goes_back_on_account_before_it_is_taken_back(database):
    one = await treated()
    invoice = await issued(one)
    payment = await a_payment(invoice, minor=17000, method=PaymentMethod.CASH)
    line = (await lines_of(invoice))[1]

    await credit(one, invoice, (line, 5000))

    # 8.00 was open still, so 42.00 goes back on account.
    assert (await kinds_of(invoice))[-3:] == [
        (EntryKind.RELEASE, 4200),
        (EntryKind.CREDIT, 5000),
        (EntryKind.CREDIT_TAX, 798),
    ]
    assert (await open_of(invoice), (await ledger.on_account_of([payment.id]))[payment.id]) == (0, 4200)


async def test_nothing_is_taken_back_twice_or_beyond_what_there_is(database):
    one = await treated()
    invoice = await issued(one)
    line, other, _ = await lines_of(invoice)
    await credit(one, invoice, (line, 4000))
    draft = await a_draft(one.owner)
    before = await how_many_rows()

    with pytest.raises(TooMuch) as refused:
        await credit(one, invoice, (line, 1001))
    assert (refused.value.most_minor, refused.value.currency, refused.value.path) == (
        1000, "EUR", ("lines", "0", "amount"),
    )  # fmt: skip
    for parts, refusal in (
        ([], InvalidInput),
        ([Part(line.id), Part(line.id)], InvalidInput),
        ([Part(other.id, (0, "EUR"))], InvalidInput),
        ([Part(other.id, (100, "GBP"))], InvalidInput),
        ([Part(uuid7())], NotFound),
        ([Part(None)], NotFound),
    ):
        with pytest.raises(refusal):
            await credit_notes.issue(one.desk.viewer, invoice.id, parts, "No.", key="k1", now=NOW)
    with pytest.raises(InvalidInput):
        await credit_notes.issue(one.desk.viewer, invoice.id, [Part(other.id)], " ", key="k1", now=NOW)
    with pytest.raises(InvoiceNotIssued):
        await credit_notes.issue(one.desk.viewer, draft.id, [Part(line.id)], "No.", key="k1", now=NOW)
    for viewer in (one.world.vet.viewer, one.owner.viewer):
        with pytest.raises(Forbidden):
            await credit_notes.issue(viewer, invoice.id, [Part(other.id)], "No.", key="k1", now=NOW)
    await LegalEntity.all().update(closed_through=TODAY)
    with pytest.raises(PeriodClosed):
        await credit(one, invoice, (other, None))
    assert await how_many_rows() == before


async def test_a_credit_note_that_is_sent_twice_is_issued_once(database):
    one = await treated()
    invoice = await issued(one)
    line = (await lines_of(invoice))[0]

    first = await credit(one, invoice, (line, 1000), key="k1")
    again = await credit(one, invoice, (line, 1000), key="k1", now=LATER)

    assert (first.id, await CreditNote.all().count(), await open_of(invoice)) == (again.id, 1, 16800)


async def test_two_who_take_the_same_back_at_once_take_it_back_once(database):
    one, other = await treated(), await a_receptionist()
    invoice = await issued(one)
    part = [Part((await lines_of(invoice))[0].id)]

    late = await meanwhile(
        lambda: credit_notes.issue(one.desk.viewer, invoice.id, part, "Free.", key="k1", now=NOW),
        lambda: credit_notes.issue(other.viewer, invoice.id, part, "Free.", key="k1", now=NOW),
    )

    assert isinstance(late, TooMuch)
    assert (await CreditNote.all().count(), await open_of(invoice)) == (1, 12800)


# Writing off


async def test_a_manager_writes_off_a_part_and_then_what_is_left(database):
    one = await treated()
    invoice, boss = await issued(one), one.world.manager.viewer

    for _ in range(2):
        await write_offs.write_off(boss, invoice.id, (800, "EUR"), "Moved away.", key="k1", now=NOW)
    assert await open_of(invoice) == 17000
    await write_offs.write_off(boss, invoice.id, None, "Moved away.", key="k2", now=NOW)

    assert (await kinds_of(invoice))[2:] == [(EntryKind.WRITE_OFF, 800), (EntryKind.WRITE_OFF, 17000)]
    assert {row.because for row in await LedgerEntry.filter(kind=EntryKind.WRITE_OFF)} == {"Moved away."}
    event, detail = await last_event()
    assert (event.kind, event.subject_id) == (EventKind.INVOICE_WRITTEN_OFF, invoice.id)
    assert "Moved away." in detail
    with pytest.raises(NothingToPay):
        await write_offs.write_off(boss, invoice.id, None, "Moved away.", key="k3", now=NOW)
    with pytest.raises(TooMuch):
        await credit(one, invoice, ((await lines_of(invoice))[0], None))


async def test_only_what_is_open_is_written_off_and_only_by_a_manager(database):
    one = await treated()
    invoice, draft, boss = await issued(one), await a_draft(one.owner), one.world.manager.viewer
    before = await how_many_rows()

    for amount, refusal in (
        ((17801, "EUR"), TooMuch),
        ((0, "EUR"), InvalidInput),
        ((100, "GBP"), InvalidInput),
    ):
        with pytest.raises(refusal):
            await write_offs.write_off(boss, invoice.id, amount, "No.", key="k1", now=NOW)
    with pytest.raises(InvoiceNotIssued):
        await write_offs.write_off(boss, draft.id, None, "No.", key="k1", now=NOW)
    with pytest.raises(Forbidden):
        await write_offs.write_off(one.desk.viewer, invoice.id, None, "No.", key="k1", now=NOW)
    assert await how_many_rows() == before
