"""What goes back to a card, and what its holder's bank takes back: never more than came, and each cent is told of."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from models import (
    Dispute,
    DisputeState,
    EntryKind,
    Event,
    EventKind,
    LedgerEntry,
    Payment,
    ProviderNotice,
    Refund,
    RefundState,
)
from models.money import Money
from models.refusal import PaymentNotPossible, TooMuch
from resolvers import card_payments, ledger, refunds
from resolvers.card_payments import Notice
from resolvers.card_payments.due import Followed
from resolvers.ledger import Posting
from resolvers.ports import OnlineDisputeState, OnlineRefundState
from resolvers.refunds import NewRefund
from resolvers.viewer import Viewer
from tests.bank import Bank, Trouble
from tests.postbox import Clock
from tests.world import NOW, TODAY, a_world
from tests.world.money import an_invoice, posted

pytestmark = pytest.mark.anyio

SYSTEM = Viewer.system("worker")


@pytest.fixture
async def world(database):
    return await a_world()


@pytest.fixture
def bank():
    return Bank()


@pytest.fixture
def clock():
    return Clock(NOW)


async def a_card_payment(owner, bank, invoice, *, on_account=0):
    """An invoice that was paid by card, of whose payment so much is on account again."""
    begun = await card_payments.start(owner.viewer, [invoice.id], gateway=bank, key=str(invoice.id), now=NOW)
    payment = await Payment.get(id=begun.payment_id)
    bank.confirm(payment)
    await card_payments.confirm(owner.viewer, payment.id, gateway=bank, key=str(invoice.id), now=NOW)
    release = Posting(
        kind=EntryKind.RELEASE,
        minor=on_account,
        location_id=invoice.location_id,
        invoice_id=invoice.id,
        payment_id=payment.id,
    )
    await posted(invoice, release)
    return await Payment.get(id=payment.id)


async def a_refund(world, payment, minor=1000, *, key="back"):
    new = NewRefund(payment.id, Money(minor, payment.currency), "It was shorter.")
    made = await refunds.refund(world.receptionist.viewer, new, key=key, now=NOW)
    return await Refund.get(id=made)


async def followed(bank, clock):
    return await card_payments.follow_due(SYSTEM, gateway=bank, now=clock)


async def on_account(payment):
    return (await ledger.on_account_of([payment.id]))[payment.id]


async def in_books(*kinds):
    rows = await LedgerEntry.filter(kind__in=kinds).order_by("at", "number")
    return [(one.kind, one.debit.value, one.credit.value, one.minor) for one in rows]


# Refunds


async def test_a_refund_goes_back_to_the_card(world, bank, clock):
    payment = await a_card_payment(world.owner, bank, await an_invoice(world.owner), on_account=3000)
    refund = await a_refund(world, payment)
    assert (refund.state, await on_account(payment), bank.taken) == (RefundState.REQUESTED, 2000, 5000)

    assert await followed(bank, clock) == Followed(asked=1)

    await refund.refresh_from_db()
    assert (refund.state, refund.settled_at, refund.look_at) == (RefundState.SUCCEEDED, NOW, None)
    assert (refund.provider_ref, bank.taken) == (f"ref_{refund.id.hex}", 4000)
    assert await in_books(EntryKind.REFUND_PAID) == [(EntryKind.REFUND_PAID, "REFUNDS_DUE", "CARD", 1000)]
    told = await Event.filter(kind=EventKind.REFUND_SETTLED).get()
    assert (told.subject_id, told.location_id) == (refund.id, refund.location_id)
    assert await followed(bank, Clock(NOW + timedelta(days=30))) == Followed()


async def test_a_refund_that_fails_is_on_account_again(world, bank, clock):
    payment = await a_card_payment(world.owner, bank, await an_invoice(world.owner), on_account=3000)
    refund = await a_refund(world, payment)
    bank.next_refund = OnlineRefundState.FAILED
    await followed(bank, clock)
    await refund.refresh_from_db()
    assert (refund.state, refund.failed_because) == (RefundState.FAILED, "The card is closed.")
    assert (await on_account(payment), bank.taken) == (3000, 5000)


async def test_what_the_provider_refuses_to_give_back_is_on_account_again(world, bank, clock):
    payment = await a_card_payment(world.owner, bank, await an_invoice(world.owner), on_account=3000)
    refund = await a_refund(world, payment)
    bank.trouble["refund"] = [Trouble.REFUSED]
    await followed(bank, clock)
    await refund.refresh_from_db()
    assert (refund.state, refund.failed_because) == (RefundState.FAILED, "We do not take that.")
    assert (await on_account(payment), refund.provider_ref) == (3000, None)


async def test_a_refund_that_takes_its_time_is_asked_about_until_it_has_settled(world, bank, clock):
    payment = await a_card_payment(world.owner, bank, await an_invoice(world.owner), on_account=3000)
    refund = await a_refund(world, payment)
    bank.next_refund = OnlineRefundState.PENDING
    for _ in range(5):
        assert await followed(bank, clock) == Followed(asked=1)
        await refund.refresh_from_db()
        assert refund.state is RefundState.REQUESTED
        clock.now = refund.look_at
    bank.refunds[refund.id] = replace(bank.refunds[refund.id], state=OnlineRefundState.SUCCEEDED)
    await followed(bank, clock)
    await refund.refresh_from_db()
    assert (refund.state, bank.calls.count("refund"), bank.taken) == (RefundState.SUCCEEDED, 1, 4000)


@pytest.mark.parametrize("trouble", [Trouble.NEVER_ARRIVES, Trouble.ANSWER_LOST])
@pytest.mark.parametrize("call", ["look_up_refund", "refund"])
async def test_whatever_answer_is_lost_the_money_goes_back_once(world, bank, clock, call, trouble):
    payment = await a_card_payment(world.owner, bank, await an_invoice(world.owner), on_account=3000)
    refund = await a_refund(world, payment)
    bank.trouble[call] = [trouble] * 2
    for _ in range(3):
        await followed(bank, clock)
        await refund.refresh_from_db()
        clock.now = refund.look_at or clock()
    assert (refund.state, bank.taken, len(bank.refunds)) == (RefundState.SUCCEEDED, 4000, 1)
    assert len(await in_books(EntryKind.REFUND_PAID, EntryKind.REFUND_FAILED)) == 1


async def test_refunds_that_race_never_exceed_what_there_is(world, bank, clock):
    payment = await a_card_payment(world.owner, bank, await an_invoice(world.owner), on_account=2500)
    asked = await asyncio.gather(
        *(a_refund(world, payment, key=str(number)) for number in range(6)), return_exceptions=True
    )
    assert sum(isinstance(one, Refund) for one in asked) == 2
    assert sum(isinstance(one, TooMuch) for one in asked) == 4
    await asyncio.gather(*(followed(bank, clock) for _ in range(3)))
    assert (bank.taken, await on_account(payment)) == (3000, 500)
    assert await Refund.filter(state=RefundState.SUCCEEDED).count() == 2


# Disputes


async def told_of(bank, clock, payment):
    """The provider tells us that something has happened to the payment."""
    clock.forward(timedelta(minutes=1))
    notice = Notice(f"evt_{clock()}", "dispute", payment.provider_ref, clock())
    assert await card_payments.keep(SYSTEM, notice, now=clock())
    return await followed(bank, clock)


async def test_a_dispute_takes_the_money_back_for_now(world, bank, clock):
    invoice = await an_invoice(world.owner)
    payment = await a_card_payment(world.owner, bank, invoice)
    bank.argue(payment)
    for _ in range(2):
        await told_of(bank, clock, payment)
    dispute = await Dispute.get()
    assert (dispute.state, dispute.minor, dispute.payment_id) == (DisputeState.OPEN, 5000, payment.id)
    assert await in_books(EntryKind.DISPUTE) == [(EntryKind.DISPUTE, "DISPUTED", "CARD", 5000)]
    assert await ledger.open_of([invoice.id]) == {invoice.id: 0}
    assert await Event.filter(kind=EventKind.DISPUTE_OPENED, subject_id=payment.id).count() == 1
    with pytest.raises(PaymentNotPossible):
        await a_refund(world, payment)


async def test_a_dispute_that_is_won_brings_the_money_back(world, bank, clock):
    invoice = await an_invoice(world.owner)
    payment = await a_card_payment(world.owner, bank, invoice)
    for state in (OnlineDisputeState.OPEN, OnlineDisputeState.WON, OnlineDisputeState.WON):
        bank.argue(payment, state)
        await told_of(bank, clock, payment)
    dispute = await Dispute.get()
    assert (dispute.state, dispute.settled_at) == (DisputeState.WON, NOW + timedelta(minutes=2))
    assert await in_books(EntryKind.DISPUTE, EntryKind.DISPUTE_WON) == [
        (EntryKind.DISPUTE, "DISPUTED", "CARD", 5000),
        (EntryKind.DISPUTE_WON, "CARD", "DISPUTED", 5000),
    ]
    assert await ledger.open_of([invoice.id]) == {invoice.id: 0}


async def test_what_a_lost_dispute_takes_is_owed_again(world, bank, clock):
    first, second = await an_invoice(world.owner, gross=2000), await an_invoice(world.owner, gross=3000)
    begun = await card_payments.start(world.owner.viewer, None, gateway=bank, key="both", now=NOW)
    payment = await Payment.get(id=begun.payment_id)
    bank.confirm(payment)
    await card_payments.confirm(world.owner.viewer, payment.id, gateway=bank, key="both", now=NOW)
    bank.argue(payment, OnlineDisputeState.LOST, minor=4000)
    for _ in range(2):
        await told_of(bank, clock, payment)
    assert (await Dispute.get()).state is DisputeState.LOST
    assert await ledger.open_of([first.id, second.id]) == {first.id: 1000, second.id: 3000}
    assert await in_books(EntryKind.DISPUTE_LOST, EntryKind.DISPUTE_UNCOVERED) == [
        (EntryKind.DISPUTE_LOST, "ON_ACCOUNT", "DISPUTED", 4000)
    ]
    again = await Event.filter(kind=EventKind.INVOICE_REOPENED).order_by("number")
    assert [one.subject_id for one in again] == [second.id, first.id]
    assert await Event.filter(kind=EventKind.DISPUTE_SETTLED, subject_id=payment.id).count() == 1


async def test_what_was_given_back_before_a_lost_dispute_is_written_off(world, bank, clock):
    invoice = await an_invoice(world.owner)
    payment = await a_card_payment(world.owner, bank, invoice, on_account=1500)
    await a_refund(world, payment)
    await followed(bank, clock)
    bank.argue(payment, OnlineDisputeState.LOST)
    await told_of(bank, clock, payment)
    assert await in_books(EntryKind.DISPUTE_LOST, EntryKind.DISPUTE_UNCOVERED) == [
        (EntryKind.DISPUTE_LOST, "ON_ACCOUNT", "DISPUTED", 4000),
        (EntryKind.DISPUTE_UNCOVERED, "BAD_DEBT", "DISPUTED", 1000),
    ]
    assert await ledger.open_of([invoice.id]) == {invoice.id: 5000}
    assert await on_account(payment) == 0
    disputed = await LedgerEntry.filter(kind=EntryKind.DISPUTE_LOST).get()
    assert disputed.posted_on == TODAY


@pytest.mark.parametrize(
    ("fate", "covered", "uncovered"), [(OnlineRefundState.FAILED, 5000, 0), (OnlineRefundState.SUCCEEDED, 4000, 1000)]
)
async def test_a_lost_dispute_waits_for_what_is_on_its_way_back(world, bank, clock, fate, covered, uncovered):
    invoice = await an_invoice(world.owner)
    payment = await a_card_payment(world.owner, bank, invoice, on_account=5000)
    bank.next_refund = OnlineRefundState.PENDING
    refund = await a_refund(world, payment)
    await followed(bank, clock)
    bank.argue(payment, OnlineDisputeState.LOST)
    await told_of(bank, clock, payment)
    assert ((await Dispute.get()).state, await on_account(payment)) == (DisputeState.OPEN, 4000)

    bank.refunds[refund.id] = replace(bank.refunds[refund.id], state=fate)
    for _ in range(2):
        clock.forward(timedelta(hours=1))
        await followed(bank, clock)

    assert ((await Dispute.get()).state, await on_account(payment)) == (DisputeState.LOST, 0)
    taken = [(EntryKind.DISPUTE_LOST, "ON_ACCOUNT", "DISPUTED", covered)]
    if uncovered:
        taken.append((EntryKind.DISPUTE_UNCOVERED, "BAD_DEBT", "DISPUTED", uncovered))
    assert await in_books(EntryKind.DISPUTE_LOST, EntryKind.DISPUTE_UNCOVERED) == taken
    assert (await Payment.get(id=payment.id)).look_at is None


async def test_a_notice_is_kept_once_and_handled_once_the_provider_was_asked(world, bank, clock):
    payment = await a_card_payment(world.owner, bank, await an_invoice(world.owner))
    notice = Notice("evt_1", "payment.captured", payment.provider_ref, NOW)
    assert await card_payments.keep(SYSTEM, notice, now=NOW)
    assert not await card_payments.keep(SYSTEM, notice, now=NOW)
    bank.trouble["look_up"] = [Trouble.NEVER_ARRIVES]
    assert await followed(bank, clock) == Followed(asked=1, unanswered=1)
    kept = await notices()
    assert (len(kept), kept[0].handled_at) == (1, None)
    clock.forward(timedelta(minutes=1))
    assert await followed(bank, clock) == Followed(asked=1)
    assert (await notices())[0].handled_at == clock()


async def test_a_notice_about_a_payment_whose_name_is_not_known_yet_is_not_forgotten(world, bank, clock):
    invoice = await an_invoice(world.owner)
    bank.trouble["start"] = [Trouble.ANSWER_LOST]
    with pytest.raises(Exception, match="does not work just now"):
        await card_payments.start(world.owner.viewer, [invoice.id], gateway=bank, key="a", now=NOW)
    payment = await Payment.get()
    bank.confirm(payment)
    (ref,) = bank.payments
    assert await card_payments.keep(SYSTEM, Notice("evt_1", "payment.confirmed", ref, NOW), now=NOW)
    await card_payments.start(world.owner.viewer, [invoice.id], gateway=bank, key="a", now=NOW)
    assert await followed(bank, clock) == Followed(asked=1)
    await payment.refresh_from_db()
    assert (payment.state.value, (await notices())[0].handled_at) == ("SUCCEEDED", NOW)


async def notices():
    return await ProviderNotice.all().order_by("notice_ref")
