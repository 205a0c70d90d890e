"""The door of papers: whoever has a link to one may print it until it ends, and anybody may verify a certificate they hold."""

from __future__ import annotations

import re
import time
from datetime import date
from typing import TYPE_CHECKING, Any

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from graph import wire
from models.refusal import DatabaseUnavailable, NotFound, TooManyAttempts
from resolvers import links, papers, verifications
from resolvers.links import LinkBroken, LinkEnded
from resolvers.ports import CannotPrint
from vetdesk.papers.page import POLICY, of_certificate, of_trouble, words_for

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from resolvers.papers import Printed
    from resolvers.ports import Ports, Printer
    from resolvers.verifications import Verified
    from resolvers.wording import Wording

_log = structlog.get_logger("vetdesk.papers")
_HTML, _JSON = "text/html", "application/json"
# They name a pet, and whether a certificate stands may change at any moment.
_HEADERS = {
    "Cache-Control": "no-store",
    "Vary": "Accept, Accept-Language",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": POLICY,
}


class PaperDoor:
    """Answers at `/certificates/{token}`, `/certificates/{token}/pdf` and below `/papers`."""

    def __init__(self, ports: Ports, printer: Printer, *, now: Callable[[], datetime]) -> None:
        self._ports = ports
        self._printer = printer
        self._now = now

    async def verify(self, request: Request) -> Response:
        """Whether the certificate stands: as a page, or as JSON for whoever accepts that and no page."""
        return await self._answered(request, self._verified)

    async def print_certificate(self, request: Request) -> Response:
        """The certificate as PDF, for whoever has a link to it."""
        return await self._answered(request, self._certificate)

    async def print_paper(self, request: Request) -> Response:
        """Another paper as PDF, for whoever has a link to it."""
        return await self._answered(request, self._paper, unknown="gone")

    async def print_statement(self, request: Request) -> Response:
        """A statement as PDF, for whoever has a link to it."""
        return await self._answered(request, self._statement, unknown="gone")

    async def _answered(
        self,
        request: Request,
        answer: Callable[[Request], Awaitable[Response]],
        *,
        unknown: str = "unknown",
    ) -> Response:
        """The answer, or why there is none in words; one line in the log, without the address, which is a key."""
        started = time.perf_counter()
        try:
            response = await answer(request)
        except NotFound:
            response = _told(request, 404, "NOT_FOUND", unknown)
        except TooManyAttempts as refused:
            wait = {"Retry-After": str(refused.retry_after)}
            response = _told(request, 429, refused.code, "many", wait)
        except LinkBroken:
            response = _told(request, 403, "LINK_BROKEN", "broken")
        except LinkEnded:
            response = _told(request, 410, "LINK_ENDED", "ended")
        except CannotPrint as refused:
            # What is missing is for whoever runs this, and for nobody who reads the page.
            _log.error("cannot_print", reason=str(refused))
            response = _told(request, 503, "CANNOT_PRINT", "no_printer")
        except DatabaseUnavailable:
            response = _told(request, 503, "UNAVAILABLE", "later", {"Retry-After": "1"})
        took = round((time.perf_counter() - started) * 1000, 1)
        _log.info("request", view="paper", status=response.status_code, duration_ms=took)
        return response

    async def _verified(self, request: Request) -> Response:
        origin = request.client.host if request.client else "unknown"
        now, token = self._now(), request.path_params["token"]
        found = await verifications.verified(
            token, origin=origin, vault=self._ports.vault, rules=self._ports.rules, now=now
        )
        if _wants_json(request):
            return JSONResponse(_as_json(found, now), headers=_HEADERS)
        return HTMLResponse(of_certificate(found, _words(request), now=now).html, headers=_HEADERS)

    async def _certificate(self, request: Request) -> Response:
        token = request.path_params["token"]
        self._must_open(token, request)
        printed = await papers.certificate(
            token, printer=self._printer, public_url=self._ports.public_url, now=self._now()
        )
        return _handed_out(printed)

    async def _paper(self, request: Request) -> Response:
        kind, row_id = request.path_params["kind"], request.path_params["id"]
        self._must_open(f"{kind}/{row_id}", request)
        return _handed_out(await papers.of(kind, row_id, printer=self._printer, now=self._now()))

    async def _statement(self, request: Request) -> Response:
        account, first, last = (request.path_params[name] for name in ("id", "first", "last"))
        self._must_open(f"statements/{account}/{first}/{last}", request)
        days = papers.Days(date.fromisoformat(first), date.fromisoformat(last))
        return _handed_out(await papers.statement(account, days, printer=self._printer, now=self._now()))

    def _must_open(self, paper: str, request: Request) -> None:
        given = request.query_params
        links.must_open(paper, given.get("until", ""), given.get("seal", ""), vault=self._ports.vault, now=self._now())


def _handed_out(printed: Printed) -> Response:
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", printed.name).strip("-.") or "paper"
    shown = {"Content-Disposition": f'attachment; filename="{name}.pdf"', "ETag": f'"{printed.sha256}"'}
    return Response(printed.content, media_type="application/pdf", headers={**_HEADERS, **shown})


def _told(request: Request, status: int, code: str, trouble: str, more: dict[str, str] | None = None) -> Response:
    """Why there is no answer: for a person in her language, for a program in English."""
    headers = {**_HEADERS, **(more or {})}
    if _wants_json(request):
        return JSONResponse({"code": code, "message": of_trouble(trouble, words_for("")).sentences[0]}, status, headers)
    return HTMLResponse(of_trouble(trouble, _words(request)).html, status, headers)


def _words(request: Request) -> Wording:
    return words_for(request.headers.get("accept-language", ""))


def _wants_json(request: Request) -> bool:
    accepted = request.headers.get("accept")
    return wire.accepts(accepted, _JSON) and not wire.accepts(accepted, _HTML)


def _as_json(found: Verified, now: datetime) -> dict[str, Any]:
    """What a program is told, in the words of our contract; days are ISO dates."""
    return {
        "number": found.number,
        "pet": found.pet,
        "species": found.species,
        "product": found.product,
        "givenOn": _iso(found.given_on),
        "validUntil": _iso(found.valid_until),
        "practice": found.practice,
        "issuedOn": _iso(found.issued_on),
        "standing": found.standing.value,
        "isValid": found.holds_at(now),
        "voidedOn": _iso(found.voided_on),
        "replacedBy": found.replaced_by,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
