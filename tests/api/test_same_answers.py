"""The same answers: whatever is asked, by whomever, the program says what the oracle says, errors and their places too."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from models import HoursException, Location, Ownership, Pet, Species, Staff
from models.appointment import Status
from models.ownership import Right
from models.pet import DatePrecision
from tests.doors import Program, id_of
from tests.oracle import SCHEMAS, Oracle
from tests.random_documents import SWITCHES, Documents
from tests.world import (
    AN_HOUR,
    EVERY_RIGHT,
    NOW,
    a_booking,
    a_client,
    a_location,
    a_nurse,
    a_pet,
    a_room,
    a_service,
    a_vet,
    a_world,
    an_owner,
    an_ownership,
)

DAY = timedelta(days=1)
PLAIN = ("practice", "locations", "services", "staff", "rooms", "unlinkedAccounts", "viewer")
LIMITS = ("cost", "aliases", "directives", "depth", "tokens", "document_chars")
BORN: Any = {"born_on": date(2020, 2, 29), "born_precision": DatePrecision.DAY}


async def a_full_house():
    """Two places, owners who share pets, visits before and after, and a place whose clock is unknown."""
    world = await a_world()
    other, stranger = await an_owner("Élodie Ørsted"), await an_owner("Nora Lund", is_linked=False)
    nurse, hill = await a_nurse(), await a_location("Hill")
    vet = await a_vet("Zoe Ahrens", location=hill)
    room = await a_room(location=hill)
    await a_service("Vaccination", is_bookable_online=False)
    shared = await a_pet(world.owner, other, name="Maja", species=Species.CAT, alerts=["bites", "ü"], tags=["vip"])
    await a_pet(stranger, name="Ünal", neutered=True, microchip="276098100000001", **BORN)
    sold = await a_pet(other)
    await an_ownership(sold, world.owner, ends_on=date(2025, 6, 1))
    hidden = await a_pet(await a_client("Ben Castro"))
    await an_ownership(hidden, world.owner, rights=EVERY_RIGHT - {Right.VIEW})
    for number, pet in enumerate((world.pet, shared, sold, hidden) * 3):
        status = (Status.BOOKED, Status.CANCELLED, Status.COMPLETED)[number % 3]
        at = NOW + (number - 5) * 3 * AN_HOUR
        where: Any = {"location": hill, "room": room, "vet": vet} if number % 4 == 1 else {}
        await a_booking(pet, starts_at=at, status=status, **where)
    await HoursException.create(starts_at=NOW, ends_at=NOW + DAY, location_id=hill.id, reason="")
    await HoursException.create(starts_at=NOW, ends_at=NOW + AN_HOUR, staff_id=vet.id, reason="away")
    await Staff.filter(id=vet.id).update(left_at=NOW)
    await Location.filter(id=hill.id).update(zone="Nowhere/Land")
    return world, {
        "receptionist": world.receptionist,
        "nurse": nurse,
        "vet": world.vet,
        "manager": world.manager,
        "owner": world.owner,
        "other owner": other,
        "stranger": stranger,
    }


def what_is_asked(world):
    """The root fields, with arguments that find something and with some that do not."""
    pages = ["", "(first: 2)", "(last: 3)", "(first: 0)"]
    ids = [id_of(each) for each in (world.pet, world.location, world.room, world.service, world.owner.client)]
    ids += [id_of(world.vet.staff), id_of(world.owner.account), id_of(world.pet, "Room")]
    return {
        **{name: [""] for name in PLAIN},
        "myPets": [""],
        "pets": pages,
        "clients": pages,
        "myAppointments": pages,
        "appointments": ['(startsBefore: "2026-03-03T00:00:00Z", endsAfter: "2026-03-01T00:00:00Z")'],
        "node": [f'(id: "{each}")' for each in ids],
        "pet": [f'(id: "{id_of(world.pet)}")'],
        "client": [f'(id: "{id_of(world.owner.client)}")'],
    }


def told(body):
    """The data of an answer, and for each error its path and its code."""
    found = [(error["path"], error["extensions"]["code"]) for error in body.get("errors", ())]
    return body["data"], sorted(found, key=repr)


@pytest.mark.parametrize("seed", range(3))
async def test_random_documents_are_answered_as_the_oracle_answers_them(database, seed):
    world, people = await a_full_house()
    program = Program(**{f"max_{limit}": 999_999_999 for limit in LIMITS})
    with_errors = 0
    for name, person in people.items():
        oracle = await Oracle.of(person.viewer)
        documents = Documents(SCHEMAS[oracle.audience], seed, what_is_asked(world))
        for _ in range(25):
            document = documents.document()
            answer = await program.ask(person.viewer, document, **SWITCHES)
            heard = told(answer.body) if "data" in answer.body else answer.body
            assert heard == oracle.hears(document, SWITCHES), (name, document)
            with_errors += bool(answer.body.get("errors"))
    assert with_errors > 5


async def test_the_world_of_the_oracle_is_not_the_same_for_everybody(database):
    _, people = await a_full_house()
    seen = {name: len((await Oracle.of(person.viewer)).all("Appointment")) for name, person in people.items()}
    assert seen == {
        **dict.fromkeys(("receptionist", "nurse", "vet", "manager"), 12),
        "owner": 6,
        "other owner": 6,
        "stranger": 0,
    }
    assert await Pet.all().count() == 5
    assert await Ownership.all().count() == 8
