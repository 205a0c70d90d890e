"""Booking what cannot be had: each is refused in words that help, and leaves nothing behind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from graph.ids import global_id
from models import Location, Pet, Service, ServiceStaff
from models.row import uuid7
from tests.api.deed import refused, sent
from tests.doors import Program, id_of
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
    how_many_rows,
)

BOOKED = """AppointmentBooked { appointment { id startsAt } }
  ... on SlotTaken { alternatives { startsAt startsAtLocal zone vets { displayName } } }
  ... on TooShortNotice { earliest }"""
AT_TEN = NOW + AN_HOUR


class Desk:
    """A practice, and somebody who books in it."""

    def __init__(self, world, viewer=None):
        self.world, self.program, self.viewer = world, Program(), viewer or world.owner.viewer
        self.keys = 0

    def wish(self, **other):
        self.keys += 1
        given = {
            "petId": id_of(self.world.pet),
            "serviceId": id_of(self.world.service),
            "locationId": id_of(self.world.location),
            "startsAt": AT_TEN.isoformat(),
            "idempotencyKey": str(self.keys),
        }
        return {**given, **other}

    async def book(self, **other):
        """What comes of it, payload or refusal."""
        answer = await sent(self.program, self.viewer, "bookAppointment", BOOKED, self.wish(**other))
        return answer.data["bookAppointment"]

    async def refused(self, **other):
        """The type and the path of the refusal; nothing was written."""
        return await refused(self.program, self.viewer, "bookAppointment", BOOKED, **self.wish(**other))


@pytest.fixture
async def desk(database):
    return Desk(await a_world())


async def test_a_time_that_has_passed(desk):
    for moment in (NOW, NOW - AN_HOUR, NOW - timedelta(days=365)):
        assert await desk.refused(startsAt=moment.isoformat()) == ("TimeHasPassed", ["startsAt"])


async def test_a_time_outside_the_hours(desk):
    before, after, too_late, sunday = "T05:00:00Z", "T18:00:00Z", "T16:45:00Z", "2026-03-08T09:00:00Z"
    for moment in (f"2026-03-03{before}", f"2026-03-03{after}", f"2026-03-03{too_late}", sunday):
        assert await desk.refused(startsAt=moment) == ("OutsideHours", ["startsAt"])


async def test_a_time_off_the_grid(desk):
    for moment in ("2026-03-03T09:07:00Z", "2026-03-03T09:00:01Z", "2026-03-03T09:00:00.000001Z"):
        assert await desk.refused(startsAt=moment) == ("InvalidInput", ["startsAt"])


async def test_a_service_that_the_vet_cannot_do(desk):
    newcomer = await a_vet()
    await ServiceStaff.filter(staff_id=newcomer.id).delete()
    assert await desk.refused(vetId=id_of(newcomer.staff)) == ("VetCannotDoService", ["vetId"])


async def test_a_location_where_the_vet_does_not_work(desk):
    harbour = await a_location("Harbour")
    await a_room(location=harbour)
    there = {"locationId": id_of(harbour), "vetId": id_of(desk.world.vet.staff)}
    assert await desk.refused(**there) == ("VetCannotDoService", ["vetId"])


async def test_a_pet_that_is_not_hers_is_answered_as_one_that_does_not_exist(desk):
    theirs = await a_pet(await an_owner("Nina Kovac"))
    before = await how_many_rows()
    answers = []
    for pet in (id_of(theirs), global_id("Pet", uuid7()), id_of(desk.world.vet.staff), "nonsense", "", "💥"):
        answer = await sent(desk.program, desk.viewer, "bookAppointment", BOOKED, desk.wish(petId=pet))
        answers.append((answer.status, answer.body))
    assert answers == [answers[0]] * len(answers)
    assert answers[0][1]["data"]["bookAppointment"] == {
        "__typename": "NotFound",
        "code": "NOT_FOUND",
        "message": "We could not find that. Please check it and try again.",
        "path": ["petId"],
    }
    assert {**await how_many_rows(), "SigningKey": 0} == {**before, "SigningKey": 0}


async def test_a_pet_of_hers_that_has_died(desk):
    await Pet.filter(id=desk.world.pet.id).update(died_on=TODAY)
    said = await desk.book()
    assert said == {
        "__typename": "PetHasDied",
        "code": "PET_HAS_DIED",
        "message": "Our records say that this pet has died, and we are sorry. If that is wrong, please call us.",
        "path": ["petId"],
    }
    assert await desk.refused() == ("PetHasDied", ["petId"])


async def test_a_time_that_has_just_gone_comes_with_times_that_can_be_had(desk):
    theirs = await a_pet(await an_owner("Nina Kovac"))
    await a_booking(theirs, starts_at=AT_TEN)
    taken = await desk.book()
    assert (taken["__typename"], taken["path"]) == ("SlotTaken", ["startsAt"])
    free = taken["alternatives"]
    assert [time["startsAtLocal"][-5:] for time in free] == ["09:00", "09:15", "09:30", "10:30", "10:45"]
    assert {time["zone"] for time in free} == {"Europe/Berlin"}
    for number in (2, 3):
        assert free[number]["vets"] == [{"displayName": "Vera Falk"}]
        another = await a_pet(desk.world.owner)
        booked = await desk.book(petId=id_of(another), startsAt=free[number]["startsAt"])
        assert booked["appointment"]["startsAt"] == free[number]["startsAt"]


async def test_a_location_that_does_not_exist(desk):
    for place in (global_id("Location", uuid7()), id_of(desk.world.room), "nonsense"):
        assert await desk.refused(locationId=place) == ("NotFound", ["locationId"])


async def test_a_location_that_is_closed(desk):
    await Location.filter(id=desk.world.location.id).update(closed_on=TODAY)
    assert await desk.refused() == ("LocationClosed", ["locationId"])


async def test_a_service_that_does_not_exist_or_is_not_for_her(desk):
    for service in (global_id("Service", uuid7()), "nonsense"):
        assert await desk.refused(serviceId=service) == ("NotFound", ["serviceId"])
    hers = Service.filter(id=desk.world.service.id)
    for hidden in ({"is_bookable_online": False}, {"is_bookable_online": True, "is_offered": False}):
        await hers.update(**hidden)
        assert await desk.refused() == ("NotFound", ["serviceId"])
    await hers.update(is_offered=True, species=["CAT"])
    assert await desk.refused() == ("ServiceNotOffered", ["serviceId"])


async def test_a_time_that_is_too_soon_says_when_it_is_not(desk):
    await Service.filter(id=desk.world.service.id).update(lead_minutes=150)
    said = await desk.book()
    assert (said["__typename"], said["earliest"]) == ("TooShortNotice", "2026-03-02T10:30:00Z")


async def test_a_receptionist_is_told_of_a_place_that_is_not_there_before_her_role_there(database):
    world = await a_world()
    desk = Desk(world, world.receptionist.viewer)
    elsewhere = await a_location("Harbour")
    for place in (global_id("Location", uuid7()), "nonsense"):
        assert await desk.refused(locationId=place) == ("NotFound", ["locationId"])
    answer = await sent(desk.program, desk.viewer, "bookAppointment", BOOKED, desk.wish(locationId=id_of(elsewhere)))
    assert answer.code == "FORBIDDEN"


async def test_a_key_that_is_no_key(desk):
    for key in ("", "x" * 65):
        assert await desk.refused(idempotencyKey=key) == ("InvalidInput", ["idempotencyKey"])
    assert (await desk.book(idempotencyKey="🐕" * 64))["__typename"] == "AppointmentBooked"


async def test_a_key_that_was_used_with_other_input(desk):
    assert (await desk.book(idempotencyKey="k"))["__typename"] == "AppointmentBooked"
    for other in ({"startsAt": (AT_TEN + AN_HOUR).isoformat()}, {"reason": "She limps."}, {"petId": "nonsense"}):
        assert await desk.refused(idempotencyKey="k", **other) == ("IdempotencyKeyReused", ["idempotencyKey"])
    same_moment = await desk.book(idempotencyKey="k", startsAt="2026-03-02T10:00:00+01:00")
    assert same_moment["__typename"] == "AppointmentBooked"


# An end before a start


STRETCH = {"weekday": 1, "from": "12:00", "until": "08:00"}


async def test_hours_that_end_before_they_begin(database):
    world, program = await a_world(), Program()
    boss, place, vet = world.manager.viewer, id_of(world.location), id_of(world.vet.staff)
    added = "WorkingHoursAdded { workingHours { id } }"
    new = {"staffId": vet, "locationId": place, "startsOn": "2026-03-02", "idempotencyKey": "k"}
    for stretch, path in (
        (STRETCH, "until"),
        ({**STRETCH, "until": "12:00"}, "until"),
        ({**STRETCH, "weekday": 99}, "weekday"),
        ({**STRETCH, "weekday": 0}, "weekday"),
        ({**STRETCH, "from": "24:00"}, "from"),
    ):
        said = await refused(program, boss, "addWorkingHours", added, **new, stretch=stretch)
        assert said == ("InvalidInput", ["stretch", path])
    backwards = {**new, "stretch": {**STRETCH, "until": "13:00"}, "endsOn": "2026-03-01"}
    assert await refused(program, boss, "addWorkingHours", added, **backwards) == ("InvalidInput", ["endsOn"])
    hours = {"locationId": place, "openingHours": [STRETCH]}
    amended = "LocationAmended { location { id } }"
    said = await refused(program, boss, "amendLocation", amended, **hours)
    assert said == ("InvalidInput", ["openingHours", "0", "until"])
    for ends in (NOW, NOW - AN_HOUR):
        away = {"staffId": vet, "startsAt": NOW.isoformat(), "endsAt": ends.isoformat()}
        said = await refused(program, boss, "addException", "ExceptionAdded { exception { id } }", **away)
        assert said == ("InvalidInput", ["endsAt"])


async def test_a_search_whose_end_comes_before_its_start(desk):
    free = "query ($s: ID!, $l: ID!, $from: Date!, $to: Date!) { freeTimes(serviceId: $s, locationId: $l, from: $from, to: $to) { startsAt } }"
    given = {"s": id_of(desk.world.service), "l": id_of(desk.world.location)}
    for first, last in (("2026-03-04", "2026-03-03"), ("2026-03-04", "2026-04-04")):
        answer = await desk.program.ask(desk.viewer, free, **given, **{"from": first, "to": last})
        assert (answer.status, answer.code, answer.body["data"]) == (200, "INVALID_INPUT", {"freeTimes": None})
        assert answer.body["errors"][0]["extensions"]["path"] == ["to"]
    during = "query ($s: DateTime!, $e: DateTime!) { appointments(startsBefore: $s, endsAfter: $e) { totalCount } }"
    staff = desk.world.receptionist.viewer
    answer = await desk.program.ask(staff, during, s="2026-03-02T08:00:00Z", e="2026-03-02T09:00:00Z")
    assert (answer.status, answer.code, answer.body["data"]) == (200, "BAD_INPUT", {"appointments": None})


async def test_lengths_and_shares_that_cannot_be(database):
    world, program = await a_world(), Program()
    boss = world.manager.viewer
    for minutes in (-1, 0, 4, 1441, 10**9):
        said = await refused(
            program, boss, "addService", "ServiceAdded { service { id } }", name="Dental", lastsMinutes=minutes
        )
        assert said == ("InvalidInput", ["lastsMinutes"])
    owner = id_of(world.owner.client)
    for shares, refusal in (
        ([-1], "InvalidInput"),
        ([101], "InvalidInput"),
        ([99], "SharesMustSumTo100"),
        ([2**31 - 1], "InvalidInput"),
    ):
        given = [{"clientId": owner, "share": share} for share in shares]
        made = "PetRegistered { pet { id } }"
        said = await refused(program, boss, "registerPet", made, name="Mia", species="CAT", owners=given)
        assert said[0] == refusal, shares
