"""The record of a pet over HTTP: out as one document, in as a dry run and then for good."""

import json

import pytest

from models import Practice
from tests.api.deed import done, not_allowed, refused, sent
from tests.doors import Program, id_of
from tests.world import a_nurse, a_record, a_world, an_owner, how_many_rows
from tests.world.elsewhere import a_document, a_patient

pytestmark = pytest.mark.anyio

RECORD = "query ($pet: ID!) { petRecord(petId: $pet) { openVetFormat leftOut { path what why } } }"
PROMISE = """PetImported { pet { id } recordImport { id } promise { fingerprint name microchip owner
  counts { kind count } lines { path kind title becomes } leftOut { path what why }
  duplicates { petId name reason } } }"""
DONE = """PetImported { promise { name } recordImport { software owner importedBy { displayName } leftOut { path } }
  pet { name imports { software } importedLines(first: 2) { totalCount nodes {
    kind title text author practice within { title } recordImport { formatVersion } facts { name value } } } } }"""


@pytest.fixture
async def world(database):
    return await a_world()


def given(world, document, **more):
    text = document if isinstance(document, str) else json.dumps(document)
    return {"document": text, "owners": [{"clientId": id_of(world.owner.client)}], **more}


async def promised(program, world, document):
    answer = await sent(program, world.vet.viewer, "importPet", PROMISE, given(world, document, dryRun=True))
    return answer.data["importPet"]


async def test_staff_get_the_whole_record_of_a_pet_and_what_is_not_in_it(world):
    program, record = Program(), await a_record(world.pet)

    told = (await program.ask(world.vet.viewer, RECORD, pet=id_of(world.pet))).data["petRecord"]

    document = json.loads(told["openVetFormat"])
    assert (document["patient"]["name"], document["exporter"]["name"]) == (world.pet.name, "Vetdesk")
    assert [each["reason"] for each in document["encounters"]] == ["She limps."]
    assert f"notes/{record.draft.id}" in {each["path"] for each in told["leftOut"]}


async def test_a_pet_that_is_not_there_has_no_record(world):
    assert (await Program().ask(world.vet.viewer, RECORD, pet="nonsense")).data == {"petRecord": None}


async def test_an_owner_takes_out_the_record_of_her_pet_as_far_as_she_sees_it_and_that_is_noted(world):
    await Practice.all().update(shares_notes=True)
    program, record, stranger = Program(), await a_record(world.pet), await an_owner()

    told = (await program.ask(world.owner.viewer, RECORD, pet=id_of(world.pet))).data["petRecord"]

    document = json.loads(told["openVetFormat"])
    (visit,) = document["encounters"]
    assert "S: Limps since Sunday." in json.dumps(visit)
    assert "two people to hold" not in told["openVetFormat"]
    assert not any(str(record.draft.id) in each["path"] for each in told["leftOut"])
    for person in (stranger, await an_owner("Ida Blom")):
        assert (await program.ask(person.viewer, RECORD, pet=id_of(world.pet))).data == {"petRecord": None}


async def test_a_dry_run_tells_everything_and_keeps_not_even_its_key(world):
    program = Program()
    await program.token(world.vet.viewer)
    rows = await how_many_rows()

    told = await promised(program, world, a_document(mood="good"))

    assert (told["pet"], told["recordImport"]) == (None, None)
    promise = told["promise"]
    assert (promise["name"], promise["microchip"], promise["owner"]) == (
        "Biscuit", "276098100000007", "Olga Berg, 030 901820",
    )  # fmt: skip
    assert promise["counts"][0] == {"kind": "VISIT", "count": 1}
    assert {"path": "observations/obs-1", "kind": "FINDING", "title": "Body weight", "becomes": "VITAL"} in promise[
        "lines"
    ]
    assert {"path": "mood", "what": "good", "why": "The format has no such field."} in promise["leftOut"]
    assert promise["duplicates"] == []
    assert await how_many_rows() == rows


async def test_what_the_dry_run_promised_is_done_and_can_be_read(world):
    program = Program()
    fingerprint = (await promised(program, world, a_document()))["promise"]["fingerprint"]

    made = await done(
        program,
        world.vet.viewer,
        "importPet",
        DONE,
        **given(world, a_document(), dryRun=False, fingerprint=fingerprint),
    )

    assert made["promise"] is None
    assert made["recordImport"]["software"] == "OtherVet"
    assert made["recordImport"]["importedBy"] == {"displayName": world.vet.staff.display_name}
    assert {each["path"] for each in made["recordImport"]["leftOut"]} == {"patient.owner", "immunizations/imm-1"}
    lines = made["pet"]["importedLines"]
    assert lines["totalCount"] == 8
    shown = next(each for each in lines["nodes"] if each["kind"] != "FINDING")
    assert shown["recordImport"] == {"formatVersion": "1.2.0"}
    assert shown["facts"]


async def test_without_a_dry_run_or_after_the_world_has_changed_nothing_is_done(world):
    program, viewer = Program(), world.vet.viewer
    fingerprint = (await promised(program, world, a_document()))["promise"]["fingerprint"]
    other = a_document(patient=a_patient(name="Bisquit"))

    assert await refused(program, viewer, "importPet", DONE, **given(world, a_document(), dryRun=False)) == (
        "InvalidInput", ["fingerprint"],
    )  # fmt: skip
    assert await refused(
        program, viewer, "importPet", DONE, **given(world, other, dryRun=False, fingerprint=fingerprint)
    ) == ("ImportHasChanged", ["fingerprint"])


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ("{", ["document"]),
        (a_document(patient=None), ["document", "patient"]),
        (a_document(exported_at="no"), ["document", "exported_at"]),
    ],
)
async def test_a_document_that_is_none_is_refused_with_the_place(world, document, path):
    refusal = await refused(Program(), world.vet.viewer, "importPet", DONE, **given(world, document, dryRun=True))

    assert refusal == ("InvalidInput", path)


async def test_a_nurse_may_not_import(world):
    nurse = await a_nurse()

    assert (
        await not_allowed(Program(), nurse.viewer, "importPet", DONE, **given(world, a_document(), dryRun=True))
        == "FORBIDDEN"
    )
