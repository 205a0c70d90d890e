"""Moments that are none, that come twice, or that nobody plans for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models import Appointment
from resolvers.viewer import Audience
from tests.api.deed import sent
from tests.doors import Program, id_of
from tests.world import (
    a_location,
    a_pet,
    a_practice,
    a_receptionist,
    a_room,
    a_service,
    a_vet,
    a_world,
    an_owner,
    how_many_rows,
)

FREE = """query ($s: ID!, $l: ID!, $from: Date!, $to: Date!, $pet: ID) {
  freeTimes(serviceId: $s, locationId: $l, from: $from, to: $to, petId: $pet) { startsAt startsAtLocal zone } }"""
BOOKED = "AppointmentBooked { appointment { startsAt startsAtLocal endsAt } }"
ONE, FOUR = 60, 4 * 60
EVERY_DAY = range(1, 8)


async def free_on(program, owner, service, location, day, pet=None):
    given = {"s": id_of(service), "l": id_of(location), "from": day, "to": day, "pet": pet and id_of(pet)}
    return (await program.ask(owner.viewer, FREE, **given)).data["freeTimes"]


@pytest.fixture
async def at_night(database):
    """A place in Berlin that is open from one to four in the night, every day."""
    await a_practice()
    location = await a_location(weekdays=EVERY_DAY, opens=ONE, closes=FOUR)
    await a_vet(location=location, weekdays=EVERY_DAY, starts=ONE, ends=FOUR)
    await a_room(location=location)
    service, owner = await a_service(), await an_owner()
    return Program(), owner, service, location


async def book(program, owner, service, location, pet, starts_at, key="k"):
    wish = {"petId": id_of(pet), "serviceId": id_of(service), "locationId": id_of(location), "startsAt": starts_at}
    answer = await sent(program, owner.viewer, "bookAppointment", BOOKED, {**wish, "idempotencyKey": key})
    return answer.data["bookAppointment"]


async def test_the_hour_that_the_clock_skips_is_not_offered(at_night):
    program, owner, service, location = at_night
    free = await free_on(program, owner, service, location, "2026-03-29")
    assert [time["startsAtLocal"][-5:] for time in free] == [
        "01:00",
        "01:15",
        "01:30",
        "01:45",
        "03:00",
        "03:15",
        "03:30",
    ]
    assert [time["startsAt"][11:16] for time in free] == ["00:00", "00:15", "00:30", "00:45", "01:00", "01:15", "01:30"]


async def test_a_visit_across_the_skipped_hour_lasts_as_long_as_any(at_night):
    program, owner, service, location = at_night
    booked = await book(program, owner, service, location, await a_pet(owner), "2026-03-29T00:45:00Z")
    assert booked["appointment"] == {
        "startsAt": "2026-03-29T00:45:00Z",
        "startsAtLocal": "2026-03-29T01:45",
        "endsAt": "2026-03-29T01:15:00Z",
    }
    # Half past two with the offset of winter is half past three on the wall.
    other = await a_pet(owner)
    booked = await book(program, owner, service, location, other, "2026-03-29T02:30:00+01:00", key="skipped")
    assert booked["appointment"]["startsAtLocal"] == "2026-03-29T03:30"


async def test_the_hour_that_comes_twice_is_offered_twice_and_each_can_be_booked(at_night):
    program, owner, service, location = at_night
    free = await free_on(program, owner, service, location, "2026-10-25")
    at_two = [time["startsAt"] for time in free if time["startsAtLocal"] == "2026-10-25T02:00"]
    assert at_two == ["2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"]
    assert len(free) == len({time["startsAt"] for time in free}) == 15
    for moment in at_two:
        pet = await a_pet(owner)
        booked = await book(program, owner, service, location, pet, moment, key=moment)
        assert (booked["appointment"]["startsAt"], booked["appointment"]["startsAtLocal"]) == (
            moment,
            "2026-10-25T02:00",
        )
    assert [one.starts_at for one in await Appointment.all().order_by("starts_at")] == [
        datetime(2026, 10, 25, 0, tzinfo=UTC),
        datetime(2026, 10, 25, 1, tzinfo=UTC),
    ]
    left = await free_on(program, owner, service, location, "2026-10-25")
    assert not {time["startsAt"] for time in left} & set(at_two)


async def test_a_moment_is_written_with_its_offset(at_night):
    program, owner, service, location = at_night
    pet = await a_pet(owner)
    booked = await book(program, owner, service, location, pet, "2026-10-25T02:00:00+02:00")
    assert booked["appointment"]["startsAt"] == "2026-10-25T00:00:00Z"
    again = await book(program, owner, service, location, pet, "2026-10-24t21:00:00.000-03:00")
    assert again == booked


@pytest.mark.parametrize(
    "moment",
    [
        "2026-03-04T09:00:00",
        "2026-03-04T09:00",
        "2026-03-04 09:00:00Z",
        "2026-03-04T24:00:00Z",
        "2016-12-31T23:59:60Z",
        "2026-02-29T09:00:00Z",
        "2026-03-04T09:00:00+24:00",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "10000-01-01T00:00:00Z",
        1_772_600_000,
    ],
)
async def test_what_is_no_moment_is_said_so_with_its_place(moment):
    document = "mutation ($input: BookAppointmentInput!) { bookAppointment(input: $input) { __typename } }"
    given = {"petId": "p", "serviceId": "s", "locationId": "l", "startsAt": moment, "idempotencyKey": "k"}
    answer = await Program().ask(Audience.OWNER, document, input=given)
    assert (answer.status, answer.code) == (400, "BAD_INPUT")
    assert answer.body["errors"][0]["extensions"]["path"] == ["startsAt"]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "1969-12-31T23:45:00Z", "9999-12-31T23:45:00Z"])
async def test_a_visit_in_a_year_that_nobody_plans_for_is_refused(at_night, moment):
    program, owner, service, location = at_night
    pet = await a_pet(owner)
    await program.token(owner.viewer)
    rows = await how_many_rows()
    refused = await book(program, owner, service, location, pet, moment)
    assert (refused["__typename"], refused["path"]) == ("InvalidInput", ["startsAt"])
    assert await how_many_rows() == rows


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_a_day_at_the_end_of_all_calendars_is_refused_in_a_question(database, day):
    world, program = await a_world(), Program()
    desk = (await a_receptionist()).viewer
    given = {"s": id_of(world.service), "l": id_of(world.location), "from": day, "to": day}
    answer = await program.ask(world.owner.viewer, FREE, **given)
    assert (answer.status, answer.code, answer.body["data"]) == (200, "INVALID_INPUT", {"freeTimes": None})
    sheet = "query ($l: ID!, $on: Date!) { day(locationId: $l, on: $on) { appointments { id } } }"
    answer = await program.ask(desk, sheet, l=id_of(world.location), on=day)
    assert (answer.code, answer.body["errors"][0]["extensions"]["path"]) == ("INVALID_INPUT", ["on"])
    during = "query ($s: DateTime!, $e: DateTime!) { appointments(startsBefore: $s, endsAfter: $e) { totalCount } }"
    every = await program.ask(desk, during, s="9999-12-31T23:59:59Z", e="0001-01-01T00:00:00Z")
    assert every.data == {"appointments": {"totalCount": 0}}


async def test_a_night_that_ends_at_midnight_is_bookable_to_its_end(database):
    await a_practice()
    location = await a_location(opens=22 * 60, closes=24 * 60)
    await a_vet(location=location, starts=22 * 60, ends=24 * 60)
    await a_room(location=location)
    service, owner, program = await a_service(), await an_owner(), Program()
    free = await free_on(program, owner, service, location, "2026-03-04")
    assert free[-1]["startsAtLocal"] == "2026-03-04T23:30"
    pet = await a_pet(owner)
    booked = await book(program, owner, service, location, pet, free[-1]["startsAt"])
    assert booked["appointment"]["endsAt"] == "2026-03-04T23:00:00Z"
