"""Money over the desk: what it pays, what stays on account, and what is refused."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from models import Event, LedgerEntry, Location, Money, Payment, PaymentInvoice, PaymentMethod, PaymentState
from models.refusal import (
    Forbidden,
    IdempotencyKeyReused,
    InvalidInput,
    InvoiceNotIssued,
    NoLegalEntity,
    NotFound,
    PeriodClosed,
    Refusal,
    TooMuch,
)
from resolvers import ledger, tills
from resolvers.tills import Meant, NewPayment
from tests.found import events
from tests.racing import meanwhile
from tests.world import NOW, TODAY, a_location, a_world, an_owner, how_many_rows
from tests.world.money import a_draft, a_legal_entity, an_invoice

DAY = timedelta(days=1)


@pytest.fixture
async def world(database):
    made = await a_world()
    await a_legal_entity(prefix="LDN")
    return made


def a_new_payment(world, minor: int, **more: Any) -> NewPayment:
    given: dict[str, Any] = {
        "client_id": world.owner.id,
        "location_id": world.location.id,
        "method": PaymentMethod.CASH,
        "amount": Money(minor, "EUR"),
    }
    return NewPayment(**given | more)


async def taken(world, minor: int, *, key: str = "k", **more: Any) -> Payment:
    made = await tills.take(world.receptionist.viewer, a_new_payment(world, minor, **more), key=key, now=NOW)
    return await Payment.get(id=made)


async def refused(world, minor: int = 1000, **more: Any) -> Refusal:
    rows = await how_many_rows()
    with pytest.raises(Refusal) as told:
        await taken(world, minor, **more)
    assert await how_many_rows() == rows
    return told.value


async def still_open(*invoices) -> list[int]:
    found = await ledger.open_of(each.id for each in invoices)
    return [found[each.id] for each in invoices]


async def on_account(payment) -> int:
    return (await ledger.on_account_of([payment.id]))[payment.id]


async def test_cash_pays_the_invoice_has_a_receipt_number_and_is_told(world):
    invoice = await an_invoice(world.owner, gross=5000)
    payment = await taken(world, 5000, reference=" Envelope ")
    assert (payment.number, payment.state, payment.minor) == ("LDNR2026-00001", PaymentState.SUCCEEDED, 5000)
    assert (payment.received_on, payment.settled_at, payment.reference) == (TODAY, NOW, "Envelope")
    assert payment.taken_by_id == world.receptionist.id
    assert await still_open(invoice) == [0]
    assert await on_account(payment) == 0
    assert await events() == ["PAYMENT_TAKEN", "INVOICE_PAID"]
    first, second = await Event.all().order_by("number")
    assert (first.subject_id, second.subject_id) == (payment.id, invoice.id)
    assert first.location_id == second.location_id == world.location.id


async def test_the_oldest_debt_is_paid_first_and_what_is_too_much_stays_on_account(world):
    young = await an_invoice(world.owner, gross=3000, due_on=TODAY + 20 * DAY)
    old = await an_invoice(world.owner, gross=2000, due_on=TODAY + 5 * DAY)
    first = await taken(world, 2500)
    assert await still_open(old, young) == [0, 2500]
    second = await taken(world, 4000, key="another")
    assert await still_open(old, young) == [0, 0]
    assert (await on_account(first), await on_account(second)) == (0, 1500)
    assert second.number == "LDNR2026-00002"
    assert await PaymentInvoice.all().count() == 0


async def test_named_invoices_get_what_is_said_and_the_others_what_is_open_in_their_order(world):
    one, two, three = [await an_invoice(world.owner, gross=gross) for gross in (3000, 2000, 1000)]
    meant = [Meant(three.id), Meant(one.id, 500), Meant(two.id)]
    payment = await taken(world, 2700, invoices=meant)
    assert await still_open(one, two, three) == [2500, 800, 0]
    kept = {row.invoice_id: row.minor for row in await PaymentInvoice.filter(payment_id=payment.id)}
    assert kept == {three.id: 1000, one.id: 500, two.id: 1200}


async def test_more_for_an_invoice_than_is_open_of_it_stays_on_account(world):
    one, two = [await an_invoice(world.owner, gross=gross) for gross in (3000, 2000)]
    payment = await taken(world, 4000, invoices=[Meant(one.id, 4000)])
    assert await still_open(one, two) == [0, 2000]
    assert await on_account(payment) == 1000


async def test_money_of_somebody_who_owes_nothing_is_on_account(world):
    payment = await taken(world, 700, method=PaymentMethod.BANK)
    assert await on_account(payment) == 700
    entry = await LedgerEntry.get()
    assert (entry.debit, entry.credit, entry.balance_minor) == ("BANK", "ON_ACCOUNT", -700)


async def test_the_same_payment_twice_is_taken_once(world):
    await an_invoice(world.owner)
    first = await taken(world, 5000)
    rows = await how_many_rows()
    assert (await taken(world, 5000)).id == first.id
    assert await how_many_rows() == rows
    with pytest.raises(IdempotencyKeyReused):
        await taken(world, 4000)


async def test_twins_that_come_at_once_are_one_payment(world):
    await an_invoice(world.owner)
    first, twin = await asyncio.gather(taken(world, 5000), taken(world, 5000))
    assert first.id == twin.id
    assert await Payment.all().count() == 1


async def test_of_two_who_take_the_same_invoices_money_at_once_the_second_leaves_it_on_account(world):
    invoice = await an_invoice(world.owner, gross=5000)
    meant = [Meant(invoice.id, 5000)]
    second = await meanwhile(
        lambda: taken(world, 5000, invoices=meant), lambda: taken(world, 5000, invoices=meant, key="another")
    )
    assert await still_open(invoice) == [0]
    assert await on_account(second) == 5000
    assert second.number == "LDNR2026-00002"


async def test_eight_at_once_pay_an_invoice_once_and_have_eight_numbers_without_a_gap(world):
    invoice = await an_invoice(world.owner, gross=5000)
    made = await asyncio.gather(*(taken(world, 1000, key=f"k{number}") for number in range(8)))
    assert sorted(str(each.number) for each in made) == [f"LDNR2026-0000{number}" for number in range(1, 9)]
    assert await still_open(invoice) == [0]
    assert sum([await on_account(each) for each in made]) == 3000
    entries = await LedgerEntry.all().order_by("number")
    assert [each.number for each in entries] == list(range(1, len(entries) + 1))
    assert entries[-1].balance_minor == -3000


async def test_co_owners_each_pay_their_own(world):
    other = await an_owner("Ben Castro")
    hers, his = await an_invoice(world.owner, gross=3334), await an_invoice(other, gross=3333)
    await asyncio.gather(
        taken(world, 3334, invoices=[Meant(hers.id)]),
        taken(world, 3333, key="his", client_id=other.id, invoices=[Meant(his.id)]),
    )
    assert await still_open(hers, his) == [0, 0]
    told = await refused(world, 100, client_id=other.id, invoices=[Meant(hers.id)], key="wrong")
    assert (type(told), told.path) == (InvalidInput, ("invoices", "0"))


async def test_money_may_have_come_on_an_earlier_day_of_open_books_and_counts_in_its_year(world):
    payment = await taken(world, 700, received_on=date(2025, 12, 31))
    assert (payment.received_on, payment.number) == (date(2025, 12, 31), "LDNR2025-00001")
    assert (await LedgerEntry.get()).posted_on == date(2025, 12, 31)


async def test_nothing_is_taken_into_closed_books_or_on_a_day_to_come(world):
    entity = await a_legal_entity("Closed Ltd", prefix="C", closed_through=date(2026, 1, 31))
    await Location.filter(id=world.location.id).update(legal_entity_id=entity.id)
    told = await refused(world, received_on=date(2026, 1, 31))
    assert isinstance(told, PeriodClosed)
    assert (told.path, told.closed_through) == (("receivedOn",), date(2026, 1, 31))
    assert (await taken(world, 1000, received_on=date(2026, 2, 1))).number == "CR2026-00001"
    told = await refused(world, received_on=TODAY + DAY, key="later")
    assert (type(told), told.path) == (InvalidInput, ("receivedOn",))


async def test_what_makes_no_sense_is_refused(world):
    invoice, draft = await an_invoice(world.owner), await a_draft(world.owner)
    named = [Meant(invoice.id)]
    for more, kind, path in (
        ({"method": PaymentMethod.CARD}, InvalidInput, ("method",)),
        ({"amount": Money(1000, "GBP")}, InvalidInput, ("amount", "currency")),
        ({"amount": Money(0, "EUR")}, InvalidInput, ("amount", "amount")),
        ({"invoices": []}, InvalidInput, ("invoices",)),
        ({"invoices": named * 2}, InvalidInput, ("invoices",)),
        ({"invoices": [Meant(draft.id)]}, InvoiceNotIssued, ()),
        ({"invoices": [Meant(world.pet.id)]}, NotFound, ("invoices",)),
        ({"invoices": [Meant(None)]}, NotFound, ("invoices",)),
        ({"invoices": [Meant(invoice.id, 1001)]}, TooMuch, ("invoices",)),
        ({"client_id": world.pet.id}, NotFound, ("clientId",)),
        ({"location_id": None}, NotFound, ("locationId",)),
        ({"reference": "a\nb"}, InvalidInput, ("reference",)),
    ):
        told = await refused(world, **more)
        assert (type(told), told.path) == (kind, path), more


async def test_an_invoice_of_another_legal_entity_or_currency_is_paid_where_it_was_made_out(world):
    invoice = await an_invoice(world.owner, location_id=(await a_location("Harbour")).id)
    entity = await a_legal_entity("Another Ltd", prefix="A")
    await Location.filter(id=world.location.id).update(legal_entity_id=entity.id)
    told = await refused(world, invoices=[Meant(invoice.id)])
    assert "Another legal entity" in told.message
    await Location.filter(id=world.location.id).update(legal_entity_id=invoice.legal_entity_id, currency="GBP")
    told = await refused(world, amount=Money(1000, "GBP"), invoices=[Meant(invoice.id)])
    assert told.message == "This invoice is in EUR, and the location takes GBP."


async def test_where_nobody_invoices_nothing_is_taken(world):
    await Location.all().update(legal_entity_id=None)
    assert isinstance(await refused(world), NoLegalEntity)


async def test_a_vet_takes_no_money(world):
    with pytest.raises(Forbidden):
        await tills.take(world.vet.viewer, a_new_payment(world, 100), key="k", now=NOW)
