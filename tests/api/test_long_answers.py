"""Long answers: a text counts as often as it is asked for, and an answer that would be too long is not made."""

from __future__ import annotations

from typing import Any

import pytest

from models import Note
from tests.api.deed import sent
from tests.doors import Program, id_of
from tests.world import NOW, a_note, a_pet, a_record, a_visit, a_world

NOTES = "query ($id: ID!) { pet(id: $id) { name notes(first: 100) { nodes { %s } } } practice { name } }"
SAVE = "NoteSaved { note { version %s } }"


async def a_thick_file(notes: int = 3) -> Any:
    """A pet with so many notes, each with 1,000 characters of what was told and 500 of what is planned."""
    world = await a_world()
    for _ in range(notes):
        await a_note(await a_visit(world.pet), subjective="x" * 1_000, plan="é" * 500)
    return world


def too_long(answer: Any, path: list[str], *, allowed: int) -> bool:
    (error,) = answer.body["errors"]
    said = error["extensions"]
    assert (said["code"], said["limit"], said["allowed"]) == ("LIMIT_EXCEEDED", "answerCharacters", allowed)
    assert said["requested"] > allowed
    assert "Please ask for fewer entries at once, or for fewer of their texts." in error["message"]
    return bool(error["path"] == path)


@pytest.mark.parametrize(
    ("wanted", "length"),
    [
        ("subjective", 3_000),
        ("plan", 1_500),
        ("a: subjective b: subjective c: subjective", 9_000),
        ("... on Note { plan } plan p: plan", 3_000),
    ],
)
async def test_a_text_counts_as_often_as_it_is_asked_for(database, wanted, length):
    world, name = await a_thick_file(), len("Rex") + len("High Street Vets")
    document, rex = NOTES % wanted, id_of(world.pet)
    roomy = await Program(max_answer_chars=length + name).ask(world.vet.viewer, document, id=rex)
    assert len(roomy.data["pet"]["notes"]["nodes"]) == 3
    tight = await Program(max_answer_chars=length - 1).ask(world.vet.viewer, document, id=rex)
    assert too_long(tight, ["pet"], allowed=length - 1)
    assert tight.body["data"]["pet"] is None


async def test_fewer_entries_at_once_are_answered(database):
    world, program = await a_thick_file(), Program(max_answer_chars=2_500)
    document = (NOTES % "subjective").replace("first: 100", "first: 2")
    answer = await program.ask(world.vet.viewer, document, id=id_of(world.pet))
    assert len(answer.data["pet"]["notes"]["nodes"]) == 2


async def test_what_stands_in_lists_below_lists_is_counted_together(database):
    world = await a_world()
    for _ in range(3):
        record = await a_record(await a_pet(world.owner))
        await Note.filter(id=record.draft.id).update(objective="y" * 1_000)
    of_all = "{ pets { nodes { notes { nodes { objective } } } } }"
    assert too_long(await Program(max_answer_chars=3_000).ask(world.vet.viewer, of_all), ["pets"], allowed=3_000)
    lists = "{ pets { nodes { visits { nodes { notes { objective } } } } } }"
    assert too_long(await Program(max_answer_chars=3_000).ask(world.vet.viewer, lists), ["pets"], allowed=3_000)
    answer = await Program(max_answer_chars=3_200).ask(world.vet.viewer, of_all)
    assert len(answer.data["pets"]["nodes"]) == 4


async def test_what_has_no_room_leaves_it_to_what_is_asked_for_beside_it(database):
    world, program = await a_thick_file(1), Program(max_answer_chars=2_500)
    twice = """query ($id: ID!) { a: pet(id: $id) { ...P } b: pet(id: $id) { ...P } practice { name } }
      fragment P on Pet { notes { nodes { a: subjective b: subjective } } }"""
    body = (await program.ask(world.vet.viewer, twice, id=id_of(world.pet))).body
    assert body["data"]["practice"] == {"name": "High Street Vets"}
    assert [body["data"][name] is None for name in "ab"].count(True) == len(body["errors"]) == 1


async def test_a_deed_is_done_though_its_answer_is_too_long_and_sent_again_it_can_be_read(database):
    world, program = await a_thick_file(1), Program(max_answer_chars=3_500)
    note = await Note.get()
    given = {"noteId": id_of(note), "basedOn": 1, "objective": "Leg.", "idempotencyKey": "once"}
    long = SAVE % "a: subjective b: subjective c: subjective d: subjective"
    answer = await sent(program, world.vet.viewer, "saveNote", long, given)
    assert too_long(answer, ["saveNote", "note"], allowed=3_500)
    assert "send it again with the same idempotency key" in answer.body["errors"][0]["message"]
    again = await sent(program, world.vet.viewer, "saveNote", SAVE % "objective", given)
    assert again.data["saveNote"]["note"] == {"version": 2, "objective": "Leg."}
    assert (await Note.get()).version == 2


async def test_the_whole_record_of_a_pet_counts_as_well(database):
    world = await a_thick_file(1)
    await Note.all().update(signed_at=NOW, signed_by_id=world.vet.id)
    document = "query ($id: ID!) { petRecord(petId: $id) { %s } }"
    once = await Program().ask(world.vet.viewer, document % "openVetFormat", id=id_of(world.pet))
    length = len(once.data["petRecord"]["openVetFormat"])
    assert length > 1_500
    program = Program(max_answer_chars=2 * length)
    twice = await program.ask(world.vet.viewer, document % "a: openVetFormat b: openVetFormat", id=id_of(world.pet))
    assert twice.data["petRecord"]["a"] == twice.data["petRecord"]["b"]
    names = "a: openVetFormat b: openVetFormat c: openVetFormat"
    answer = await program.ask(world.vet.viewer, document % names, id=id_of(world.pet))
    assert too_long(answer, ["petRecord", "c"], allowed=2 * length)
