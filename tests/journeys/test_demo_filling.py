"""Filling a database with the demo practice, once."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from random import Random

import pytest
from pydantic import SecretStr
from rich.console import Console

from models import (
    Client,
)
from models.refusal import PracticeExists
from resolvers.ports import Ports
from tests.doorkeeper import RULES, VAULT, FastPasswords
from tests.world import a_practice, how_many_rows
from vetdesk.database import connect
from vetdesk.demo import animals, households, visits
from vetdesk.demo.building import Size, build
from vetdesk.demo.filling import fill, fill_if_empty
from vetdesk.demo.quiet import NoTokens
from vetdesk.open_vet_format import record_format
from vetdesk.settings import Settings

WEDNESDAY = datetime(2026, 3, 4, 11, 10, tzinfo=UTC)
SMALL = Size(clients=20, pets=30, fortnight=45, past_year=25)
PORTS = Ports(VAULT, FastPasswords(), NoTokens(), record_format(), RULES)


async def a_demo(now: datetime = WEDNESDAY) -> None:
    await build(PORTS, now=now, report=lambda *_: None, size=SMALL)


def the_settings(url: str, folder) -> Settings:
    return Settings(database_url=url, data_folder=folder, secret=SecretStr("the secret of a demo, long enough"))


async def test_what_is_interrupted_leaves_nothing_behind(database):
    before = await how_many_rows()

    def interrupt(_where: str, done: int, _total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await build(PORTS, now=WEDNESDAY, report=interrupt, size=SMALL)
    assert await how_many_rows() == before


async def test_filling_shows_how_far_it_is_and_is_done_once(migrated_database, tmp_path):
    said = io.StringIO()
    settings, out = the_settings(migrated_database.url, tmp_path / "data"), Console(file=said, width=120)
    await fill(settings, out, size=SMALL)
    assert "Making up a practice" in said.getvalue()
    with pytest.raises(PracticeExists):
        await fill(settings, out, size=SMALL)
    assert not await fill_if_empty(settings, out, size=SMALL)
    assert not (tmp_path / "data").exists()
    async with connect(migrated_database.url):
        assert await Client.all().count() == SMALL.clients + 2


async def test_a_practice_that_is_there_is_left_alone(migrated_database, tmp_path):
    async with connect(migrated_database.url):
        await a_practice()
        before = await how_many_rows()
    with pytest.raises(PracticeExists):
        await fill(the_settings(migrated_database.url, tmp_path), Console(file=io.StringIO()), size=SMALL)
    async with connect(migrated_database.url):
        assert await how_many_rows() == before


MOMENTS = (
    datetime(2026, 1, 1, 0, 0, 30, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 0, tzinfo=UTC),  # the clocks of both places have just changed
    datetime(2026, 10, 25, 0, 59, tzinfo=UTC),
    datetime(2027, 8, 15, 22, 30, tzinfo=UTC),  # Sunday in London, Monday in Berlin
    datetime(2028, 2, 29, 12, 0, tzinfo=UTC),
)


def a_calendar(now: datetime) -> visits.Calendar:
    random = Random(1)
    homes = households.made_up(400, now, random)
    return visits.planned(animals.made_up(homes, 600, now, random), now, random, fortnight=600, past_year=2000)


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_whenever_it_is_made_up_it_is_full_and_nobody_is_in_two_places(now):
    planned = a_calendar(now).visits
    around = [visit for visit in planned if abs(visit.slot.days_ahead) <= 7]
    assert (len(around), len(planned)) == (600, 2600)
    busy: dict[object, datetime] = {}
    days: set[tuple[object, date]] = set()
    for visit in planned:
        slot = visit.slot
        assert busy.get(slot.member, slot.starts_at) <= slot.starts_at
        busy[slot.member] = slot.ends_at
        assert (visit.animal, slot.day) not in days
        days.add((visit.animal, slot.day))
        assert visit.animal.since < visit.booked_at < min(slot.starts_at, now)
        steps = [visit.booked_at, visit.moved_at, visit.confirmed_at, visit.arrived_at, visit.started_at]
        taken = [moment for moment in (*steps, visit.completed_at) if moment]
        assert taken == sorted(taken)


def test_the_same_moment_makes_the_same_practice():
    def told(calendar: visits.Calendar) -> list[tuple[object, ...]]:
        return [
            (visit.animal.registration.name, visit.slot.starts_at, visit.slot.member.name, visit.booked_at)
            for visit in calendar.visits
        ]

    assert told(a_calendar(WEDNESDAY)) == told(a_calendar(WEDNESDAY))
