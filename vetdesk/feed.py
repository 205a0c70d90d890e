"""The feed: what happens in the practice, heard in every process, in order and without a gap, whoever did it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Protocol
from uuid import uuid4

import structlog

from graph.errors import trace
from models.refusal import DatabaseUnavailable
from resolvers import trail
from resolvers.trail import Happened, Place

SAFETY_SECONDS = 0.5
"""How often the trail is looked at although nobody said that there is something new, while somebody listens."""
FRESH_SECONDS = 0.25
"""For how long a look counts as the present."""

_PAGE = 500
_log = structlog.get_logger(__name__)


class Bus(Protocol):
    """Tells that something may have been committed, by any process."""

    async def listen(self, tell: Callable[[], None]) -> None:
        """Call `tell` whenever something may have been committed, until cancelled. It may be told in vain, or not at all."""


class Feed:
    """Reads the trail on from where it stands, and hands every event once, in order, to whoever wants to hear.

    It reads when the bus says so, when somebody asks for the present, and now and then to be safe. While nobody
    listens it rests.
    """

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._hearers: list[Callable[[Sequence[Happened]], None]] = []
        self._astray: list[Callable[[], None]] = []
        self._wake = asyncio.Event()
        self._someone = asyncio.Event()
        self._listening = 0
        self._looking = asyncio.Lock()
        self._looked_at = float("-inf")
        self._news = 0
        self._is_running = False
        self._waits_since: float | None = None
        self._place: Place | None = None

    @property
    def position(self) -> int:
        """The number of the last event that was handed on."""
        return self._place.number if self._place else 0

    def heard_by(
        self, hearer: Callable[[Sequence[Happened]], None], *, astray: Callable[[], None] = lambda: None
    ) -> None:
        """Let somebody hear every event from now on. Called in order; must not wait, and must not fail.

        `astray` is called when the trail is no longer the one that was read, since an older backup has taken its place:
        then nothing that was heard can be counted on, and what is heard from now on begins anew.
        """
        self._hearers.append(hearer)
        self._astray.append(astray)

    def begin_listening(self) -> None:
        """Somebody listens from now on, until as often `end_listening` is said."""
        self._listening += 1
        self._someone.set()

    def end_listening(self) -> None:
        """Somebody no longer listens."""
        self._listening -= 1
        if not self._listening:
            self._someone.clear()

    def something_new(self) -> None:
        """Something was committed by this very process."""
        self._news += 1
        self._looked_at = float("-inf")
        self._wake.set()

    async def caught_up(self) -> bool:
        """Read on unless that was done a moment ago; false, at once, when this feed is not running.

        Raises:
            DatabaseUnavailable: it cannot be known what has happened.
        """
        if not self._is_running:
            return False
        if _time() - self._looked_at > FRESH_SECONDS:
            await self._look()
        return True

    async def run(self) -> None:
        """Read on until cancelled."""
        self._is_running = True
        try:
            while True:
                try:
                    if self._place is None:
                        await self._look()
                    await self._someone.wait()
                    await self._follow()
                    continue
                except DatabaseUnavailable:
                    self._note_that_it_waits()
                except Exception as error:  # noqa: BLE001  an outermost loop: noted, and read again from where we stand
                    _log.error(
                        "feed_failed_unexpectedly", id=uuid4().hex, error=type(error).__name__, where=trace(error)
                    )
                await asyncio.sleep(SAFETY_SECONDS)
        finally:
            self._is_running, self._place = False, None

    async def _follow(self) -> None:
        telling = asyncio.create_task(self._bus.listen(self._wake.set))
        try:
            while self._listening:
                # Before looking, so that whoever wakes us while we look makes us look again.
                self._wake.clear()
                await self._look()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(SAFETY_SECONDS):
                        await self._wake.wait()
                if telling.done():
                    await telling  # raises why nobody would wake us any more
        finally:
            telling.cancel()
            await asyncio.wait([telling])

    async def _look(self) -> None:
        asked_at = _time()
        async with self._looking:
            if self._looked_at >= asked_at:  # somebody looked while we waited
                return
            if self._place is None:
                self._place = await trail.latest()
            while self._place is not None:
                began_at, news = _time(), self._news
                found = await self._found(self._place)
                if found:
                    for hear in self._hearers:
                        hear(found)
                    self._place = found[-1].place
                if len(found) < _PAGE:
                    self._note_that_it_reads()
                    # What this process committed while we looked may be missing from what we saw.
                    self._looked_at = began_at if news == self._news else float("-inf")
                    return

    def _note_that_it_waits(self) -> None:
        if self._waits_since is None:
            self._waits_since = _time()
            _log.warning("feed_waits_for_the_database")

    def _note_that_it_reads(self) -> None:
        if self._waits_since is not None:
            _log.info("feed_reads_again", seconds=round(_time() - self._waits_since, 1))
            self._waits_since = None

    async def _found(self, place: Place) -> list[Happened]:
        """What comes next in the trail, if it still is the one in which we stand at this place."""
        found = await trail.since(place.number - 1, most=_PAGE + 1)
        if place.number == 0:
            return found[:_PAGE]
        if found and found[0].place == place:
            return found[1:]
        # Every connection ends by this, and comes back.
        _log.error("the_trail_is_another_one", number=place.number)
        self._place = await trail.latest()
        for went_astray in self._astray:
            went_astray()
        return []


def _time() -> float:
    return asyncio.get_running_loop().time()
