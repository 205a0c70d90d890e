"""A feed to follow: deeds to hear of, somebody who hears them, a bus that a test rings, and a line that it cuts."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from tortoise.transactions import in_transaction

from models import EventKind
from models.refusal import DatabaseUnavailable
from models.row import uuid7
from resolvers import events, trail
from resolvers.events import Happening
from resolvers.viewer import Viewer
from tests.typed import until
from tests.world import NOW
from vetdesk.feed import Feed

NEVER = 3600.0
SYSTEM = Viewer.system("test")


class Undone(Exception):
    """The deed was refused at its very end."""


async def happens(*, undone=False, meanwhile=0.0):
    """One deed with an event, or one that was undone after all; what it was about."""
    subject_id = uuid7()
    with contextlib.suppress(Undone):
        async with in_transaction():
            await events.record(SYSTEM, Happening(EventKind.PET_AMENDED, subject_id), now=NOW)
            if meanwhile:
                await asyncio.sleep(meanwhile)
            if undone:
                raise Undone
    return subject_id


class Ear:
    """Somebody who hears a feed, and keeps what was heard with the time."""

    def __init__(self):
        self.heard = []
        self.times = []

    def __call__(self, found):
        self.heard += found
        self.times += [time.time()] * len(found)

    async def hears(self, count):
        """Wait until that many events were heard in all."""
        await until(lambda: len(self.heard) >= count)

    @property
    def numbers(self):
        return [happened.number for happened in self.heard]

    @property
    def subjects(self):
        return [happened.subject_id for happened in self.heard]


def _nobody():
    raise AssertionError("nobody listens")


class Bell:
    """A bus that a test rings, and that knows whether anybody listens."""

    def __init__(self):
        self.listening = 0
        self.ring = _nobody

    async def listen(self, tell):
        self.listening += 1
        self.ring = tell
        try:
            await asyncio.Event().wait()
        finally:
            self.listening -= 1


@asynccontextmanager
async def followed(its_bus, *, listens=True) -> AsyncIterator[tuple[Feed, Ear]]:
    """A feed as one process has it, and somebody who hears it."""
    feed, ear = Feed(its_bus), Ear()
    feed.heard_by(ear)
    if listens:
        feed.begin_listening()
    running = asyncio.create_task(feed.run())
    await asyncio.sleep(0)
    with contextlib.suppress(DatabaseUnavailable):
        await feed.caught_up()
    try:
        yield feed, ear
    finally:
        running.cancel()
        await asyncio.wait([running])


async def committed():
    """What the trail holds, in order."""
    return [happened.subject_id for happened in await trail.since(0, most=100_000)]


async def listeners(url):
    """The connections to the database that listen."""
    connection = await asyncpg.connect(url)
    try:
        found = await connection.fetch(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
        )
        return [row["pid"] for row in found]
    finally:
        await connection.close()


async def cut_off(url):
    """End every connection that listens; how many there were."""
    pids = await listeners(url)
    connection = await asyncpg.connect(url)
    try:
        for pid in pids:
            await connection.execute("SELECT pg_terminate_backend($1)", pid)
    finally:
        await connection.close()
    return len(pids)


async def again_and_again(url):
    """Cut off whoever listens, every few milliseconds; how many it were so far."""
    count = 0
    try:
        while True:
            count += await cut_off(url)
            await asyncio.sleep(0.02)
    except asyncio.CancelledError:
        return count
