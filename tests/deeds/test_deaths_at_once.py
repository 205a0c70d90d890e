"""Deaths, bookings, letters and undos that come at once: one after the other, and nothing half done."""

import asyncio

import pytest

from models import Appointment, BusyTime, Death, DeathEffect, Event, Message, MessageState, Pet, Status, TreatmentPlan
from models.appointment import BUSY
from models.ownership import Right
from models.refusal import NoDeathRecorded, PetHasDied, RightNeeded, SlotTaken
from resolvers import appointments, deaths, letters, ownerships
from resolvers import events as written
from resolvers.appointments import Booking, Move
from tests.found import events
from tests.postbox import Clock, PostBox, deliver
from tests.racing import meanwhile
from tests.world import (
    AN_HOUR,
    NOW,
    TODAY,
    a_booking,
    a_letter,
    a_life,
    a_pet,
    a_room,
    a_vet,
    a_world,
    an_owner,
    an_ownership,
)

pytestmark = pytest.mark.anyio

BECAUSE = "It was another pet."


async def dies(world, pet=None, key="died"):
    return await deaths.record(world.vet.viewer, (pet or world.pet).id, TODAY, key=key, now=NOW)


async def lives(world, pet=None, key="lives"):
    return await deaths.undo(world.vet.viewer, (pet or world.pet).id, BECAUSE, key=key, now=NOW)


async def test_of_two_who_undo_a_death_at_once_one_is_told(database):
    world = await a_world()
    await dies(world)
    refused = await meanwhile(lambda: lives(world), lambda: lives(world, key="another"))
    assert isinstance(refused, NoDeathRecorded)
    assert await events() == ["PET_DIED", "DEATH_UNDONE"]


async def test_the_same_undo_twice_at_once_is_one(database):
    world = await a_world()
    await a_life(world.pet)
    await dies(world)
    first, twin = await asyncio.gather(lives(world), lives(world))
    assert first == twin
    assert await Death.filter(undone_at=None).count() == 0


async def test_an_undo_sees_the_booking_that_is_just_being_made(database):
    world = await a_world()
    life = await a_life(world.pet)
    await dies(world)
    theirs = await a_pet(world.owner, name="Mia")
    booking = Booking(theirs.id, world.service.id, world.location.id, life.appointments[0].starts_at)

    undone = await meanwhile(
        lambda: appointments.book(world.receptionist.viewer, booking, key="b", now=NOW), lambda: lives(world)
    )

    assert (await Pet.get(id=undone.pet_id)).died_on is None
    assert (await Appointment.get(id=life.appointments[0].id)).status is Status.CANCELLED
    assert await BusyTime.all().count() == 3


async def test_a_booking_sees_the_visit_that_is_just_coming_back(database):
    world = await a_world()
    life = await a_life(world.pet)
    await dies(world)
    theirs = await a_pet(world.owner, name="Mia")
    booking = Booking(theirs.id, world.service.id, world.location.id, life.appointments[0].starts_at)

    refused = await meanwhile(
        lambda: lives(world), lambda: appointments.book(world.receptionist.viewer, booking, key="b", now=NOW)
    )

    assert isinstance(refused, SlotTaken)
    assert (await Appointment.get(id=life.appointments[0].id)).status is Status.BOOKED
    assert await BusyTime.all().count() == 3


async def test_undos_and_bookings_of_the_same_times_never_wait_for_each_other_in_a_circle(database):
    world = await a_world()
    vets, rooms = [world.vet, await a_vet()], [world.room, await a_room()]
    pets = [await a_pet(world.owner, name=f"Pet {number}") for number in range(6)]
    for number, pet in enumerate(pets):
        for turn in range(2):
            side = (number + turn) % 2
            at = NOW + (2 * number + turn + 1) * AN_HOUR
            await a_booking(pet, starts_at=at, vet=vets[side], room=rooms[1 - side])
        await dies(world, pet, key=f"d{number}")
    others = [await a_pet(world.owner, name=f"Other {number}") for number in range(6)]

    def book(number):
        at = NOW + (2 * number + 1) * AN_HOUR
        wish = Booking(others[number].id, world.service.id, world.location.id, at, vet_id=vets[number % 2].id)
        return appointments.book(world.receptionist.viewer, wish, key=f"b{number}", now=NOW)

    outcomes = await asyncio.gather(
        *(lives(world, pet, key=f"u{number}") for number, pet in enumerate(pets)),
        *(book(number) for number in range(4)),
        return_exceptions=True,
    )

    assert {type(each).__name__ for each in outcomes} <= {"Recorded", "UUID", "SlotTaken"}
    assert {type(each).__name__ for each in outcomes[:6]} == {"Recorded"}
    standing = [visit.id for visit in await Appointment.all() if visit.status in BUSY]
    assert {time.appointment_id for time in await BusyTime.all()} == set(standing)
    assert await BusyTime.all().count() == 3 * len(standing)


async def test_a_visit_that_is_moved_while_its_pet_dies_is_cancelled_where_it_is_then(database):
    world = await a_world()
    visit = await a_booking(world.pet)
    move = Move(visit.id, NOW + 3 * AN_HOUR)
    await meanwhile(
        lambda: appointments.reschedule(world.receptionist.viewer, move, key="m", now=NOW), lambda: dies(world)
    )
    assert (await Appointment.get(id=visit.id)).status is Status.CANCELLED
    assert await BusyTime.all().count() == 0
    assert await Message.filter(state=MessageState.WAITING).count() == 0
    await lives(world)
    back = await Appointment.get(id=visit.id)
    assert (back.status, back.starts_at) == (Status.BOOKED, NOW + 3 * AN_HOUR)
    assert await BusyTime.all().count() == 3


async def test_a_visit_that_has_begun_and_is_cancelled_while_its_pet_dies_leaves_no_letter(database):
    world = await a_world()
    visit = await a_booking(world.pet, starts_at=NOW - AN_HOUR, status=Status.ARRIVED)
    await meanwhile(
        lambda: appointments.cancel(world.receptionist.viewer, visit.id, key="c", now=NOW), lambda: dies(world)
    )
    assert await Message.filter(state=MessageState.WAITING).count() == 0


async def test_a_visit_that_is_cancelled_just_after_its_pet_has_died_is_told_to_nobody(database):
    world = await a_world()
    visit = await a_booking(world.pet, starts_at=NOW - AN_HOUR, status=Status.ARRIVED)
    await meanwhile(
        lambda: dies(world), lambda: appointments.cancel(world.receptionist.viewer, visit.id, key="c", now=NOW)
    )
    assert (await Appointment.get(id=visit.id)).status is Status.CANCELLED
    [letter] = await Message.all()
    assert (letter.state, letter.reason) == (MessageState.WITHHELD, "The pet has died.")


async def test_a_letter_that_is_claimed_when_its_pet_dies_is_looked_at_again_and_not_sent(database, monkeypatch):
    world = await a_world()
    letter = await a_letter(await a_booking(world.pet), not_before=NOW)
    box, facts = PostBox(), letters.facts

    async def after_the_claim(message):
        await dies(world)
        return await facts(message)

    monkeypatch.setattr(letters, "facts", after_the_claim)
    delivered = await deliver(box, Clock(NOW))

    assert (delivered.sent, box.letters) == (0, [])
    assert (await Message.get(id=letter.id)).state is MessageState.WITHDRAWN


async def test_a_letter_that_is_at_the_mail_server_when_its_pet_dies_has_gone_out_and_is_not_sent_again(database):
    world = await a_world()
    letter = await a_letter(await a_booking(world.pet), not_before=NOW)
    box = PostBox(meanwhile=lambda: dies(world))
    assert (await deliver(box, Clock(NOW))).sent == 1
    assert (await Message.get(id=letter.id)).state is MessageState.SENT
    await lives(world)
    assert (await Message.get(id=letter.id)).state is MessageState.SENT
    assert (await deliver(PostBox(), Clock(NOW))).total == 0


async def test_a_death_that_fails_at_its_last_statement_leaves_everything_as_it_was(database, monkeypatch):
    world = await a_world()
    life = await a_life(world.pet)
    before, happened = await life.now(), await Event.all().count()

    async def broken(*_given, **_named):
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(written, "record_all", broken)
        with pytest.raises(OSError, match="full"):
            await dies(world)
    assert await life.now() == before
    assert (await Pet.get(id=world.pet.id)).died_on is None
    assert (await Death.all().count(), await DeathEffect.all().count(), await Event.all().count()) == (0, 0, happened)

    await dies(world)
    dead = await life.now()
    with monkeypatch.context() as patch:
        patch.setattr(written, "record_all", broken)
        with pytest.raises(OSError, match="full"):
            await lives(world)
    assert await life.now() == dead
    assert (await Pet.get(id=world.pet.id)).died_on == TODAY
    assert await Death.filter(undone_at=None).count() == 1
    await lives(world)
    assert await life.now() == before


async def test_a_plan_that_is_being_amended_is_waited_for(database):
    world = await a_world()
    life = await a_life(world.pet)

    async def amends():
        await TreatmentPlan.filter(id=life.plans[0].id).update(title="The other leg")

    await meanwhile(amends, lambda: dies(world))
    plan = await TreatmentPlan.get(id=life.plans[0].id)
    assert (plan.title, plan.stopped_because) == ("The other leg", "The pet has died.")


async def test_an_owner_who_just_loses_the_right_to_consent_reports_no_death(database):
    world = await a_world()
    other = await an_owner()
    held = await an_ownership(world.pet, other)
    shares = {world.owner.id: 100}
    refused = await meanwhile(
        lambda: ownerships.amend(
            world.receptionist.viewer, held.id, shares, rights=frozenset({Right.VIEW}), key="a", now=NOW
        ),
        lambda: deaths.record(other.viewer, world.pet.id, TODAY, key="d", now=NOW),
    )
    assert isinstance(refused, RightNeeded)
    assert (await Pet.get(id=world.pet.id)).died_on is None


async def test_a_booking_that_was_refused_leaves_no_letter(database):
    world = await a_world()
    booking = Booking(world.pet.id, world.service.id, world.location.id, NOW + AN_HOUR)
    refused = await meanwhile(
        lambda: dies(world), lambda: appointments.book(world.receptionist.viewer, booking, key="b", now=NOW)
    )
    assert isinstance(refused, PetHasDied)
    assert await Message.all().count() == 0
