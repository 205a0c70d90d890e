"""A vet and a colleague write one note on two tablets; it is signed, countersigned and locked, and the owner reads it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import NoteRevision, Practice, Visit
from resolvers import visits
from resolvers.viewer import Audience, Viewer
from tests.doors import Person, Program, id_of
from tests.world import AN_HOUR, NOW, a_booking, a_vet, a_world

NOTE = "note { id version subjective objective assessment plan internal signedAt signedBy { displayName } }"
HISTORY = """query ($pet: ID!) { pet(id: $pet) { notes { totalCount nodes {
  subjective plan signedBy { displayName } addenda { reason text author { displayName } } } } } }"""


async def tablet(program: Program, viewer: Viewer) -> Person:
    audience = Audience.STAFF if viewer.is_staff else Audience.OWNER
    return Person(program, audience, await program.token(viewer))


async def saved(person: Person, note: str, based_on: int, **texts: str):
    more = f"... on NoteSaved {{ {NOTE} }} ... on NoteChanged {{ version subjective plan internal }}"
    return await person.do("saveNote", more, noteId=note, basedOn=based_on, **texts)


@pytest.mark.usefixtures("database")
async def test_two_who_write_one_note_lose_no_word_and_what_they_sign_stays():
    world = await a_world()
    visit_planned = await a_booking(world.pet)
    program, zoe = Program(), await a_vet("Zoe Ahrens")
    one, two = await tablet(program, world.vet.viewer), await tablet(program, zoe.viewer)

    opened = await one.do(
        "openVisit",
        "... on VisitOpened { visit { id reason pet { name } appointment { id } } }",
        appointmentId=id_of(visit_planned),
    )
    visit = opened["visit"]["id"]
    assert opened["visit"]["appointment"] == {"id": id_of(visit_planned)}
    again = await two.do("openVisit", appointmentId=id_of(visit_planned))
    assert again["code"] == "VISIT_EXISTS"
    written = await one.do("writeNote", f"... on NoteWritten {{ {NOTE} }}", visitId=visit)
    note = written["note"]["id"]
    assert (written["note"]["version"], written["note"]["subjective"]) == (1, "")

    # Both have version 1 open, and write into different parts: each keeps the words of the other.
    assert (await saved(one, note, 1, subjective="Limps."))["note"]["version"] == 2
    theirs = (await saved(two, note, 1, plan="Rest.", internal="Bites."))["note"]
    assert (theirs["version"], theirs["subjective"], theirs["plan"]) == (3, "Limps.", "Rest.")
    # Then the first, who has not seen version 3, writes into the part of the other: nothing is written.
    lost = await saved(one, note, 2, subjective="Limps since Sunday.", plan="X-ray.")
    assert (lost["__typename"], lost["code"], lost["path"]) == ("NoteChanged", "NOTE_CHANGED", ["plan"])
    assert (lost["version"], lost["subjective"], lost["plan"], lost["internal"]) == (3, "Limps.", "Rest.", "Bites.")
    assert "again based on its current version" in lost["message"]
    put = await saved(one, note, 3, subjective="Limps since Sunday.", plan="Rest. X-ray.")
    assert (put["note"]["version"], put["note"]["plan"]) == (4, "Rest. X-ray.")
    # Who has read less does not sign it; whoever signs is who is signed in.
    assert (await two.do("signNote", noteId=note, basedOn=3))["code"] == "NOTE_CHANGED"
    signed = await two.do("signNote", f"... on NoteSigned {{ {NOTE} }}", noteId=note, basedOn=4)
    assert signed["note"]["signedBy"] == {"displayName": "Zoe Ahrens"}
    assert (await saved(one, note, 4, plan="None."))["code"] == "ALREADY_SIGNED"
    assert (await two.do("cosignNote", noteId=note))["code"] == "COSIGN_NOT_ALLOWED"
    assert (await one.do("cosignNote", noteId=note))["__typename"] == "NoteCosigned"
    assert (await one.do("endVisit", visitId=visit))["__typename"] == "VisitEnded"

    # After a day the record locks by itself; what comes then is an addendum.
    program.clock.now = NOW + timedelta(hours=24)
    assert await visits.lock_due(Viewer.system("test"), now=program.clock.now) == 1
    one, two = await tablet(program, world.vet.viewer), await tablet(program, zoe.viewer)
    assert (await one.do("writeNote", visitId=visit))["code"] == "RECORD_LOCKED"
    added = await one.do("addAddendum", noteId=note, reason="X-ray read", text="No fracture.")
    assert added["__typename"] == "AddendumAdded"

    owner = await tablet(program, world.owner.viewer)
    assert (await owner.ask(HISTORY, pet=id_of(world.pet)))["pet"]["notes"]["totalCount"] == 0
    await Practice.all().update(shares_notes=True)
    assert (await owner.ask(HISTORY, pet=id_of(world.pet)))["pet"]["notes"] == {
        "totalCount": 1,
        "nodes": [
            {
                "subjective": "Limps since Sunday.",
                "plan": "Rest. X-ray.",
                "signedBy": {"displayName": "Zoe Ahrens"},
                "addenda": [{"reason": "X-ray read", "text": "No fracture.", "author": {"displayName": "Vera Falk"}}],
            }
        ],
    }
    assert await NoteRevision.all().order_by("version").values_list("version", "plan") == [
        (1, ""),
        (2, ""),
        (3, "Rest."),
        (4, "Rest. X-ray."),
    ]
    assert (await Visit.get()).locked_at == NOW + 24 * AN_HOUR
