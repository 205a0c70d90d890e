"""Lines of a record: each kind stands in an open draft of the same pet or alone, and nowhere else; none is ever deleted."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from models import (
    Allergy,
    Certainty,
    Diagnosis,
    Event,
    EventKind,
    Note,
    Prescription,
    Procedure,
    Treatment,
    Visit,
    Vital,
    VitalKind,
    VitalUnit,
    sql,
)
from models.refusal import (
    AlreadySigned,
    EnteredInError,
    Forbidden,
    InvalidInput,
    NotFound,
    RecordLocked,
    Refusal,
)
from models.row import uuid7
from resolvers import allergies, lines, prescriptions, problems, procedures, treatments, vitals
from resolvers.lines import LINES, Line
from tests.lines import some_lines
from tests.world import NOW, a_location, a_note, a_nurse, a_pet, a_record, a_visit, a_world, how_many_rows

HOT = vitals.Measurement(VitalKind.TEMPERATURE, Decimal("39.5"), VitalUnit.CELSIUS)
WRITTEN: dict[Any, Any] = {
    Vital: lambda viewer, line, **key: vitals.record(viewer, line, HOT, **key),
    Diagnosis: lambda viewer, line, **key: problems.record_diagnosis(
        viewer, line, problems.Finding(Certainty.SUSPECTED, name="Sprain"), **key
    ),
    Procedure: lambda viewer, line, **key: procedures.record(viewer, line, procedures.Done("X-ray"), **key),
    Treatment: lambda viewer, line, **key: treatments.record(viewer, line, treatments.Given("Saline"), **key),
    Prescription: lambda viewer, line, **key: prescriptions.prescribe(
        viewer, line, prescriptions.Order("Meloxicam", "With food."), **key
    ),
    Allergy: lambda viewer, line, **key: allergies.record(viewer, line, allergies.Reaction("Latex"), **key),
}
KEY: Any = {"key": "k", "now": NOW}


@pytest.fixture
async def world(database):
    return await a_world()


async def refused(world, kind, line) -> Refusal:
    """Why nothing was written."""
    before = await how_many_rows()
    with pytest.raises(Refusal) as why:
        await WRITTEN[kind](world.vet.viewer, line, **KEY)
    assert await how_many_rows() == before
    return why.value


def test_every_kind_of_line_is_tried():
    assert set(WRITTEN) == set(LINES)


async def test_a_line_is_written_into_a_draft(world):
    for kind in LINES:
        note = await a_note(await a_visit(world.pet))
        then = NOW - timedelta(hours=3)
        line_id = await WRITTEN[kind](world.vet.viewer, Line(world.pet.id, note.id, then), **KEY)
        row = await kind.get(id=line_id)
        assert (row.pet_id, row.note_id, row.at, row.recorded_at) == (world.pet.id, note.id, then, NOW)
        assert (row.recorded_by_id, row.errored_at) == (world.vet.id, None)
        event = await Event.all().order_by("-number").first()
        assert event
        assert (event.subject_id, event.location_id) == (line_id, world.location.id)
        assert await WRITTEN[kind](world.vet.viewer, Line(world.pet.id, note.id, then), **KEY) == line_id
        assert await kind.all().count() == 1


async def test_a_line_may_stand_alone_and_then_happened_now_and_nowhere(world):
    for kind in LINES:
        line_id = await WRITTEN[kind](world.vet.viewer, Line(world.pet.id), **KEY)
        row = await kind.get(id=line_id)
        assert (row.note_id, row.at) == (None, NOW)
        event = await Event.all().order_by("-number").first()
        assert event
        assert (event.subject_id, event.location_id) == (line_id, None)


async def test_nothing_is_written_into_a_signed_note(world):
    for kind in LINES:
        note = await a_note(await a_visit(world.pet), is_signed=True)
        why = await refused(world, kind, Line(world.pet.id, note.id))
        assert (type(why), why.path) == (AlreadySigned, ("noteId",))


async def test_nothing_is_written_into_a_locked_visit(world):
    for kind in LINES:
        note = await a_note(await a_visit(world.pet))
        await Visit.filter(id=note.visit_id).update(locked_at=NOW)
        why = await refused(world, kind, Line(world.pet.id, note.id))
        assert (type(why), why.path) == (RecordLocked, ("noteId",))


@pytest.mark.parametrize("wrong", [Note, Visit], ids=["note", "visit"])
async def test_nothing_is_written_into_what_was_entered_in_error(world, wrong):
    for kind in LINES:
        note = await a_note(await a_visit(world.pet))
        key = note.id if wrong is Note else note.visit_id
        await wrong.filter(id=key).update(errored_at=NOW, errored_because="Another pet.")
        why = await refused(world, kind, Line(world.pet.id, note.id))
        assert (type(why), why.path) == (EnteredInError, ("noteId",))


async def test_nothing_is_written_into_the_note_of_another_pet(world):
    for kind in LINES:
        note = await a_note(await a_visit(await a_pet()))
        why = await refused(world, kind, Line(world.pet.id, note.id))
        assert (type(why), why.path) == (InvalidInput, ("noteId",))


async def test_a_pet_and_a_note_that_are_not_there_are_refused_in_the_same_words(world):
    for kind in LINES:
        note = await a_note(await a_visit(world.pet))
        for line, path in (
            (Line(None), "petId"),
            (Line(uuid7(), note.id), "petId"),
            (Line(world.pet.id, uuid7()), "noteId"),
        ):
            why = await refused(world, kind, line)
            assert (type(why), why.path, why.message) == (NotFound, (path,), NotFound.sentence)


async def test_what_has_not_come_yet_is_not_written_down(world):
    for kind in LINES:
        why = await refused(world, kind, Line(world.pet.id, at=NOW + timedelta(minutes=6)))
        assert (type(why), why.path) == (InvalidInput, ("at",))
        why = await refused(world, kind, Line(world.pet.id, at=NOW.replace(year=1969)))
        assert (type(why), why.path) == (InvalidInput, ("at",))
        # A tablet whose clock is a little fast means now.
        line_id = await WRITTEN[kind](world.vet.viewer, Line(world.pet.id, at=NOW + timedelta(minutes=5)), **KEY)
        assert (await kind.get(id=line_id)).at == NOW


async def test_a_nurse_of_another_place_writes_into_no_note_of_this_one(world):
    elsewhere = await a_nurse(location=await a_location("Harbour"))
    note = await a_note(await a_visit(world.pet))
    before = await how_many_rows()
    with pytest.raises(Forbidden):
        await vitals.record(elsewhere.viewer, Line(world.pet.id, note.id), HOT, **KEY)
    assert await how_many_rows() == before
    await vitals.record(elsewhere.viewer, Line(world.pet.id), HOT, **KEY)


FROZEN: dict[str, Any] = {
    "signed": lambda note: Note.filter(id=note.id).update(signed_at=NOW, signed_by_id=note.author_id),
    "locked": lambda note: Visit.filter(id=note.visit_id).update(locked_at=NOW),
    "an error": lambda note: Note.filter(id=note.id).update(errored_at=NOW, errored_because="No."),
    "of an error": lambda note: Visit.filter(id=note.visit_id).update(errored_at=NOW, errored_because="No."),
}


@pytest.mark.parametrize("state", FROZEN)
async def test_the_database_itself_takes_no_line_for_such_a_note_and_keeps_those_there_are(world, state):
    for kind in LINES:
        note = await a_note(await a_visit(world.pet))
        alone = await WRITTEN[kind](world.vet.viewer, Line(world.pet.id), key="alone", now=NOW)
        kept = await WRITTEN[kind](world.vet.viewer, Line(world.pet.id, note.id), key="kept", now=NOW)
        await FROZEN[state](note)
        table = kind._meta.db_table
        for values in (
            ("UPDATE {} SET note_id = ? WHERE id = ?", (note.id, alone)),
            ("UPDATE {} SET note_id = NULL WHERE id = ?", (kept,)),
            ("UPDATE {} SET words = 'other' WHERE id = ?", (kept,)),
            ("DELETE FROM {} WHERE id = ?", (kept,)),
        ):
            with pytest.raises(IntegrityError) as said:
                await sql.execute(values[0].format(table), values[1])
            assert f"{table}_in_a_frozen_note" in str(said.value)


async def test_the_database_itself_takes_no_line_for_the_note_of_another_pet(world):
    for kind in LINES:
        note = await a_note(await a_visit(await a_pet()))
        alone = await WRITTEN[kind](world.vet.viewer, Line(world.pet.id), **KEY)
        table = kind._meta.db_table
        with pytest.raises(IntegrityError) as said:
            await sql.execute(f"UPDATE {table} SET note_id = ? WHERE id = ?", (note.id, alone))
        assert f"{table}_in_a_frozen_note" in str(said.value)


async def test_a_line_of_a_signed_note_in_a_locked_visit_can_be_marked_as_an_error_and_nothing_else(world):
    for kind in LINES:
        record = await a_record(world.pet)
        await Visit.filter(id=record.visit.id).update(locked_at=NOW)
        (line,) = [each for each in record.rows() if type(each) is kind]
        before = dict((await sql.fetch(f"SELECT * FROM {kind._meta.db_table} WHERE id = ?", (line.id,)))[0])
        rows = await how_many_rows()
        marked = await lines.mark_entered_in_error(
            world.vet.viewer, kind, line.id, "Another pet.", key=kind.__name__, now=NOW
        )
        after = dict((await sql.fetch(f"SELECT * FROM {kind._meta.db_table} WHERE id = ?", (line.id,)))[0])
        changed = {name for name in before if before[name] != after[name]}
        assert (marked, changed) == (line.id, {"errored_at", "errored_by_id", "errored_because"})
        row = await kind.get(id=line.id)
        assert (row.errored_at, row.errored_by_id, row.errored_because) == (NOW, world.vet.id, "Another pet.")
        assert (await how_many_rows())[kind.__name__] == rows[kind.__name__]
        event = await Event.all().order_by("-number").first()
        assert event
        assert (event.kind, event.subject_id, event.location_id) == (
            EventKind.LINE_ENTERED_IN_ERROR,
            line.id,
            world.location.id,
        )


async def test_an_error_is_marked_once_with_a_reason_and_by_its_own_kind(world):
    kept = await some_lines(world.pet)
    vet = world.vet.viewer
    before = await how_many_rows()
    for because in ("", "  ", "x" * 1001):
        with pytest.raises(InvalidInput):
            await lines.mark_entered_in_error(vet, Vital, kept.weight.id, because, **KEY)
    for model, key in ((None, kept.weight.id), (Vital, None), (Vital, kept.allergy.id), (Allergy, kept.weight.id)):
        with pytest.raises(NotFound) as why:
            await lines.mark_entered_in_error(vet, model, key, "No.", **KEY)
        assert why.value.path == ("lineId",)
    assert await how_many_rows() == before
    await lines.mark_entered_in_error(vet, Vital, kept.weight.id, "No.", **KEY)
    before = await how_many_rows()
    with pytest.raises(EnteredInError):
        await lines.mark_entered_in_error(vet, Vital, kept.weight.id, "No.", key="again", now=NOW)
    assert await how_many_rows() == before
