"""The bus of each database tells at once of what was committed, only while somebody listens, and again after a break."""

from __future__ import annotations

import asyncio
import time

import asyncpg
import pytest
import structlog

from models import sql
from models.refusal import ResyncRequired
from resolvers import trail
from tests.doorkeeper import MINUTE, VAULT
from tests.postgres import Postgres
from tests.rules.followed import NEVER, committed, cut_off, followed, happens, listeners
from tests.typed import until
from tests.world import NOW
from vetdesk import bus as buses
from vetdesk import feed as feeds
from vetdesk.bus import bus
from vetdesk.database import connect

pytestmark = pytest.mark.anyio


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
