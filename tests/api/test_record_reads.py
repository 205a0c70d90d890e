"""Reading records: visits, notes, revisions and addenda, at the same number of statements for one as for a hundred."""

from __future__ import annotations

from typing import Any

import pytest

from models import Addendum, Appointment, Note, NoteRevision, Practice, Visit
from resolvers.viewer import Audience
from tests.doors import Person, Program, id_of
from tests.world import AN_HOUR, NOW, World, a_booking, a_note, a_nurse, a_pet, a_visit, a_world

HISTORY = """query ($pet: ID!) { pet(id: $pet) { visits(first: 100) { totalCount nodes {
  at reason vet { displayName } location { name } appointment { status } lockedBy { displayName }
  notes { plan internal author { displayName } signedBy { displayName } template { name }
    addenda { text author { displayName } } revisions(first: 2) { nodes { version savedBy { displayName } } } } } } } }"""
DAY = """query ($place: ID!) { day(locationId: $place, on: "2026-03-02") {
  appointments { visit { id endedAt notes { plan } } } } }"""
MINE = """query ($pet: ID!) { pet(id: $pet) { notes(first: 100) { nodes { plan signedBy { displayName } addenda { text } } } } }"""


async def written(world: World, count: int) -> list[Visit]:
    """So many visits of the pet, each with two notes, one of them signed and with an addendum."""
    visits = []
    for number in range(count):
        visit = await a_visit(world.pet, at=NOW - (number + 2) * AN_HOUR, vet=world.vet)
        await a_note(visit)
        note = await a_note(visit, is_signed=True)
        await NoteRevision.create(note_id=note.id, version=1, saved_by_id=world.vet.id, saved_at=NOW)
        await Addendum.create(note_id=note.id, author_id=world.vet.id, at=NOW, reason="Why", text="More.")
        visits.append(visit)
    return visits


@pytest.mark.parametrize(("asks", "document"), [("vet", HISTORY), ("owner", MINE)])
async def test_a_hundred_visits_cost_as_many_statements_as_one(database, asks, document):
    world, program = await a_world(), Program()
    await Practice.all().update(shares_notes=True)
    viewer = getattr(world, asks).viewer
    await written(world, 1)
    one = await program.ask(viewer, document, pet=id_of(world.pet))
    await written(world, 99)
    many = await program.ask(viewer, document, pet=id_of(world.pet))
    expected = {"sqlite": {"vet": 6, "owner": 4}, "postgres": {"vet": 2, "owner": 2}}[database.dialect]
    assert many.statements.count == one.statements.count == expected[asks]
    found = many.data["pet"]
    assert len((found.get("visits") or found["notes"])["nodes"]) == 100


async def test_a_history_tells_all_that_was_written(database):
    world, program = await a_world(), Program()
    await written(world, 1)
    told = (await program.ask(world.vet.viewer, HISTORY, pet=id_of(world.pet))).data["pet"]["visits"]
    vet = {"displayName": world.vet.staff.display_name}
    (visit,) = told["nodes"]
    draft, signed = sorted(visit.pop("notes"), key=lambda note: note["signedBy"] is not None)
    assert (told["totalCount"], visit["vet"], visit["appointment"], visit["lockedBy"]) == (1, vet, None, None)
    assert (draft["signedBy"], draft["addenda"], draft["revisions"]["nodes"]) == (None, [], [])
    assert signed == {
        "plan": "Rest for a week.",
        "internal": "Nervous, two people to hold.",
        "author": vet,
        "signedBy": vet,
        "template": None,
        "addenda": [{"text": "More.", "author": vet}],
        "revisions": {"nodes": [{"version": 1, "savedBy": vet}]},
    }


async def test_a_day_sheet_shows_what_became_of_each_appointment_in_the_same_statements(database):
    world, program = await a_world(), Program()

    async def asked() -> Any:
        return await program.ask(world.receptionist.viewer, DAY, place=id_of(world.location))

    async def one_more(number: int) -> Appointment:
        planned = await a_booking(await a_pet(world.owner), starts_at=NOW + number * AN_HOUR / 2)
        visit = await a_visit(world.pet, appointment_id=planned.id)
        await a_note(visit)
        return planned

    await one_more(0)
    await asked()  # from now on the clock of the place is known
    first = await asked()
    await a_booking(world.pet, starts_at=NOW + 8 * AN_HOUR)
    for number in range(1, 10):
        await one_more(number)
    many = await asked()
    shown = [each["visit"] for each in many.data["day"]["appointments"]]
    assert [visit and visit["notes"] for visit in shown] == [*[[{"plan": "Rest for a week."}]] * 10, None]
    assert many.statements.count == first.statements.count


async def test_revisions_are_turned_over_by_their_numbers(database):
    world, program = await a_world(), Program()
    note = await a_note(await a_visit(world.pet))
    for version in range(1, 13):
        await NoteRevision.create(
            note_id=note.id, version=version, saved_by_id=world.vet.id, saved_at=NOW, plan=f"{version}"
        )
    document = """query ($id: ID!, $after: String) { node(id: $id) { ... on Note {
      revisions(first: 5, after: $after) { nodes { version } pageInfo { endCursor hasNextPage } } } } }"""
    found: list[int] = []
    after, page = None, dict[str, Any]()
    for _ in range(3):
        answer = await program.ask(world.vet.viewer, document, id=id_of(note), after=after)
        page = answer.data["node"]["revisions"]
        found += [each["version"] for each in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert (found, page["pageInfo"]["hasNextPage"]) == (list(range(12, 0, -1)), False)


async def test_owners_know_of_no_visit_no_draft_and_no_revision(database):
    world, program = await a_world(), Program()
    await Practice.all().update(shares_notes=True)
    await written(world, 1)
    draft = await Note.get(signed_at=None)
    owner = world.owner.viewer
    for document in (
        "{ pet(id: $pet) { visits { totalCount } } }",
        "{ pet(id: $pet) { notes { nodes { internal } } } }",
    ):
        assert (await program.ask(owner, f"query ($pet: ID!) {document}", pet=id_of(world.pet))).code == "BAD_INPUT"
    node = "query ($id: ID!) { node(id: $id) { __typename } }"
    for row in (draft, await Visit.get(), await NoteRevision.get()):
        assert (await program.ask(owner, node, id=id_of(row))).data == {"node": None}
    told = (await program.ask(owner, node, id=id_of(await Note.get(signed_at__not_isnull=True)))).data
    assert told == {"node": {"__typename": "Note"}}


async def test_saving_costs_the_same_statements_in_the_first_version_as_in_the_hundredth(database):
    world, program = await a_world(), Program()
    vet = Person(program, Audience.STAFF, await program.token(world.vet.viewer))
    note = await a_note(await a_visit(world.pet))
    save = """mutation ($input: SaveNoteInput!) { saveNote(input: $input) {
      ... on Refusal { message } ... on NoteSaved { note { version plan } } } }"""
    counts = []
    for version in range(1, 101):
        given = {"noteId": id_of(note), "basedOn": version, "plan": f"{version}", "idempotencyKey": f"{version}"}
        answer = await program.ask(Audience.STAFF, save, token=vet.token, input=given)
        assert answer.data["saveNote"] == {"note": {"version": version + 1, "plan": f"{version}"}}
        counts.append(answer.statements.count)
    assert counts[1] == counts[-1]


async def test_a_nurse_and_a_receptionist_read_what_a_vet_wrote_and_the_front_desk_writes_nothing(database):
    world, program = await a_world(), Program()
    await written(world, 1)
    nurse = await a_nurse()
    for viewer in (nurse.viewer, world.receptionist.viewer):
        told = (await program.ask(viewer, HISTORY, pet=id_of(world.pet))).data
        assert told["pet"]["visits"]["nodes"][0]["notes"][0]["plan"] == "Rest for a week."
    desk = Person(program, Audience.STAFF, await program.token(world.receptionist.viewer))
    answer = await program.ask(
        Audience.STAFF,
        "mutation ($input: WriteNoteInput!) { writeNote(input: $input) { __typename } }",
        token=desk.token,
        input={"visitId": id_of(await Visit.get()), "idempotencyKey": "k"},
    )
    assert answer.code == "FORBIDDEN"
    assert await Note.all().count() == 2
