"""The practice: as busy as in the other figures, with a team who all have the same day of the schedule open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.rows import a_busy_practice
from models import Session
from models.period import on_the_wall
from tests.doors import Program
from tests.world import a_booking, a_receptionist
from tests.world.places import the_location

TEAM = 50
"""How many people: with the most connections that one account may have, enough for a thousand sockets."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A visit that is moved from one time to the other and back, and the tokens of those who watch it."""

    location: str
    visit: str
    times: tuple[datetime, datetime]
    tokens: tuple[str, ...]


async def a_watched_schedule(url: str, id_of: Callable[[Any], str]) -> Schedule:
    """Write it; ids are as `id_of` has them."""
    practice, location = await a_busy_practice(url), await the_location()
    on = practice.day + timedelta(weeks=1)
    times = on_the_wall(on, 9 * 60, location.clock), on_the_wall(on, 10 * 60, location.clock)
    visit = await a_booking(starts_at=times[0], location=location)
    team = [await a_receptionist(f"Rita Number-{number}") for number in range(TEAM)]
    now = datetime.now(UTC)
    await Session.all().update(expires_at=now + timedelta(days=1))
    program = Program(access_token_minutes=24 * 60)
    program.clock.now = now
    tokens = [await program.token(each.viewer) for each in team]
    return Schedule(id_of(location), id_of(visit), times, tuple(tokens))
