"""Booking a visit: what can be had, and what is written with it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from models import (
    Appointment,
    BusyTime,
    Event,
    EventKind,
    Letter,
    Message,
    OpeningHours,
    Resource,
    Service,
    ServiceRoom,
    Status,
    WorkingHours,
)
from models.refusal import (
    IdempotencyKeyReused,
    SlotTaken,
)
from resolvers import appointments, free_times
from resolvers.free_times import Search
from tests.booking import AT_TEN, booked, refused
from tests.cancelling import cancelled_at
from tests.plans import looked_through
from tests.world import (
    AN_HOUR,
    NOW,
    TODAY,
    a_booking,
    a_pet,
    a_room,
    a_vet,
    a_world,
    an_owner,
)
from vetdesk.database import counted

STATEMENTS = {"sqlite": 12, "postgres": 9}
"""Of a first try, without loading the viewer (1) and reading the answer back (1)."""


async def test_an_owner_books_a_vet_for_her_pet(database):
    world = await a_world()
    appointment = await Appointment.get(id=await booked(world, reason="She limps."))
    assert appointment.status is Status.BOOKED
    assert (appointment.starts_at, appointment.ends_at) == (AT_TEN, AT_TEN + timedelta(minutes=30))
    assert (appointment.vet_id, appointment.room_id) == (world.vet.id, world.room.id)
    assert (appointment.client_id, appointment.reason) == (world.owner.id, "She limps.")
    assert await BusyTime.filter(appointment_id=appointment.id).count() == 3
    event = await Event.get()
    assert (event.kind, event.subject_id, event.new_starts_at) == (EventKind.APPOINTMENT_BOOKED, appointment.id, AT_TEN)


async def test_a_booking_writes_a_confirmation_now_and_a_letter_a_day_before(database):
    world = await a_world()
    await booked(world, starts_at=AT_TEN + timedelta(days=2))
    letters = {m.letter: m.not_before for m in await Message.all()}
    assert letters == {Letter.APPOINTMENT_BOOKED: NOW, Letter.COMING_VISIT: AT_TEN + timedelta(days=1)}


async def test_a_visit_within_a_day_has_no_letter_about_coming(database):
    world = await a_world()
    await booked(world)
    assert [m.letter for m in await Message.all()] == [Letter.APPOINTMENT_BOOKED]


async def test_a_farewell_is_confirmed_and_never_reminded_of(database):
    world = await a_world()
    world.service.is_farewell = True
    await world.service.save()
    await booked(world, starts_at=AT_TEN + timedelta(days=2))
    assert [m.letter for m in await Message.all()] == [Letter.APPOINTMENT_BOOKED]


async def test_vet_and_room_are_taken_with_buffers_and_the_pet_for_the_visit(database):
    world = await a_world()
    world.service.buffer_before_minutes, world.service.buffer_after_minutes = 15, 30
    await world.service.save()
    await booked(world)
    end = AT_TEN + timedelta(minutes=30)
    busy = {b.resource_id: (b.starts_at, b.ends_at) for b in await BusyTime.all()}
    around = (AT_TEN - timedelta(minutes=15), end + timedelta(minutes=30))
    assert busy == {world.vet.id: around, world.room.id: around, world.pet.id: (AT_TEN, end)}


async def test_a_booking_sends_as_many_statements_as_promised(database):
    world = await a_world()
    with counted() as statements:
        await booked(world)
    assert statements.count == STATEMENTS[database.dialect], "\n".join(statements.texts)


async def test_a_booking_sends_as_many_statements_among_a_hundred_others(database):
    world = await a_world()
    with counted() as alone:
        await booked(world)
    vet = await a_vet()
    room = await a_room()
    stranger = await an_owner()
    for number in range(25):
        pet = await a_pet(stranger)
        await a_booking(pet, vet=vet, room=room, starts_at=AT_TEN + timedelta(days=28, minutes=30 * number))
    with counted() as among_others:
        await booked(world, key="other", starts_at=AT_TEN + AN_HOUR)
    assert among_others.count == alone.count


async def test_a_booking_looks_through_nothing_that_grows_with_the_years(database):
    world = await a_world()
    past = [
        BusyTime(
            resource=resource, resource_id=key, starts_at=starts_at, ends_at=starts_at + AN_HOUR, is_exclusive=False
        )
        for starts_at in (NOW - timedelta(days=4 + number) for number in range(1000))
        for resource, key in ((Resource.VET, world.vet.id), (Resource.ROOM, world.room.id), (Resource.PET, uuid4()))
    ]
    await BusyTime.bulk_create(past, batch_size=1000)
    with counted() as statements:
        await booked(world)
        await booked(world, viewer=world.receptionist.viewer, key="k2", starts_at=AT_TEN + AN_HOUR, vet_id=world.vet.id)
    assert await looked_through(statements.texts) <= {"opening_hours", "working_hours", "hours_exception", "practice"}


async def test_the_same_request_again_is_the_same_appointment(database):
    world = await a_world()
    first = await booked(world)
    assert await booked(world) == first
    assert await Appointment.all().count() == 1


async def test_the_same_request_again_is_the_same_appointment_even_when_its_time_has_passed(database):
    world = await a_world()
    first = await booked(world)
    assert await booked(world, now=NOW + timedelta(days=1)) == first


async def test_a_key_used_with_other_input_is_refused(database):
    world = await a_world()
    await booked(world)
    await refused(world, IdempotencyKeyReused, starts_at=AT_TEN + AN_HOUR)


async def test_the_same_request_twice_at_once_is_one_appointment(database):
    world = await a_world()
    ids = await asyncio.gather(*(booked(world) for _ in range(8)))
    assert len(set(ids)) == 1
    assert await Appointment.all().count() == 1


async def test_a_time_that_somebody_has_is_refused_with_times_that_are_free(database):
    world = await a_world()
    await a_booking(await a_pet(await an_owner()), starts_at=AT_TEN)
    refusal = await refused(world, SlotTaken)
    free = [time.visit.starts_at for time in refusal.alternatives]
    half_an_hour = timedelta(minutes=30)
    quarter = timedelta(minutes=15)
    assert free == [
        NOW,
        NOW + quarter,
        NOW + half_an_hour,
        AT_TEN + half_an_hour,
        AT_TEN + half_an_hour + quarter,
    ]
    for number, time in enumerate(free[2:4]):
        await booked(world, key=str(number), starts_at=time)


async def test_a_pet_cannot_be_at_two_places_at_once(database):
    world = await a_world()
    await a_vet()
    room = await a_room()
    await ServiceRoom.get_or_create(service_id=world.service.id, room_id=room.id)
    await booked(world)
    with pytest.raises(SlotTaken):
        await booked(world, key="two")


async def test_buffers_keep_the_next_visit_away(database):
    world = await a_world()
    world.service.buffer_after_minutes = 15
    await world.service.save()
    await booked(world)
    other = await a_pet(world.owner)
    with pytest.raises(SlotTaken):
        await booked(world, key="close", pet_id=other.id, starts_at=AT_TEN + timedelta(minutes=30))
    await booked(world, key="later", pet_id=other.id, starts_at=AT_TEN + timedelta(minutes=45))


async def test_with_the_vet_left_open_another_vet_takes_the_second_visit(database):
    world = await a_world()
    await a_vet()
    room = await a_room()
    await ServiceRoom.get_or_create(service_id=world.service.id, room_id=room.id)
    first = await Appointment.get(id=await booked(world))
    other = await a_pet(world.owner)
    second = await Appointment.get(id=await booked(world, key="two", pet_id=other.id))
    assert first.vet_id != second.vet_id
    assert first.room_id != second.room_id


async def test_reception_books_somebody_who_stands_at_the_desk(database):
    world = await a_world()
    await booked(world, viewer=world.receptionist.viewer, starts_at=NOW, now=NOW + timedelta(minutes=10))


async def test_reception_books_for_the_owner_who_pays_most(database):
    world = await a_world()
    appointment = await Appointment.get(id=await booked(world, viewer=world.receptionist.viewer))
    assert appointment.client_id == world.owner.id


async def test_cancelled_at_any_moment_a_booking_is_whole_or_not_there_and_the_process_goes_on(database):
    world = await a_world()
    at = 0
    while await cancelled_at(at, booked(world, key=f"cancelled-{at}")):
        at += 1
        kept = [appointment.id for appointment in await Appointment.all()]
        assert await BusyTime.all().count() == 3 * len(kept)
        assert await Event.all().count() == await Message.all().count() == len(kept)
        for number, appointment_id in enumerate(kept):
            await appointments.cancel(world.owner.viewer, appointment_id, key=f"{at}-{number}", now=NOW)
            await BusyTime.filter(appointment_id=appointment_id).delete()
            await Message.all().delete()
            await Event.all().delete()
            await Appointment.filter(id=appointment_id).delete()
    print(f"booking has {at} awaits; it was cancelled at each of them")
    assert at >= STATEMENTS[database.dialect]
    for number in range(20):
        day = timedelta(days=1 + number // 10, minutes=30 * (number % 10))
        await booked(world, viewer=world.receptionist.viewer, key=f"after-{number}", starts_at=AT_TEN + day)


async def test_a_visit_of_a_whole_day_sees_what_is_busy_the_day_after(database):
    world = await a_world()
    always: Any = {"from_minute": 0, "until_minute": 1440}
    await OpeningHours.all().delete()
    await WorkingHours.all().delete()
    for weekday in range(1, 8):
        await OpeningHours.create(location_id=world.location.id, weekday=weekday, **always)
        await WorkingHours.create(
            location_id=world.location.id, staff_id=world.vet.id, weekday=weekday, starts_on=TODAY, **always
        )
    await Service.filter(id=world.service.id).update(lasts_minutes=1440)
    desk = world.receptionist.viewer
    await booked(world, desk, key="later", starts_at=NOW + timedelta(days=2, hours=10))
    search = Search(world.service.id, world.location.id, TODAY + timedelta(days=1), TODAY + timedelta(days=1))
    _, free = await free_times.found(desk, search, now=NOW)
    assert max(time.visit.ends_at for time in free) == NOW + timedelta(days=2, hours=10)
