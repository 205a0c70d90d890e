"""What the provider tells us comes in signed, is kept once, and settles a payment by what the provider says when asked."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import permutations

import httpx
import pytest

from models import LedgerEntry, Payment, PaymentState, ProviderNotice
from resolvers import card_payments, ledger
from resolvers.viewer import Viewer
from tests.doors import NOTICE_SECRET, Program, id_of
from tests.world import NOW, a_world, an_owner
from tests.world.money import an_invoice
from vetdesk.payments.door import MOST_BYTES
from vetdesk.payments.signing import HEADER, signed

SYSTEM = Viewer.system("worker")
MINUTE = timedelta(minutes=1)


async def a_confirmed_payment(program):
    world = await a_world()
    invoice = await an_invoice(world.owner)
    begun = await card_payments.start(world.owner.viewer, [invoice.id], gateway=program.bank, key="a", now=NOW)
    payment = await Payment.get(id=begun.payment_id)
    program.bank.confirm(payment)
    return invoice, payment


def a_notice(ref="pay_1", *, number=1, kind="payment.confirmed", **more):
    told = {"id": f"evt_{number}", "type": kind, "payment": ref, "created": int(NOW.timestamp()), **more}
    return json.dumps(told).encode()


async def tell(program, body, header=None, *, at=NOW, secret=NOTICE_SECRET):
    headers = {HEADER: signed(body, secret, at=at) if header is None else header}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(program.asgi), base_url="http://vet.example") as client:
        return await client.post("/payments/notices", content=body, headers=headers)


async def settled(program):
    """The worker has had its turn."""
    await card_payments.follow_due(SYSTEM, gateway=program.bank, now=program.clock)


async def test_a_notice_settles_a_payment_whose_phone_has_died(database):
    program = Program()
    invoice, payment = await a_confirmed_payment(program)
    answer = await tell(program, a_notice(payment.provider_ref))
    assert (answer.status_code, answer.text) == (200, "Kept.\n")
    await settled(program)
    assert (await Payment.get()).state is PaymentState.SUCCEEDED
    assert await ledger.open_of([invoice.id]) == {invoice.id: 0}
    notice = await ProviderNotice.get()
    assert (notice.notice_ref, notice.subject_ref, notice.sent_at) == ("evt_1", payment.provider_ref, NOW)
    assert notice.handled_at == NOW


async def test_whatever_is_not_signed_as_it_is_now_is_refused_and_nothing_is_asked(database):
    program = Program()
    _, payment = await a_confirmed_payment(program)
    program.bank.calls.clear()
    body = a_notice(payment.provider_ref)
    good = signed(body, NOTICE_SECRET, at=NOW)
    for sent, header in (
        (body, ""),
        (body, signed(body, "a secret of somebody else", at=NOW)),
        (body, signed(body, NOTICE_SECRET, at=NOW - 6 * MINUTE)),
        (body, signed(body, NOTICE_SECRET, at=NOW + 6 * MINUTE)),
        (a_notice(payment.provider_ref, number=2), good),
        (body + b"\n", good),
        (body, good.replace(f"t={int(NOW.timestamp())}", f"t={int(NOW.timestamp()) + 1}")),
    ):
        answer = await tell(program, sent, header)
        assert (answer.status_code, answer.text) == (400, "The signature does not fit.\n")
    await settled(program)
    assert (await ProviderNotice.all().count(), program.bank.calls) == (0, [])


async def test_a_notice_that_is_sent_again_or_replayed_is_kept_once_and_asks_once(database):
    program = Program()
    _, payment = await a_confirmed_payment(program)
    body = a_notice(payment.provider_ref)
    header = signed(body, NOTICE_SECRET, at=NOW)
    for _ in range(3):
        assert (await tell(program, body, header)).status_code == 200
    await settled(program)
    calls = list(program.bank.calls)
    assert (await tell(program, body, header)).status_code == 200
    await settled(program)
    program.clock.now = NOW + 6 * MINUTE
    assert (await tell(program, body, header)).status_code == 400
    assert (await ProviderNotice.all().count(), program.bank.calls) == (1, calls)
    assert await LedgerEntry.filter(kind="PAYMENT").count() == 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_in_whatever_order_notices_come_the_payment_settles_once(database, order):
    program = Program()
    invoice, payment = await a_confirmed_payment(program)
    kinds = ("payment.confirmed", "payment.captured", "payment.cancelled")
    for number in (*order, *order):
        body = a_notice(payment.provider_ref, number=number, kind=kinds[number])
        assert (await tell(program, body)).status_code == 200
        await settled(program)
    assert (await Payment.get()).state is PaymentState.SUCCEEDED
    assert (program.bank.taken, await ledger.open_of([invoice.id])) == (5000, {invoice.id: 0})
    assert await ProviderNotice.filter(handled_at=None).count() == 0


async def test_a_notice_alone_moves_no_money(database):
    program = Program()
    world = await a_world()
    invoice = await an_invoice(world.owner)
    begun = await card_payments.start(world.owner.viewer, [invoice.id], gateway=program.bank, key="a", now=NOW)
    payment = await Payment.get(id=begun.payment_id)
    lie = a_notice(payment.provider_ref, kind="payment.captured", amount=5000, status="captured")
    assert (await tell(program, lie)).status_code == 200
    await settled(program)
    assert ((await Payment.get()).state, program.bank.taken) == (PaymentState.STARTED, 0)
    assert await ledger.open_of([invoice.id]) == {invoice.id: 5000}


async def test_a_notice_about_somebody_unknown_is_kept_and_does_no_harm(database):
    program = Program()
    await a_world()
    assert (await tell(program, a_notice("pay_of_nobody"))).status_code == 200
    await settled(program)
    assert (await ProviderNotice.get()).handled_at is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 50_000,
        a_notice(payment=5),
        a_notice(id=""),
        a_notice(id="x" * 129),
        a_notice(type="a\x00b"),
        a_notice(created=1e300),
        a_notice(created=-1),
        a_notice(created=10**30),
    ],
)
async def test_what_is_signed_and_no_notice_is_refused(database, body):
    answer = await tell(Program(), body)
    assert (answer.status_code, answer.text) == (400, "It is no notice.\n")
    assert await ProviderNotice.all().count() == 0


async def test_more_than_a_notice_has_is_not_read_to_its_end(database):
    read = []

    async def endless():
        for _ in range(100):
            read.append(1)
            yield b" " * 10_000

    program = Program()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(program.asgi), base_url="http://vet.example") as client:
        answer = await client.post("/payments/notices", content=endless(), headers={HEADER: "t=1,v1=2"})
    assert answer.status_code == 413
    assert len(read) == MOST_BYTES // 10_000 + 1


async def test_while_a_secret_is_exchanged_both_are_good(database):
    program = Program(payments_notice_secrets=f"the secret that comes next, {NOTICE_SECRET}")
    for number, secret in enumerate(("the secret that comes next", NOTICE_SECRET)):
        assert (await tell(program, a_notice(number=number), secret=secret)).status_code == 200
    assert (await tell(program, a_notice(number=3), secret="one of long ago")).status_code == 400


async def test_an_owner_pays_at_her_door_and_another_sees_nothing_of_it(database):
    program, world = Program(), await a_world()
    invoice = await an_invoice(world.owner)
    start = """mutation Start($key: String!, $ids: [ID!]) { startPayment(input: { invoiceIds: $ids, idempotencyKey: $key })
      { __typename ... on PaymentStarted { clientSecret confirmUrl payment { id state amount { amount currency } } }
        ... on Refusal { code path } } }"""
    confirm = """mutation Confirm($key: String!, $id: ID!) { confirmPayment(input: { paymentId: $id, idempotencyKey: $key })
      { __typename ... on PaymentConfirmed { payment { state declinedBecause receiptNumber
          invoices { invoiceNumber amount { amount } } } } ... on Refusal { code path message } } }"""
    begun = (await program.ask(world.owner.viewer, start, key="a", ids=[id_of(invoice)])).data["startPayment"]
    payment = await Payment.get()
    assert begun == {
        "__typename": "PaymentStarted",
        "clientSecret": f"secret of {payment.provider_ref}",
        "confirmUrl": f"https://pay/{payment.provider_ref}",
        "payment": {
            "id": id_of(payment),
            "state": "STARTED",
            "amount": {"amount": "50.00", "currency": "EUR"},
        },
    }
    asked = {"key": "a", "id": id_of(payment)}
    other = (await program.ask((await an_owner()).viewer, confirm, **asked)).data["confirmPayment"]
    assert (other["__typename"], other["path"]) == ("NotFound", ["paymentId"])
    program.bank.decline(payment, "There is not enough on the card.")
    declined = (await program.ask(world.owner.viewer, confirm, **asked)).data["confirmPayment"]["payment"]
    assert (declined["state"], declined["declinedBecause"]) == ("STARTED", "There is not enough on the card.")
    program.bank.confirm(payment)
    for _ in range(2):
        done = (await program.ask(world.owner.viewer, confirm, **asked)).data["confirmPayment"]["payment"]
        assert done == {
            "state": "SUCCEEDED",
            "declinedBecause": "",
            "receiptNumber": "R2026-00001",
            "invoices": [{"invoiceNumber": invoice.number, "amount": {"amount": "50.00"}}],
        }
    nothing = (await program.ask(world.owner.viewer, start, key="b", ids=None)).data["startPayment"]
    assert nothing == {"__typename": "NothingToPay", "code": "NOTHING_TO_PAY", "path": ["invoiceIds"]}
