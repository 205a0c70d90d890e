"""The door of letters: whoever holds a letter does with one link what it was made for, without signing in.

Opening a link changes nothing, for mail programs and scanners open them all; a button does. A token is never logged.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from models import language
from models.refusal import (
    DatabaseUnavailable,
    LocationClosed,
    NotFound,
    PetHasDied,
    Refusal,
    RightNeeded,
    ServiceNotOffered,
    TooManyAttempts,
    TooManyPlanned,
)
from resolvers import from_letters, letter_links
from resolvers.from_letters import Tries, bookings, mailboxes, visits
from resolvers.letter_links import LinkBroken, LinkEnded
from resolvers.viewer import Viewer
from vetdesk.letter_pages import forms, pages, words
from vetdesk.letter_pages.forms import FromElsewhere, NotUnderstood
from vetdesk.letter_pages.page import POLICY

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from resolvers.from_letters import House, Reader
    from resolvers.from_letters.bookings import Booked, Offered
    from resolvers.letter_links import BookLink
    from resolvers.letters.facts import Place
    from resolvers.ports import Ports
    from vetdesk.letter_pages.page import Page
    from vetdesk.letter_pages.words import Words

_log = structlog.get_logger("vetdesk.letters")
# They name a pet and a visit, and are for whoever holds the letter alone.
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": POLICY,
}


@dataclass(slots=True)
class _Asked:
    """One request: with which token, when, and in which language it is answered as far as that is known."""

    request: Request
    token: str
    now: datetime
    language: str

    @property
    def is_deed(self) -> bool:
        return self.request.method == "POST"


class LetterDoor:
    """Answers below `/visits`, `/book` and `/unsubscribe`."""

    def __init__(self, ports: Ports, *, now: Callable[[], datetime]) -> None:
        self._ports = ports
        self._tries = Tries(ports.vault, ports.rules)
        self._now = now

    async def visit(self, request: Request) -> Response:
        """A visit, which its reader confirms or cancels."""
        return await self._answered(request, self._visit)

    async def book(self, request: Request) -> Response:
        """The free times for what is due, of which its reader books one."""
        return await self._answered(request, self._book)

    async def unsubscribe(self, request: Request) -> Response:
        """Ends letters of one purpose: by the button, or by the mail program itself (RFC 8058)."""
        return await self._answered(request, self._unsubscribe)

    async def _answered(self, request: Request, answer: Callable[[_Asked], Awaitable[Response]]) -> Response:
        """The answer, or why there is none in words; one line in the log, without the address, which is a key."""
        started = time.perf_counter()
        preferred = language.preferred(request.headers.get("accept-language", ""))
        asked = _Asked(request, request.path_params["token"], self._now(), preferred)
        try:
            response = await self._tried(asked, answer)
        except TooManyAttempts as refused:
            response = await _trouble(asked, 429, "many")
            response.headers["Retry-After"] = str(refused.retry_after)
        except DatabaseUnavailable:
            response = _shown(pages.of_trouble("later", words.of(asked.language), None), words.of(asked.language), 503)
            response.headers["Retry-After"] = "1"
        took = round((time.perf_counter() - started) * 1000, 1)
        _log.info("request", view="letter", status=response.status_code, duration_ms=took)
        return response

    async def _tried(self, asked: _Asked, answer: Callable[[_Asked], Awaitable[Response]]) -> Response:
        try:
            return await answer(asked)
        except LinkBroken:
            client = asked.request.client
            await self._tries.count_broken(client.host if client else "unknown", now=asked.now)
            return await _trouble(asked, 403, "broken")
        except LinkEnded:
            return await _trouble(asked, 410, "ended")
        except FromElsewhere:
            return await _trouble(asked, 403, "elsewhere")
        except NotUnderstood:
            return await _trouble(asked, 400, "asked")

    async def _visit(self, asked: _Asked) -> Response:
        link = letter_links.opened_visit(asked.token, vault=self._ports.vault)
        reader = await self._read_by(asked, link.client_id)
        if not asked.is_deed:
            shown = await visits.shown(reader, link, now=asked.now)
            return await self._about_visit(asked, shown)
        forms.must_be_ours(asked.request, self._ports.public_url)
        step = {pages.CONFIRM: visits.confirm, pages.CANCEL: visits.cancel}.get(await forms.value(asked.request, "do"))
        if step is None:
            raise NotUnderstood
        try:
            shown = await step(reader, link, now=asked.now)
        except RightNeeded:
            shown = await visits.shown(reader, link, now=asked.now)
        return await self._about_visit(asked, shown)

    async def _about_visit(self, asked: _Asked, shown: visits.ShownVisit) -> Response:
        said = words.of(asked.language, shown.visit.place.country)
        return _shown(pages.of_visit(shown, said, await from_letters.house()), said)

    async def _book(self, asked: _Asked) -> Response:
        link = letter_links.opened_book(asked.token, vault=self._ports.vault)
        reader = await self._read_by(asked, link.client_id)
        offer = await bookings.offered(reader, link, now=asked.now)
        said, house = words.of(asked.language, offer.item.place.country), await from_letters.house()
        if offer.booked is not None:
            return _shown(self._booked(offer.booked, asked, reader, said, house), said)
        if not offer.may_arrange:
            return _call(said.said("book", "another_owner"), said, house, offer.item.place)
        warning = ""
        try:
            if asked.is_deed:
                forms.must_be_ours(asked.request, self._ports.public_url)
                try:
                    booked = await self._taken(asked, reader, link, offer)
                    return _shown(self._booked(booked, asked, reader, said, house), said)
                except (*_CANNOT_HERE, PetHasDied):
                    raise
                except Refusal:
                    warning = said.said("book", "taken")
            first = forms.day(asked.request.query_params.get("from", ""))
            times = await bookings.times(reader, offer, first, now=asked.now)
            page = pages.of_times(offer, times, said, house, warning=warning)
            return _shown(page, said, 409 if warning else 200)
        except TooManyPlanned:
            return _call(said.said("book", "too_many"), said, house, offer.item.place)
        except _CANNOT_HERE:
            return _call(said.said("book", "not_online"), said, house, offer.item.place)
        except PetHasDied:
            raise LinkEnded from None

    async def _taken(self, asked: _Asked, reader: Reader, link: BookLink, offer: Offered) -> Booked:
        starts_at = forms.moment(await forms.value(asked.request, "at"))
        return await bookings.book(reader, link, offer, starts_at, vault=self._ports.vault, now=asked.now)

    def _booked(self, booked: Booked, asked: _Asked, reader: Reader, said: Words, house: House) -> Page:
        starts_at, vault, public_url = booked.visit.starts_at, self._ports.vault, self._ports.public_url
        address = ""
        if starts_at > asked.now:
            address = letter_links.visit(
                booked.appointment_id, reader.client_id, starts_at, vault=vault, public_url=public_url
            )
        return pages.of_booked(booked, said, house, address=address)

    async def _unsubscribe(self, asked: _Asked) -> Response:
        message_id = letter_links.opened_unsubscribe(asked.token, vault=self._ports.vault)
        await self._tries.count(asked.token, now=asked.now)
        if asked.is_deed:
            # No matter from where: a mail program does this for its reader, and knows no more than the token.
            if not await forms.is_one_click(asked.request) and await forms.value(asked.request, "do") != pages.YES:
                raise NotUnderstood
            shown = await mailboxes.unsubscribe(Viewer.system("unsubscribe link"), message_id, now=asked.now)
        else:
            shown = await mailboxes.shown(message_id)
        said = words.of(shown.language)
        return _shown(pages.of_mailbox(shown, said, await from_letters.house()), said)

    async def _read_by(self, asked: _Asked, client_id: UUID) -> Reader:
        """Who holds the letter; from here on it is answered in her language."""
        await self._tries.count(asked.token, now=asked.now)
        reader = await from_letters.reader(client_id)
        asked.language = reader.language
        return reader


_CANNOT_HERE: Final = (ServiceNotOffered, LocationClosed, NotFound, RightNeeded, TooManyPlanned)


def _shown(page: Page, said: Words, status: int = 200) -> Response:
    return HTMLResponse(page.html(said.language), status, _HEADERS)


def _call(sentence: str, said: Words, house: House, place: Place) -> Response:
    return _shown(pages.of_call(sentence, said, house, place), said)


async def _trouble(asked: _Asked, status: int, trouble: str) -> Response:
    said = words.of(asked.language)
    return _shown(pages.of_trouble(trouble, said, await from_letters.house()), said, status)
