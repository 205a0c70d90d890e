"""Changes of what is due on a screen: a due list stays true by itself, and an owner hears of her own pets alone."""

from __future__ import annotations

from typing import Any

import pytest
from tortoise.transactions import in_transaction

from models import Death, EventKind, Pet, Reminder, ReminderReason, ReminderState
from resolvers import deaths, events, holding
from resolvers.events import Happening
from resolvers.viewer import Viewer
from tests.api.pads import screens
from tests.doors import id_of
from tests.world import NOW, TODAY, a_check_up, a_location, a_pet, a_reminder, a_world, an_owner, an_ownership

pytestmark = pytest.mark.anyio

AT_THE_DESK = """subscription ($place: ID!, $after: String) { reminderChanged(locationId: $place, after: $after) {
  cursor kind reminderId reminder { state dueOn heldBecause notices { outcome } } } }"""
ON_THE_PHONE = "subscription { myReminderChanged { kind reminderId reminder { state pet { name } } } }"
STANDS = {"state": "PLANNED", "dueOn": "2026-04-01", "heldBecause": "", "notices": []}


async def told(kind: EventKind, reminder: Reminder, **where: Any) -> None:
    async with in_transaction():
        happening = Happening(kind, reminder.id, where.get("at", reminder.location_id))
        await events.record(Viewer.system("test"), happening, now=NOW)


async def test_what_is_held_and_resumed_changes_on_the_screen_of_somebody_else(database):
    world = await a_world()
    reminder = await a_check_up(world.pet)
    async with screens(database) as made:
        pad = await made.watch(world.receptionist.viewer, AT_THE_DESK, place=id_of(world.location))
        await holding.hold(world.vet.viewer, reminder.id, "She is abroad.", key="1", now=NOW)
        await made.settled()
        await holding.resume(world.vet.viewer, reminder.id, key="2", now=NOW)
        await made.settled()
    assert pad.failed == []
    assert [(each["kind"], each["reminder"]) for each in pad.changes] == [
        ("SUPPRESSED", {**STANDS, "state": "SUPPRESSED", "heldBecause": "She is abroad."}),
        ("RESUMED", STANDS),
        ("CHANGED", STANDS),
    ]
    assert {each["reminderId"] for each in pad.changes} == {id_of(reminder)}


async def test_what_a_death_withdraws_leaves_the_due_list_and_the_owners_screen(database):
    world = await a_world()
    reminder = await a_reminder(world.pet)
    async with screens(database) as made:
        pad = await made.watch(world.receptionist.viewer, AT_THE_DESK, place=id_of(world.location))
        phone = await made.watch(world.owner.viewer, ON_THE_PHONE)
        await deaths.record(world.vet.viewer, world.pet.id, TODAY, key="1", now=NOW)
        await made.settled()
    assert await Death.all().count() == 1
    assert [(each["kind"], each["reminder"]["state"]) for each in pad.changes] == [("WITHDRAWN", "WITHDRAWN")]
    assert phone.changes == [{"kind": "WITHDRAWN", "reminderId": id_of(reminder), "reminder": None}]


async def test_a_screen_at_another_location_hears_of_it_only_when_it_moves(database):
    world = await a_world()
    reminder, hill = await a_reminder(world.pet), await a_location("Hill")
    async with screens(database) as made:
        here = await made.watch(world.receptionist.viewer, AT_THE_DESK, place=id_of(world.location))
        there = await made.watch(world.manager.viewer, AT_THE_DESK, place=id_of(hill))
        await told(EventKind.REMINDER_PLANNED, reminder)
        await made.settled()
        assert (len(here.changes), there.changes) == (1, [])
        await Reminder.filter(id=reminder.id).update(location_id=hill.id)
        await told(EventKind.REMINDER_CHANGED, reminder, at=hill.id)
        await made.settled()
    assert (here.changes[1]["kind"], here.changes[1]["reminder"]) == ("CHANGED", None)
    assert [(each["kind"], each["reminder"]) for each in there.changes] == [("CHANGED", STANDS)]
    assert here.failed == there.failed == []


async def test_a_cut_screen_goes_on_from_its_cursor(database):
    world = await a_world()
    reminder, seen = await a_reminder(world.pet), {"place": id_of(world.location)}
    async with screens(database) as made:
        first = await made.watch(world.receptionist.viewer, AT_THE_DESK, **seen)
        await told(EventKind.REMINDER_PLANNED, reminder)
        await made.settled()
        made.open.pop().stop()
        await told(EventKind.REMINDER_DUE, reminder)
        await told(EventKind.REMINDER_SENT, reminder)
        again = await made.watch(world.receptionist.viewer, AT_THE_DESK, **seen, after=first.changes[-1]["cursor"])
        await made.settled()
    assert [each["kind"] for each in first.changes + again.changes] == ["PLANNED", "DUE", "SENT"]


async def test_an_owner_hears_of_her_pets_and_what_is_not_due_any_more_goes(database):
    world = await a_world()
    theirs = await a_reminder(await a_pet(await an_owner()))
    hers = await a_reminder(world.pet)
    async with screens(database) as made:
        pad = await made.watch(world.owner.viewer, ON_THE_PHONE)
        await told(EventKind.REMINDER_PLANNED, theirs)
        await told(EventKind.REMINDER_PLANNED, hers)
        await made.settled()
        gone: Any = {"state": ReminderState.WITHDRAWN, "reason": ReminderReason.NO_LONGER_DUE}
        await Reminder.filter(id=hers.id).update(**gone)
        await told(EventKind.REMINDER_WITHDRAWN, hers)
        await made.settled()
    assert pad.failed == []
    assert pad.changes == [
        {"kind": "PLANNED", "reminderId": id_of(hers), "reminder": {"state": "PLANNED", "pet": {"name": "Rex"}}},
        {"kind": "WITHDRAWN", "reminderId": id_of(hers), "reminder": None},
    ]


async def test_whose_pet_it_becomes_loads_anew(database):
    world = await a_world()
    other = await an_owner()
    pet: Pet = world.pet
    async with screens(database) as made:
        pad = await made.watch(other.viewer, ON_THE_PHONE)
        ownership = await an_ownership(pet, other)
        async with in_transaction():
            happening = Happening(EventKind.OWNERSHIP_ADDED, ownership.id)
            await events.record(Viewer.system("test"), happening, now=NOW)
        await made.settled()
    assert (pad.changes, pad.failed) == ([], ["resync"])


@pytest.mark.parametrize("place", ["nonsense", "UGV0OjAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw"])
async def test_a_location_that_is_not_there_cannot_be_watched(database, place):
    world = await a_world()
    async with screens(database) as made:
        pad = await made.watch(world.receptionist.viewer, AT_THE_DESK, place=place)
        await made.settled()
    assert (pad.changes, pad.failed) == ([], ["NOT_FOUND"])
