"""Setting up a practice through the contract: its locations and rooms, and who may."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from models import Location, Role, Room
from tests.api.deed import done, not_allowed, refused, unheard_of
from tests.doors import Program, id_of
from tests.world import a_location, a_manager, a_member, a_receptionist, a_room, a_vet, an_owner

LOCATION = "location { id name zone currency phone phoneE164 closedOn address { street postalCode city country }"
LOCATION += " openingHours { weekday from until } }"
ROOM = "room { name isInUse location { name } }"
SERVICE = """service { id name lastsMinutes description bufferBeforeMinutes bufferAfterMinutes leadMinutes species
  isBookableOnline isOpenToNewClients ownerMayChooseVet isFarewell isOffered
  staff { displayName } rooms { name } }"""
HOURS = "workingHours { weekday from until startsOn endsOn staff { displayName } location { name } }"
EXCEPTION = "exception { startsAt endsAt reason staff { displayName } location { name } }"
A_STRETCH = {"weekday": 1, "from": "08:00", "until": "12:00"}
STRANGE = "💥"

ROOM = "room { name isInUse location { name } }"
A_STRETCH = {"weekday": 1, "from": "08:00", "until": "12:00"}
STRANGE = "💥"


# Locations


async def test_a_manager_adds_a_location_and_amends_it(database):
    manager, program = await a_manager(), Program()
    added = (
        await done(
            program,
            manager.viewer,
            "addLocation",
            f"LocationAdded {{ {LOCATION} }}",
            name="Harbour",
            zone="Europe/London",
            currency="GBP",
            address={"street": "1 Quay", "postalCode": "BN1 1AA", "city": "Brighton", "country": "GB"},
            phone="01273 123456",
            openingHours=[{"weekday": 2, "from": "13:00", "until": "24:00"}, A_STRETCH],
        )
    )["location"]
    location_id = added.pop("id")
    assert added == {
        "name": "Harbour",
        "zone": "Europe/London",
        "currency": "GBP",
        "phone": "01273 123456",
        "phoneE164": "+441273123456",
        "closedOn": None,
        "address": {"street": "1 Quay", "postalCode": "BN1 1AA", "city": "Brighton", "country": "GB"},
        "openingHours": [
            {"weekday": 1, "from": "08:00", "until": "12:00"},
            {"weekday": 2, "from": "13:00", "until": "24:00"},
        ],
    }
    amend = partial(done, program, manager.viewer, "amendLocation", f"LocationAmended {{ {LOCATION} }}")
    nothing = await amend(locationId=location_id, idempotencyKey="nothing")
    assert nothing["location"] == {"id": location_id, **added}
    closing = await amend(locationId=location_id, closedOn="2026-12-01", name="Old Harbour", idempotencyKey="close")
    assert closing["location"] == {"id": location_id, **added, "closedOn": "2026-12-01", "name": "Old Harbour"}
    cleared = await amend(
        locationId=location_id, closedOn=None, phone=None, address=None, openingHours=None, idempotencyKey="clear"
    )
    assert cleared["location"] == {
        "id": location_id,
        "name": "Old Harbour",
        "zone": "Europe/London",
        "currency": "GBP",
        "phone": "",
        "phoneE164": None,
        "closedOn": None,
        "address": {"street": "", "postalCode": "", "city": "", "country": ""},
        "openingHours": [],
    }


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"name": ""}, ["name"]),
        ({"zone": "Mars/Base"}, ["zone"]),
        ({"currency": "XAU"}, ["currency"]),
        ({"phone": "no"}, ["phone"]),
        ({"address": {"country": "Oz"}}, ["address", "country"]),
        ({"address": {"postalCode": "1" * 21}}, ["address", "postalCode"]),
        ({"openingHours": [A_STRETCH, A_STRETCH | {"weekday": 8}]}, ["openingHours", "1", "weekday"]),
        ({"openingHours": [A_STRETCH | {"from": "24:00", "until": "24:00"}]}, ["openingHours", "0", "from"]),
        ({"openingHours": [A_STRETCH | {"until": "07:00"}]}, ["openingHours", "0", "until"]),
        ({"openingHours": [A_STRETCH, A_STRETCH]}, ["openingHours", "1"]),
        ({"openingHours": [A_STRETCH] * 71}, ["openingHours"]),
        ({"idempotencyKey": ""}, ["idempotencyKey"]),
        ({"idempotencyKey": "k" * 65}, ["idempotencyKey"]),
    ],
)
async def test_a_location_that_makes_no_sense_is_refused_with_the_input_at_fault(database, wrong, path):
    location, manager, program = await a_location(), await a_manager(), Program()
    sound = {"name": "Harbour", "zone": "Europe/London", "currency": "GBP"}
    added = await refused(program, manager.viewer, "addLocation", "LocationAdded { location { id } }", **sound | wrong)
    assert added == ("InvalidInput", path)
    amended = await refused(
        program,
        manager.viewer,
        "amendLocation",
        "LocationAmended { location { id } }",
        locationId=id_of(location),
        **wrong,
    )
    assert amended == ("InvalidInput", path)


async def test_what_a_location_must_have_cannot_be_cleared(database):
    location, manager, program = await a_location(), await a_manager(), Program()
    for name in ("name", "zone", "currency"):
        given = {"locationId": id_of(location), name: None}
        refusal = await refused(
            program, manager.viewer, "amendLocation", "LocationAmended { location { id } }", **given
        )
        assert refusal == ("InvalidInput", [name])


async def test_a_key_is_for_one_location(database):
    manager, program = await a_manager(), Program()
    made, sound = "LocationAdded { location { id } }", {"zone": "Europe/London", "currency": "GBP"}
    await done(program, manager.viewer, "addLocation", made, name="Harbour", **sound)
    again = await refused(program, manager.viewer, "addLocation", made, name="Hill", **sound)
    assert again == ("IdempotencyKeyReused", ["idempotencyKey"])
    assert await Location.all().count() == 1


async def test_a_manager_of_one_place_amends_it_and_adds_no_other(database):
    here, there, program = await a_location(), await a_location("Hill"), Program()
    manager = await a_manager(location=here)
    amended = "LocationAmended { location { name } }"
    result = await done(program, manager.viewer, "amendLocation", amended, locationId=id_of(here), name="Here")
    assert result == {"location": {"name": "Here"}}
    code = await not_allowed(
        program, manager.viewer, "amendLocation", amended, locationId=id_of(there), name="Mine", idempotencyKey="k2"
    )
    assert code == "FORBIDDEN"
    new = {"name": "Harbour", "zone": "Europe/London", "currency": "GBP"}
    assert await not_allowed(program, manager.viewer, "addLocation", "LocationAdded { location { id } }", **new) == (
        "FORBIDDEN"
    )


# Rooms


async def test_a_manager_adds_a_room_and_amends_it(database):
    location, manager, program = await a_location(), await a_manager(), Program()
    added = await done(
        program, manager.viewer, "addRoom", f"RoomAdded {{ {ROOM} }}", locationId=id_of(location), name=" Room 1 "
    )
    assert added == {"room": {"name": "Room 1", "isInUse": True, "location": {"name": location.name}}}
    room_id = id_of(await Room.get())
    amend = partial(done, program, manager.viewer, "amendRoom", f"RoomAmended {{ {ROOM} }}", roomId=room_id)
    resting = await amend(isInUse=False, idempotencyKey="rest")
    assert resting["room"] == {**added["room"], "isInUse": False}
    renamed = await amend(name="Theatre", idempotencyKey="rename")
    assert renamed["room"] == {**added["room"], "isInUse": False, "name": "Theatre"}


async def test_a_room_without_a_name_or_a_place_is_refused(database):
    location, room, manager, program = await a_location(), await a_room(), await a_manager(), Program()
    add = partial(refused, program, manager.viewer, "addRoom", "RoomAdded { room { id } }")
    assert await add(locationId=id_of(location), name=" ") == ("InvalidInput", ["name"])
    for nowhere in (STRANGE, id_of(room), id_of(room, "Location")):
        assert await add(locationId=nowhere, name="Room 1") == ("NotFound", ["locationId"])
    amend = partial(refused, program, manager.viewer, "amendRoom", "RoomAmended { room { id } }")
    for nothing in (STRANGE, id_of(location), id_of(location, "Room")):
        assert await amend(roomId=nothing, name="Room 1") == ("NotFound", ["roomId"])
    for name in ("name", "isInUse"):
        given = {"roomId": id_of(room), name: None}
        assert await amend(**given) == ("InvalidInput", [name])
    made = "RoomAdded { room { id } }"
    await done(program, manager.viewer, "addRoom", made, locationId=id_of(location), name="Room 2")
    assert await add(locationId=id_of(location), name="Room 3") == ("IdempotencyKeyReused", ["idempotencyKey"])


# Who may


SETUP: dict[str, tuple[str, dict[str, Any]]] = {
    "addLocation": ("LocationAdded { location { id } }", {"name": "Hill", "zone": "UTC", "currency": "EUR"}),
    "amendLocation": ("LocationAmended { location { id } }", {"locationId": STRANGE}),
    "addRoom": ("RoomAdded { room { id } }", {"locationId": STRANGE, "name": "Room 1"}),
    "amendRoom": ("RoomAmended { room { id } }", {"roomId": STRANGE}),
    "addService": ("ServiceAdded { service { id } }", {"name": "Vaccination", "lastsMinutes": 20}),
    "amendService": ("ServiceAmended { service { id } }", {"serviceId": STRANGE}),
    "addWorkingHours": (
        "WorkingHoursAdded { workingHours { id } }",
        {"staffId": STRANGE, "locationId": STRANGE, "stretch": A_STRETCH, "startsOn": "2026-03-01"},
    ),
    "amendWorkingHours": ("WorkingHoursAmended { workingHours { id } }", {"workingHoursId": STRANGE}),
    "addException": (
        "ExceptionAdded { exception { id } }",
        {"startsAt": "2026-03-02T08:00:00Z", "endsAt": "2026-03-02T09:00:00Z"},
    ),
    "amendException": ("ExceptionAmended { exception { id } }", {"exceptionId": STRANGE}),
}


@pytest.mark.parametrize("deed", SETUP)
async def test_nobody_but_a_manager_sets_up_the_practice(database, deed):
    location, program = await a_location(), Program()
    made, given = SETUP[deed]
    for member in (await a_vet(), await a_receptionist(), await a_member(None, Role.NURSE, at=location)):
        assert await not_allowed(program, member.viewer, deed, made, **given) == "FORBIDDEN"


@pytest.mark.parametrize("deed", SETUP)
async def test_an_owner_has_never_heard_of_setting_up_the_practice(database, deed):
    owner, program = await an_owner(), Program()
    made, given = SETUP[deed]
    assert await unheard_of(program, owner.viewer, deed, made, **given)
