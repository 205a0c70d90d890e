"""Lines of a draft: added, amended and taken off, by several people at once."""

from datetime import timedelta

import pytest

from models import (
    ChargeSource,
    DroppedCharge,
    EventKind,
    Invoice,
    InvoiceLine,
)
from models.refusal import (
    AlreadyBilled,
    DiscountTooHigh,
    InvalidInput,
    NoPrice,
)
from resolvers import proposals
from resolvers.invoices import drafts, lines
from resolvers.invoices.drafts import Payer
from resolvers.invoices.lines import NewLine
from resolvers.invoices.terms import Terms
from tests.bills import a_treatment, lines_of, opened, sums_of, treated
from tests.found import last_event
from tests.racing import meanwhile
from tests.world import (
    NOW,
    TODAY,
    a_receptionist,
)
from tests.world.money import an_item

pytestmark = pytest.mark.anyio

LATER = NOW + timedelta(minutes=5)
TEN_PERCENT, ELEVEN_PERCENT = 10_000, 11_000


async def now_of(invoice):
    return await Invoice.get(id=invoice.id)


async def add(one, draft, key="k1", by=None, **new):
    viewer = (by or one.desk).viewer
    await lines.add(viewer, draft.id, NewLine(**new), key=key, now=NOW)
    return (await lines_of(draft))[-1]


async def amend(one, line, key="k1", by=None, **terms):
    await lines.amend((by or one.desk).viewer, line.id, Terms(**terms), key=key, now=NOW)
    return await InvoiceLine.get(id=line.id)


async def test_an_item_is_added_at_the_price_of_today(database):
    one = await treated()
    draft = await opened(one)

    line = await add(one, draft, item_id=one.carprofen.id, pet_id=one.world.pet.id, terms=Terms(quantity=1500))

    assert (line.position, line.description, line.gross_minor, line.tax_minor) == (4, "Carprofen", 1500, 239)
    assert (line.source, line.holds_source, line.provided_on) == (None, False, TODAY)
    assert line.pet_name == one.world.pet.name
    assert ((await now_of(draft)).gross_minor, (await now_of(draft)).version) == (19300, 2)
    event, detail = await last_event()
    assert (event.kind, event.subject_id) == (EventKind.INVOICE_AMENDED, draft.id)
    assert "Carprofen" in detail


async def test_what_was_dropped_is_billed_when_it_is_taken_after_all(database):
    one = await treated()
    source = (ChargeSource.PROCEDURE, one.procedure.id)
    await proposals.drop(one.desk.viewer, source, "On the house.", key="k1", now=NOW)
    draft = await opened(one)
    assert (await now_of(draft)).gross_minor == 5800

    line = await add(one, draft, source=source)

    assert (line.source_id, line.gross_minor, await DroppedCharge.all().count()) == (one.procedure.id, 12000, 0)
    with pytest.raises(AlreadyBilled) as refused:
        await add(one, draft, key="k2", source=source)
    assert refused.value.invoice_id == draft.id


async def test_what_the_list_does_not_have_is_billed_as_another_item(database):
    one = await treated()
    honey = await a_treatment(one.note, "Honey", "")
    draft = await opened(one)
    source = (ChargeSource.TREATMENT, honey.id)

    with pytest.raises(NoPrice):
        await add(one, draft, source=source)
    line = await add(one, draft, key="k2", source=source, item_id=one.carprofen.id)

    assert (line.description, line.item_id, line.source_id) == ("Honey", one.carprofen.id, honey.id)


async def test_what_has_no_price_is_billed_for_one_that_is_given_with_a_reason(database):
    one = await treated()
    bandage = await an_item("Bandage", minor=None)
    draft = await opened(one)

    with pytest.raises(NoPrice):
        await add(one, draft, item_id=bandage.id)
    with pytest.raises(InvalidInput) as refused:
        await add(one, draft, key="k2", item_id=bandage.id, terms=Terms(price=(700, "EUR")))
    assert refused.value.path == ("priceBecause",)
    line = await add(
        one, draft, key="k3", item_id=bandage.id, terms=Terms(price=(700, "EUR"), price_because="As agreed.")
    )
    assert (line.list_price_minor, line.unit_price_minor, line.price_because) == (None, 700, "As agreed.")


async def test_quantity_price_and_discount_are_changed_with_a_reason_and_the_trail_has_what_was_before(database):
    one = await treated()
    draft = await opened(one)
    line = (await lines_of(draft))[0]

    changed = await amend(
        one,
        line,
        quantity=2000,
        price=(4900, "EUR"),
        price_because="As agreed.",
        discount=5000,
        discount_because="Regular.",
    )

    # 2 times 49.00 = 98.00, less 5 % = 93.10, of which 19/119 is 14.86.
    assert (changed.gross_minor, changed.tax_minor, changed.net_minor) == (9310, 1486, 7824)
    assert ((await now_of(draft)).gross_minor, (await now_of(draft)).version) == (22110, 2)
    _, detail = await last_event()
    assert '"unit_price_minor": 5000' in detail
    assert '"unit_price_minor": 4900' in detail
    back = await amend(one, line, key="k2", price=None, discount=0)
    assert (back.unit_price_minor, back.price_because, back.discount_because) == (5000, "", "")
    assert back.gross_minor == 10000


@pytest.mark.parametrize(
    ("terms", "path"),
    [
        (Terms(quantity=0), "quantity"),
        (Terms(quantity=1_000_000_001), "quantity"),
        (Terms(price=(5100, "EUR")), "priceBecause"),
        (Terms(price=(5100, "GBP"), price_because="Why not."), "unitPrice"),
        (Terms(discount=5000), "discountBecause"),
        (Terms(discount=100_001, discount_because="More."), "discountPercent"),
        (Terms(discount=-1, discount_because="Less."), "discountPercent"),
        (Terms(price=(10**12, "EUR"), price_because="Gold."), "quantity"),
    ],
)
async def test_terms_that_make_no_sense_change_nothing(database, terms, path):
    one = await treated()
    draft = await opened(one)
    line = (await lines_of(draft))[0]
    if path == "quantity" and terms.price != Terms().price:
        terms = Terms(quantity=2000, price=terms.price, price_because=terms.price_because)

    with pytest.raises(InvalidInput) as refused:
        await lines.amend(one.desk.viewer, line.id, terms, key="k1", now=NOW)

    assert refused.value.path[0] == path
    assert (await InvoiceLine.get(id=line.id)).gross_minor == 5000
    assert (await now_of(draft)).version == 1


async def test_how_far_below_the_list_one_may_go_counts_price_and_discount_together(database):
    one = await treated()
    draft = await opened(one)
    line = (await lines_of(draft))[0]
    why = {"price_because": "A friend.", "discount_because": "A friend."}

    with pytest.raises(DiscountTooHigh) as refused:
        await amend(one, line, discount=ELEVEN_PERCENT, **why)
    assert (refused.value.most_percent, refused.value.path) == (10, ("discountPercent",))
    with pytest.raises(DiscountTooHigh):
        await amend(one, line, key="k2", price=(4499, "EUR"), **why)
    # 47.50 less 6 % is 44.65, and 10 % off 50.00 is 45.00.
    with pytest.raises(DiscountTooHigh):
        await amend(one, line, key="k3", price=(4750, "EUR"), discount=6000, **why)
    assert (await InvoiceLine.get(id=line.id)).gross_minor == 5000

    assert (await amend(one, line, key="k4", discount=TEN_PERCENT, **why)).gross_minor == 4500
    assert (await amend(one, line, key="k5", by=one.world.manager, price=(0, "EUR"), **why)).gross_minor == 0
    assert (await amend(one, line, key="k6", price=(9900, "EUR"), discount=0, **why)).gross_minor == 9900


async def test_a_line_that_is_taken_off_may_be_billed_again(database):
    one = await treated()
    draft = await opened(one)
    line = (await lines_of(draft))[1]

    assert await lines.remove(one.desk.viewer, line.id, key="k1", now=NOW) == draft.id
    assert await lines.remove(one.desk.viewer, line.id, key="k1", now=LATER) == draft.id

    assert [name for name, *_ in await sums_of(draft)] == ["Consultation", "Carprofen"]
    assert ((await now_of(draft)).gross_minor, (await now_of(draft)).version) == (5800, 2)
    again = await add(one, draft, key="k2", source=(ChargeSource.PROCEDURE, one.procedure.id))
    assert (again.position, again.gross_minor) == (4, 12000)


async def test_each_deed_to_a_line_is_done_once_however_often_it_is_sent(database):
    one = await treated()
    draft = await opened(one)
    line = (await lines_of(draft))[0]

    for _ in range(2):
        await lines.add(one.desk.viewer, draft.id, NewLine(item_id=one.carprofen.id), key="k1", now=NOW)
        await lines.amend(one.desk.viewer, line.id, Terms(quantity=2000), key="k2", now=NOW)
        await drafts.set_payers(one.desk.viewer, draft.id, [Payer(one.owner.id, 100)], key="k3", now=NOW)

    assert (len(await lines_of(draft)), (await now_of(draft)).version) == (4, 4)


async def test_two_receptionists_on_one_draft_lose_nothing(database):
    one, other = await treated(), await a_receptionist()
    draft = await opened(one)
    line = (await lines_of(draft))[0]

    late = await meanwhile(
        lambda: lines.amend(one.desk.viewer, line.id, Terms(quantity=2000), key="k1", now=NOW),
        lambda: lines.add(other.viewer, draft.id, NewLine(item_id=one.carprofen.id), key="k1", now=NOW),
    )

    assert late == draft.id
    # 100.00 + 120.00 + 8.00 + 10.00
    assert ((await now_of(draft)).gross_minor, (await now_of(draft)).version) == (23800, 3)


async def test_a_draft_has_at_most_two_hundred_lines(database):
    one = await treated()
    draft = await opened(one)
    line = (await lines_of(draft))[0]
    copies = [
        InvoiceLine(
            **{
                name: getattr(line, name)
                for name in InvoiceLine._meta.db_fields
                if name not in {"id", "position", "holds_source"}
            },
            position=at,
        )
        for at in range(4, 201)
    ]
    await InvoiceLine.bulk_create(copies)

    with pytest.raises(InvalidInput):
        await add(one, draft, item_id=one.carprofen.id)
