"""Answers of the provider that are lost: the owner is charged once in the end, and silence decides nothing."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from models import (
    LedgerEntry,
    Payment,
    PaymentState,
    sql,
)
from models.refusal import (
    Forbidden,
    PaymentsUnavailable,
    SignedOut,
)
from resolvers import card_payments
from resolvers.card_payments.due import Followed
from resolvers.ports import GatewayUnavailable, OnlineState
from resolvers.viewer import Viewer
from tests.bank import Bank, Trouble
from tests.card_payments import (
    SYSTEM,
    again,
    confirmed,
    followed,
    in_the_end,
    open_of,
    said,
    started,
)
from tests.postbox import Clock
from tests.world import NOW, a_world, an_owner
from tests.world.money import an_invoice

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(database):
    return await a_world()


@pytest.fixture
def bank():
    return Bank()


@pytest.fixture
def clock():
    return Clock(NOW)


CALLS = ("start", "look_up", "capture", "disputes")


@pytest.mark.parametrize("trouble", [Trouble.NEVER_ARRIVES, Trouble.ANSWER_LOST])
@pytest.mark.parametrize("call", CALLS)
async def test_whatever_answer_is_lost_the_owner_is_charged_once_in_the_end(world, bank, clock, call, trouble):
    invoice = await an_invoice(world.owner)
    bank.trouble[call] = [trouble] * 2
    try:
        payment = await started(world.owner, bank, invoice)
    except PaymentsUnavailable:
        payment = await Payment.get()
        assert (payment.state, bank.taken) == (PaymentState.STARTING, 0)
    if call == "start":
        with pytest.raises(PaymentsUnavailable):
            await started(world.owner, bank, invoice)
        payment = await started(world.owner, bank, invoice)
    bank.confirm(payment)
    with suppress(PaymentsUnavailable):
        await said(world.owner, bank, payment)
    await in_the_end(bank, clock)
    assert (await again(payment)).state is PaymentState.SUCCEEDED
    assert (bank.taken, len(bank.captured), len(bank.payments), await open_of(invoice)) == (5000, 1, 1, 0)


async def test_nothing_is_concluded_from_silence_however_long_it_lasts(world, bank, clock):
    invoice = await an_invoice(world.owner)
    payment = await started(world.owner, bank, invoice)
    bank.confirm(payment)
    bank.trouble["capture"] = [Trouble.ANSWER_LOST]
    with pytest.raises(PaymentsUnavailable):
        await said(world.owner, bank, payment)
    bank.trouble["look_up"] = [Trouble.NEVER_ARRIVES] * 40
    for _ in range(40):
        clock.forward(timedelta(hours=1))
        assert await followed(bank, clock) == Followed(asked=1, unanswered=1)
        assert (await again(payment)).state is PaymentState.CAPTURING
    assert await card_payments.waiting(now=clock()) == {"STARTING": 0, "CAPTURING": 1, "REFUND": 0}
    await in_the_end(bank, clock)
    assert ((await again(payment)).state, await open_of(invoice)) == (PaymentState.SUCCEEDED, 0)
    assert await card_payments.waiting(now=clock()) == {"STARTING": 0, "CAPTURING": 0, "REFUND": 0}


async def test_the_provider_is_asked_with_growing_gaps(world, bank, clock):
    payment = await started(world.owner, bank, await an_invoice(world.owner))
    gaps = []
    for _ in range(8):
        clock.now = (await again(payment)).look_at
        await followed(bank, clock)
        gaps.append(((await again(payment)).look_at - clock()) // timedelta(seconds=1))
    assert gaps == [15, 60, 180, 600, 1800, 3600, 3600, 3600]


async def test_several_who_ask_at_once_ask_once_about_each(world, bank, clock):
    owners = [await an_owner() for _ in range(5)]
    payments = [await started(one, bank, await an_invoice(one)) for one in owners]
    for payment in payments:
        bank.confirm(payment)
    clock.forward(timedelta(minutes=5))
    told = await asyncio.gather(*(followed(bank, clock) for _ in range(3)))
    assert sum(one.asked for one in told) == 5
    assert (bank.taken, len(bank.captured)) == (25000, 5)


async def test_an_error_with_one_payment_keeps_no_other_waiting(world, bank, clock):
    owners = [await an_owner() for _ in range(2)]
    broken, fine = [await started(one, bank, await an_invoice(one)) for one in owners]
    bank.confirm(fine)
    del bank.payments[broken.provider_ref]
    clock.forward(timedelta(minutes=5))
    told = await followed(bank, clock)
    assert (told.asked, [type(one) for one in told.unexpected]) == (2, [KeyError])
    assert (await again(fine)).state is PaymentState.SUCCEEDED


async def test_only_the_practices_own_machinery_asks_about_all_payments(world, bank, clock):
    for viewer, refusal in ((Viewer.anyone(), SignedOut), (world.manager.viewer, Forbidden)):
        with pytest.raises(refusal):
            await card_payments.follow_due(viewer, gateway=bank, now=clock)
    assert bank.calls == []


async def test_another_amount_than_ours_is_never_posted(world, bank):
    invoice = await an_invoice(world.owner)
    payment = await started(world.owner, bank, invoice)
    bank.confirm(payment)
    ref = payment.provider_ref
    bank.payments[ref] = replace(bank.payments[ref], state=OnlineState.CAPTURED, captured_minor=4999)
    with pytest.raises(GatewayUnavailable):
        await card_payments.follow(SYSTEM, payment.id, gateway=bank, now=NOW)
    assert ((await again(payment)).state, await open_of(invoice)) == (PaymentState.STARTED, 5000)
    assert await LedgerEntry.filter(kind="PAYMENT").count() == 0


async def test_the_secret_is_kept_nowhere(world, bank):
    payment = await started(world.owner, bank, await an_invoice(world.owner))
    secret = bank.payments[payment.provider_ref].client_secret
    for table in ("payment", "idempotency_key", "event", "event_detail"):
        assert secret not in str([dict(row) for row in await sql.fetch(f"SELECT * FROM {table}")])


async def test_a_card_that_falls_through_when_the_money_is_taken_charges_nothing(world, bank):
    invoice = await an_invoice(world.owner)
    payment = await started(world.owner, bank, invoice)

    async def falls_through():
        bank.lose(payment)

    bank.before["capture"] = falls_through
    payment = await confirmed(world.owner, bank, payment)
    assert (payment.state, bank.taken, await open_of(invoice)) == (PaymentState.CANCELLED, 0, 5000)
    await confirmed(world.owner, bank, await started(world.owner, bank, invoice, key="anew"), key="anew")
    assert (bank.taken, await open_of(invoice)) == (5000, 0)
