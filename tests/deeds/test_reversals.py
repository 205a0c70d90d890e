"""Reversals: a payment that was entered wrongly is taken back, once, whole, and today."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from models import Book, EntryKind, LedgerEntry, LegalEntity, Money, Payment, PaymentMethod, Refund
from models.refusal import Forbidden, InvalidInput, NotFound, PaymentNotPossible, PeriodClosed, Refusal
from resolvers import ledger, on_account, papers, refunds, reversals, takings, tills
from resolvers.debtors import Wish, debtors
from resolvers.papers import receipts, statements
from resolvers.refunds import NewRefund
from resolvers.tills import NewPayment
from tests.found import events
from tests.racing import meanwhile
from tests.world import NOW, TODAY, a_world, how_many_rows
from tests.world.money import a_legal_entity, a_payment, an_invoice

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
THE_DESK = (PaymentMethod.CASH, PaymentMethod.TERMINAL, PaymentMethod.BANK)


@pytest.fixture
async def world(database):
    made = await a_world()
    await a_legal_entity()
    return made


async def reversed_(world, payment, *, key: str = "k", because: str = "Entered twice.", now=NOW) -> Any:
    return await reversals.reverse(world.receptionist.viewer, payment.id, because, key=key, now=now)


async def refunded(world, payment, minor: int, *, key: str = "r") -> Any:
    new = NewRefund(payment.id, Money(minor, "EUR"), "Too much.")
    return await refunds.refund(world.receptionist.viewer, new, key=key, now=NOW)


async def taken(world, minor: int, method: PaymentMethod = PaymentMethod.CASH, key: str = "t", **more: Any) -> Payment:
    where = {"client_id": world.owner.id, "location_id": world.location.id}
    new = NewPayment(method=method, amount=Money(minor, "EUR"), **where, **more)
    return await Payment.get(id=await tills.take(world.receptionist.viewer, new, key=key, now=NOW))


async def refused(deed) -> Refusal:
    rows = await how_many_rows()
    with pytest.raises(Refusal) as told:
        await deed
    assert await how_many_rows() == rows
    return told.value


async def still_open(*invoices) -> list[int]:
    found = await ledger.open_of(each.id for each in invoices)
    return [found[each.id] for each in invoices]


async def in_the_book(book: str) -> Any:
    entries = await LedgerEntry.all()
    return sum(each.minor * ((each.debit == book) - (each.credit == book)) for each in entries)


async def balance() -> int:
    last = await LedgerEntry.all().order_by("-number").first()
    assert last
    return int(last.balance_minor)


@pytest.mark.parametrize("method", THE_DESK)
async def test_a_payment_that_was_entered_wrongly_is_out_of_its_book_and_its_invoices_are_open_again(world, method):
    first, second = await an_invoice(world.owner, gross=5000), await an_invoice(world.owner, gross=800)
    payment = await taken(world, 7000, method)
    assert (await still_open(first, second), await balance()) == ([0, 0], -1200)

    assert await reversed_(world, payment) == payment.id

    assert await still_open(first, second) == [5000, 800]
    assert (await ledger.on_account_of([payment.id]))[payment.id] == 0
    assert [await in_the_book(book) for book in (method.value, Book.ON_ACCOUNT, Book.RECEIVABLE)] == [0, 0, 5800]
    assert await balance() == 5800
    entry = await LedgerEntry.get(kind=EntryKind.PAYMENT_REVERSED)
    assert (entry.debit, entry.credit, entry.minor) == (Book.ON_ACCOUNT, method.value, 7000)
    assert (entry.payment_id, entry.because, entry.posted_on, entry.at) == (payment.id, "Entered twice.", TODAY, NOW)
    assert (await events())[-3:] == ["PAYMENT_REVERSED", "INVOICE_REOPENED", "INVOICE_REOPENED"]
    assert (await Payment.get(id=payment.id)).number == payment.number


async def test_what_only_lay_on_account_is_taken_back_and_no_invoice_is_told_of(world):
    payment = await taken(world, 700)
    await reversed_(world, payment)
    assert (await balance(), await in_the_book(Book.CASH)) == (0, 0)
    assert await events() == ["PAYMENT_TAKEN", "PAYMENT_REVERSED"]


async def test_what_it_paid_later_is_open_again_and_what_others_paid_stays_paid(world):
    payment = await taken(world, 3000)
    invoice = await an_invoice(world.owner, gross=5000)
    await on_account.apply(world.receptionist.viewer, world.owner.id, world.location.id, None, key="a", now=NOW)
    other = await taken(world, 2000, PaymentMethod.BANK, "other")
    assert await still_open(invoice) == [0]
    await reversed_(world, payment)
    assert await still_open(invoice) == [3000]
    assert (await ledger.on_account_of([other.id]))[other.id] == 0


async def test_it_goes_out_of_the_takings_of_the_day_on_which_it_is_taken_back(world):
    payment = await taken(world, 2000, received_on=TODAY - DAY)
    await taken(world, 500, key="other")
    await reversed_(world, payment)
    (cash,) = (await takings.takings(world.receptionist.viewer, world.location.id, TODAY)).methods
    assert (cash.payments, cash.payment_count) == (Money(500, "EUR"), 1)
    assert (cash.refunds, cash.refund_count) == (Money(0, "EUR"), 0)
    assert (cash.reversals, cash.reversal_count, cash.net) == (Money(2000, "EUR"), 1, Money(-1500, "EUR"))
    (before,) = (await takings.takings(world.receptionist.viewer, world.location.id, TODAY - DAY)).methods
    assert (before.payments, before.reversal_count, before.net) == (Money(2000, "EUR"), 0, Money(2000, "EUR"))


async def test_whose_payment_is_taken_back_owes_again(world):
    await an_invoice(world.owner, gross=5000)
    payment = await taken(world, 5000)
    assert (await debtors(world.manager.viewer, Wish(), 20, None, now=NOW)).debtors == []
    await reversed_(world, payment)
    (one,) = (await debtors(world.manager.viewer, Wish(), 20, None, now=NOW)).debtors
    assert (one.client_id, one.total) == (world.owner.id, Money(5000, "EUR"))


async def test_the_receipt_prints_as_it_was_and_the_statement_says_that_it_was_taken_back(world):
    await an_invoice(world.owner, gross=5000)
    payment = await taken(world, 6000)
    before = await receipts.receipt(payment.id)
    await reversed_(world, payment)
    assert await receipts.receipt(payment.id) == before
    account = (await LedgerEntry.get(kind=EntryKind.PAYMENT_REVERSED)).account_id
    paper = await statements.statement(account, papers.Days(TODAY, TODAY), now=NOW)
    assert f"Payment taken back, receipt {payment.number}" in str(paper.facts)


async def test_a_card_paid_online_is_refunded_instead(world):
    payment = await a_payment(
        await an_invoice(world.owner), minor=6000, method=PaymentMethod.CARD, provider_ref="pay_1"
    )
    told = await refused(reversed_(world, payment))
    assert (type(told), told.path) == (PaymentNotPossible, ("paymentId",))
    assert "refund it instead" in told.message


async def test_what_was_given_back_in_part_is_not_taken_back_as_well(world):
    payment = await a_payment(await an_invoice(world.owner), minor=6000)
    await refunded(world, payment, 100)
    told = await refused(reversed_(world, payment))
    assert (type(told), told.path) == (PaymentNotPossible, ("paymentId",))


async def test_it_is_taken_back_once_and_nothing_of_it_is_given_back_or_pays_afterwards(world):
    payment = await taken(world, 6000)
    await reversed_(world, payment)
    assert isinstance(await refused(reversed_(world, payment, key="again")), PaymentNotPossible)
    told = await refused(refunded(world, payment, 1))
    assert (type(told), told.path) == (PaymentNotPossible, ("paymentId",))
    invoice = await an_invoice(world.owner, gross=500)
    with pytest.raises(Refusal, match="Nothing is on account"):
        await on_account.apply(world.receptionist.viewer, world.owner.id, world.location.id, None, key="a", now=NOW)
    assert await still_open(invoice) == [500]


async def test_the_same_reversal_twice_is_one(world):
    payment = await taken(world, 6000)
    first, twin = await asyncio.gather(reversed_(world, payment), reversed_(world, payment))
    assert first == twin == await reversed_(world, payment) == payment.id
    assert await LedgerEntry.filter(kind=EntryKind.PAYMENT_REVERSED).count() == 1


async def test_of_two_who_take_it_back_at_once_the_second_is_told(world):
    payment = await taken(world, 6000)
    told = await meanwhile(lambda: reversed_(world, payment), lambda: reversed_(world, payment, key="another"))
    assert isinstance(told, PaymentNotPossible)
    assert await LedgerEntry.filter(kind=EntryKind.PAYMENT_REVERSED).count() == 1


async def test_a_payment_is_not_given_back_while_it_is_taken_back(world):
    payment = await taken(world, 6000)
    told = await meanwhile(lambda: reversed_(world, payment), lambda: refunded(world, payment, 300))
    assert isinstance(told, PaymentNotPossible)
    assert (await Refund.all().count(), await in_the_book(Book.CASH)) == (0, 0)


async def test_a_payment_is_not_taken_back_while_it_is_given_back(world):
    payment = await taken(world, 6000)
    told = await meanwhile(lambda: refunded(world, payment, 300), lambda: reversed_(world, payment))
    assert isinstance(told, PaymentNotPossible)
    assert await in_the_book(Book.CASH) == 5700


async def test_money_that_is_taken_back_pays_no_invoice_meanwhile(world):
    payment = await taken(world, 6000)
    invoice = await an_invoice(world.owner, gross=500)

    def applied():
        return on_account.apply(world.receptionist.viewer, world.owner.id, world.location.id, None, key="a", now=NOW)

    assert await meanwhile(applied, lambda: reversed_(world, payment)) == payment.id
    assert await still_open(invoice) == [500]


async def test_nothing_is_taken_back_in_closed_books_and_of_closed_books_it_is_today(world):
    payment = await taken(world, 6000, received_on=TODAY - DAY)
    await LegalEntity.all().update(closed_through=TODAY)
    assert isinstance(await refused(reversed_(world, payment)), PeriodClosed)
    await reversed_(world, payment, key="tomorrow", now=NOW + DAY)
    assert (await LedgerEntry.get(kind=EntryKind.PAYMENT_REVERSED)).posted_on == TODAY + DAY


async def test_what_makes_no_sense_is_not_taken_back(world):
    invoice = await an_invoice(world.owner)
    payment = await a_payment(invoice, minor=6000)
    for deed, kind, path in (
        (reversed_(world, payment, because=" "), InvalidInput, ("because",)),
        (reversed_(world, payment, because="x" * 1001), InvalidInput, ("because",)),
        (reversed_(world, invoice), NotFound, ("paymentId",)),
    ):
        told = await refused(deed)
        assert (type(told), told.path) == (kind, path)
    with pytest.raises(Forbidden):
        await reversals.reverse(world.vet.viewer, payment.id, "x", key="k", now=NOW)
