"""The end of a life through the contract: seen beforehand, recorded by either side, and taken back."""

from __future__ import annotations

from functools import partial

import pytest

from models import Appointment, Pet, Status
from models.ownership import Right
from resolvers.viewer import Audience
from tests.api.deed import done, refused, unheard_of
from tests.doors import Program, id_of
from tests.world import (
    AN_HOUR,
    EVERY_RIGHT,
    NOW,
    a_booking,
    a_life,
    a_pet,
    a_world,
    an_owner,
    an_ownership,
)

STRANGE = "💥"
TODAY = "2026-03-02"
ENDED = "appointments { id startsAt service { name } } others { kind count things { what at on to } }"
PREVIEW = f"query ($pet: ID!, $on: Date!) {{ deathPreview(petId: $pet, diedOn: $on) {{ {ENDED} }} }}"
RECORDED = f"DeathRecorded {{ pet {{ id diedOn }} ended {{ {ENDED} }} }}"
UNDONE = (
    f"DeathUndone {{ pet {{ diedOn death {{ diedOn }} }} cameBack {{ {ENDED} }} stayed {{ because what {{ "
    "appointments { id client { displayName phones { asGiven } } } others { kind count } } } }"
)


def a_thing(what, *, at=None, on=None, to=None):
    return {"what": what, "at": at, "on": on, "to": to}


def what_ends(life):
    return {
        "appointments": [
            {"id": id_of(life.appointments[0]), "startsAt": "2026-03-02T09:00:00Z", "service": {"name": "Check-up"}}
        ],
        "others": [
            {
                "kind": "LETTER",
                "count": 1,
                "things": [a_thing("APPOINTMENT_BOOKED", at="2026-03-02T08:00:00Z", to="Olga Berg")],
            },
            {"kind": "TREATMENT_PLAN", "count": 1, "things": [a_thing("Leg", on=TODAY)]},
            {"kind": "TREATMENT_STEP", "count": 1, "things": [a_thing("Short walks", on=TODAY)]},
            {"kind": "PRESCRIPTION", "count": 1, "things": [a_thing("Meloxicam", on="2026-05-31")]},
        ],
    }


async def test_a_death_is_seen_beforehand_recorded_and_taken_back(database):
    world, program = await a_world(), Program()
    life, pet = await a_life(world.pet), id_of(world.pet)
    vet = world.vet.viewer
    previewed = (await program.ask(vet, PREVIEW, pet=pet, on=TODAY)).data["deathPreview"]
    assert previewed == what_ends(life)

    recorded = await done(program, vet, "recordDeath", RECORDED, petId=pet, diedOn=TODAY)
    assert recorded == {"pet": {"id": pet, "diedOn": TODAY}, "ended": previewed}

    undone = await done(program, vet, "undoDeath", UNDONE, petId=pet, because="It was another pet.")
    assert undone == {"pet": {"diedOn": None, "death": None}, "cameBack": previewed, "stayed": []}


async def test_an_owner_reports_a_death_and_sees_the_same_pet_as_before(database):
    world, program = await a_world(), Program()
    life, pet = await a_life(world.pet), id_of(world.pet)
    olga = world.owner.viewer
    view = "query ($pet: ID!) { pet(id: $pet) { name breed coOwners { displayName } appointments { nodes { id } } } }"
    before = (await program.ask(olga, view, pet=pet)).data
    previewed = (await program.ask(olga, PREVIEW, pet=pet, on=TODAY)).data["deathPreview"]
    assert previewed == what_ends(life)

    recorded = await done(program, olga, "recordDeath", RECORDED, petId=pet, diedOn=TODAY)

    assert recorded["ended"] == previewed
    assert (await program.ask(olga, view, pet=pet)).data == before
    mine = (await program.ask(olga, "{ myPets { diedOn death { diedOn } } }")).data["myPets"]
    assert mine == [{"diedOn": TODAY, "death": {"diedOn": TODAY}}]


async def test_the_front_desk_sees_who_reported_a_death_and_an_owner_the_date_alone(database):
    world, program = await a_world(), Program()
    pet = id_of(world.pet)
    await done(program, world.owner.viewer, "recordDeath", RECORDED, petId=pet, diedOn="2026-03-01")
    asked = "query ($pet: ID!) { pet(id: $pet) { death { diedOn recordedAt recordedBy isReportedByOwner } } }"
    answer = await program.ask(world.receptionist.viewer, asked, pet=pet)
    assert answer.data["pet"]["death"] == {
        "diedOn": "2026-03-01",
        "recordedAt": "2026-03-02T08:00:00Z",
        "recordedBy": "Olga Berg",
        "isReportedByOwner": True,
    }
    for name in ("recordedAt", "recordedBy", "isReportedByOwner"):
        hers = await program.ask(world.owner.viewer, f'{{ pet(id: "{pet}") {{ death {{ {name} }} }} }}')
        assert hers.body["errors"][0]["message"] == f"Cannot query field '{name}' on type 'Death'."


async def test_the_deaths_of_many_pets_take_one_statement(database):
    world, program = await a_world(), Program()
    asked = "{ pets(first: 50) { nodes { name death { recordedBy } } } }"
    one = await program.ask(world.vet.viewer, asked)
    for number in range(20):
        pet = id_of(await a_pet(world.owner, name=f"Pet {number}"))
        given = {"petId": pet, "diedOn": TODAY, "idempotencyKey": str(number)}
        await done(program, world.vet.viewer, "recordDeath", RECORDED, **given)
    many = await program.ask(world.vet.viewer, asked)
    assert many.statements.count == one.statements.count
    assert [each["death"] for each in many.data["pets"]["nodes"] if each["death"]] == [
        {"recordedBy": world.vet.staff.display_name}
    ] * 20


async def test_a_death_cancels_what_was_to_come(database):
    world, program = await a_world(), Program()
    await a_booking(world.pet, starts_at=NOW + AN_HOUR)
    made = "DeathRecorded { pet { diedOn appointments(when: COMING) { nodes { status } } } }"
    recorded = await done(program, world.vet.viewer, "recordDeath", made, petId=id_of(world.pet), diedOn=TODAY)
    assert recorded["pet"] == {"diedOn": TODAY, "appointments": {"nodes": [{"status": "CANCELLED"}]}}
    assert (await Appointment.get()).status is Status.CANCELLED
    again = partial(refused, program, world.vet.viewer, "recordDeath", RECORDED, idempotencyKey="again")
    assert await again(petId=id_of(world.pet), diedOn="2026-03-01") == ("PetHasDied", ["petId"])
    assert await again(petId=STRANGE, diedOn="2026-03-01") == ("NotFound", ["petId"])
    alive = await a_pet(world.owner)
    assert await again(petId=id_of(alive), diedOn="2026-03-04") == ("InvalidInput", ["diedOn"])
    reused = await again(petId=id_of(world.pet), diedOn="2026-03-01", idempotencyKey="k1")
    assert reused == ("IdempotencyKeyReused", ["idempotencyKey"])
    assert (await Pet.get(id=alive.id)).died_on is None


async def test_what_did_not_come_back_is_told_with_whom_to_call(database):
    world, program = await a_world(), Program()
    life, pet = await a_life(world.pet), id_of(world.pet)
    await done(program, world.vet.viewer, "recordDeath", RECORDED, petId=pet, diedOn=TODAY)
    await a_booking(await a_pet(world.owner, name="Mia"), starts_at=life.appointments[0].starts_at)
    undone = await done(program, world.vet.viewer, "undoDeath", UNDONE, petId=pet, because="It was another pet.")
    olga = {"displayName": "Olga Berg", "phones": []}
    assert [each["kind"] for each in undone["cameBack"]["others"]] == [
        "TREATMENT_PLAN",
        "TREATMENT_STEP",
        "PRESCRIPTION",
    ]
    assert undone["stayed"] == [
        {
            "because": "TIME_IS_TAKEN",
            "what": {"appointments": [{"id": id_of(life.appointments[0]), "client": olga}], "others": []},
        },
        {
            "because": "NO_LONGER_TRUE",
            "what": {"appointments": [], "others": [{"kind": "LETTER", "count": 1}]},
        },
    ]


async def test_an_owner_without_the_right_to_consent_is_refused_and_told_so_beforehand(database):
    world, program, booker = await a_world(), Program(), await an_owner()
    await an_ownership(world.pet, booker, rights=EVERY_RIGHT - {Right.CONSENT})
    pet = id_of(world.pet)
    refusal = await refused(program, booker.viewer, "recordDeath", RECORDED, petId=pet, diedOn=TODAY)
    assert refusal == ("RightNeeded", ["petId"])
    assert (await program.ask(booker.viewer, PREVIEW, pet=pet, on=TODAY)).code == "RIGHT_NEEDED"


@pytest.mark.parametrize(("pet", "code"), [("dead", "PET_HAS_DIED"), ("alive", "INVALID_INPUT")])
async def test_a_preview_tells_what_the_deed_would_refuse(database, pet, code):
    world, program = await a_world(), Program()
    dead = await a_pet(world.owner)
    await done(program, world.vet.viewer, "recordDeath", RECORDED, petId=id_of(dead), diedOn=TODAY)
    asked = {"dead": (dead, TODAY), "alive": (world.pet, "2026-03-09")}[pet]
    answer = await program.ask(world.vet.viewer, PREVIEW, pet=id_of(asked[0]), on=asked[1])
    assert (answer.code, answer.body["data"]) == (code, {"deathPreview": None})


async def test_undoing_is_for_the_staff_and_needs_a_death_and_a_reason(database):
    world, program = await a_world(), Program()
    pet = id_of(world.pet)
    undo = partial(refused, program, world.vet.viewer, "undoDeath", "DeathUndone { pet { id } }")
    assert await undo(petId=pet, because="It was another pet.") == ("NoDeathRecorded", ["petId"])
    assert await undo(petId=STRANGE, because="It was another pet.") == ("NotFound", ["petId"])
    assert await undo(petId=pet, because=" ") == ("InvalidInput", ["because"])
    made = "DeathUndone { pet { id } }"
    assert await unheard_of(program, world.owner.viewer, "undoDeath", made, petId=pet, because="No.")
    document = (
        f'mutation {{ undoDeath(input: {{petId: "{pet}", because: "No.", idempotencyKey: "k"}}) {{ __typename }} }}'
    )
    assert (await program.ask(Audience.STAFF, document)).code == "SIGNED_OUT"
