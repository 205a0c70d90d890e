"""Every process hears whatever was committed, by whomever: once, in order and without a gap, whatever breaks meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
import structlog
from tortoise.transactions import in_transaction

from models import EventKind, sql
from models.refusal import DatabaseUnavailable, ResyncRequired
from models.row import uuid7
from resolvers import events, trail
from resolvers.events import Happening
from resolvers.viewer import Viewer
from tests.doorkeeper import MINUTE, VAULT
from tests.postgres import Postgres
from tests.typed import until
from tests.world import NOW
from vetdesk import bus as buses
from vetdesk import feed as feeds
from vetdesk.bus import bus
from vetdesk.database import connect, counted
from vetdesk.feed import Feed

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).resolve().parents[2]
SYSTEM = Viewer.system("test")
NEVER = 3600.0

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


# When something breaks


async def test_nothing_is_lost_when_somebody_fails_to_hear_it(database, monkeypatch):
    monkeypatch.setattr(feeds, "SAFETY_SECONDS", 0.01)
    failing, deaf = Ear(), iter((True, False))

    def hears(found):
        if next(deaf, False):
            raise ZeroDivisionError
        failing(found)

    with structlog.testing.capture_logs() as logs:
        async with followed(Bell()) as (feed, ear):
            feed.heard_by(hears)
            subjects = [await happens() for _ in range(3)]
            await until(lambda: len(failing.heard) >= 3)
            subjects.append(await happens())
            await until(lambda: len(failing.heard) >= 4)
    assert failing.subjects == subjects
    # Who heard it already hears it again, and never something later before something earlier.
    assert sorted(set(ear.numbers)) == [1, 2, 3, 4]
    assert ear.numbers[-1] == 4
    assert [line["error"] for line in logs if line["event"] == "feed_failed_unexpectedly"] == ["ZeroDivisionError"]


async def test_an_older_backup_that_takes_the_place_of_the_trail_is_noticed_and_what_follows_is_heard(database):
    went_astray = []
    with structlog.testing.capture_logs() as logs:
        async with followed(Bell()) as (feed, ear):
            feed.heard_by(lambda found: None, astray=lambda: went_astray.append(feed.position))
            for _ in range(3):
                await happens()
            await feed._look()
            # As if the backup had been made after the first event, and two others had happened since.
            await sql.execute("DELETE FROM event WHERE number > 1")
            await sql.execute("UPDATE event_counter SET last_number = 1")
            for _ in range(2):
                await happens()
            await feed._look()
            assert went_astray == [3]
            assert len(ear.heard) == 3
            later = await happens()
            await feed._look()
            assert ear.subjects[3:] == [later]
            # Or nothing has happened since: there are fewer than were heard.
            await sql.execute("DELETE FROM event WHERE number > 1")
            await sql.execute("UPDATE event_counter SET last_number = 1")
            await feed._look()
            assert went_astray == [3, 1]
    assert [line["number"] for line in logs if line["event"] == "the_trail_is_another_one"] == [3, 4]


async def test_a_feed_goes_on_where_it_stood_when_the_database_was_away(database, monkeypatch):
    monkeypatch.setattr(feeds, "SAFETY_SECONDS", 0.01)
    monkeypatch.setattr(feeds, "FRESH_SECONDS", -1)
    tried = 0

    async def gone(*_, **__):
        nonlocal tried
        tried += 1
        raise DatabaseUnavailable

    async with followed(Bell()) as (feed, ear):
        first = await happens()
        await until(lambda: ear.heard)
        with structlog.testing.capture_logs() as logs:
            with monkeypatch.context() as away:
                away.setattr(trail, "since", gone)
                await until(lambda: tried >= 3)
                with pytest.raises(DatabaseUnavailable):
                    await feed.caught_up()
                missed = [await happens() for _ in range(3)]
            await until(lambda: len(ear.heard) >= 4)
        assert ear.subjects == [first, *missed]
    assert [line["event"] for line in logs] == ["feed_waits_for_the_database", "feed_reads_again"]


async def test_nobody_is_told_that_a_feed_rests_which_only_waits_for_the_database_to_begin(database, monkeypatch):
    monkeypatch.setattr(feeds, "SAFETY_SECONDS", 0.01)
    monkeypatch.setattr(feeds, "FRESH_SECONDS", -1)
    await happens()

    async def gone():
        raise DatabaseUnavailable

    with monkeypatch.context() as away:
        away.setattr(trail, "latest", gone)
        begun = followed(Bell(), listens=False)
        feed, ear = await begun.__aenter__()
        for _ in range(3):
            with pytest.raises(DatabaseUnavailable):
                await feed.caught_up()
    assert await feed.caught_up()
    assert feed.position == 1
    await happens()
    assert await feed.caught_up()
    assert ear.numbers == [2]
    await begun.__aexit__(None, None, None)


async def test_a_bus_that_broke_down_is_taken_again(database, monkeypatch):
    monkeypatch.setattr(feeds, "SAFETY_SECONDS", 0.01)
    bell = Bell()
    broken = iter((True, True, False))

    class Fragile:
        async def listen(self, tell):
            if next(broken, False):
                raise ZeroDivisionError
            await bell.listen(tell)

    with structlog.testing.capture_logs() as logs:
        async with followed(Fragile()) as (_, ear):
            await happens()
            await until(lambda: bell.listening and ear.heard)
            monkeypatch.setattr(feeds, "SAFETY_SECONDS", NEVER)
            await happens()
            bell.ring()
            await until(lambda: len(ear.heard) == 2)
    assert ear.numbers == [1, 2]
    assert [line["error"] for line in logs] == ["ZeroDivisionError"] * 2


@pytest.mark.only_on("postgres")
async def test_a_server_that_was_gone_is_heard_again_when_it_is_back(databases, monkeypatch):
    monkeypatch.setattr(feeds, "SAFETY_SECONDS", 0.05)
    with Postgres() as server:
        url = server.url("postgres")
        async with databases.migrated() as prepared:
            _dump(prepared.url, server)
        _restore(server)
        async with connect(url):
            # Servers of tests may forget the last commits when they fall; this one may not.
            await sql.execute("ALTER DATABASE postgres SET synchronous_commit = on")
        rung = []
        async with connect(url), followed(bus(url)) as (_, ear):
            ringing = asyncio.create_task(bus(url).listen(lambda: rung.append(server._server is not None)))
            before = [await happens() for _ in range(3)]
            await until(lambda: len(ear.heard) == 3 and rung)
            with structlog.testing.capture_logs() as logs:
                server.stop()
                rung.clear()
                await until(lambda: {"feed_waits_for_the_database", "bus_is_down"} <= {e["event"] for e in logs})
                assert rung == []
                server.start()
                await until(lambda: rung)
            after = [await happens() for _ in range(3)]
            await until(lambda: len(ear.heard) >= 6)
            await _until_somebody_listens(url, count=2)
            ringing.cancel()
            await asyncio.wait([ringing])
        assert ear.subjects == before + after
        assert not [line for line in logs if line["log_level"] == "error"]


async def _until_somebody_listens(url, *, count=1):
    async with asyncio.timeout(10):
        while len(await listeners(url)) != count:  # noqa: ASYNC110  a server has no event to set
            await asyncio.sleep(0.01)


# PostgreSQL


@pytest.mark.only_on("postgres")
async def test_a_connection_listens_only_while_somebody_does_and_bears_the_name_of_the_program(database, monkeypatch):
    monkeypatch.setattr(feeds, "SAFETY_SECONDS", 0.02)
    async with followed(bus(f"{database.url}&application_name=desk&schema=public"), listens=False) as (feed, _):
        assert await listeners(database.url) == []
        feed.begin_listening()
        await _until_somebody_listens(database.url)
        named = await sql.fetch("SELECT application_name FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
        assert [row["application_name"] for row in named] == ["desk"]
        feed.end_listening()
        await _until_somebody_listens(database.url, count=0)
    assert await listeners(database.url) == []


@pytest.mark.only_on("postgres")
async def test_what_was_committed_while_the_line_was_cut_is_heard_when_it_is_back(database, monkeypatch):
    monkeypatch.setattr(feeds, "SAFETY_SECONDS", NEVER)
    async with followed(bus(database.url)) as (_, ear):
        for number in range(1, 4):
            await _until_somebody_listens(database.url)
            assert await cut_off(database.url) == 1
            await happens()
            await ear.hears(number)
            assert ear.numbers == list(range(1, number + 1))


@pytest.mark.only_on("postgres")
async def test_a_long_transaction_in_a_neighbouring_database_holds_nobody_up(database, databases, monkeypatch):
    monkeypatch.setattr(feeds, "SAFETY_SECONDS", NEVER)
    async with databases.empty() as neighbouring:
        neighbour = await asyncpg.connect(neighbouring.url)
        try:
            await neighbour.execute("BEGIN")
            await neighbour.execute("CREATE TABLE stock AS SELECT 1 AS pieces")
            async with followed(bus(database.url)) as (_, ear):
                await _until_somebody_listens(database.url)
                began, subjects = [], []
                for _ in range(5):
                    began.append(time.time())
                    subjects.append(await happens())
                    await until(lambda: len(ear.heard) == len(began))
                assert ear.subjects == subjects
                took = [at - start for at, start in zip(ear.times, began, strict=True)]
            assert neighbour.is_in_transaction()
        finally:
            await neighbour.close()
    print(f"heard beside a long transaction after {', '.join(f'{each * 1000:.0f}' for each in took)} ms")
    assert max(took) < 1


@pytest.mark.only_on("postgres")
async def test_a_dump_that_was_restored_elsewhere_goes_on_where_it_was_made(databases, monkeypatch):
    monkeypatch.setattr(feeds, "SAFETY_SECONDS", NEVER)

    async def a_cursor():
        return trail.cursor(await trail.latest(), VAULT)

    async def resumed(cursor):
        return await trail.resumed(cursor, vault=VAULT, keep=MINUTE, now=NOW)

    async with databases.migrated() as old:
        async with connect(old.url):
            for _ in range(3):
                await happens(undone=True)
                await happens()
            before = await committed()
            good = await a_cursor()
        with Postgres() as cluster:
            _dump(old.url, cluster)
            async with connect(old.url):
                lost = [await happens() for _ in range(2)]
                foreign = await a_cursor()
            _restore(cluster)
            url = cluster.url("postgres")
            async with connect(url), followed(bus(url)) as (feed, ear):
                assert await committed() == before
                assert (feed.position, await resumed(good)) == (3, 3)
                with pytest.raises(ResyncRequired):
                    await resumed(foreign)
                await _until_somebody_listens(url)
                after = [await happens() for _ in range(3)]
                await until(lambda: len(ear.heard) >= 3)
                assert (ear.subjects, ear.numbers) == (after, [4, 5, 6])
                assert [each.subject_id for each in await trail.since(await resumed(good), most=9)] == after
                with pytest.raises(ResyncRequired):
                    await resumed(foreign)
    assert not {*lost} & {*after}


def _dump(url, cluster):
    server, _, folder = url.partition("?host=")
    name = server.rpartition("/")[2]
    words = ("-h", folder, "-U", "postgres", "-d", name, "-Fc", "-f", str(cluster.folder / "dump"))
    cluster._run("pg_dump", *words)


def _restore(cluster):
    words = ("-h", str(cluster.folder), "-U", "postgres", "-d", "postgres", str(cluster.folder / "dump"))
    cluster._run("pg_restore", *words)


# SQLite


@pytest.mark.only_on("sqlite")
async def test_a_file_is_asked_for_news_only_while_somebody_listens(database, monkeypatch):
    monkeypatch.setattr(feeds, "SAFETY_SECONDS", 0.02)
    asked, version = [], buses._version

    def noted(connection):
        asked.append(version(connection))
        return asked[-1]

    monkeypatch.setattr(buses, "_version", noted)
    async with followed(bus(database.url), listens=False) as (feed, _):
        for _ in range(2):
            asked.clear()
            await asyncio.sleep(4 * buses.POLL_SECONDS)
            assert asked == []
            feed.begin_listening()
            await until(lambda: len(asked) >= 3)
            feed.end_listening()
            await until(lambda: not any(map(_is_of_the_bus, asyncio.all_tasks())))


def _is_of_the_bus(task):
    return task.get_coro().__qualname__ == "SqliteBus.listen"
