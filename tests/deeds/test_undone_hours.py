"""A death that was a mistake: a visit comes back only into the hours that its place and its vet have by then."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models import BusyTime, HoursException, OpeningHours, WorkingHours
from models.death import EndingKind, StayedBecause
from resolvers import deaths
from tests.world import AN_HOUR, NOW, TODAY, a_life, a_location, a_vet, a_world

QUARTER = timedelta(minutes=15)


async def died(world):
    await deaths.record(world.vet.viewer, world.pet.id, TODAY, key="died", now=NOW)


async def undone(world):
    """What came back, and what stayed, by the reason."""
    viewer = world.receptionist.viewer
    recorded = await deaths.undo(viewer, world.pet.id, "It was another pet.", key="undone", now=NOW + QUARTER)
    return await deaths.what_came_back(viewer, recorded.death_id)


@pytest.mark.parametrize("what", ["closed", "away", "away from there", "other hours", "closes early"])
async def test_a_visit_that_does_not_fit_into_the_hours_any_more_stays_cancelled(database, what):
    world = await a_world()
    life = await a_life(world.pet, times=2, every=3 * AN_HOUR)
    first, second = life.appointments
    await died(world)
    vet: Any = {"staff_id": world.vet.id}
    place: Any = {"location_id": world.location.id}
    at: Any = {"starts_at": first.starts_at + QUARTER, "ends_at": first.ends_at + QUARTER}
    minute = first.starts_at.astimezone(world.location.clock)
    from_then_on = minute.hour * 60 + minute.minute + 60
    match what:
        case "closed":
            await HoursException.create(**at, **place)
        case "away":
            await HoursException.create(**at, **vet)
        case "away from there":
            await HoursException.create(**at, **vet, **place)
        case "other hours":
            await WorkingHours.filter(**vet).update(from_minute=from_then_on)
        case _:
            await OpeningHours.filter(**place).update(from_minute=from_then_on)

    back, stayed = await undone(world)

    assert back.appointment_ids == (second.id,)
    assert stayed[StayedBecause.OUTSIDE_HOURS].appointment_ids == (first.id,)
    letters = stayed[StayedBecause.NO_LONGER_TRUE].others
    assert [(things.kind, things.count) for things in letters] == [(EndingKind.LETTER, 1)]
    assert {time.appointment_id for time in await BusyTime.all()} == {second.id}


async def test_hours_of_others_at_other_places_or_times_keep_no_visit_away(database):
    world = await a_world()
    life, hill, zoe = await a_life(world.pet), await a_location("Hill"), await a_vet("Zoe Ahrens")
    await died(world)
    visit = life.appointments[0]
    at: Any = {"starts_at": visit.starts_at, "ends_at": visit.ends_at}
    await HoursException.create(**at, location_id=hill.id)
    await HoursException.create(**at, staff_id=zoe.id)
    await HoursException.create(**at, staff_id=world.vet.id, location_id=hill.id)
    before_and_after = ((visit.starts_at - AN_HOUR, visit.starts_at), (visit.ends_at, visit.ends_at + AN_HOUR))
    for starts_at, ends_at in before_and_after:
        await HoursException.create(starts_at=starts_at, ends_at=ends_at, location_id=world.location.id)
    back, stayed = await undone(world)
    assert (back.appointment_ids, stayed) == ((visit.id,), {})
