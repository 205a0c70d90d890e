"""The reading log: who has read in whose record is written down after the answer, many at once."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

import structlog

from models import RecordReading
from models.row import uuid7
from resolvers import readings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from resolvers.viewer import Viewer

MOST_WAITING = 20_000
"""How many readings wait at most, while the database cannot be reached; of more, only the number is told."""
MOST_AT_ONCE = 1_000
LONGEST_NAME = 200

_LAST_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 30.0

_log = structlog.get_logger(__name__)


class ReadingLog:
    """Keeps what was read for about a second, then writes it with one statement.

    Whoever reads the same of a pet again within that time has read it once. What cannot be written is tried again.
    """

    def __init__(self, *, now: Callable[[], datetime], every_seconds: float = 1.0) -> None:
        self._now = now
        self._every_seconds = every_seconds
        self._waiting: dict[tuple[UUID | None, UUID, str], RecordReading] = {}
        self._dropped = 0
        self._something = asyncio.Event()

    def note(self, viewer: Viewer, pets: frozenset[UUID], operation: str | None) -> None:
        """Note that somebody was answered with something of the records of these pets. It takes no time."""
        name, at = (operation or "")[:LONGEST_NAME], self._now()
        for pet_id in pets:
            who = (viewer.account_id, pet_id, name)
            if who in self._waiting:
                continue
            if len(self._waiting) >= MOST_WAITING:
                self._dropped += 1
                continue
            self._waiting[who] = RecordReading(
                id=uuid7(), account_id=viewer.account_id, pet_id=pet_id, operation=name, at=at
            )
        self._something.set()

    async def run(self) -> None:
        """Write down what is noted, about a second later, for as long as this runs."""
        pause = self._every_seconds
        while True:
            await self._something.wait()
            await asyncio.sleep(pause)
            self._something.clear()
            pause = self._every_seconds if await self._written() else min(pause * 2, _LONGEST_PAUSE_SECONDS)

    async def finish(self) -> None:
        """Write down what is left, when this process stops; what cannot be written by then is lost, and counted."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_SECONDS):
                await self._written()
        if self._waiting:
            _log.error("readings_lost", count=len(self._waiting))

    async def flush(self) -> None:
        """Write down what has been noted so far.

        Raises:
            DatabaseUnavailable: it cannot be; it stays noted.
        """
        if self._dropped:
            _log.error("readings_not_noted", count=self._dropped)
            self._dropped = 0
        while self._waiting:
            batch = dict(islice(self._waiting.items(), MOST_AT_ONCE))
            await readings.keep(list(batch.values()))
            for who in batch:
                del self._waiting[who]

    async def _written(self) -> bool:
        """Whether everything could be written down."""
        try:
            await self.flush()
        except Exception as error:  # noqa: BLE001  one of the outermost loops: noted, and tried again
            _log.warning("readings_wait", count=len(self._waiting), error=type(error).__name__)
            self._something.set()
            return False
        return True
