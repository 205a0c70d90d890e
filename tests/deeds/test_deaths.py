"""Recording a death: what was planned ends with it, in one transaction."""

import asyncio
from datetime import date, timedelta

import pytest

from models import Appointment, BusyTime, Event, EventKind, Message, MessageState, Pet, Status
from models.pet import DatePrecision
from models.refusal import InvalidInput, NotFound, PetHasDied
from models.row import uuid7
from resolvers import appointments, deaths
from resolvers.appointments import Booking
from tests.found import events, last_event
from tests.racing import meanwhile
from tests.world import AN_HOUR, NOW, TODAY, a_booking, a_letter, a_location, a_pet, a_vet, a_world, how_many_rows

pytestmark = pytest.mark.anyio

NOT_BUSY = (Status.REQUESTED, Status.CANCELLED, Status.NO_SHOW)


async def test_a_death_cancels_what_was_coming_and_withdraws_its_letters(database):
    world = await a_world()
    luna = await a_pet(world.owner)
    coming = [
        await a_booking(world.pet, starts_at=NOW + hours * AN_HOUR, status=status)
        for hours, status in ((1, Status.BOOKED), (2, Status.CONFIRMED), (3, Status.REQUESTED))
    ]
    others = await a_booking(luna, starts_at=NOW + 4 * AN_HOUR)
    letters = [await a_letter(appointment) for appointment in (*coming, others)]

    assert (await deaths.record(world.vet.viewer, world.pet.id, TODAY, key="k1", now=NOW)).pet_id == world.pet.id

    assert (await Pet.get(id=world.pet.id)).died_on == TODAY
    for appointment in coming:
        row = await Appointment.get(id=appointment.id)
        assert (row.status, row.cancelled_because) == (Status.CANCELLED, "The pet has died.")
    assert (await Appointment.get(id=others.id)).status is Status.BOOKED
    assert {busy.appointment_id for busy in await BusyTime.all()} == {others.id}
    states = [(await Message.get(id=letter.id)).state for letter in letters]
    assert states == [*[MessageState.WITHDRAWN] * 3, MessageState.WAITING]
    assert await Message.all().count() == 4  # and no letter tells of a cancellation
    assert await events() == ["PET_DIED", *["APPOINTMENT_CANCELLED"] * 3]
    died, *cancelled = await Event.all().order_by("number")
    assert (died.subject_id, list(died.changed)) == (world.pet.id, ["died_on", "ended", "is_reported_by_owner"])
    assert [(one.subject_id, one.location_id, one.old_starts_at) for one in cancelled] == [
        (coming[0].id, world.location.id, coming[0].starts_at),
        (coming[1].id, world.location.id, coming[1].starts_at),
        (coming[2].id, world.location.id, None),  # what was only requested took nobody's time
    ]


@pytest.mark.parametrize("status", [Status.ARRIVED, Status.IN_PROGRESS, Status.COMPLETED, Status.NO_SHOW])
async def test_what_has_begun_or_is_over_stays_as_it_is(database, status):
    world = await a_world()
    visit = await a_booking(world.pet, starts_at=NOW - AN_HOUR, status=status)

    await deaths.record(world.vet.viewer, world.pet.id, TODAY, key="k1", now=NOW)

    assert (await Appointment.get(id=visit.id)).status is status
    assert await BusyTime.filter(appointment_id=visit.id).count() == (0 if status in NOT_BUSY else 3)
    assert await events() == ["PET_DIED"]


async def test_a_death_some_days_ago_cancels_what_was_planned_since_then(database):
    world = await a_world()
    long_ago = await a_booking(world.pet, starts_at=NOW - timedelta(days=7))
    missed = await a_booking(world.pet, starts_at=NOW - timedelta(days=2))

    await deaths.record(world.vet.viewer, world.pet.id, TODAY - timedelta(days=3), key="k1", now=NOW)

    assert (await Appointment.get(id=long_ago.id)).status is Status.BOOKED
    assert (await Appointment.get(id=missed.id)).status is Status.CANCELLED


async def test_letters_about_past_visits_are_withdrawn_as_well(database):
    world = await a_world()
    letter = await a_letter(await a_booking(world.pet, starts_at=NOW - AN_HOUR, status=Status.COMPLETED))

    await deaths.record(world.vet.viewer, world.pet.id, TODAY, key="k1", now=NOW)

    assert (await Message.get(id=letter.id)).state is MessageState.WITHDRAWN


async def test_a_death_is_recorded_once(database):
    world = await a_world()
    recorded = await deaths.record(world.vet.viewer, world.pet.id, TODAY, key="k1", now=NOW)

    assert await deaths.record(world.vet.viewer, world.pet.id, TODAY, key="k1", now=NOW) == recorded
    before = await how_many_rows()
    with pytest.raises(PetHasDied):
        await deaths.record(world.vet.viewer, world.pet.id, TODAY, key="k2", now=NOW)
    assert await how_many_rows() == before


async def test_a_death_lies_neither_in_the_future_nor_before_the_birth(database):
    world = await a_world()
    rex = await a_pet(world.owner, born_on=date(2026, 2, 1), born_precision=DatePrecision.DAY)
    visit = await a_booking(rex)
    before = await how_many_rows()

    for day in (TODAY + timedelta(days=2), date(2026, 1, 31)):
        with pytest.raises(InvalidInput) as refused:
            await deaths.record(world.vet.viewer, rex.id, day, key="k1", now=NOW)
        assert refused.value.path == ("diedOn",)

    assert (await Pet.get(id=rex.id)).died_on is None
    assert (await Appointment.get(id=visit.id)).status is Status.BOOKED
    assert await how_many_rows() == before


async def test_nobody_records_the_death_of_no_pet(database):
    world = await a_world()
    before = await how_many_rows()

    with pytest.raises(NotFound) as refused:
        await deaths.record(world.vet.viewer, uuid7(), TODAY, key="k1", now=NOW)
    assert refused.value.path == ("petId",)
    assert await how_many_rows() == before


async def test_a_booking_that_races_with_a_death_is_cancelled_or_refused(database):
    world = await a_world()
    outcomes = set()
    for number in range(6):
        pet = await a_pet(world.owner, name=f"Rex {number}")
        starts_at = NOW + (1 + number) * AN_HOUR
        booking = Booking(pet.id, world.service.id, world.location.id, starts_at)

        booked, _ = await asyncio.gather(
            appointments.book(world.receptionist.viewer, booking, key=f"b{number}", now=NOW),
            deaths.record(world.vet.viewer, pet.id, TODAY, key=f"d{number}", now=NOW),
            return_exceptions=True,
        )

        outcomes.add(type(booked).__name__)
        assert (await Pet.get(id=pet.id)).died_on == TODAY
        assert await Appointment.filter(pet_id=pet.id).exclude(status=Status.CANCELLED).count() == 0
        assert await Message.filter(appointment__pet_id=pet.id, state=MessageState.WAITING).count() == 0
    assert await BusyTime.all().count() == 0
    assert outcomes <= {"UUID", "PetHasDied"}


async def test_a_death_sees_the_booking_that_is_just_being_made(database):
    world = await a_world()
    booking = Booking(world.pet.id, world.service.id, world.location.id, NOW + AN_HOUR)

    await meanwhile(
        lambda: appointments.book(world.receptionist.viewer, booking, key="k1", now=NOW),
        lambda: deaths.record(world.vet.viewer, world.pet.id, TODAY, key="k2", now=NOW),
    )

    assert (await Appointment.get()).status is Status.CANCELLED
    assert await BusyTime.all().count() == 0
    assert await Message.filter(state=MessageState.WAITING).count() == 0


async def test_a_booking_sees_the_death_that_is_just_being_recorded(database):
    world = await a_world()
    booking = Booking(world.pet.id, world.service.id, world.location.id, NOW + AN_HOUR)

    refused = await meanwhile(
        lambda: deaths.record(world.vet.viewer, world.pet.id, TODAY, key="k1", now=NOW),
        lambda: appointments.book(world.receptionist.viewer, booking, key="k2", now=NOW),
    )

    assert isinstance(refused, PetHasDied)
    assert await Appointment.all().count() == 0


async def test_of_two_who_record_a_death_at_once_one_is_told(database):
    world = await a_world()

    refused = await meanwhile(
        lambda: deaths.record(world.vet.viewer, world.pet.id, TODAY, key="k1", now=NOW),
        lambda: deaths.record(world.receptionist.viewer, world.pet.id, TODAY, key="k2", now=NOW),
    )

    assert isinstance(refused, PetHasDied)
    assert await events() == ["PET_DIED"]


async def test_a_vet_of_another_location_may_record_a_death(database):
    world = await a_world()
    elsewhere = await a_vet(location=await a_location("Low Road"))

    await deaths.record(elsewhere.viewer, world.pet.id, TODAY, key="k1", now=NOW)

    event, _ = await last_event()
    assert (event.kind, event.account_id) == (EventKind.PET_DIED, elsewhere.account.id)
