"""What is wrong with one pet, one place or one reader keeps nobody else's reminders from being planned and told."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from models import Client, Location, Pet, RuleKind, Status
from models.pet import DatePrecision
from models.treatment import PlanKind
from resolvers import reminder_forecasts, reminders
from resolvers.messages import Delivered
from tests.postbox import Clock, PostBox, deliver
from tests.reminding import PLANNED, SENT, decided, kept, letters, stand
from tests.world import (
    NOW,
    TODAY,
    a_booking,
    a_consent,
    a_location,
    a_pet,
    a_plan,
    a_rule,
    a_world,
    an_owner,
)

pytestmark = pytest.mark.anyio

BORN: Any = {"born_on": TODAY.replace(year=2019), "born_precision": DatePrecision.DAY}
NOWHERE = "Europe/Atlantis"


@pytest.fixture
async def world(database):
    """Olga wants to be reminded; dogs are looked at when they are seven."""
    world = await a_world()
    await a_consent(world.owner)
    await a_rule("Seven years", RuleKind.AGE, first_age_months=84, services=[world.service])
    return world


async def told_of_others(world) -> Pet:
    """Mia, of whom Olga is told as if there were nobody else."""
    return await a_pet(world.owner, name="Mia", **BORN)


async def test_a_place_in_a_zone_that_this_machine_does_not_know_keeps_no_other_waiting(world):
    anna = await an_owner("Anna Ruiz")
    await a_consent(anna)
    rex, mia = await a_pet(anna, name="Rex", **BORN), await told_of_others(world)
    far = await a_location("Far away")
    await a_booking(rex, location=far, client=anna, status=Status.NO_SHOW)
    await Location.filter(id=far.id).update(zone=NOWHERE)
    await reminders.work_out([rex.id, mia.id], now=NOW)
    assert (await decided(NOW)).letters == 2
    assert [standing for _, _, standing in await stand(mia)] == [SENT]
    box = PostBox()
    assert await deliver(box, Clock(NOW)) == Delivered(sent=2)


async def test_a_reader_in_such_a_zone_is_told_by_the_clock_of_the_place(world):
    anna = await an_owner("Anna Ruiz")
    await a_consent(anna)
    rex, mia = await a_pet(anna, name="Rex", **BORN), await told_of_others(world)
    await Client.filter(id=anna.id).update(zone=NOWHERE)
    await reminders.work_out([rex.id, mia.id], now=NOW)
    assert (await decided(NOW)).letters == 2
    assert {letter.not_before for letter in await letters()} == {NOW}
    assert await deliver(PostBox(), Clock(NOW)) == Delivered(sent=2)


async def test_a_pet_that_was_born_on_the_first_day_of_the_calendar_keeps_no_other_waiting(world):
    puppies = await a_rule("First check-up", RuleKind.AGE, first_age_months=1, steps=(-60, 0), services=[world.service])
    old = await a_pet(world.owner, name="Methuselah", born_on=date(1, 1, 1), born_precision=DatePrecision.DAY)
    await a_booking(old, status=Status.COMPLETED)
    mia = await told_of_others(world)
    await reminders.work_out([old.id, mia.id], now=NOW)
    assert [row.due_on for row in await kept(old, rule_id=puppies.id)] == []
    assert [standing for _, _, standing in await stand(mia)][-1] == PLANNED
    assert (await decided(NOW)).letters == 1


async def test_it_is_too_late_for_what_was_due_on_the_first_day_of_the_calendar(world):
    puppies = await a_rule("First check-up", RuleKind.AGE, first_age_months=1, steps=(-60, 0), services=[world.service])
    old = await a_pet(world.owner, name="Methuselah", born_on=date(1, 1, 1), born_precision=DatePrecision.DAY)
    await reminders.work_out([old.id], now=NOW)
    [row] = await kept(old, rule_id=puppies.id)
    assert (row.due_on, row.last_step, row.next_step_at) == (date(1, 2, 1), 0, None)
    outlook = await reminder_forecasts.of_rule(world.manager.viewer, puppies.id, now=NOW)
    assert outlook is not None


async def test_what_cannot_be_worked_out_is_put_aside_and_looked_at_again_the_next_day(world):
    await a_rule("Steps", RuleKind.TREATMENT_STEP)
    rex, mia = await a_pet(world.owner, name="Rex"), await told_of_others(world)
    await a_plan(rex, PlanKind.TREATMENT, steps=[("Look at it", date.max)])
    await reminders.work_out([rex.id, mia.id], now=NOW)
    did = await decided(NOW)
    assert (did.letters, [standing for _, _, standing in await stand(mia)]) == (1, [SENT])
    [row] = await kept(rex)
    assert (row.next_step_at, row.look_again_at) == (None, NOW.replace(day=3))
