"""The reading log: who has read in whose record is there about a second after the answer, which never waits for it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from models import NoteRevision, Practice, RecordReading
from models.refusal import DatabaseUnavailable
from resolvers import readings
from tests.api.pads import a_day, moved, screens
from tests.doors import Program, id_of
from tests.typed import until
from tests.world import NOW, World, a_document, a_note, a_pet, a_receptionist, a_visit, a_world, an_import
from vetdesk import reading_log
from vetdesk.database import counted
from vetdesk.reading_log import ReadingLog

NOTES = "query History($pet: ID!) { pet(id: $pet) { name notes { nodes { plan } } } }"
NAMES = "query History($pet: ID!) { pet(id: $pet) { name notes { nodes { id signedAt } } } }"
LOG = """query Log($pet: ID!) { recordReadings(petId: $pet) {
  totalCount nodes { at operation staffName clientName } } }"""
WATCHED = """subscription Watch($location: ID!, $day: Date!) { scheduleChanged(locationId: $location, from: $day, to: $day) {
  appointment { pet { notes { nodes { subjective } } } } } }"""


async def a_record_of(world: World, program: Program) -> ReadingLog:
    """The log of a program, in a practice where a signed note is shared with its owner."""
    await Practice.all().update(shares_notes=True)
    await a_note(await a_visit(world.pet), is_signed=True)
    log: ReadingLog = program.asgi.state.reading_log
    return log


async def kept() -> list[tuple[Any, ...]]:
    rows = await RecordReading.all().order_by("operation", "account_id")
    return [(row.account_id, row.pet_id, row.operation, row.at) for row in rows]


async def test_staff_and_owners_are_noted_once_each_after_their_answers_which_cost_no_statement_more(database):
    world, program = await a_world(), Program()
    log, vet, owner = await a_record_of(world, program), world.vet, world.owner
    for person in (vet, owner):
        plain = await program.ask(person.viewer, NAMES, pet=id_of(world.pet))
        assert plain.data["pet"]["notes"]["nodes"][0]["signedAt"]
        for _ in range(2):
            read = await program.ask(person.viewer, NOTES, pet=id_of(world.pet))
            assert read.data["pet"]["notes"]["nodes"] == [{"plan": "Rest for a week."}]
            assert read.statements.count <= plain.statements.count
    assert await kept() == []
    await log.flush()
    expected = {(person.account.id, world.pet.id, "History", NOW) for person in (vet, owner)}
    assert set(await kept()) == expected
    assert len(await kept()) == 2
    await program.ask(vet.viewer, NOTES, pet=id_of(world.pet))  # later is another time
    await log.flush()
    assert len(await kept()) == 3


async def test_what_nobody_could_read_is_not_noted(database):
    world, program = await a_world(), Program()
    log = await a_record_of(world, program)
    await Practice.all().update(shares_notes=False)
    await program.ask(world.owner.viewer, NOTES, pet=id_of(world.pet))
    await program.ask(world.vet.viewer, NOTES, pet=id_of(await a_pet(world.owner)))
    await log.flush()
    assert await kept() == []


async def test_whoever_takes_the_whole_record_out_has_read_it(database):
    world, program = await a_world(), Program()
    log = await a_record_of(world, program)
    document = "query TakeOut($pet: ID!) { petRecord(petId: $pet) { openVetFormat } }"
    assert (await program.ask(world.vet.viewer, document, pet=id_of(world.pet))).data["petRecord"]
    await log.flush()
    assert await kept() == [(world.vet.account.id, world.pet.id, "TakeOut", NOW)]


async def test_whoever_is_told_by_a_subscription_has_read_it_too(database):
    world, visit, seen = await a_day(database)
    await a_note(await a_visit(world.pet), is_signed=True)
    ines = await a_receptionist("Rosa Klein")
    async with screens(database) as made:
        for who in (world.receptionist, ines):
            await made.watch(who.viewer, WATCHED, **seen)
        await moved(world, visit, 60)
        await made.settled()
        await made.log.flush()
    accounts = {world.receptionist.account.id, ines.account.id}
    assert {(row[0], row[1], row[2]) for row in await kept()} == {(each, world.pet.id, "Watch") for each in accounts}


async def test_whoever_is_told_what_somebody_else_has_written_meanwhile_has_read_it(database):
    world, program = await a_world(), Program()
    note = await a_note(await a_visit(world.pet))
    save = """mutation Save($input: SaveNoteInput!) { saveNote(input: $input) {
      ... on NoteSaved { note { version } } ... on NoteChanged { plan } } }"""
    log: ReadingLog = program.asgi.state.reading_log
    for number, plan in enumerate(("X-ray.", "None.")):
        given = {"noteId": id_of(note), "basedOn": 1, "plan": plan, "idempotencyKey": f"{number}"}
        if number == 0:
            await NoteRevision.create(note_id=note.id, version=1, saved_by_id=world.vet.id, saved_at=NOW)
        told = (await program.ask(world.vet.viewer, save, input=given)).data["saveNote"]
        await log.flush()
        assert (told.get("plan"), len(await kept())) == ((None, 0), ("X-ray.", 1))[number]


async def test_whoever_is_told_what_a_document_says_now_has_read_it(database):
    world, program = await a_world(), Program()
    letter = await a_document(world.pet, version=2)
    save = """mutation Save($input: SaveDocumentInput!) { saveDocument(input: $input) { ... on DocumentChanged { body } } }"""
    given = {"documentId": id_of(letter), "basedOn": 1, "title": "Home", "body": "Swim.", "idempotencyKey": "1"}
    told = (await program.ask(world.vet.viewer, save, input=given)).data["saveDocument"]
    await program.asgi.state.reading_log.flush()
    assert told == {"body": letter.body}
    assert await kept() == [(world.vet.account.id, world.pet.id, "Save", NOW)]


@pytest.mark.parametrize("what", ["title", "text", "facts { value }"])
async def test_whoever_reads_what_came_in_from_elsewhere_has_read_it(database, what):
    world, program = await a_world(), Program()
    await an_import(world.pet)
    document = f"query Read($pet: ID!) {{ pet(id: $pet) {{ importedLines {{ nodes {{ {what} }} }} }} }}"
    assert (await program.ask(world.vet.viewer, document, pet=id_of(world.pet))).data["pet"]["importedLines"]["nodes"]
    await program.asgi.state.reading_log.flush()
    assert await kept() == [(world.vet.account.id, world.pet.id, "Read", NOW)]


async def test_a_manager_reads_who_has_read_and_nobody_else_does(database):
    world, program = await a_world(), Program()
    log = await a_record_of(world, program)
    for person in (world.vet, world.owner):
        await program.ask(person.viewer, NOTES, pet=id_of(world.pet))
    await log.flush()
    told = (await program.ask(world.manager.viewer, LOG, pet=id_of(world.pet))).data["recordReadings"]
    assert told["totalCount"] == 2
    assert sorted((each["staffName"] or "", each["clientName"] or "", each["operation"]) for each in told["nodes"]) == [
        ("", "Olga Berg", "History"),
        (world.vet.staff.display_name, "", "History"),
    ]
    assert (await program.ask(world.vet.viewer, LOG, pet=id_of(world.pet))).code == "FORBIDDEN"
    assert (await program.ask(world.owner.viewer, LOG, pet=id_of(world.pet))).code == "BAD_INPUT"


async def test_a_thousand_readings_are_written_with_one_statement(database):
    world, log = await a_world(), ReadingLog(now=lambda: NOW)
    for number in range(1_000):
        log.note(world.vet.viewer, frozenset({world.pet.id}), f"Q{number}")
    with counted() as statements:
        await log.flush()
    assert (statements.count, len(await kept())) == (1, 1_000)


# What can go wrong


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(reading_log, "_LONGEST_PAUSE_SECONDS", 0.01)
    return ReadingLog(now=lambda: NOW, every_seconds=0.001)


async def test_what_cannot_be_written_is_logged_and_tried_again_and_written_once(database, monkeypatch, quick):
    world, keep, tries = await a_world(), readings.keep, list[int]()

    async def fails_at_first(rows):
        tries.append(len(rows))
        if len(tries) <= 2:
            raise DatabaseUnavailable
        await keep(rows)
        if len(tries) == 3:
            raise DatabaseUnavailable  # it was written, and the answer to that was lost

    monkeypatch.setattr(readings, "keep", fails_at_first)
    at_work = asyncio.create_task(quick.run())
    with capture_logs() as told:
        quick.note(world.vet.viewer, frozenset({world.pet.id}), "History")
        await until(lambda: len(tries) == 4)
        await until(lambda: not quick._waiting)
    assert await kept() == [(world.vet.account.id, world.pet.id, "History", NOW)]
    assert [line["event"] for line in told] == ["readings_wait"] * 3
    quick.note(world.vet.viewer, frozenset({world.pet.id}), None)
    await until(lambda: len(tries) == 5)
    at_work.cancel()
    assert len(await kept()) == 2


async def test_while_the_database_is_away_no_more_than_so_many_wait_and_the_rest_is_counted(
    database, monkeypatch, quick
):
    world = await a_world()
    monkeypatch.setattr(reading_log, "MOST_WAITING", 3)
    for number in range(5):
        quick.note(world.vet.viewer, frozenset({world.pet.id}), f"Q{number}")
    with capture_logs() as told:
        await quick.finish()
    assert [(line["event"], line["count"]) for line in told] == [("readings_not_noted", 2)]
    assert len(await kept()) == 3


async def test_what_is_left_at_the_end_is_written_and_what_cannot_be_is_told(database, monkeypatch, quick):
    world = await a_world()
    quick.note(world.vet.viewer, frozenset({world.pet.id}), "History")

    async def fails(_rows):
        raise DatabaseUnavailable

    with monkeypatch.context() as patch, capture_logs() as told:
        patch.setattr(readings, "keep", fails)
        await quick.finish()
    assert [line["event"] for line in told] == ["readings_wait", "readings_lost"]
    await quick.finish()
    assert len(await kept()) == 1
