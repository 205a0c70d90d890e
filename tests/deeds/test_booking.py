"""Booking a visit: what can be had, what cannot, and what is written with it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from models import (
    Appointment,
    BusyTime,
    Event,
    EventKind,
    Letter,
    Message,
    OpeningHours,
    Ownership,
    Right,
    Service,
    ServiceRoom,
    ServiceStaff,
    Species,
    Status,
    WorkingHours,
)
from models.appointment import MOST_COMING_UNKNOWN
from models.refusal import (
    IdempotencyKeyReused,
    InvalidInput,
    LocationClosed,
    NotFound,
    OutsideHours,
    PetHasDied,
    RightNeeded,
    ServiceNotOffered,
    SlotTaken,
    TimeHasPassed,
    TooManyPlanned,
    TooShortNotice,
    VetCannotDoService,
)
from resolvers import appointments, bookings, free_times
from resolvers.appointments import Booking
from resolvers.free_times import Search
from tests.cancelling import cancelled_at
from tests.world import (
    AN_HOUR,
    NOW,
    TODAY,
    a_booking,
    a_location,
    a_pet,
    a_room,
    a_vet,
    a_world,
    an_owner,
    an_ownership,
    how_many_rows,
)
from vetdesk.database import counted

AT_TEN = NOW + AN_HOUR
MOST_STATEMENTS = 15
"""Of a first try, without loading the viewer (1) and reading the answer back (1)."""


def wanted(world, **other):
    given = {
        "pet_id": world.pet.id,
        "service_id": world.service.id,
        "location_id": world.location.id,
        "starts_at": AT_TEN,
    }
    return Booking(**{**given, **other})


async def booked(world, viewer=None, key="k", now=NOW, **other):
    return await appointments.book(viewer or world.owner.viewer, wanted(world, **other), key=key, now=now)


async def refused(world, refusal, viewer=None, now=NOW, **other):
    before = await how_many_rows()
    with pytest.raises(refusal) as caught:
        await booked(world, viewer, now=now, **other)
    assert await how_many_rows() == before
    return caught.value


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


async def test_a_booking_sends_no_more_statements_than_promised(database):
    world = await a_world()
    with counted() as statements:
        await booked(world)
    assert statements.count <= MOST_STATEMENTS - 1, "\n".join(statements.texts)


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


async def test_a_time_in_the_past_is_refused(database):
    world = await a_world()
    await refused(world, TimeHasPassed, starts_at=NOW - timedelta(minutes=15))


async def test_a_time_off_the_grid_is_refused(database):
    world = await a_world()
    refusal = await refused(world, InvalidInput, starts_at=AT_TEN + timedelta(minutes=7))
    assert refusal.path == ("startsAt",)


async def test_a_time_outside_the_hours_is_refused(database):
    world = await a_world()
    for moment in (NOW - timedelta(hours=3) + timedelta(days=1), NOW + timedelta(days=5), NOW + timedelta(hours=9)):
        await refused(world, OutsideHours, starts_at=moment)


async def test_a_visit_that_would_end_after_closing_is_refused(database):
    world = await a_world()
    await refused(world, OutsideHours, starts_at=NOW + timedelta(hours=8, minutes=45))


async def test_a_vet_who_cannot_do_the_service_is_refused(database):
    world = await a_world()
    newcomer = await a_vet()
    await ServiceStaff.filter(staff_id=newcomer.id).delete()
    await refused(world, VetCannotDoService, vet_id=newcomer.id)


async def test_a_location_where_the_vet_does_not_work_is_refused(database):
    world = await a_world()
    elsewhere = await a_location("Harbour")
    await a_room(location=elsewhere)
    await refused(world, VetCannotDoService, location_id=elsewhere.id, vet_id=world.vet.id)


async def test_an_unknown_location_service_or_pet_is_not_found(database):
    world = await a_world()
    for name in ("location_id", "service_id", "pet_id"):
        for key in (None, uuid4(), UUID(int=0)):
            await refused(world, NotFound, **{name: key})


async def test_a_closed_location_is_refused(database):
    world = await a_world()
    world.location.closed_on = TODAY
    await world.location.save()
    await refused(world, LocationClosed)


async def test_a_pet_that_is_not_hers_is_not_found_in_the_words_for_no_pet_at_all(database):
    world = await a_world()
    stranger = await a_pet(await an_owner())
    theirs = await refused(world, NotFound, pet_id=stranger.id)
    nobodys = await refused(world, NotFound, pet_id=uuid4())
    assert (theirs.message, theirs.path) == (nobodys.message, nobodys.path)


async def test_a_pet_that_has_died_is_refused_in_words_of_its_own(database):
    world = await a_world()
    world.pet.died_on = TODAY
    await world.pet.save()
    refusal = await refused(world, PetHasDied)
    assert "sorry" in refusal.message


async def test_an_owner_without_the_right_to_book_is_told_so(database):
    world = await a_world()
    other = await an_owner()
    await an_ownership(world.pet, other, rights=frozenset({Right.VIEW}), share=0)
    await refused(world, RightNeeded, viewer=other.viewer)


async def test_a_service_that_is_not_online_is_not_there_for_owners(database):
    world = await a_world()
    world.service.is_bookable_online = False
    await world.service.save()
    await refused(world, NotFound)
    await booked(world, viewer=world.receptionist.viewer)


async def test_a_client_whom_nobody_knows_books_only_what_is_open_to_new_clients(database):
    world = await a_world()
    newcomer = await an_owner(is_linked=False)
    pet = await a_pet(newcomer)
    await booked(world, viewer=newcomer.viewer, pet_id=pet.id)
    world.service.is_open_to_new_clients = False
    await world.service.save()
    await refused(world, ServiceNotOffered, viewer=newcomer.viewer, pet_id=pet.id, key="other")


async def test_a_species_that_is_not_seen_is_refused(database):
    world = await a_world()
    await Service.filter(id=world.service.id).update(species=[Species.CAT.value])
    await refused(world, ServiceNotOffered)


async def test_too_short_notice_is_refused_online_and_not_at_the_desk(database):
    world = await a_world()
    world.service.lead_minutes = 120
    await world.service.save()
    refusal = await refused(world, TooShortNotice)
    assert refusal.earliest == NOW + timedelta(hours=2)
    await booked(world, viewer=world.receptionist.viewer)


async def test_an_owner_cannot_choose_the_vet_where_the_practice_does(database):
    world = await a_world()
    world.service.owner_may_choose_vet = False
    await world.service.save()
    await refused(world, InvalidInput, vet_id=world.vet.id)


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
    assert at >= MOST_STATEMENTS - 1
    for number in range(20):
        day = timedelta(days=1 + number // 10, minutes=30 * (number % 10))
        await booked(world, viewer=world.receptionist.viewer, key=f"after-{number}", starts_at=AT_TEN + day)


async def test_a_client_whom_nobody_knows_cannot_book_the_practice_full(database):
    world = await a_world()
    newcomer = await an_owner(is_linked=False)
    pet = await a_pet(newcomer)
    for number in range(MOST_COMING_UNKNOWN):
        day = timedelta(days=number % 4)
        await booked(
            world, newcomer.viewer, key=str(number), pet_id=pet.id, starts_at=AT_TEN + day + AN_HOUR * (number // 4)
        )
    await refused(world, TooManyPlanned, newcomer.viewer, pet_id=pet.id, key="more", starts_at=AT_TEN + 5 * AN_HOUR)
    await booked(world, world.receptionist.viewer, key="desk", pet_id=pet.id, starts_at=AT_TEN + 5 * AN_HOUR)


async def test_online_booking_reaches_one_year_ahead(database):
    world = await a_world()
    await refused(world, InvalidInput, starts_at=AT_TEN + timedelta(days=371))
    await booked(world, world.receptionist.viewer, starts_at=AT_TEN + timedelta(days=371))


async def test_where_the_practice_chooses_the_vet_alternatives_name_none(database):
    world = await a_world()
    world.service.owner_may_choose_vet = False
    await world.service.save()
    await booked(world)
    refusal = await refused(world, SlotTaken, key="again")
    assert refusal.alternatives
    assert {time.vet_ids for time in refusal.alternatives} == {()}


async def test_a_right_that_is_lost_while_she_books_is_noticed(database, monkeypatch):
    world = await a_world()
    ours = bookings.hold

    async def hold_after_the_end(wish, place):
        await Ownership.filter(client_id=world.owner.id).update(ends_on=TODAY)
        await ours(wish, place)

    monkeypatch.setattr(bookings, "hold", hold_after_the_end)
    with pytest.raises(RightNeeded):
        await booked(world)
    assert await Appointment.all().count() == 0


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
