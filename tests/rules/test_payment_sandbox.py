"""The sandbox keeps the rules of a payment provider, and our client understands it, and whatever else may answer."""

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from resolvers.ports import (
    GatewayRefused,
    GatewayUnavailable,
    OnlineDisputeState,
    OnlineRefundState,
    OnlineState,
)
from tests.postbox import Clock
from tests.world import NOW
from vetdesk.payments import HttpGateway, gateway
from vetdesk.payments.sandbox import create_sandbox
from vetdesk.payments.sandbox.book import Book
from vetdesk.payments.sandbox.cards import ABOUT, Card
from vetdesk.payments.sandbox.provider import Pace
from vetdesk.payments.signing import HEADER, must_be_signed

pytestmark = pytest.mark.anyio

KEY, SECRET = "the key of the practice", "the secret of the notices"
PACE = Pace(slow=timedelta(), late=timedelta(minutes=1), askew=timedelta(seconds=2))


class Sandbox:
    """A sandbox without a socket, our client of it, and what a payer's app does."""

    def __init__(self, file):
        self.clock = Clock(NOW)
        self.book = Book(file)
        app = create_sandbox(
            self.book,
            key=KEY,
            public_url="http://sandbox.example",
            notices_url="http://vet.example/payments/notices",
            notice_secret=SECRET,
            now=self.clock,
            pace=PACE,
        )
        transport = httpx.ASGITransport(app)
        self.gateway = HttpGateway("http://sandbox.example", KEY, transport=transport)
        self.http = httpx.AsyncClient(base_url="http://sandbox.example", transport=transport)

    async def started(self, minor=5000, currency="EUR"):
        return await self.gateway.start(uuid4(), minor, currency, description="2026-00001")

    async def confirmed(self, card=Card.SUCCEEDS, minor=5000):
        online = await self.started(minor)
        await self.paid_with(online, card)
        return online

    async def captured(self, card=Card.SUCCEEDS, minor=5000):
        return await self.gateway.capture((await self.confirmed(card, minor)).ref)

    async def paid_with(self, online, card, **more):
        given = {"client_secret": online.client_secret, "card": card, **more}
        return await self.http.post(f"/v1/payments/{online.ref}/confirm", json=given)

    def told(self, online):
        rows = self.book.rows("SELECT * FROM notice WHERE body LIKE ? ORDER BY due, number", f"%{online.ref}%")
        return [(one["body"].split('"type": "')[1].split('"')[0], one["due"] - NOW.timestamp()) for one in rows]


@pytest.fixture
def sandbox(tmp_path):
    return Sandbox(tmp_path / "sandbox.sqlite3")


async def test_a_payment_is_confirmed_and_captured_and_given_back(sandbox):
    online = await sandbox.started()
    assert (online.state, online.minor, online.captured_minor) == (OnlineState.WAITING, 5000, 0)
    assert online.confirm_url == f"http://sandbox.example/pay/{online.ref}?secret={online.client_secret}"
    await sandbox.paid_with(online, Card.SUCCEEDS)
    assert (await sandbox.gateway.look_up(online.ref)).state is OnlineState.CONFIRMED
    for _ in range(2):
        captured = await sandbox.gateway.capture(online.ref)
        assert (captured.state, captured.captured_minor) == (OnlineState.CAPTURED, 5000)
    refund_id = uuid4()
    assert await sandbox.gateway.look_up_refund(refund_id, online.ref) is None
    back = await sandbox.gateway.refund(refund_id, online.ref, 3000, "EUR")
    assert (back.state, back.minor) == (OnlineRefundState.SUCCEEDED, 3000)
    assert await sandbox.gateway.refund(refund_id, online.ref, 3000, "EUR") == back
    assert await sandbox.gateway.look_up_refund(refund_id, online.ref) == back
    with pytest.raises(GatewayRefused):
        await sandbox.gateway.refund(uuid4(), online.ref, 2001, "EUR")
    await sandbox.gateway.refund(uuid4(), online.ref, 2000, "EUR")


async def test_the_same_key_with_other_words_is_no_answer_about_the_first(sandbox):
    payment_id = uuid4()
    first = await sandbox.gateway.start(payment_id, 5000, "EUR", description="a")
    assert await sandbox.gateway.start(payment_id, 5000, "EUR", description="a") == first
    with pytest.raises(GatewayUnavailable):
        await sandbox.gateway.start(payment_id, 5001, "EUR", description="a")


async def test_what_is_not_confirmed_is_not_captured_and_what_is_captured_not_cancelled(sandbox):
    waiting, captured = await sandbox.started(), await sandbox.captured()
    with pytest.raises(GatewayRefused):
        await sandbox.gateway.capture(waiting.ref)
    with pytest.raises(GatewayRefused):
        await sandbox.gateway.cancel(captured.ref)
    for _ in range(2):
        assert (await sandbox.gateway.cancel(waiting.ref)).state is OnlineState.CANCELLED
    with pytest.raises(GatewayRefused):
        await sandbox.gateway.capture(waiting.ref)
    assert (await sandbox.paid_with(waiting, Card.SUCCEEDS)).status_code == 409


@pytest.mark.parametrize("card", [Card.DECLINED, Card.NO_FUNDS])
async def test_a_declined_card_leaves_it_waiting_for_another(sandbox, card):
    online = await sandbox.started()
    assert (await sandbox.paid_with(online, card)).status_code == 402
    seen = await sandbox.gateway.look_up(online.ref)
    assert seen.state is OnlineState.WAITING
    assert seen.declined_because.endswith("Please try another one.")
    await sandbox.paid_with(online, Card.SUCCEEDS)
    seen = await sandbox.gateway.look_up(online.ref)
    assert (seen.state, seen.declined_because) == (OnlineState.CONFIRMED, "")


async def test_a_bank_that_asks_wants_a_second_call(sandbox):
    online = await sandbox.started()
    assert (await sandbox.paid_with(online, Card.ASKS)).json() == {"id": online.ref, "status": "waiting", "asks": True}
    answer = await sandbox.paid_with(online, Card.ASKS, approved=True)
    assert answer.json() == {"id": online.ref, "status": "confirmed", "asks": False}


async def test_whoever_does_not_know_the_secret_or_the_key_gets_nowhere(sandbox):
    online = await sandbox.started()
    forged = replace(online, client_secret="é")
    assert (await sandbox.paid_with(forged, Card.SUCCEEDS)).status_code == 404
    assert (await sandbox.http.get(f"/pay/{online.ref}?secret=x")).status_code == 404
    assert (await sandbox.http.get(f"/v1/payments/{online.ref}")).status_code == 401
    stranger = HttpGateway("http://sandbox.example", "no key", transport=sandbox.http._transport)
    with pytest.raises(GatewayUnavailable):
        await stranger.look_up(online.ref)


async def test_a_person_confirms_at_a_page(sandbox):
    online = await sandbox.started(1250)
    page = await sandbox.http.get(online.confirm_url)
    assert "Pay 12.50 EUR" in page.text
    assert all(number in page.text for number in ABOUT)
    form = {"client_secret": online.client_secret, "card": Card.ASKS.value}
    asks = await sandbox.http.post(f"/pay/{online.ref}", data=form)
    assert "Your bank asks" in asks.text
    done = await sandbox.http.post(f"/pay/{online.ref}", data={**form, "approved": "yes"})
    assert "The payment of 12.50 EUR is confirmed." in done.text
    assert (await sandbox.gateway.look_up(online.ref)).state is OnlineState.CONFIRMED


async def test_a_card_that_falls_through_is_confirmed_and_then_declined(sandbox):
    online = await sandbox.confirmed(Card.FALLS_THROUGH)
    captured = await sandbox.gateway.capture(online.ref)
    assert (captured.state, captured.captured_minor) == (OnlineState.WAITING, 0)


async def test_a_disputed_card_is_disputed_once_it_is_captured_and_its_bank_decides(sandbox):
    online = await sandbox.captured(Card.DISPUTED)
    (dispute,) = await sandbox.gateway.disputes(online.ref)
    assert (dispute.state, dispute.minor) == (OnlineDisputeState.OPEN, 5000)
    with pytest.raises(GatewayRefused):
        await sandbox.gateway.refund(uuid4(), online.ref, 1000, "EUR")
    headers = {"Authorization": f"Bearer {KEY}"}
    await sandbox.http.post(f"/v1/disputes/{dispute.ref}/settle", json={"status": "lost"}, headers=headers)
    (dispute,) = await sandbox.gateway.disputes(online.ref)
    assert dispute.state is OnlineDisputeState.LOST


@pytest.mark.parametrize(
    ("card", "fate"),
    [(Card.NO_REFUND, OnlineRefundState.FAILED), (Card.SLOW_REFUND, OnlineRefundState.SUCCEEDED)],
)
async def test_a_refund_that_takes_its_time_settles_later(sandbox, card, fate):
    online, refund_id = await sandbox.captured(card), uuid4()
    assert (await sandbox.gateway.refund(refund_id, online.ref, 1000, "EUR")).state is OnlineRefundState.PENDING
    sandbox.clock.forward(PACE.late)
    found = await sandbox.gateway.look_up_refund(refund_id, online.ref)
    assert found is not None
    assert found.state is fate


async def test_notices_come_once_or_late_or_twice_and_in_the_wrong_order_as_the_card_has_it(sandbox):
    assert sandbox.told(await sandbox.captured()) == [("payment.confirmed", 0), ("payment.captured", 0)]
    assert sandbox.told(await sandbox.captured(Card.TELLS_LATE)) == [
        ("payment.confirmed", 60),
        ("payment.captured", 60),
    ]
    assert sandbox.told(await sandbox.captured(Card.TELLS_ASKEW)) == [
        *[("payment.captured", 0)] * 2,
        *[("payment.confirmed", 2)] * 2,
    ]


async def test_what_the_provider_knows_survives_its_process(sandbox, tmp_path):
    online, payment_id = await sandbox.confirmed(), uuid4()
    other = await sandbox.gateway.start(payment_id, 700, "EUR", description="a")
    reopened = Sandbox(tmp_path / "sandbox.sqlite3")
    assert (await reopened.gateway.look_up(online.ref)).state is OnlineState.CONFIRMED
    assert await reopened.gateway.start(payment_id, 700, "EUR", description="a") == other
    assert (await reopened.gateway.capture(online.ref)).captured_minor == 5000


@pytest.mark.parametrize(("minor", "currency"), [(5, "XXZ"), (0, "EUR"), (10**12, "EUR")])
async def test_an_amount_that_is_none_is_refused(sandbox, minor, currency):
    given = {"amount": minor, "currency": currency}
    headers = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": "a"}
    assert (await sandbox.http.post("/v1/payments", json=given, headers=headers)).status_code == 400


# What may answer


@asynccontextmanager
async def answering(*answers):
    """Our client of somebody who gives these answers, one after the other; and the keys it was asked under."""
    keys, left = [], list(answers)

    def answer(request):
        keys.append(request.headers.get("idempotency-key"))
        told = left.pop(0)
        if isinstance(told, Exception):
            raise told
        return told

    client = HttpGateway("https://provider.example", KEY, transport=httpx.MockTransport(answer))
    try:
        yield client, keys
    finally:
        await client.close()


GOOD = {
    "id": "pay_1",
    "status": "waiting",
    "amount": 5000,
    "captured": 0,
    "currency": "EUR",
    "client_secret": "s",
    "confirm_url": "u",
}


async def test_a_call_without_an_answer_is_made_again_under_the_same_key(monkeypatch):
    monkeypatch.setattr(gateway, "_PAUSES", (0,))
    for trouble in (httpx.ReadTimeout("late"), httpx.ConnectError("gone"), httpx.Response(503)):
        async with answering(trouble, httpx.Response(200, json=GOOD)) as (client, keys):
            payment_id = uuid4()
            assert (await client.start(payment_id, 5000, "EUR", description="")).ref == "pay_1"
            assert keys == [f"payment-{payment_id}"] * 2


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(401, json={"error": {"code": "no_key"}}),
        httpx.Response(404, json={"error": {"code": "not_found"}}),
        httpx.Response(429, json={"error": {"code": "slowly"}}),
        httpx.Response(409, json={"error": {"code": "key_reused"}}),
        httpx.Response(409, text="a proxy"),
        httpx.Response(302),
        httpx.Response(200, text="a proxy"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={**GOOD, "status": "unheard of"}),
        httpx.Response(200, json={**GOOD, "amount": "5000"}),
        httpx.Response(200, json={**GOOD, "currency": "XXZ"}),
        httpx.Response(200, json={"id": "pay_1"}),
    ],
)
async def test_an_answer_that_is_not_clear_is_none(answer):
    async with answering(answer) as (client, _):
        with pytest.raises(GatewayUnavailable):
            await client.look_up("pay_1")


async def test_only_a_clear_no_is_one():
    async with answering(httpx.Response(402, json={"error": {"code": "declined", "message": "No."}})) as (client, _):
        with pytest.raises(GatewayRefused, match=r"No\."):
            await client.capture("pay_1")


async def test_a_name_of_the_provider_cannot_lead_elsewhere():
    async with answering(httpx.Response(200, json=GOOD)) as (client, _):
        asked: list[str] = []
        client._client.event_hooks = {"request": [_noting(asked)]}
        await client.look_up("../../x?y=")
        assert asked == ["/v1/payments/..%2F..%2Fx%3Fy%3D"]


def _noting(asked):
    async def note(request):
        asked.append(request.url.raw_path.decode())

    return note


async def test_a_notice_is_signed_over_what_is_sent(sandbox, monkeypatch):
    from vetdesk.payments.sandbox import telling

    await sandbox.captured()
    sent = []

    def take(request):
        must_be_signed(request.headers[HEADER], request.content, [SECRET], now=NOW)
        sent.append(request.content)
        return httpx.Response(503 if len(sent) == 1 else 200)

    teller = telling.Teller(sandbox.book, "http://vet.example/n", SECRET, now=sandbox.clock)
    async with httpx.AsyncClient(transport=httpx.MockTransport(take)) as client:
        for seconds in (0, 1):
            sandbox.clock.forward(timedelta(seconds=seconds))
            for one in sandbox.book.rows("SELECT * FROM notice WHERE due <= ?", sandbox.clock().timestamp()):
                await teller._deliver(client, one["number"], one["body"], one["tries"])
    assert (len(sent), sent[2], sandbox.book.rows("SELECT * FROM notice")) == (3, sent[0], [])
