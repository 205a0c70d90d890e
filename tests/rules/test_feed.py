"""Every process hears whatever was committed, by whomever: once, in order and without a gap, whatever breaks meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import random
import subprocess
import sys
from pathlib import Path

import pytest

from resolvers import trail
from tests.rules.followed import NEVER, Bell, again_and_again, committed, followed, happens
from tests.typed import until
from vetdesk import feed as feeds
from vetdesk.bus import bus
from vetdesk.database import counted
from vetdesk.feed import Feed

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).resolve().parents[2]

# Another process of the practice: it says when it has committed what, and takes every third deed back.
NEIGHBOUR = """
import asyncio, sys, time
from datetime import UTC, datetime
from uuid import uuid4
from tortoise.transactions import in_transaction
from models import EventKind
from resolvers import events
from resolvers.events import Happening
from resolvers.viewer import Viewer
from vetdesk.database import connect

async def happens(undone):
    subject_id = uuid4()
    async with in_transaction() as deed:
        happening = Happening(EventKind.PET_AMENDED, subject_id)
        await events.record(Viewer.system("neighbour"), happening, now=datetime(2026, 3, 2, tzinfo=UTC))
        if undone:
            await deed.rollback()
        began = time.time()
    if not undone:
        print(subject_id, began, flush=True)

async def main():
    async with connect(sys.argv[1]):
        for number in range(9):
            await happens(number % 3 == 2)
            await asyncio.sleep(0.03)

asyncio.run(main())
"""


# Committed is delivered


async def test_what_is_committed_is_heard_by_everybody_once_and_in_order_whatever_is_undone_or_cut_off(
    database, monkeypatch
):
    # By the bus alone: nobody looks just to be safe. And in many small pages.
    monkeypatch.setattr(feeds, "SAFETY_SECONDS", NEVER)
    monkeypatch.setattr(feeds, "_PAGE", 3)
    dice = random.Random(1)
    kept = []

    async def writer():
        for _ in range(20):
            undone = dice.random() < 0.3
            subject_id = await happens(undone=undone, meanwhile=dice.random() * 0.004)
            if not undone:
                kept.append(subject_id)

    async with contextlib.AsyncExitStack() as open_feeds:
        ears = [(await open_feeds.enter_async_context(followed(bus(database.url))))[1] for _ in range(3)]
        cutting = asyncio.create_task(again_and_again(database.url)) if database.dialect == "postgres" else None
        await asyncio.gather(*(writer() for _ in range(6)))
        if cutting is not None:
            cutting.cancel()
            cuts = await cutting
            assert cuts >= 3
            print(f"postgres: {len(kept)} of 120 committed, listening was cut off {cuts} times")
        await until(lambda: all(len(ear.heard) >= len(kept) for ear in ears))
        await asyncio.sleep(0.05)  # for whatever would come twice
    in_order = await committed()
    assert len(in_order) == len(kept) > 60
    assert set(in_order) == set(kept)
    for ear in ears:
        assert ear.subjects == in_order
        assert ear.numbers == list(range(1, len(kept) + 1))


async def test_what_another_process_commits_is_heard_at_once(database, monkeypatch):
    monkeypatch.setattr(feeds, "SAFETY_SECONDS", NEVER)
    async with followed(bus(database.url)) as (_, ear), followed(bus(database.url)) as (_, other):
        neighbour = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", NEIGHBOUR, database.url),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        working = asyncio.create_task(neighbour.communicate())
        mine = []
        while not working.done():
            mine.append(await happens(meanwhile=0.002))
            await asyncio.wait([working], timeout=0.03)
        out, complaints = working.result()
        assert complaints == b""
        told = {subject: float(at) for subject, at in (line.split() for line in out.decode().splitlines())}
        assert len(told) == 6
        await until(lambda: min(len(ear.heard), len(other.heard)) >= len(told) + len(mine))
    assert ear.subjects == other.subjects == await committed()
    assert {str(subject) for subject in ear.subjects} == {*told, *map(str, mine)}
    took = [
        at - told[str(subject)] for subject, at in zip(ear.subjects, ear.times, strict=True) if str(subject) in told
    ]
    print(f"{database.dialect}: heard of another process after {', '.join(f'{each * 1000:.0f}' for each in took)} ms")
    assert max(took) < 1


async def test_what_was_committed_before_is_nothing_new(database):
    for _ in range(3):
        await happens()
    async with followed(bus(database.url)) as (feed, ear):
        assert feed.position == 3
        fourth = await happens()
        await until(lambda: ear.heard)
        assert (ear.subjects, ear.numbers, feed.position) == ([fourth], [4], 4)


# Resting and waking


async def test_while_nobody_listens_nothing_is_asked_and_whoever_comes_misses_nothing(database, monkeypatch):
    monkeypatch.setattr(feeds, "SAFETY_SECONDS", 0.01)
    bell = Bell()
    with counted() as statements:
        async with followed(bell, listens=False) as (feed, ear):
            for awake in range(1, 4):
                before = statements.count
                await asyncio.sleep(0.1)
                assert (statements.count, bell.listening) == (before, 0)
                feed.begin_listening()
                feed.begin_listening()
                await until(lambda: bell.listening)
                feed.end_listening()
                await happens()
                await ear.hears(awake)
                assert ear.numbers == list(range(1, awake + 1))
                feed.end_listening()
                await until(lambda: not bell.listening)


async def test_what_happened_while_nobody_listened_is_heard_as_soon_as_somebody_does(database, monkeypatch):
    monkeypatch.setattr(feeds, "SAFETY_SECONDS", NEVER)  # also between resting and waking
    bell = Bell()
    async with followed(bell) as (feed, ear):
        await until(lambda: bell.listening)
        feed.end_listening()
        feed.something_new()
        await until(lambda: not bell.listening)
        missed = [await happens() for _ in range(3)]
        assert ear.heard == []
        feed.begin_listening()
        await until(lambda: ear.heard)
        assert ear.subjects == missed


async def test_without_a_bus_the_trail_is_looked_at_now_and_then(database, monkeypatch):
    monkeypatch.setattr(feeds, "SAFETY_SECONDS", 0.02)
    async with followed(Bell()) as (_, ear):
        subjects = [await happens() for _ in range(3)]
        await until(lambda: len(ear.heard) == 3)
        assert ear.subjects == subjects


async def test_whoever_rings_while_the_trail_is_looked_at_makes_it_looked_at_again(database, monkeypatch):
    monkeypatch.setattr(feeds, "SAFETY_SECONDS", NEVER)
    bell = Bell()
    read = trail.since
    async with followed(bell) as (_, ear):
        await until(lambda: bell.listening)

        async def too_early(*asked, **more):
            found = await read(*asked, **more)
            monkeypatch.setattr(trail, "since", read)
            await happens()
            bell.ring()
            return found

        monkeypatch.setattr(trail, "since", too_early)
        bell.ring()
        await until(lambda: ear.heard)
        assert ear.numbers == [1]


# The present


async def test_a_look_counts_as_the_present_for_a_quarter_of_a_second(database, monkeypatch):
    assert feeds.FRESH_SECONDS == 0.25
    clock = 100.0
    monkeypatch.setattr(feeds, "_time", lambda: clock)
    async with followed(Bell(), listens=False) as (feed, ear):
        await happens()
        for later, statements_then, heard in ((0.0, 0, []), (0.25, 0, []), (0.26, 1, [1]), (0.5, 0, [1])):
            clock = 100.0 + later
            with counted() as statements:
                assert await feed.caught_up()
            assert (statements.count, ear.numbers) == (statements_then, heard), later


async def test_what_this_process_did_is_heard_by_the_next_who_asks(database, monkeypatch):
    monkeypatch.setattr(feeds, "FRESH_SECONDS", NEVER)
    async with followed(Bell(), listens=False) as (feed, ear):
        await happens()
        assert await feed.caught_up()
        assert ear.numbers == []
        feed.something_new()
        assert await feed.caught_up()
        assert ear.numbers == [1]


async def test_what_this_process_did_while_the_trail_was_looked_at_is_heard_by_the_next_who_asks(database, monkeypatch):
    monkeypatch.setattr(feeds, "FRESH_SECONDS", NEVER)
    read = trail.since
    async with followed(Bell(), listens=False) as (feed, ear):

        async def too_early(*asked, **more):
            found = await read(*asked, **more)
            monkeypatch.setattr(trail, "since", read)
            await happens()
            feed.something_new()
            return found

        monkeypatch.setattr(trail, "since", too_early)
        feed.something_new()
        assert await feed.caught_up()
        assert ear.numbers == []
        assert await feed.caught_up()
        assert ear.numbers == [1]


async def test_a_hundred_who_ask_at_once_share_their_looks(database, monkeypatch):
    monkeypatch.setattr(feeds, "FRESH_SECONDS", -1)
    async with followed(Bell(), listens=False) as (feed, ear):
        await happens()
        with counted() as statements:
            assert all(await asyncio.gather(*(feed.caught_up() for _ in range(100))))
        assert statements.count <= 2
        assert ear.numbers == [1]


async def test_a_feed_that_does_not_run_says_so_and_asks_nothing(database):
    feed = Feed(Bell())
    with counted() as statements:
        assert not await feed.caught_up()
    assert statements.count == 0
    async with followed(Bell()) as (stopped, _):
        assert await stopped.caught_up()
    assert not await stopped.caught_up()
