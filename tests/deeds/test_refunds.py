"""Refunds and credit: what is on account of a payment goes back, or pays another invoice, and never more than there is."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from models import (
    Book,
    CreditNote,
    Dispute,
    DisputeState,
    LedgerEntry,
    LegalEntity,
    Location,
    Money,
    Payment,
    PaymentMethod,
    PaymentState,
    Refund,
    RefundState,
)
from models.refusal import (
    Forbidden,
    InvalidInput,
    InvoiceNotIssued,
    NoLegalEntity,
    NotFound,
    NothingToPay,
    PaymentNotPossible,
    PeriodClosed,
    Refusal,
    TooMuch,
)
from resolvers import ledger, on_account, refunds
from resolvers.refunds import NewRefund
from tests.found import events
from tests.racing import meanwhile
from tests.world import NOW, TODAY, a_visit, a_world, an_owner, how_many_rows
from tests.world.money import a_draft, a_legal_entity, a_payment, an_invoice, some_bookkeeping

DAY = timedelta(days=1)


@pytest.fixture
async def world(database):
    made = await a_world()
    await a_legal_entity()
    return made


async def refunded(world, payment, minor: int, *, key: str = "k", **more: Any) -> Refund:
    new = NewRefund(payment.id, Money(minor, more.pop("currency", "EUR")), more.pop("because", "Too much."), **more)
    made = await refunds.refund(world.receptionist.viewer, new, key=key, now=NOW)
    return await Refund.get(id=made)


async def applied(world, *invoices, key: str = "k", client=None) -> Any:
    ids = [each.id for each in invoices] or None
    whose, where = (client or world.owner).id, world.location.id
    return await on_account.apply(world.receptionist.viewer, whose, where, ids, key=key, now=NOW)


async def refused(deed) -> Refusal:
    rows = await how_many_rows()
    with pytest.raises(Refusal) as told:
        await deed
    assert await how_many_rows() == rows
    return told.value


async def left(payment) -> int:
    return (await ledger.on_account_of([payment.id]))[payment.id]


async def still_open(*invoices) -> list[int]:
    found = await ledger.open_of(each.id for each in invoices)
    return [found[each.id] for each in invoices]


async def in_the_book(book: Book) -> int:
    entries = await LedgerEntry.all()
    return sum(each.minor * ((each.debit == book) - (each.credit == book)) for each in entries)


# Giving back


async def test_cash_that_was_too_much_goes_back_out_of_the_till(world):
    payment = await a_payment(await an_invoice(world.owner, gross=5000), minor=6000)
    back = await refunded(world, payment, 700)
    assert (back.state, back.method, back.minor) == (RefundState.SUCCEEDED, PaymentMethod.CASH, 700)
    assert (back.settled_at, back.look_at, back.requested_by_id) == (NOW, None, world.receptionist.id)
    assert await left(payment) == 300
    assert await in_the_book(Book.CASH) == 5300
    assert await in_the_book(Book.REFUNDS_DUE) == 0
    assert await events() == ["REFUND_SETTLED"]


async def test_never_more_goes_back_than_is_on_account_of_the_payment(world):
    invoice = await an_invoice(world.owner, gross=5000)
    payment = await a_payment(invoice, minor=6000)
    await a_payment(await an_invoice(world.owner, gross=100), minor=9000)
    told = await refused(refunded(world, payment, 1001))
    assert isinstance(told, TooMuch)
    assert (told.most_minor, told.currency, told.path) == (1000, "EUR", ("amount",))
    await refunded(world, payment, 1000)
    told = await refused(refunded(world, payment, 1, key="again"))
    assert isinstance(told, TooMuch)
    assert told.most_minor == 0


async def test_of_two_refunds_at_once_the_second_finds_what_the_first_has_left(world):
    payment = await a_payment(await an_invoice(world.owner, gross=5000), minor=6000)
    told = await meanwhile(lambda: refunded(world, payment, 700), lambda: refunded(world, payment, 700, key="another"))
    assert isinstance(told, TooMuch)
    assert told.most_minor == 300
    assert await Refund.all().count() == 1


async def test_eight_refunds_at_once_give_back_what_there_is_and_no_more(world):
    payment = await a_payment(await an_invoice(world.owner, gross=5000), minor=6000)
    outcomes = await asyncio.gather(
        *(refunded(world, payment, 300, key=f"k{number}") for number in range(8)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in outcomes) == ["Refund"] * 3 + ["TooMuch"] * 5
    assert await left(payment) == 100


async def test_a_refund_and_an_invoice_do_not_get_the_same_money(world):
    payment = await a_payment(await an_invoice(world.owner, gross=5000), minor=6000)
    other = await an_invoice(world.owner, gross=800)
    told = await meanwhile(lambda: applied(world), lambda: refunded(world, payment, 300))
    assert isinstance(told, TooMuch)
    assert told.most_minor == 200
    assert await still_open(other) == [0]


async def test_the_same_refund_twice_is_one(world):
    payment = await a_payment(await an_invoice(world.owner, gross=5000), minor=6000)
    first, twin = await asyncio.gather(refunded(world, payment, 700), refunded(world, payment, 700))
    assert first.id == twin.id == (await refunded(world, payment, 700)).id
    assert await left(payment) == 300


async def test_what_was_paid_by_card_is_on_its_way_until_the_provider_has_said(world):
    invoice = await an_invoice(world.owner, gross=5000)
    payment = await a_payment(invoice, minor=6000, method=PaymentMethod.CARD, provider_ref="pay_1")
    back = await refunded(world, payment, 1000)
    assert (back.state, back.look_at, back.settled_at) == (RefundState.REQUESTED, NOW, None)
    assert await left(payment) == 0
    assert (await in_the_book(Book.REFUNDS_DUE), await in_the_book(Book.CARD)) == (-1000, 6000)
    assert await events() == ["REFUND_REQUESTED"]


async def test_while_a_bank_argues_about_a_card_payment_nothing_of_it_goes_back(world):
    payment = await a_payment(
        await an_invoice(world.owner), minor=6000, method=PaymentMethod.CARD, provider_ref="pay_1"
    )
    given: dict[str, Any] = {"state": DisputeState.OPEN, "minor": 6000, "currency": "EUR", "opened_at": NOW}
    dispute = await Dispute.create(payment_id=payment.id, provider_ref="dis_1", **given)
    assert isinstance(await refused(refunded(world, payment, 1000)), PaymentNotPossible)
    await Dispute.filter(id=dispute.id).update(state=DisputeState.WON, settled_at=NOW)
    assert (await refunded(world, payment, 1000)).minor == 1000


async def test_a_refund_can_name_the_credit_note_that_it_pays_out(world):
    books = await some_bookkeeping(world.owner, await a_visit(world.pet))
    payment = await a_payment(await an_invoice(world.owner, gross=100), minor=1100)
    back = await refunded(world, payment, 500, credit_note_id=books.credit_note.id)
    assert back.credit_note_id == books.credit_note.id
    other = await an_owner("Ben Castro")
    his = await a_payment(await an_invoice(other, gross=100), minor=1100)
    told = await refused(refunded(world, his, 500, key="his", credit_note_id=books.credit_note.id))
    assert (type(told), told.path) == (InvalidInput, ("creditNoteId",))
    assert isinstance(await refused(refunded(world, his, 500, key="none", credit_note_id=his.id)), NotFound)
    assert await CreditNote.all().count() == 1


async def test_what_makes_no_sense_is_not_given_back(world):
    invoice = await an_invoice(world.owner)
    payment = await a_payment(invoice, minor=6000)
    started: dict[str, Any] = {"state": PaymentState.STARTED, "number": None, "received_on": None, "settled_at": None}
    waiting = await a_payment(invoice, method=PaymentMethod.CARD, provider_ref="pay_2", **started)
    for deed, kind, path in (
        (refunded(world, payment, 0), InvalidInput, ("amount", "amount")),
        (refunded(world, payment, 1, currency="GBP"), InvalidInput, ("amount", "currency")),
        (refunded(world, payment, 1, because=" "), InvalidInput, ("because",)),
        (refunded(world, invoice, 1), NotFound, ("paymentId",)),
        (refunded(world, waiting, 1), PaymentNotPossible, ("paymentId",)),
    ):
        told = await refused(deed)
        assert (type(told), told.path) == (kind, path)
    with pytest.raises(Forbidden):
        await refunds.refund(world.vet.viewer, NewRefund(payment.id, Money(1, "EUR"), "x"), key="k", now=NOW)


async def test_nothing_goes_back_on_a_day_whose_books_are_closed(world):
    payment = await a_payment(await an_invoice(world.owner), minor=6000)
    await LegalEntity.all().update(closed_through=TODAY)
    assert isinstance(await refused(refunded(world, payment, 100)), PeriodClosed)


# Paying with it


async def test_what_is_on_account_pays_the_oldest_debt_from_the_oldest_payment(world):
    first = await a_payment(await an_invoice(world.owner, gross=100), minor=700)
    second = await a_payment(await an_invoice(world.owner, gross=100), minor=1100)
    young = await an_invoice(world.owner, gross=2000, due_on=TODAY + 20 * DAY)
    old = await an_invoice(world.owner, gross=900, due_on=TODAY + 5 * DAY)
    assert await applied(world) == world.owner.id
    assert await still_open(old, young) == [0, 1300]
    assert (await left(first), await left(second)) == (0, 0)
    paid = await LedgerEntry.filter(kind="ALLOCATION", invoice_id__in=[old.id, young.id]).order_by("number")
    assert [(each.payment_id, each.invoice_id, each.minor) for each in paid] == [
        (first.id, old.id, 600),
        (second.id, old.id, 300),
        (second.id, young.id, 700),
    ]
    assert await events() == ["INVOICE_PAID", "INVOICE_PAID"]


async def test_named_invoices_are_paid_in_their_order_and_no_other(world):
    await a_payment(await an_invoice(world.owner, gross=100), minor=1100)
    one, two, three = [await an_invoice(world.owner, gross=gross) for gross in (900, 500, 700)]
    await applied(world, three, two)
    assert await still_open(one, two, three) == [900, 200, 0]


async def test_the_same_credit_twice_pays_once_and_then_there_is_nothing_to_pay(world):
    await a_payment(await an_invoice(world.owner, gross=100), minor=1100)
    invoice = await an_invoice(world.owner, gross=600)
    await asyncio.gather(applied(world), applied(world))
    rows = await how_many_rows()
    await applied(world)
    assert await how_many_rows() == rows
    assert await still_open(invoice) == [0]
    assert isinstance(await refused(applied(world, key="another")), NothingToPay)
    assert isinstance(await refused(applied(world, invoice, key="third")), NothingToPay)


async def test_credit_of_one_legal_entity_pays_no_invoice_of_another(world):
    await a_payment(await an_invoice(world.owner, gross=100), minor=1100)
    await an_invoice(world.owner, gross=600)
    another = await a_legal_entity("Another Ltd", prefix="A")
    await Location.filter(id=world.location.id).update(legal_entity_id=another.id)
    assert isinstance(await refused(applied(world)), NothingToPay)
    await Location.all().update(legal_entity_id=None)
    assert isinstance(await refused(applied(world, key="nobody")), NoLegalEntity)


async def test_only_issued_invoices_of_the_client_are_paid(world):
    draft, other = await a_draft(world.owner), await an_owner("Ben Castro")
    his = await an_invoice(other)
    assert isinstance(await refused(applied(world, draft)), InvoiceNotIssued)
    assert isinstance(await refused(applied(world, his)), InvalidInput)
    assert isinstance(await refused(applied(world, client=draft)), NotFound)
    with pytest.raises(Forbidden):
        await on_account.apply(world.vet.viewer, other.id, world.location.id, None, key="k", now=NOW)
    assert await Payment.all().count() == 0
