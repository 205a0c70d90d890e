"""Holding what is due: nobody is told of it, until somebody of the staff lets it go on."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from models import (
    Event,
    EventDetail,
    EventKind,
    Pet,
    Reminder,
    ReminderReason,
    ReminderRule,
    ReminderRuleService,
    ReminderState,
)
from models.refusal import AlreadySo, Forbidden, InvalidInput, NotFound, PetHasDied, ReminderEnded
from models.row import uuid7
from resolvers import holding
from resolvers.locks import hold_all
from resolvers.viewer import Viewer
from tests.racing import meanwhile
from tests.world import NOW, TODAY, a_booking, a_check_up, a_reminder, a_world, how_many_rows

pytestmark = pytest.mark.anyio
BECAUSE = "She is abroad until May."


async def held(world: Any) -> Reminder:
    reminder = await a_check_up(world.pet, next_step_at=NOW)
    await holding.hold(world.vet.viewer, reminder.id, BECAUSE, key="hold", now=NOW)
    return reminder


async def test_who_holds_what_is_due_is_named_with_the_reason_and_no_step_comes(database):
    world = await a_world()
    found = await Reminder.get(id=(await held(world)).id)
    assert (found.state, found.reason) == (ReminderState.SUPPRESSED, ReminderReason.HELD)
    assert (found.held_because, found.held_by_id, found.next_step_at) == (BECAUSE, world.vet.id, None)
    event = await Event.get(kind=EventKind.REMINDER_SUPPRESSED)
    assert (event.subject_id, event.location_id) == (found.id, world.location.id)
    after = json.loads((await EventDetail.get(number=event.number)).detail)["after"]
    assert (after["held_because"], after["state"]) == (BECAUSE, "SUPPRESSED")


async def test_what_is_let_go_on_is_held_by_nobody_and_stands_as_before(database):
    world = await a_world()
    reminder = await held(world)
    await holding.resume(world.receptionist.viewer, reminder.id, key="resume", now=NOW)
    found = await Reminder.get(id=reminder.id)
    assert (found.state, found.reason) == (ReminderState.PLANNED, ReminderReason.NOT_YET)
    assert (found.held_because, found.held_by_id) == ("", None)
    assert found.next_step_at == NOW - timedelta(hours=1)  # 30 days before it is due, when letters go out
    assert await Event.filter(kind=EventKind.REMINDER_RESUMED, subject_id=reminder.id).count() == 1


async def test_what_was_booked_while_it_was_held_stands_as_booked_when_it_goes_on(database):
    world = await a_world()
    reminder = await held(world)
    await ReminderRuleService.create(version_id=reminder.version_id, service_id=world.service.id, position=0)
    visit = await a_booking(world.pet, service=world.service)
    await holding.resume(world.vet.viewer, reminder.id, key="resume", now=NOW)
    found = await Reminder.get(id=reminder.id)
    assert (found.reason, found.appointment_id) == (ReminderReason.BOOKED, visit.id)
    kinds = [each.kind for each in await Event.filter(subject_id=reminder.id).order_by("number")]
    assert kinds == [EventKind.REMINDER_SUPPRESSED, EventKind.REMINDER_RESUMED, EventKind.REMINDER_SUPPRESSED]


async def test_what_has_become_untrue_while_it_was_held_is_withdrawn_when_it_goes_on(database):
    world = await a_world()
    reminder = await held(world)
    await ReminderRule.all().update(is_on=False)
    await holding.resume(world.vet.viewer, reminder.id, key="resume", now=NOW)
    found = await Reminder.get(id=reminder.id)
    assert (found.state, found.reason) == (ReminderState.WITHDRAWN, ReminderReason.RULE_OFF)


async def test_what_is_held_cannot_be_held_again_nor_what_goes_on_be_resumed(database):
    world = await a_world()
    reminder, going_on = await held(world), await a_reminder(world.pet)
    rows = await how_many_rows()
    with pytest.raises(AlreadySo):
        await holding.hold(world.receptionist.viewer, reminder.id, BECAUSE, key="again", now=NOW)
    with pytest.raises(AlreadySo):
        await holding.resume(world.vet.viewer, going_on.id, key="twice", now=NOW)
    assert await how_many_rows() == rows


@pytest.mark.parametrize(
    "stands",
    [
        {"state": ReminderState.COMPLETED, "reason": ReminderReason.DONE, "done_on": TODAY},
        {"state": ReminderState.WITHDRAWN, "reason": ReminderReason.NO_LONGER_DUE},
    ],
    ids=["done", "withdrawn"],
)
async def test_what_is_done_or_not_due_any_more_is_neither_held_nor_resumed(database, stands):
    world = await a_world()
    reminder = await a_reminder(world.pet, **stands)
    rows = await how_many_rows()
    with pytest.raises(ReminderEnded) as refusal:
        await holding.hold(world.vet.viewer, reminder.id, BECAUSE, key="1", now=NOW)
    assert refusal.value.path == ("reminderId",)
    with pytest.raises(ReminderEnded):
        await holding.resume(world.vet.viewer, reminder.id, key="2", now=NOW)
    assert await how_many_rows() == rows


async def test_of_a_pet_that_has_died_nothing_is_held_or_resumed(database):
    world = await a_world()
    reminder = await held(world)
    await Pet.filter(id=world.pet.id).update(died_on=TODAY)
    rows = await how_many_rows()
    with pytest.raises(PetHasDied) as refusal:
        await holding.resume(world.vet.viewer, reminder.id, key="1", now=NOW)
    assert refusal.value.path == ("reminderId",)
    with pytest.raises(PetHasDied):
        await holding.hold(world.vet.viewer, reminder.id, BECAUSE, key="2", now=NOW)
    assert await how_many_rows() == rows


async def test_a_reason_is_wanted_and_nobody_in_particular_cannot_hold_anything(database):
    world = await a_world()
    reminder = await a_reminder(world.pet)
    for because in ("", " ", "x" * 201):
        with pytest.raises(InvalidInput) as refusal:
            await holding.hold(world.vet.viewer, reminder.id, because, key="1", now=NOW)
        assert refusal.value.path == ("because",)
    with pytest.raises(Forbidden):
        await holding.hold(Viewer.system("a test"), reminder.id, BECAUSE, key="1", now=NOW)
    for unknown in (None, uuid7(), world.pet.id):
        with pytest.raises(NotFound):
            await holding.hold(world.vet.viewer, unknown, BECAUSE, key="1", now=NOW)
    assert (await Reminder.get(id=reminder.id)).held_because == ""


async def test_of_two_who_hold_it_at_once_the_second_waits_and_is_told_so(database):
    world = await a_world()
    reminder = await a_reminder(world.pet)

    def hold(who: Any) -> Any:
        return holding.hold(who.viewer, reminder.id, BECAUSE, key="1", now=NOW)

    outcome = await meanwhile(lambda: hold(world.vet), lambda: hold(world.receptionist))
    assert isinstance(outcome, AlreadySo)
    assert (await Reminder.get(id=reminder.id)).held_by_id == world.vet.id
    assert await Event.filter(kind=EventKind.REMINDER_SUPPRESSED).count() == 1


@pytest.mark.only_on("postgres")
async def test_a_letter_about_two_things_and_who_lets_one_of_them_go_on_do_not_wait_for_each_other(database):
    world = await a_world()
    first = await a_reminder(world.pet, subject="RABIES")
    second = await held(world)
    assert first.id < second.id

    def taken(reminder):
        return lambda: hold_all(Reminder, "id = ?", (reminder.id,))

    resumed = await meanwhile(
        taken(first),
        lambda: holding.resume(world.vet.viewer, second.id, key="resume", now=NOW),
        then=taken(second),
    )
    assert resumed == second.id
