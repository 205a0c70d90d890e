"""Issuing: a draft becomes a paper for each payer, with numbers without a gap, and stays as it is."""

from datetime import timedelta
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from models import (
    ChargeSource,
    Client,
    EntryKind,
    EventKind,
    Invoice,
    InvoiceState,
    InvoiceVisit,
    LedgerEntry,
    LegalEntity,
    Location,
    NumberSeries,
    Treatment,
)
from models.invoice import Names
from models.refusal import Forbidden, InvalidInput, InvoiceChanged, InvoiceIssued, NotReconciled, PeriodClosed
from resolvers import checkouts, ledger, proposals
from resolvers import lines as record_lines
from resolvers.invoices import drafts, issuing, lines
from resolvers.invoices.drafts import Payer
from resolvers.invoices.lines import NewLine
from resolvers.invoices.terms import Terms
from tests.bills import (
    a_treatment,
    an_empty_draft,
    issue,
    issued,
    lines_of,
    opened,
    sums_of,
    treated,
    with_line,
)
from tests.found import last_event
from tests.racing import meanwhile
from tests.world import NOW, TODAY, a_receptionist, an_owner, how_many_rows
from tests.world.money import a_tax_category, an_item

pytestmark = pytest.mark.anyio

LATER = NOW + timedelta(minutes=5)


async def entries(invoice):
    rows = await LedgerEntry.filter(invoice_id=invoice.id).order_by("number")
    return [(row.kind, row.minor, row.tax_rate) for row in rows]


async def test_an_issued_invoice_has_number_day_names_and_its_charge_in_the_ledger(database):
    one = await treated()
    await Client.filter(id=one.owner.id).update(street="Elm Street 5", postal_code="10117", city="Berlin", country="DE")

    invoice = await issued(one)

    assert (invoice.state, invoice.number) == (InvoiceState.ISSUED, f"{TODAY.year}-00001")
    assert (invoice.issued_at, invoice.issued_on, invoice.issued_by_id) == (NOW, TODAY, one.desk.id)
    assert (invoice.due_on, invoice.share, invoice.differs_because) == (TODAY + timedelta(days=14), 100, "")
    assert Names.read(invoice.names) == Names(
        seller="High Street Vets Ltd",
        seller_address=["High Street 1", "10115 Berlin", "DE"],
        tax_number="DE123456789",
        bank_details="IBAN DE02 1203 0000 0000 2020 51",
        location=one.world.location.name,
        client=one.owner.client.display_name,
        client_address=["Elm Street 5", "10117 Berlin", "DE"],
        language=one.owner.client.language,
    )
    assert await entries(invoice) == [(EntryKind.CHARGE, 17800, None), (EntryKind.CHARGE_TAX, 2842, 19_000)]
    assert (await ledger.open_of([invoice.id]))[invoice.id] == 17800
    event, detail = await last_event()
    assert (event.kind, event.subject_id, event.location_id) == (
        EventKind.INVOICE_ISSUED, invoice.id, one.world.location.id,
    )  # fmt: skip
    assert f"{TODAY.year}-00001" in detail


async def test_an_invoice_that_is_issued_twice_with_one_key_is_issued_once(database):
    one = await treated()
    draft = await opened(one)
    again: Any = {"based_on": 1, "key": "k1"}
    bill = await issuing.issue(one.desk.viewer, draft.id, **again, now=NOW)

    assert await issuing.issue(one.desk.viewer, draft.id, **again, now=LATER) == bill == draft.id
    with pytest.raises(InvoiceIssued):
        await issuing.issue(one.desk.viewer, draft.id, based_on=1, key="k2", now=NOW)
    assert (await LedgerEntry.all().count(), (await NumberSeries.get()).last_number) == (2, 1)


async def test_each_payer_gets_an_invoice_over_her_share_and_nothing_is_lost(database):
    one, second, third = await treated(), await an_owner(), await an_owner()
    draft = await opened(one)
    payers = [Payer(one.owner.id, 34), Payer(second.id, 33), Payer(third.id, 33)]
    await drafts.set_payers(one.desk.viewer, draft.id, payers, key="k1", now=NOW)

    named = await issue(one, draft)

    all_of_it = await Invoice.filter(bill_id=draft.id).order_by("number")
    assert [(str(each.number)[-5:], each.share) for each in all_of_it] == [("00001", 34), ("00002", 33), ("00003", 33)]
    assert (all_of_it[0].client_id, {each.client_id for each in all_of_it[1:]}) == (one.owner.id, {second.id, third.id})
    # 33 % of each line, rounded down: net 42.02 → 13.86, 100.84 → 33.27, 6.72 → 2.21; tax 7.98 → 2.63, 19.16 → 6.32, 1.28 → 0.42.
    for each in all_of_it[1:]:
        assert await sums_of(each) == [
            ("Consultation", 1386, 263, 1649),
            ("Dental cleaning", 3327, 632, 3959),
            ("Carprofen", 221, 42, 263),
        ]
        assert [line.holds_source for line in await lines_of(each)] == [False] * 3
        assert await InvoiceVisit.filter(invoice_id=each.id).count() == 1
    # The named payer gets the rest of each.
    assert await sums_of(named) == [
        ("Consultation", 1430, 272, 1702),
        ("Dental cleaning", 3430, 652, 4082),
        ("Carprofen", 230, 44, 274),
    ]
    assert [each.gross_minor for each in all_of_it] == [6058, 5871, 5871]
    assert [line.quantity_thousandths for line in await lines_of(all_of_it[1])] == [1000, 1000, 800]
    assert [(await entries(each))[0][1] for each in all_of_it] == [6058, 5871, 5871]


async def test_each_rate_of_tax_has_an_entry_of_its_own(database):
    one = await treated()
    reduced = await a_tax_category("Reduced", rate=7000)
    feed = await an_item("Feed", minor=1070, tax_category_id=reduced.id)
    none = await a_tax_category("None", rate=0)
    report = await an_item("Report", minor=999, tax_category_id=none.id)
    draft = await an_empty_draft(one)
    for number, item in enumerate((feed, report, one.consultation)):
        await with_line(one, draft, item, key=f"k{number}")

    invoice = await issue(one, draft)

    assert await entries(invoice) == [
        (EntryKind.CHARGE, 7069, None),
        (EntryKind.CHARGE_TAX, 70, 7000),
        (EntryKind.CHARGE_TAX, 798, 19_000),
    ]


async def test_an_invoice_over_nothing_is_issued_and_one_without_lines_is_not(database):
    one = await treated()
    draft = await an_empty_draft(one)

    with pytest.raises(InvalidInput):
        await issue(one, draft)
    await with_line(one, draft, one.consultation, minor=0)
    invoice = await issue(one, draft)

    assert (invoice.number, invoice.gross_minor, await entries(invoice)) == (f"{TODAY.year}-00001", 0, [])


async def test_lines_are_numbered_anew_when_one_was_taken_off(database):
    one = await treated()
    draft = await opened(one)
    await lines.remove(one.desk.viewer, (await lines_of(draft))[0].id, key="k1", now=NOW)

    invoice = await issue(one, draft, because="The first look is free.")

    assert [(line.position, line.description) for line in await lines_of(invoice)] == [
        (1, "Dental cleaning"),
        (2, "Carprofen"),
    ]


async def test_what_somebody_changed_meanwhile_is_looked_at_again(database):
    one, other = await treated(), await a_receptionist()
    draft = await opened(one)
    line = (await lines_of(draft))[0]

    late = await meanwhile(
        lambda: lines.amend(other.viewer, line.id, Terms(quantity=2000), key="k1", now=NOW),
        lambda: issuing.issue(one.desk.viewer, draft.id, based_on=1, key="k1", now=NOW),
    )

    assert isinstance(late, InvoiceChanged)
    assert (await Invoice.get(id=draft.id)).state is InvoiceState.DRAFT
    assert (await NumberSeries.all().count(), await LedgerEntry.all().count()) == (0, 0)


async def test_who_changes_what_is_just_being_issued_comes_too_late(database):
    one, other = await treated(), await a_receptionist()
    draft = await opened(one)
    line = (await lines_of(draft))[0]

    late = await meanwhile(
        lambda: issuing.issue(one.desk.viewer, draft.id, based_on=1, key="k1", now=NOW),
        lambda: lines.amend(other.viewer, line.id, Terms(quantity=2000), key="k1", now=NOW),
    )

    assert isinstance(late, InvoiceIssued)
    assert (await Invoice.get(id=draft.id)).gross_minor == 17800


async def test_both_directions_of_a_difference_are_named_until_somebody_says_why(database):
    one = await treated()
    draft = await opened(one)
    honey = await a_treatment(one.note, "Honey", "")
    vet = one.world.vet.viewer
    await record_lines.mark_entered_in_error(vet, Treatment, one.treatment.id, "Not given.", key="k1", now=NOW)
    carprofen = (await lines_of(draft))[2]
    before = await how_many_rows()

    with pytest.raises(NotReconciled) as refused:
        await issue(one, draft)
    assert refused.value.not_billed == [(ChargeSource.TREATMENT, honey.id)]
    assert refused.value.not_done == [carprofen.id]
    assert await how_many_rows() == before

    by_visit = await checkouts.of_visits(vet, [one.visit.id])
    by_bill = await checkouts.of_invoice(vet, draft.id)
    for found in (by_visit, by_bill):
        assert ([charge.source_id for charge in found.not_billed], found.not_done) == ([honey.id], [carprofen.id])
    invoice = await issue(one, draft, because="Agreed with the owner.")
    assert invoice.differs_because == "Agreed with the owner."
    assert (await checkouts.of_visits(vet, [one.visit.id])).not_done == [carprofen.id]


async def test_what_is_billed_for_less_than_was_done_wants_a_reason(database):
    one = await treated()
    nails = await an_item("Nails", minor=1)
    draft = await opened(one)
    consultation, cleaning, carprofen = await lines_of(draft)
    desk = one.desk.viewer
    await lines.amend(desk, consultation.id, Terms(quantity=1), key="k1", now=NOW)
    await lines.amend(desk, carprofen.id, Terms(quantity=900), key="k2", now=NOW)
    await lines.remove(desk, cleaning.id, key="k3", now=NOW)
    as_nails = NewLine(source=(ChargeSource.PROCEDURE, one.procedure.id), item_id=nails.id)
    await lines.add(desk, draft.id, as_nails, key="k4", now=NOW)
    nails_line = (await lines_of(draft))[2]

    with pytest.raises(NotReconciled) as refused:
        await issue(one, draft)
    assert (refused.value.not_billed, refused.value.not_done) == ([], [])
    assert refused.value.billed_less == [consultation.id, nails_line.id]

    invoice = await issue(one, draft, because="Only looked at.")
    assert (invoice.differs_because, invoice.gross_minor) == ("Only looked at.", 906)
    assert not (await checkouts.of_visits(desk, [one.visit.id])).differs


async def test_what_was_dropped_is_no_difference_and_a_needless_reason_is_not_kept(database):
    one = await treated()
    honey = await a_treatment(one.note, "Honey", "")
    await proposals.drop(one.desk.viewer, (ChargeSource.TREATMENT, honey.id), "A gift.", key="k1", now=NOW)
    draft = await opened(one)

    invoice = await issue(one, draft, because="No reason.")

    assert (invoice.state, invoice.differs_because) == (InvoiceState.ISSUED, "")


async def test_nothing_is_issued_on_a_day_whose_books_are_closed(database):
    one = await treated()
    draft = await opened(one)
    await LegalEntity.all().update(closed_through=TODAY)

    with pytest.raises(PeriodClosed):
        await issue(one, draft)

    assert (await Invoice.get(id=draft.id)).state is InvoiceState.DRAFT
    assert await NumberSeries.all().count() == 0


async def test_an_issue_that_comes_to_nothing_leaves_no_gap(database):
    one = await treated()
    draft = await opened(one)
    await Location.filter(id=one.world.location.id).update(name="High Street")
    with pytest.raises(RuntimeError):
        await _broken_off(one, draft)

    invoice = await issue(one, draft)
    other = await an_empty_draft(one)
    await with_line(one, other, one.consultation)

    assert [invoice.number, (await issue(one, other)).number] == [f"{TODAY.year}-00001", f"{TODAY.year}-00002"]


async def _broken_off(one, draft):
    async with in_transaction():
        await issuing.issue(one.desk.viewer, draft.id, based_on=1, key="broken", now=NOW)
        raise RuntimeError


async def test_each_year_of_the_calendar_at_the_place_counts_from_one(database):
    one = await treated()
    numbers = []
    # Midnight in Berlin is 23:00 in UTC.
    for moment in (
        NOW.replace(year=2027, month=12, day=31, hour=22, minute=59),
        NOW.replace(year=2027, month=12, day=31, hour=23, minute=0),
    ):
        draft = await an_empty_draft(one)
        await with_line(one, draft, one.consultation, key=str(moment))
        numbers.append((await issue(one, draft, now=moment)).number)

    assert numbers == ["2027-00001", "2028-00001"]


async def test_only_the_front_desk_issues(database):
    one = await treated()
    draft = await opened(one)

    for viewer in (one.world.vet.viewer, one.owner.viewer):
        with pytest.raises(Forbidden):
            await issuing.issue(viewer, draft.id, based_on=1, key="k1", now=NOW)
    await issuing.issue(one.world.manager.viewer, draft.id, based_on=1, key="k1", now=NOW)


# Rounding, worked out by hand: the currency, how the price is taxed, and what comes of quantity, price and discount.


@pytest.mark.parametrize(
    ("currency", "rate", "is_included", "minor", "quantity", "discount", "net", "tax", "gross"),
    [
        # EUR: 3 times 9.99 = 29.97; 19/119 of it is 4.7851.
        ("EUR", 19_000, True, 999, 3000, 0, 2518, 479, 2997),
        # EUR: 29.97 and 19 % on top: 5.6943.
        ("EUR", 19_000, False, 999, 3000, 0, 2997, 569, 3566),
        # EUR: 0.333 times 10.00 = 3.33; 12.5 % off is 0.41625 → 0.42; 2.91; 7/107 of it is 0.1904.
        ("EUR", 7_000, True, 1000, 333, 12_500, 272, 19, 291),
        # EUR: 1.005 times 1.00 = 1.005 → 1.01 (the half goes up); 7.7 % on top: 0.0778.
        ("EUR", 7_700, False, 100, 1005, 0, 101, 8, 109),
        # EUR: half a cent of tax goes up: 5 % of 0.10 is 0.005.
        ("EUR", 5_000, False, 10, 1000, 0, 10, 1, 11),
        # EUR: all of it is taken off.
        ("EUR", 19_000, True, 999, 1000, 100_000, 0, 0, 0),
        # JPY: 1.5 times 333 = 499.5 → 500; 10/110 of it is 45.45.
        ("JPY", 10_000, True, 333, 1500, 0, 455, 45, 500),
        # JPY: 500 and 10 % on top.
        ("JPY", 10_000, False, 333, 1500, 0, 500, 50, 550),
        # JPY: 15 % off 333 is 49.95 → 50; 283; 8 % on top: 22.64.
        ("JPY", 8_000, False, 333, 1000, 15_000, 283, 23, 306),
        # KWD: 2.5 times 1.999 = 4.9975 → 4.998; 5/105 of it is 0.238.
        ("KWD", 5_000, True, 1999, 2500, 0, 4760, 238, 4998),
        # KWD: 4.998 less 3.333 % (0.16658 → 0.167) is 4.831; 5 % on top: 0.24155.
        ("KWD", 5_000, False, 1999, 2500, 3_333, 4831, 242, 5073),
    ],
)
async def test_a_line_is_rounded_once_at_each_step(
    database, currency, rate, is_included, minor, quantity, discount, net, tax, gross
):
    one = await treated()
    await Location.filter(id=one.world.location.id).update(currency=currency)
    category = await a_tax_category("Of this table", rate=rate, is_included=is_included)
    item = await an_item("Something", minor=minor, tax_category_id=category.id)
    draft = await an_empty_draft(one)
    because: Any = {"discount_because": "As agreed."} if discount else {}
    await with_line(one, draft, item, quantity=quantity, discount=discount, **because)

    invoice = await issue(one, draft)

    assert invoice.currency == currency
    assert (invoice.net_minor, invoice.tax_minor, invoice.gross_minor) == (net, tax, gross)
    assert [(line.net_minor, line.tax_minor, line.gross_minor) for line in await lines_of(invoice)] == [
        (net, tax, gross)
    ]


@pytest.mark.parametrize(
    ("currency", "minor", "rate", "parts"),
    [
        # 100 yen with 10 % in it: 91 and 9. A third each of 34, 33, 33 %: 91 → 30, 30, so 31; 9 → 2, 2, so 5.
        ("JPY", 100, 10_000, [(31, 5), (30, 2), (30, 2)]),
        # 1.00 with 19 % in it: 0.84 and 0.16. 84 → 27, 27, so 30; 16 → 5, 5, so 6.
        ("EUR", 100, 19_000, [(30, 6), (27, 5), (27, 5)]),
        # One cent, no tax to divide: the named payer gets it.
        ("EUR", 1, 19_000, [(1, 0), (0, 0), (0, 0)]),
        # 10.000 dinars with 5 % in it: 9.524 and 0.476. 9524 → 3142, 3142, so 3240; 476 → 157, 157, so 162.
        ("KWD", 10_000, 5_000, [(3240, 162), (3142, 157), (3142, 157)]),
    ],
)
async def test_thirds_add_up_and_the_named_payer_gets_the_odd_unit(database, currency, minor, rate, parts):
    one, second, third = await treated(), await an_owner(), await an_owner()
    await Location.filter(id=one.world.location.id).update(currency=currency)
    category = await a_tax_category("Of this table", rate=rate)
    item = await an_item("Something", minor=minor, tax_category_id=category.id)
    draft = await an_empty_draft(one)
    await with_line(one, draft, item)
    payers = [Payer(one.owner.id, 34), Payer(second.id, 33), Payer(third.id, 33)]
    await drafts.set_payers(one.desk.viewer, draft.id, payers, key="k1", now=NOW)

    await issue(one, draft)

    found = await Invoice.filter(bill_id=draft.id).order_by("number")
    assert [(each.net_minor, each.tax_minor) for each in found] == parts
    assert sum(each.gross_minor for each in found) == minor
    for each, (net, tax) in zip(found, parts, strict=True):
        assert [(line.net_minor, line.tax_minor) for line in await lines_of(each)] == [(net, tax)]
