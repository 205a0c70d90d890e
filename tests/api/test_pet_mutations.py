"""Registering pets through the contract, and amending what is known of them."""

from __future__ import annotations

from functools import partial

import pytest

from tests.api.deed import done, not_allowed, refused, unheard_of
from tests.doors import Program, id_of
from tests.world import a_client, a_pet, a_receptionist, a_vet, an_owner

ALL = "name species breed sex neutered bornOn bornPrecision colour microchip diedOn"
PET = f"pet {{ {ALL} alerts tags owners {{ share rights client {{ displayName }} }} }}"
MY_PET = f"pet {{ {ALL} coOwners {{ displayName }} }}"
RIGHTS = ["BOOK", "PAY", "CONSENT", "VIEW"]
STRANGE = "💥"


async def test_reception_registers_a_pet_with_its_owners(database):
    olga, peter = await a_client("Olga Berg"), await a_client("Peter Lang")
    reception, program = await a_receptionist(), Program()
    registered = await done(
        program,
        reception.viewer,
        "registerPet",
        f"PetRegistered {{ {PET} }}",
        name="Rex",
        species="DOG",
        breed="Beagle",
        sex="MALE",
        neutered=True,
        bornOn="2020-05-01",
        bornPrecision="MONTH",
        colour="brown",
        microchip="276 0981.0000-0001",
        alerts=["bites"],
        tags=["calm", "calm"],
        owners=[
            {"clientId": id_of(olga), "share": 30},
            {"clientId": id_of(peter), "share": 70, "rights": ["PAY", "VIEW"]},
        ],
    )
    assert registered["pet"] == {
        "name": "Rex",
        "species": "DOG",
        "breed": "Beagle",
        "sex": "MALE",
        "neutered": True,
        "bornOn": "2020-05-01",
        "bornPrecision": "MONTH",
        "colour": "brown",
        "microchip": "276098100000001",
        "diedOn": None,
        "alerts": ["bites"],
        "tags": ["calm"],
        "owners": [
            {"share": 70, "rights": ["PAY", "VIEW"], "client": {"displayName": "Peter Lang"}},
            {"share": 30, "rights": RIGHTS, "client": {"displayName": "Olga Berg"}},
        ],
    }


async def test_an_owner_registers_a_pet_of_her_own(database):
    owner, program = await an_owner("Olga Berg"), Program()
    registered = await done(
        program, owner.viewer, "registerPet", f"PetRegistered {{ {MY_PET} }}", name="Luna", species="CAT"
    )
    assert registered["pet"] == {
        "name": "Luna",
        "species": "CAT",
        "breed": "",
        "sex": "UNKNOWN",
        "neutered": None,
        "bornOn": None,
        "bornPrecision": None,
        "colour": "",
        "microchip": None,
        "diedOn": None,
        "coOwners": [{"displayName": "Olga Berg"}],
    }
    other = await refused(
        program, owner.viewer, "registerPet", "PetRegistered { pet { id } }", name="Maja", species="CAT"
    )
    assert other == ("IdempotencyKeyReused", ["idempotencyKey"])


async def test_an_owner_says_nothing_of_owners_alerts_and_tags(database):
    owner, program = await an_owner(), Program()
    made, sound = "PetRegistered { pet { id } }", {"name": "Luna", "species": "CAT"}
    for name, value in (("owners", [{"clientId": id_of(owner.client)}]), ("alerts", ["bites"]), ("tags", [])):
        given = sound | {name: value}
        assert await not_allowed(program, owner.viewer, "registerPet", made, **given) == "BAD_INPUT"


async def test_owners_who_make_no_sense_are_refused(database):
    olga, peter, reception, program = await a_client(), await a_client(), await a_receptionist(), Program()
    register = partial(
        refused,
        program,
        reception.viewer,
        "registerPet",
        "PetRegistered { pet { id } }",
        name="Rex",
        species="DOG",
    )
    first, second = {"clientId": id_of(olga)}, {"clientId": id_of(peter)}
    for owners, refusal, path in (
        (None, "InvalidInput", ["owners"]),
        ([], "InvalidInput", ["owners"]),
        ([first] * 21, "InvalidInput", ["owners"]),
        ([first, first], "AlreadyAnOwner", ["owners"]),
        ([{"clientId": STRANGE}], "NotFound", ["owners"]),
        ([first | {"share": 50}, second | {"share": 49}], "SharesMustSumTo100", ["owners"]),
        ([first | {"share": 0}], "LastPayer", ["owners"]),
        ([first | {"share": 101}], "InvalidInput", ["owners"]),
        ([first | {"rights": ["VIEW"]}], "LastPayer", ["owners"]),
        ([first, second | {"rights": ["VIEW"] * 5}], "InvalidInput", ["owners", "1", "rights"]),
    ):
        assert await register(owners=owners) == (refusal, path), owners


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"name": ""}, ["name"]),
        ({"breed": "x" * 201}, ["breed"]),
        ({"colour": "a\tb"}, ["colour"]),
        ({"bornOn": "2026-03-04", "bornPrecision": "DAY"}, ["bornOn"]),
        ({"bornOn": "2020-01-01"}, ["bornPrecision"]),
        ({"bornPrecision": "YEAR"}, ["bornPrecision"]),
        ({"microchip": "123"}, ["microchip"]),
        ({"alerts": ["bites", ""]}, ["alerts", "1"]),
        ({"tags": ["calm"] * 21}, ["tags"]),
    ],
)
async def test_a_pet_that_makes_no_sense_is_refused_with_the_input_at_fault(database, wrong, path):
    client, reception, program = await a_client(), await a_receptionist(), Program()
    pet = await a_pet(client)
    sound = {"name": "Rex", "species": "DOG", "owners": [{"clientId": id_of(client)}]}
    made = "{ pet { id } }"
    registered = await refused(program, reception.viewer, "registerPet", f"PetRegistered {made}", **sound | wrong)
    assert registered == ("InvalidInput", path)
    amended = await refused(program, reception.viewer, "amendPet", f"PetAmended {made}", petId=id_of(pet), **wrong)
    assert amended == ("InvalidInput", path)


async def test_only_what_is_given_of_a_pet_changes(database):
    client, vet, program = await a_client("Olga Berg"), await a_vet(), Program()
    pet = await a_pet(client, name="Rex", breed="Beagle", alerts=["bites"], tags=["calm"], neutered=True)
    amend = partial(done, program, vet.viewer, "amendPet", f"PetAmended {{ {PET} }}", petId=id_of(pet))
    before = (await amend(idempotencyKey="nothing"))["pet"]
    assert (before["name"], before["breed"], before["neutered"], before["alerts"]) == ("Rex", "Beagle", True, ["bites"])
    older = await amend(
        bornOn="2020-01-01",
        bornPrecision="ESTIMATED",
        sex="FEMALE",
        species="CAT",
        microchip="276098100000001",
        idempotencyKey="older",
    )
    assert older["pet"] == before | {
        "bornOn": "2020-01-01",
        "bornPrecision": "ESTIMATED",
        "sex": "FEMALE",
        "species": "CAT",
        "microchip": "276098100000001",
    }
    cleared = await amend(
        breed=None,
        sex=None,
        neutered=None,
        bornOn=None,
        bornPrecision=None,
        colour=None,
        microchip=None,
        alerts=None,
        tags=None,
        idempotencyKey="clear",
    )
    assert cleared["pet"] == before | {
        "species": "CAT",
        "breed": "",
        "neutered": None,
        "alerts": [],
        "tags": [],
    }
    for name in ("name", "species"):
        given = {"petId": id_of(pet), name: None}
        assert await refused(program, vet.viewer, "amendPet", "PetAmended { pet { id } }", **given) == (
            "InvalidInput",
            [name],
        )
    missing = await refused(program, vet.viewer, "amendPet", "PetAmended { pet { id } }", petId=STRANGE)
    assert missing == ("NotFound", ["petId"])


async def test_an_owner_does_not_amend_a_pet(database):
    owner, program = await an_owner(), Program()
    pet = id_of(await a_pet(owner))
    assert await unheard_of(program, owner.viewer, "amendPet", "PetAmended { pet { id } }", petId=pet)
