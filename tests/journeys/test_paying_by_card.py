"""An owner pays by card with real processes: a server, a payment provider, and HTTP both ways."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from models import EntryKind, LedgerEntry, Payment, PaymentState, ProviderNotice, Session, period
from resolvers import ledger
from resolvers.viewer import Audience, Viewer
from tests.callers import at
from tests.doors import Program, id_of
from tests.served import Process, served
from tests.world import a_world
from tests.world.money import an_invoice
from vetdesk.payments.sandbox.cards import Card

KEYS = {"PAYMENTS_KEY": "the key of the practice", "PAYMENTS_NOTICE_SECRETS": "the secret of the notices"}
START = """mutation Start($key: String!, $ids: [ID!]) { startPayment(input: { invoiceIds: $ids, idempotencyKey: $key })
  { __typename ... on PaymentStarted { clientSecret confirmUrl payment { id state } } ... on Refusal { code message } } }"""
CONFIRM = """mutation Confirm($key: String!, $id: ID!) { confirmPayment(input: { paymentId: $id, idempotencyKey: $key })
  { __typename ... on PaymentConfirmed { payment { state receiptNumber } } ... on Refusal { code message } } }"""


def a_free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


async def _until(found: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await found():  # noqa: ASYNC110  another process has no event to set
            await asyncio.sleep(0.02)


async def a_token(viewer: Viewer) -> str:
    """What lets somebody in now: real processes go by the clock on the wall."""
    program = Program()
    program.clock.now = period.now()
    await Session.filter(id=viewer.session_id).update(expires_at=period.now() + timedelta(days=1))
    return await program.token(viewer)


@asynccontextmanager
async def a_provider(url: str, server: str, folder: Path) -> AsyncIterator[Process]:
    """A sandbox at that address, which tells the server what happens; stopped at the end of the block."""
    told: dict[str, Any] = {"MODE": "development", "PAYMENTS_URL": url, "PUBLIC_URL": server, **KEYS}
    process = Process("sandbox-payments", url=f"sqlite:///{folder}/none.sqlite3", folder=str(folder), **told)
    try:
        async with httpx.AsyncClient() as client:

            async def answers() -> bool:
                try:
                    return (await client.get(url)).status_code == 200
                except httpx.TransportError:
                    return False

            await _until(answers)
        yield process
    finally:
        process.stop()


async def paid_at_the_page(begun: dict[str, Any], card: Card) -> str:
    """The payer's browser: she opens the page, chooses a card and sends it."""
    url = begun["confirmUrl"]
    async with httpx.AsyncClient() as browser:
        assert (await browser.get(url)).status_code == 200
        form = {"client_secret": begun["clientSecret"], "card": card.value}
        return (await browser.post(url, data=form)).text


async def test_an_owner_pays_and_phone_provider_and_notices_fail_on_the_way(database, tmp_path):
    world, provider = await a_world(), f"http://127.0.0.1:{a_free_port()}"
    first, second = await an_invoice(world.owner), await an_invoice(world.owner, gross=2000)
    token = await a_token(world.owner.viewer)
    settings: dict[str, Any] = {"PAYMENTS_URL": provider, "WORKER_EVERY_SECONDS": "0.1", **KEYS}
    async with served(database.url, **settings) as (server,), at(server.address) as outside:

        async def asked(document: str, **variables: Any) -> Any:
            answer = await outside.ask(Audience.OWNER, document, token=token, **variables)
            (told,) = answer.data.values()
            return told

        # The provider is not there yet.
        told = await asked(START, key="first", ids=[id_of(first)])
        assert told["code"] == "PAYMENTS_UNAVAILABLE"

        async with a_provider(provider, server.address, tmp_path) as sandbox:
            # The same tap again goes on; then the phone dies, and the notices come twice and in the wrong order.
            begun = await asked(START, key="first", ids=[id_of(first)])
            assert await Payment.all().count() == 1
            assert "is confirmed" in await paid_at_the_page(begun, Card.TELLS_ASKEW)

            async def is_settled() -> bool:
                return (await Payment.get()).state is PaymentState.SUCCEEDED

            await _until(is_settled)
            assert await ledger.open_of([first.id]) == {first.id: 0}

            # The second one, and the provider dies when it is confirmed.
            begun = await asked(START, key="second", ids=None)
            assert "try another one" in await paid_at_the_page(begun, Card.NO_FUNDS)
            assert (await asked(CONFIRM, key="declined", id=begun["payment"]["id"]))["payment"]["state"] == "STARTED"
            assert "is confirmed" in await paid_at_the_page(begun, Card.TELLS_LATE)
            sandbox.stop(signal.SIGKILL)
            told = await asked(CONFIRM, key="second", id=begun["payment"]["id"])
            assert told["code"] == "PAYMENTS_UNAVAILABLE"

        async with a_provider(provider, server.address, tmp_path):
            for done in await asyncio.gather(
                *(asked(CONFIRM, key="second", id=begun["payment"]["id"]) for _ in range(3))
            ):
                assert done["payment"]["state"] == "SUCCEEDED"
            assert await ledger.open_of([second.id]) == {second.id: 0}
            taken = await LedgerEntry.filter(kind=EntryKind.PAYMENT).order_by("minor")
            assert [one.minor for one in taken] == [2000, 5000]
            assert "payment.captured" in {one.kind for one in await ProviderNotice.all()}
    assert server.said(event="payment_failed_unexpectedly") == []


async def test_without_a_provider_paying_by_card_is_refused_in_words(database):
    world = await a_world()
    await an_invoice(world.owner)
    token = await a_token(world.owner.viewer)
    async with served(database.url) as (server,), at(server.address) as outside:
        answer = await outside.ask(Audience.OWNER, START, token=token, key="a", ids=None)
        assert answer.data["startPayment"]["code"] == "PAYMENTS_UNAVAILABLE"
        assert (await outside.client.post("/payments/notices", content=b"{}")).status_code == 404
