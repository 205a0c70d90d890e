"""The app of the sandbox: what answers at which address."""

from __future__ import annotations

import asyncio
import hmac
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from vetdesk.payments.sandbox import page
from vetdesk.payments.sandbox.cards import Card, known
from vetdesk.payments.sandbox.provider import Pace, Provider, Refused
from vetdesk.payments.sandbox.telling import Teller

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
    from datetime import datetime

    from vetdesk.payments.sandbox.book import Book

_MOST_BYTES = 16_384
Answer = dict[str, Any]


def create_sandbox(
    book: Book,
    *,
    key: str,
    public_url: str,
    notices_url: str,
    notice_secret: str,
    now: Callable[[], datetime],
    pace: Pace | None = None,
) -> Starlette:
    """The sandbox as an ASGI app, on that file.

    `key` is what the practice shows to be let in; `public_url` is where a payer finds the page to confirm at. Notices
    go to `notices_url`, signed with `notice_secret`.
    """
    pace = pace or Pace()
    provider = Provider(book, pace=pace, now=now)
    teller = Teller(book, notices_url, notice_secret, now=now)
    doors = _Doors(provider, key=key, public_url=public_url, pace=pace, wake=teller.wake)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        telling = asyncio.create_task(teller.run())
        try:
            yield
        finally:
            telling.cancel()
            await asyncio.wait([telling])
            book.close()

    return Starlette(
        routes=[
            Route("/", _page(page.cards()), methods=["GET"]),
            Route("/v1/payments", doors.start, methods=["POST"]),
            Route("/v1/payments/{ref}", doors.payment, methods=["GET"]),
            Route("/v1/payments/{ref}/capture", doors.capture, methods=["POST"]),
            Route("/v1/payments/{ref}/cancel", doors.cancel, methods=["POST"]),
            Route("/v1/payments/{ref}/confirm", doors.confirm, methods=["POST"]),
            Route("/v1/payments/{ref}/dispute", doors.dispute, methods=["POST"]),
            Route("/v1/refunds", doors.refund, methods=["POST"]),
            Route("/v1/refunds", doors.refunds, methods=["GET"]),
            Route("/v1/disputes", doors.disputes, methods=["GET"]),
            Route("/v1/disputes/{ref}/settle", doors.settle, methods=["POST"]),
            Route("/pay/{ref}", doors.show, methods=["GET"]),
            Route("/pay/{ref}", doors.pay, methods=["POST"]),
        ],
        lifespan=lifespan,
    )


class _Doors:
    """Turns requests into what the provider does, and what it says into answers."""

    def __init__(self, provider: Provider, *, key: str, public_url: str, pace: Pace, wake: asyncio.Event) -> None:
        self._provider = provider
        self._key = key.encode()
        self._public_url = public_url
        self._pace = pace
        self._wake = wake

    async def start(self, request: Request) -> Response:
        """POST /v1/payments."""
        return await self._for_the_practice(
            request, lambda given: self._told(self._provider.start(given, key=_key(request)))
        )

    async def payment(self, request: Request) -> Response:
        """GET /v1/payments/{ref}."""
        return await self._for_the_practice(request, lambda _: self._told(self._provider.payment(_ref(request))))

    async def capture(self, request: Request) -> Response:
        """POST /v1/payments/{ref}/capture."""
        return await self._for_the_practice(request, lambda _: self._told(self._provider.capture(_ref(request))))

    async def cancel(self, request: Request) -> Response:
        """POST /v1/payments/{ref}/cancel."""
        return await self._for_the_practice(request, lambda _: self._told(self._provider.cancel(_ref(request))))

    async def refund(self, request: Request) -> Response:
        """POST /v1/refunds."""
        return await self._for_the_practice(request, lambda given: self._provider.refund(given, key=_key(request)))

    async def refunds(self, request: Request) -> Response:
        """GET /v1/refunds?payment=…&reference=…."""
        asked = request.query_params
        return await self._for_the_practice(
            request, lambda _: {"data": self._provider.refunds(asked.get("payment", ""), asked.get("reference"))}
        )

    async def disputes(self, request: Request) -> Response:
        """GET /v1/disputes?payment=…."""
        ref = request.query_params.get("payment", "")
        return await self._for_the_practice(request, lambda _: {"data": self._provider.disputes(ref)})

    async def dispute(self, request: Request) -> Response:
        """POST /v1/payments/{ref}/dispute: what no real provider offers."""
        return await self._for_the_practice(request, lambda _: self._provider.dispute(_ref(request)))

    async def settle(self, request: Request) -> Response:
        """POST /v1/disputes/{ref}/settle: what no real provider offers."""
        return await self._for_the_practice(
            request, lambda given: self._provider.settle_dispute(_ref(request), str(given.get("status")))
        )

    async def confirm(self, request: Request) -> Response:
        """POST /v1/payments/{ref}/confirm: for the app of whoever pays, with the client secret instead of the key."""
        try:
            given = await _body(request)
            payment = await self._confirmed(_ref(request), given)
        except Refused as refused:
            return _error(refused)
        if payment["declined"]:
            return _error(Refused(402, "declined", payment["declined"]))
        return JSONResponse({"id": payment["id"], "status": payment["status"], "asks": payment.get("asks", False)})

    async def show(self, request: Request) -> Response:
        """GET /pay/{ref}: the page at which a person confirms."""
        return await self._shown(request, request.query_params.get("secret", ""))

    async def pay(self, request: Request) -> Response:
        """POST /pay/{ref}: what the page sends."""
        form = parse_qs((await request.body())[:_MOST_BYTES].decode("utf-8", "replace"))
        given: Answer = {name: values[0] for name, values in form.items()}
        given["approved"] = given.get("approved") == "yes"
        try:
            payment = await self._confirmed(_ref(request), given)
        except Refused as refused:
            return _html(page.sentence(refused.sentence), refused.status)
        if payment.get("asks"):
            return _html(page.asking(payment, str(given.get("card"))))
        return _html(page.to_confirm(payment) if payment["status"] == "waiting" else page.done(payment))

    async def _shown(self, request: Request, secret: str) -> Response:
        try:
            payment = self._provider.payment(_ref(request))
        except Refused as refused:
            return _html(page.sentence(refused.sentence), refused.status)
        if not hmac.compare_digest(secret.encode(), payment["client_secret"].encode()):
            return _html(page.sentence("There is no such payment."), 404)
        return _html(page.to_confirm(payment) if payment["status"] == "waiting" else page.done(payment))

    async def _confirmed(self, ref: str, given: Mapping[str, Any]) -> Answer:
        payment = self._provider.confirm(ref, given)
        self._wake.set()
        if known(str(given.get("card", ""))) is Card.SLOW:
            await asyncio.sleep(self._pace.slow.total_seconds())
        return payment

    async def _for_the_practice(self, request: Request, work: Callable[[Answer], Mapping[str, Any]]) -> Response:
        shown = request.headers.get("authorization", "").removeprefix("Bearer ").encode()
        if not hmac.compare_digest(shown, self._key):
            return _error(Refused(401, "no_key", "Please show the key of the practice."))
        try:
            answer = work(await _body(request) if request.method == "POST" else {})
        except Refused as refused:
            return _error(refused)
        self._wake.set()
        return JSONResponse(dict(answer))

    def _told(self, payment: Answer) -> Answer:
        """A payment as the practice is told of it, with the page at which it can be confirmed."""
        url = f"{self._public_url}/pay/{payment['id']}?secret={payment['client_secret']}"
        return {**payment, "confirm_url": url}


async def _body(request: Request) -> Answer:
    try:
        told = json.loads((await request.body())[:_MOST_BYTES])
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise Refused(400, "no_json", "The body has to be a JSON object.")
    return told


def _key(request: Request) -> str:
    return request.headers.get("idempotency-key", "")


def _ref(request: Request) -> str:
    return str(request.path_params["ref"])


def _error(refused: Refused) -> Response:
    return JSONResponse({"error": {"code": refused.code, "message": refused.sentence}}, refused.status)


def _page(html: str) -> Callable[[Request], Awaitable[Response]]:
    async def shown(_request: Request) -> Response:
        return _html(html)

    return shown


def _html(text: str, status: int = 200) -> Response:
    return HTMLResponse(text, status, headers={"Content-Security-Policy": page.POLICY, "Cache-Control": "no-store"})
