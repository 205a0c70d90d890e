"""Odd days of the trade: new year, companies that change hands, bills over nothing, and over more than anybody pays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from models import (
    Invoice,
    InvoiceLine,
    LedgerEntry,
    LegalEntity,
    Location,
    Money,
    Payment,
    PaymentMethod,
    Price,
    TaxCategory,
    TaxRate,
)
from models.refusal import InvalidInput, NothingToPay, TooMuch
from resolvers import credit_notes, ledger, locations, on_account, refunds, tills, write_offs
from resolvers.credit_notes import Part
from resolvers.invoices import drafts, issuing
from resolvers.invoices import lines as invoice_lines
from resolvers.invoices.drafts import NewInvoice, Payer
from resolvers.invoices.lines import NewLine
from resolvers.invoices.terms import Terms
from resolvers.locations import LocationChanges
from resolvers.refunds import NewRefund
from resolvers.tills import Meant, NewPayment
from tests.world import NOW, a_location, a_world, an_owner, how_many_rows
from tests.world.money import a_legal_entity, an_item

pytestmark = pytest.mark.anyio

NEW_YEAR = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)


@pytest.fixture
async def world(database):
    made = await a_world()
    await a_legal_entity(prefix="A")
    return made


async def billed(world, *, price=None, place=None, quantity=1000, payers=(), key="k", now=NOW):
    """A bill over one thing, and its invoices."""
    viewer, item = world.manager.viewer, await an_item(f"Item {key}")
    place = place or world.location
    draft = await drafts.open(viewer, NewInvoice(world.owner.id, place.id), key=f"o{key}", now=now)
    terms = Terms(quantity=quantity) if price is None else Terms(
        quantity=quantity, price=(price, place.currency), price_because="As told."
    )  # fmt: skip
    await invoice_lines.add(viewer, draft, NewLine(item_id=item.id, terms=terms), key=f"l{key}", now=now)
    if payers:
        await drafts.set_payers(viewer, draft, payers, key=f"p{key}", now=now)
    version = (await Invoice.get(id=draft)).version
    bill = await issuing.issue(viewer, draft, based_on=version, key=f"i{key}", now=now)
    return await Invoice.filter(bill_id=bill).order_by("number")


async def paid(world, minor, *invoices, key="pay", place=None, now=NOW):
    place = place or world.location
    new = NewPayment(
        client_id=world.owner.id, location_id=place.id, method=PaymentMethod.CASH, amount=Money(minor, place.currency),
        invoices=[Meant(one.id) for one in invoices] or None,
    )  # fmt: skip
    return await Payment.get(id=await tills.take(world.receptionist.viewer, new, key=key, now=now))


async def test_at_new_year_each_place_numbers_in_the_year_that_it_has(world):
    york = await a_location("Harbour", zone="America/New_York")
    await Location.filter(id=york.id).update(legal_entity_id=(await LegalEntity.get()).id)
    await Price.create(
        item_id=(await an_item("Item york", minor=None)).id, location_id=york.id, valid_from=date(2020, 1, 1), minor=1,
        currency="EUR", added_at=NOW,
    )  # fmt: skip
    (here,) = await billed(world, key="1", now=NEW_YEAR)
    (there,) = await billed(world, key="2", price=5000, place=await Location.get(id=york.id), now=NEW_YEAR)
    (later,) = await billed(world, key="3", now=NEW_YEAR + timedelta(hours=12))
    assert [(one.number, one.issued_on) for one in (here, there, later)] == [
        ("A2027-00001", date(2027, 1, 1)),
        ("A2026-00001", date(2026, 12, 31)),
        ("A2027-00002", date(2027, 1, 1)),
    ]
    assert {one.posted_on for one in await LedgerEntry.filter(invoice_id=there.id)} == {date(2026, 12, 31)}


async def test_a_bill_over_nothing_is_settled_and_moves_nothing(world):
    (bill,) = await billed(world, price=0)
    assert (bill.gross_minor, await ledger.open_of([bill.id])) == (0, {bill.id: 0})
    assert not await LedgerEntry.exists()
    viewer, rows = world.manager.viewer, await how_many_rows()
    with pytest.raises(NothingToPay):
        await write_offs.write_off(viewer, bill.id, None, "Why not.", key="w", now=NOW)
    with pytest.raises(NothingToPay):
        await on_account.apply(viewer, world.owner.id, world.location.id, [bill.id], key="a", now=NOW)
    assert await how_many_rows() == rows
    line = await InvoiceLine.get(invoice_id=bill.id)
    await credit_notes.issue(viewer, bill.id, [Part(line.id)], "It was nothing.", key="c", now=NOW)
    with pytest.raises(TooMuch):
        await credit_notes.issue(viewer, bill.id, [Part(line.id)], "Again.", key="d", now=NOW)
    assert not await LedgerEntry.exists()


async def test_a_cent_that_three_share_is_paid_by_the_named_one(world):
    others = [await an_owner(name, phone=phone) for name, phone in (("Paul Stone", "+49301"), ("Ida Voss", "+49302"))]
    payers = [Payer(world.owner.id, 1), Payer(others[0].id, 98), Payer(others[1].id, 1)]
    bills = await billed(world, price=1, payers=payers)
    assert {one.client_id: one.gross_minor for one in bills} == {
        world.owner.id: 1, others[0].id: 0, others[1].id: 0,
    }  # fmt: skip
    assert [one.number for one in bills] == ["A2026-00001", "A2026-00002", "A2026-00003"]


@pytest.mark.parametrize(("price", "quantity"), [(10**12, 1001), (10**12, 10**9), (10**6 + 1, 10**9)])
async def test_nobody_is_billed_more_than_anybody_pays(world, price, quantity):
    with pytest.raises(InvalidInput):
        await billed(world, price=price, quantity=quantity)
    assert await InvoiceLine.all().count() == 0


async def test_as_much_as_anybody_pays_goes_all_the_way_and_back(world):
    (bill,) = await billed(world, price=10**12)
    payment = await paid(world, 10**12)
    line = await InvoiceLine.get(invoice_id=bill.id)
    await credit_notes.issue(world.manager.viewer, bill.id, [Part(line.id)], "All of it.", key="c", now=NOW)
    back = NewRefund(payment.id, Money(10**12, "EUR"), "All of it.")
    await refunds.refund(world.manager.viewer, back, key="r", now=NOW)
    assert (await ledger.open_of([bill.id]), await ledger.on_account_of([payment.id])) == (
        {bill.id: 0},
        {payment.id: 0},
    )


async def taken_over(world):
    """Another company invoices for the place from now on; there the same is taxed otherwise."""
    item = await an_item("Vaccination")
    second = await LegalEntity.create(name="Second", fold="second", number_prefix="B", created_at=NOW)
    for category in await TaxCategory.all():
        await TaxRate.create(
            category_id=category.id, legal_entity_id=second.id, valid_from=date(2020, 1, 1), rate=7_000,
            is_included=True, added_at=NOW,
        )  # fmt: skip
    changes = LocationChanges(legal_entity_id=second.id)
    return (
        item,
        second,
        lambda: locations.amend(world.manager.viewer, world.location.id, changes, key="take over", now=NOW),
    )


async def test_what_the_company_before_invoiced_can_still_be_paid_at_the_place(world):
    (old,) = await billed(world)
    _, second, take_over = await taken_over(world)
    await take_over()
    payment = await paid(world, 5000, old)
    assert (payment.legal_entity_id, payment.number) == (old.legal_entity_id, "AR2026-00001")
    assert await ledger.open_of([old.id]) == {old.id: 0}
    assert second.id != old.legal_entity_id


async def test_what_was_paid_too_much_to_the_company_before_pays_what_it_invoiced(world):
    payment = await paid(world, 7000)
    (old,) = await billed(world)
    _, _, take_over = await taken_over(world)
    await take_over()
    await on_account.apply(world.receptionist.viewer, world.owner.id, world.location.id, [old.id], key="a", now=NOW)
    assert await ledger.open_of([old.id]) == {old.id: 0}
    assert await ledger.on_account_of([payment.id]) == {payment.id: 2000}


async def test_a_place_does_not_change_hands_while_a_draft_waits_that_the_other_would_tax_otherwise(world):
    item, second, take_over = await taken_over(world)
    viewer = world.manager.viewer
    draft = await drafts.open(viewer, NewInvoice(world.owner.id, world.location.id), key="o", now=NOW)
    await invoice_lines.add(viewer, draft, NewLine(item_id=item.id), key="1", now=NOW)
    rows = await how_many_rows()
    with pytest.raises(InvalidInput) as refused:
        await take_over()
    assert refused.value.path == ("legalEntityId",)
    assert await how_many_rows() == rows
    await drafts.discard(viewer, draft, "Too early.", key="d", now=NOW)
    await take_over()
    assert (await Location.get(id=world.location.id)).legal_entity_id == second.id
