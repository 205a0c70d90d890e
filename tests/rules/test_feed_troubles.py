"""A feed goes on where it stood, and loses nothing, when a listener, its bus, the database or the whole trail fails it."""

from __future__ import annotations

import pytest
import structlog

from models import sql
from models.refusal import DatabaseUnavailable
from resolvers import trail
from tests.rules.followed import NEVER, Bell, Ear, followed, happens
from tests.typed import until
from vetdesk import feed as feeds

pytestmark = pytest.mark.anyio


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
