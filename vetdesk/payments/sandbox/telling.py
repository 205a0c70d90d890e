"""Telling: delivers the notices of the sandbox, signed, again and again until they are taken."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import structlog

from vetdesk.payments.signing import HEADER, signed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from vetdesk.payments.sandbox.book import Book

_GAPS = tuple(timedelta(seconds=seconds) for seconds in (1, 5, 30, 120, 600, 3600))
_MOST_TRIES = 40
_REST_SECONDS = 0.5
_log = structlog.get_logger("vetdesk.sandbox")


class Teller:
    """Delivers what is due; `wake` makes it look at once."""

    def __init__(self, book: Book, url: str, secret: str, *, now: Callable[[], datetime]) -> None:
        self._book = book
        self._url = url
        self._secret = secret
        self._now = now
        self.wake = asyncio.Event()

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with httpx.AsyncClient(timeout=5.0, trust_env=False) as client:
            while True:
                self.wake.clear()
                due = self._book.rows(
                    "SELECT * FROM notice WHERE due <= ? ORDER BY due, number LIMIT 20", self._now().timestamp()
                )
                for notice in due:
                    await self._deliver(client, notice["number"], notice["body"], notice["tries"])
                if not due:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(_REST_SECONDS):
                            await self.wake.wait()

    async def _deliver(self, client: httpx.AsyncClient, number: int, body: str, tries: int) -> None:
        content = body.encode()
        headers = {HEADER: signed(content, self._secret, at=self._now()), "Content-Type": "application/json"}
        try:
            is_taken = (await client.post(self._url, content=content, headers=headers)).is_success
        except httpx.HTTPError:
            is_taken = False
        if is_taken or tries >= _MOST_TRIES:
            self._book.write("DELETE FROM notice WHERE number = ?", number)
            return
        gap = _GAPS[min(tries, len(_GAPS) - 1)]
        due = (self._now() + gap).timestamp()
        self._book.write("UPDATE notice SET tries = tries + 1, due = ? WHERE number = ?", due, number)
        _log.info("notice_not_taken", tries=tries + 1)
