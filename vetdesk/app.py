"""The app: what answers at which address."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.refusal import DatabaseUnavailable
from vetdesk import landing
from vetdesk.bounces import BounceDoor
from vetdesk.journals import JournalDoor
from vetdesk.letter_pages import LetterDoor
from vetdesk.papers import PaperDoor
from vetdesk.payments import NoticeDoor

# Answers None when all is well, else the sentence that says what is not.
Check: TypeAlias = Callable[[], Awaitable[str | None]]
Lifespan: TypeAlias = Callable[[Starlette], AbstractAsyncContextManager[None]]

_CHECK_SECONDS = 2.0
_JWKS_SECONDS = 300
# As ASGI wants them: names in lower case.
_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
_ENCRYPTED = (*_ALWAYS, (b"strict-transport-security", b"max-age=31536000"))


def create_app(
    *,
    staff: ASGIApp,
    owner: ASGIApp,
    jwks: Callable[[], Awaitable[Mapping[str, Any]]],
    checks: Mapping[str, Check],
    lifespan: Lifespan,
    cors_origins: Sequence[str] = (),
    development: bool = False,
    papers: PaperDoor | None = None,
    letters: LetterDoor | None = None,
    notices: NoticeDoor | None = None,
    bounces: BounceDoor | None = None,
    journals: JournalDoor | None = None,
    metrics: Callable[[Request], Awaitable[Response]] | None = None,
) -> Starlette:
    """The whole program as one ASGI app.

    `staff` and `owner` are the two endpoints. `jwks` tells the public keys. `checks` are asked, each by its name,
    whether this process can work. `cors_origins` are the web pages that may call us.
    `papers` answers whoever holds a certificate, or a link to a paper, `journals` whoever has a link to the books,
    `letters` whoever holds a letter with a link.
    `notices` takes in what the payment provider tells us, `bounces` the letters that came back; without one there is no
    such address.
    `metrics` answers whoever keeps an eye on the machine; without it there is no such page.
    """
    return Starlette(
        routes=[
            Route("/", _page(landing.page(development=development)), methods=["GET"]),
            Route("/staff/graphql", staff),
            Route("/owner/graphql", owner),
            WebSocketRoute("/staff/graphql", staff),
            WebSocketRoute("/owner/graphql", owner),
            Route("/healthz", _healthy, methods=["GET"]),
            Route("/readyz", _ready(checks), methods=["GET"]),
            Route("/.well-known/jwks.json", _keys(jwks), methods=["GET"]),
            *(_papers(papers) if papers else []),
            *(_letters(letters) if letters else []),
            *([Route("/payments/notices", notices.take, methods=["POST"])] if notices else []),
            *([Route("/bounces", bounces.take, methods=["POST"])] if bounces else []),
            *([Route("/journals/{entity}/{first}/{last}.{way}", journals.print, methods=["GET"])] if journals else []),
            *([Route("/metrics", metrics, methods=["GET"])] if metrics else []),
        ],
        middleware=[Middleware(SecurityHeaders), *_cors(cors_origins)],
        lifespan=lifespan,
    )


class SecurityHeaders:
    """Sends the headers that keep browsers careful, unless an answer has its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, with the headers added."""

        async def send_carefully(message: Message) -> None:
            if message["type"] == "http.response.start":
                has = {name for name, _ in message["headers"]}
                ours = _ENCRYPTED if scope.get("scheme") == "https" else _ALWAYS
                message["headers"] = [*message["headers"], *[each for each in ours if each[0] not in has]]
            await send(message)

        await self._app(scope, receive, send_carefully if scope["type"] == "http" else send)


def _cors(origins: Sequence[str]) -> list[Middleware]:
    if not origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_methods=["GET", "POST"],
            allow_headers=["Accept", "Authorization", "Content-Type"],
            expose_headers=["X-Request-Id", "Retry-After", "WWW-Authenticate"],
            max_age=7200,
        ),
    ]


def _papers(door: PaperDoor) -> list[Route]:
    return [
        Route("/certificates/{token}", door.verify, methods=["GET"]),
        Route("/certificates/{token}/pdf", door.print_certificate, methods=["GET"]),
        Route("/papers/statements/{id:uuid}/{first}/{last}", door.print_statement, methods=["GET"]),
        Route("/papers/{kind}/{id:uuid}", door.print_paper, methods=["GET"]),
    ]


def _letters(door: LetterDoor) -> list[Route]:
    return [
        Route("/visits/{token}", door.visit, methods=["GET", "POST"]),
        Route("/book/{token}", door.book, methods=["GET", "POST"]),
        Route("/unsubscribe/{token}", door.unsubscribe, methods=["GET", "POST"]),
    ]


def _page(html: str) -> Callable[[Request], Awaitable[Response]]:
    async def page(_request: Request) -> Response:
        return HTMLResponse(html, headers={"Content-Security-Policy": landing.POLICY})

    return page


async def _healthy(_request: Request) -> Response:
    """Whether this process is alive; asks nobody else."""
    return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})


def _ready(checks: Mapping[str, Check]) -> Callable[[Request], Awaitable[Response]]:
    async def ready(_request: Request) -> Response:
        """Whether this process can work now."""
        found = dict(zip(checks, await asyncio.gather(*map(_asked, checks.values())), strict=True))
        troubles = {name: trouble for name, trouble in found.items() if trouble}
        body = {name: trouble or "ok" for name, trouble in found.items()}
        return JSONResponse(body, status_code=503 if troubles else 200, headers={"Cache-Control": "no-store"})

    return ready


async def _asked(check: Check) -> str | None:
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            return await check()
    except DatabaseUnavailable:
        return "The database cannot be reached."
    except TimeoutError:
        return f"There was no answer within {_CHECK_SECONDS:g} seconds."


def _keys(jwks: Callable[[], Awaitable[Mapping[str, Any]]]) -> Callable[[Request], Awaitable[Response]]:
    async def keys(_request: Request) -> Response:
        """The public keys that our access tokens are signed with."""
        try:
            published = await jwks()
        except DatabaseUnavailable:
            return PlainTextResponse("Please try again in a moment.\n", 503, headers={"Retry-After": "1"})
        return JSONResponse(dict(published), headers={"Cache-Control": f"public, max-age={_JWKS_SECONDS}"})

    return keys
