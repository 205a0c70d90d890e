"""Takings and debtors, by figures worked out by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models import EntryKind, Invoice, InvoiceState, Location, Money, PaymentMethod
from models.refusal import NotFound
from resolvers import debtors, refunds, takings, tills
from resolvers.debtors import DebtorOrder, Wish
from resolvers.ledger import Posting
from resolvers.refunds import NewRefund
from resolvers.tills import NewPayment
from tests.world import NOW, TODAY, a_location, a_visit, a_world, an_owner
from tests.world.money import (
    a_draft,
    a_legal_entity,
    a_line,
    a_payment,
    an_invoice,
    posted,
    some_bookkeeping,
    some_names,
)

DAY = timedelta(days=1)


@pytest.fixture
async def world(database):
    made = await a_world()
    await a_legal_entity(prefix="LDN")
    return made


def euro(minor: int) -> Money:
    return Money(minor, "EUR")


async def an_invoice_over(owner, *lines: tuple[int, int]) -> Invoice:
    """An invoice with a line for each price, taxed at that rate, which is in the price; issued today."""
    invoice = await a_draft(owner, gross=None)
    made = [await a_line(invoice, unit_price_minor=price, tax_rate=rate) for price, rate in lines]
    for sum_of in ("net_minor", "tax_minor", "gross_minor"):
        setattr(invoice, sum_of, sum(getattr(each, sum_of) for each in made))
    await invoice.save()
    given: dict[str, Any] = {"state": InvoiceState.ISSUED, "number": f"T-{invoice.id.hex[-6:]}", "due_on": TODAY}
    given |= {"issued_at": NOW, "issued_on": TODAY, "names": some_names("Olga Berg").written()}
    await invoice.update_from_dict(given).save()
    of: dict[str, Any] = {"location_id": invoice.location_id, "invoice_id": invoice.id}
    taxes = [Posting(kind=EntryKind.CHARGE_TAX, minor=each.tax_minor, tax_rate=each.tax_rate, **of) for each in made]
    await posted(invoice, Posting(kind=EntryKind.CHARGE, minor=invoice.gross_minor, **of), *taxes)
    return invoice


async def paid(world, minor: int, method: PaymentMethod, key: str, **more: Any):
    given: dict[str, Any] = {"client_id": world.owner.id, "location_id": world.location.id}
    new = NewPayment(method=method, amount=euro(minor), **given | more)
    return await tills.take(world.receptionist.viewer, new, key=key, now=NOW)


async def of_today(world):
    return await takings.takings(world.receptionist.viewer, world.location.id, TODAY)


async def test_what_came_and_went_is_told_by_method(world):
    await paid(world, 5000, PaymentMethod.CASH, "a")
    first = await paid(world, 2000, PaymentMethod.CASH, "b")
    await paid(world, 3000, PaymentMethod.TERMINAL, "c")
    await paid(world, 9999, PaymentMethod.BANK, "yesterday's", received_on=TODAY - DAY)
    new = NewRefund(first, euro(700), "Too much.")
    await refunds.refund(world.receptionist.viewer, new, key="back", now=NOW)
    told = await of_today(world)
    assert [
        (each.method, each.payments, each.payment_count, each.refunds, each.refund_count, each.net)
        for each in told.methods
    ] == [
        (PaymentMethod.CASH, euro(7000), 2, euro(700), 1, euro(6300)),
        (PaymentMethod.TERMINAL, euro(3000), 1, euro(0), 0, euro(3000)),
    ]
    (before,) = (await takings.takings(world.manager.viewer, world.location.id, TODAY - DAY)).methods
    assert (before.method, before.net) == (PaymentMethod.BANK, euro(9999))


async def test_a_method_of_which_more_went_than_came_is_below_nothing(world):
    first = await paid(world, 2000, PaymentMethod.CASH, "a", received_on=TODAY - DAY)
    await refunds.refund(world.receptionist.viewer, NewRefund(first, euro(500), "Back."), key="back", now=NOW)
    (cash,) = (await of_today(world)).methods
    assert (cash.payments, cash.net) == (euro(0), euro(-500))


async def test_what_was_charged_and_credited_is_told_by_rate_also_where_there_is_no_tax(world):
    await an_invoice_over(world.owner, (11_900, 19_000), (10_700, 7000), (500, 0))
    await an_invoice_over(world.owner, (1190, 19_000), (300, 0))
    told = await of_today(world)
    assert told.methods == []
    assert [(each.tax_rate, each.charged, each.charged_tax, each.credited) for each in told.rates] == [
        (19_000, euro(11_000), euro(2090), euro(0)),
        (7000, euro(10_000), euro(700), euro(0)),
        (0, euro(800), euro(0), euro(0)),
    ]


async def test_a_credit_note_is_told_on_its_day_beside_what_was_charged(world):
    await some_bookkeeping(world.owner, await a_visit(world.pet))  # 50.00 charged, 10.00 of it credited and given back
    told = await of_today(world)
    (rate,) = told.rates
    assert (rate.charged, rate.charged_tax, rate.credited, rate.credited_tax) == (
        euro(4202),
        euro(798),
        euro(840),
        euro(160),
    )
    (card,) = told.methods
    assert (card.method, card.net) == (PaymentMethod.CARD, euro(4000))


async def test_what_happens_elsewhere_is_not_told_here(world):
    await paid(world, 5000, PaymentMethod.CASH, "a")
    hill = await a_location("Hill")
    told = await takings.takings(world.receptionist.viewer, hill.id, TODAY)
    assert (told.methods, told.rates) == ([], [])
    with pytest.raises(NotFound):
        await takings.takings(world.receptionist.viewer, world.owner.id, TODAY)


# Debtors


async def owing(world, size: int = 20, beyond=None, **wish: Any):
    return await debtors.debtors(world.manager.viewer, Wish(**wish), size, beyond, now=NOW)


async def test_debts_are_told_by_how_long_they_have_been_due(world):
    as_of = TODAY + 100 * DAY
    for gross, days in (
        (1, 0),
        (20, 1),
        (300, 30),
        (4000, 31),
        (50_000, 60),
        (600_000, 61),
        (7_000_000, 90),
        (80_000_000, 91),
    ):
        await an_invoice(world.owner, gross=gross, due_on=as_of - days * DAY)
    found = await owing(world, as_of=as_of)
    (one,) = found.debtors
    assert (one.client_id, one.total, one.invoices) == (world.owner.id, euro(87_654_321), 8)
    ages = (one.not_due, one.due_1_to_30, one.due_31_to_60, one.due_61_to_90, one.due_longer)
    assert ages == (euro(1), euro(320), euro(54_000), euro(7_600_000), euro(80_000_000))
    assert (one.oldest_due_on, found.as_of, found.has_more) == (as_of - 91 * DAY, as_of, False)


async def test_only_what_is_open_at_the_end_of_the_day_is_owed(world):
    part, whole = await an_invoice(world.owner, gross=5000), await an_invoice(world.owner, gross=3000)
    await a_payment(part, minor=2000)
    await a_payment(whole, minor=9000)
    (one,) = (await owing(world)).debtors
    assert (one.total, one.invoices) == (euro(3000), 1)
    assert (await owing(world, as_of=TODAY - DAY)).debtors == []


async def test_debtors_come_by_amount_or_by_age_page_by_page_and_none_is_missing(world):
    people = [await an_owner() for _ in range(7)]
    for number, person in enumerate(people):
        gross, due_on = (number % 3 + 1) * 1000, TODAY + (number % 4) * DAY
        await an_invoice(person, gross=gross, due_on=due_on)
    for order in DebtorOrder:
        whole = (await owing(world, order=order)).debtors
        assert {each.client_id for each in whole} == {each.id for each in people}
        page = await owing(world, 2, order=order)
        seen = [*page.debtors]
        while page.has_more:
            page = await owing(world, 2, page.debtors[-1].after(order), order=order)
            seen += page.debtors
        assert seen == list(whole)
    amounts = [each.total.minor for each in (await owing(world)).debtors]
    assert amounts == [3000, 3000, 2000, 2000, 1000, 1000, 1000]
    days = [each.oldest_due_on for each in (await owing(world, order=DebtorOrder.OLDEST)).debtors]
    assert days == sorted(days)
    assert await debtors.totals(world.manager.viewer, Wish(), now=NOW) == (7, [euro(13_000)])


async def test_debtors_of_one_place_or_one_legal_entity(world):
    await an_invoice(world.owner, gross=1000)
    other, hill = await a_legal_entity("Hill Vets Ltd", prefix="HILL"), await a_location("Hill")
    await Location.filter(id=hill.id).update(legal_entity_id=other.id)
    theirs = await an_owner("Ben Castro")
    draft = {"location_id": hill.id, "legal_entity_id": other.id}
    # An invoice of the other place, made as the first was.
    await an_invoice_at(theirs, 2000, draft)
    (here,) = (await owing(world, location_id=world.location.id)).debtors
    (there,) = (await owing(world, location_id=hill.id)).debtors
    (owed_to_them,) = (await owing(world, legal_entity_id=other.id)).debtors
    assert (here.client_id, there.client_id) == (world.owner.id, theirs.id)
    assert owed_to_them == there
    assert len((await owing(world)).debtors) == 2
    for wish in ({"location_id": theirs.id}, {"legal_entity_id": theirs.id}):
        with pytest.raises(NotFound):
            await owing(world, **wish)


async def an_invoice_at(owner, gross: int, where: dict[str, Any]) -> Invoice:
    invoice = await a_draft(owner, gross=gross, **where)
    given: dict[str, Any] = {"state": InvoiceState.ISSUED, "number": f"H-{gross}", "due_on": TODAY, "issued_on": TODAY}
    await invoice.update_from_dict({**given, "issued_at": NOW, "names": some_names("Ben Castro").written()}).save()
    of: dict[str, Any] = {"location_id": invoice.location_id, "invoice_id": invoice.id}
    await posted(invoice, Posting(kind=EntryKind.CHARGE, minor=gross, **of))
    return invoice
