"""Saying through the contract what a practice offers."""

from __future__ import annotations

from functools import partial

import pytest

from models import Service, Staff
from tests.api.deed import done, refused
from tests.doors import Program, id_of
from tests.world import NOW, a_manager, a_service, a_world

SERVICE = """service { id name lastsMinutes description bufferBeforeMinutes bufferAfterMinutes leadMinutes species
  isBookableOnline isOpenToNewClients ownerMayChooseVet isFarewell isOffered
  staff { displayName } rooms { name } }"""
STRANGE = "💥"


async def test_a_manager_adds_a_service_and_amends_it(database):
    world, program = await a_world(), Program()
    added = (
        await done(
            program,
            world.manager.viewer,
            "addService",
            f"ServiceAdded {{ {SERVICE} }}",
            name="Vaccination",
            lastsMinutes=20,
            description="Quick.\nNearly painless.",
            bufferAfterMinutes=10,
            leadMinutes=120,
            species=["CAT", "DOG"],
            isBookableOnline=True,
            staffIds=[id_of(world.vet.staff)] * 2,
            roomIds=[id_of(world.room)],
        )
    )["service"]
    service_id = added.pop("id")
    assert added == {
        "name": "Vaccination",
        "lastsMinutes": 20,
        "description": "Quick.\nNearly painless.",
        "bufferBeforeMinutes": 0,
        "bufferAfterMinutes": 10,
        "leadMinutes": 120,
        "species": ["DOG", "CAT"],
        "isBookableOnline": True,
        "isOpenToNewClients": False,
        "ownerMayChooseVet": True,
        "isFarewell": False,
        "isOffered": True,
        "staff": [{"displayName": world.vet.staff.display_name}],
        "rooms": [{"name": world.room.name}],
    }
    amend = partial(done, program, world.manager.viewer, "amendService", f"ServiceAmended {{ {SERVICE} }}")
    nothing = await amend(serviceId=service_id, idempotencyKey="nothing")
    assert nothing["service"] == {"id": service_id, **added}
    retired = await amend(serviceId=service_id, isOffered=False, lastsMinutes=25, idempotencyKey="retire")
    assert retired["service"] == {"id": service_id, **added, "isOffered": False, "lastsMinutes": 25}
    cleared = await amend(
        serviceId=service_id,
        description=None,
        bufferAfterMinutes=None,
        leadMinutes=None,
        species=None,
        staffIds=None,
        roomIds=[],
        idempotencyKey="clear",
    )
    assert cleared["service"] == retired["service"] | {
        "description": "",
        "bufferAfterMinutes": 0,
        "leadMinutes": 0,
        "species": [],
        "staff": [],
        "rooms": [],
    }


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"name": ""}, ["name"]),
        ({"description": "x" * 5001}, ["description"]),
        ({"lastsMinutes": 4}, ["lastsMinutes"]),
        ({"lastsMinutes": 1441}, ["lastsMinutes"]),
        ({"bufferBeforeMinutes": -1}, ["bufferBeforeMinutes"]),
        ({"bufferAfterMinutes": 481}, ["bufferAfterMinutes"]),
        ({"leadMinutes": 527041}, ["leadMinutes"]),
        ({"species": ["CAT"] * 11}, ["species"]),
        ({"staffIds": [STRANGE] * 201}, ["staffIds"]),
        ({"roomIds": [STRANGE] * 201}, ["roomIds"]),
    ],
)
async def test_a_service_that_makes_no_sense_is_refused_with_the_input_at_fault(database, wrong, path):
    service, manager, program = await a_service(), await a_manager(), Program()
    made = "{ service { id } }"
    sound = {"name": "Vaccination", "lastsMinutes": 20}
    added = await refused(program, manager.viewer, "addService", f"ServiceAdded {made}", **sound | wrong)
    assert added == ("InvalidInput", path)
    amended = await refused(
        program, manager.viewer, "amendService", f"ServiceAmended {made}", serviceId=id_of(service), **wrong
    )
    assert amended == ("InvalidInput", path)


async def test_a_service_names_only_what_there_is(database):
    world, program = await a_world(), Program()
    manager, made = world.manager.viewer, "{ service { id } }"
    for name, strange in (("staffIds", id_of(world.room)), ("roomIds", id_of(world.vet.staff)), ("staffIds", STRANGE)):
        sound = {"name": "Vaccination", "lastsMinutes": 20, name: [strange]}
        assert await refused(program, manager, "addService", f"ServiceAdded {made}", **sound) == ("NotFound", [name])
    amend = partial(refused, program, manager, "amendService", f"ServiceAmended {made}")
    assert await amend(serviceId=STRANGE, name="Nothing") == ("NotFound", ["serviceId"])
    for name in ("name", "lastsMinutes", "isBookableOnline", "isOpenToNewClients", "ownerMayChooseVet", "isFarewell"):
        given = {"serviceId": id_of(world.service), name: None}
        assert (await amend(**given))[0] == "InvalidInput"
    await Staff.filter(id=world.vet.id).update(left_at=NOW)
    sound = {"name": "Vaccination", "lastsMinutes": 20, "staffIds": [id_of(world.vet.staff)]}
    gone = await refused(program, manager, "addService", f"ServiceAdded {made}", **sound)
    assert gone == ("InvalidInput", ["staffIds"])
    assert await Service.all().count() == 1
