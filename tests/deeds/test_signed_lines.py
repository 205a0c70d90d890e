"""Signed lines: who signs a note stands by the lines in it, and finds out when one has come, changed or gone meanwhile."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from models import Allergy, Event, EventKind, Note, NoteRevision, Prescription, Vital, VitalKind, VitalUnit
from models.refusal import NoteChanged
from resolvers import allergies, lines, notes, prescriptions, visits, vitals
from resolvers.lines import Line
from resolvers.prescriptions import Order
from resolvers.vitals import Measurement
from tests.racing import meanwhile
from tests.world import NOW, a_note, a_nurse, a_visit, a_weight, a_world

WARM: Any = {"kind": VitalKind.TEMPERATURE, "unit": VitalUnit.CELSIUS}


async def a_draft(world):
    """A note as somebody begins one, with its first revision; the visit goes on."""
    visit = await a_visit(world.pet, ended_at=None)
    made = await notes.write(world.vet.viewer, visit.id, template_id=None, key=str(visit.id), now=NOW)
    return await Note.get(id=made)


async def signed(world, note, based_on):
    await notes.sign(world.vet.viewer, note.id, based_on=based_on, key=f"sign {based_on}", now=NOW)


async def measured(person, note, key="temperature"):
    line = Line(note.pet_id, note.id)
    return await vitals.record(person.viewer, line, Measurement(value=Decimal("39.2"), **WARM), key=key, now=NOW)


async def test_nobody_signs_a_note_into_which_a_colleague_has_just_written_a_line(database):
    world = await a_world()
    nurse, draft = await a_nurse(), await a_draft(world)
    refusal = await meanwhile(lambda: measured(nurse, draft), lambda: signed(world, draft, 1))
    assert isinstance(refusal, NoteChanged)
    assert (refusal.version, refusal.path) == (2, ("basedOn",))
    assert "read it as it is now, with its lines" in str(refusal)
    assert (await Note.get()).signed_at is None
    assert await Event.filter(kind=EventKind.NOTE_SIGNED).count() == 0
    await signed(world, draft, 2)
    assert (await Note.get()).signed_at == NOW


async def test_a_line_that_is_sent_again_counts_once(database):
    world = await a_world()
    draft = await a_draft(world)
    for _ in range(2):
        await measured(world.vet, draft)
    assert (await Note.get()).version == 2


async def test_a_line_that_is_changed_or_taken_back_counts_as_well(database):
    world = await a_world()
    vet, draft = world.vet.viewer, await a_draft(world)
    line, kept = Line(draft.pet_id, draft.id), dict[str, Any](now=NOW)
    order = Order("Meloxicam", "With food.", repeats_allowed=1)
    medicine = await prescriptions.prescribe(vet, line, order, key="1", **kept)
    allergy = await allergies.record(vet, line, allergies.Reaction("Latex"), key="2", **kept)
    for number, done in enumerate(
        (
            lambda: prescriptions.give_repeat(vet, medicine, key="3", **kept),
            lambda: prescriptions.stop(vet, medicine, "It does not help.", key="4", **kept),
            lambda: allergies.end(vet, allergy, "It was none.", key="5", **kept),
            lambda: lines.mark_entered_in_error(vet, Prescription, medicine, "Another pet.", key="6", **kept),
        )
    ):
        await done()
        assert (await Note.get()).version == number + 4
    with pytest.raises(NoteChanged):
        await signed(world, draft, 6)
    await signed(world, draft, 7)
    # What is signed has the version that was signed, whatever becomes of a line of it.
    await lines.mark_entered_in_error(vet, Allergy, allergy, "Another pet.", key="7", **kept)
    assert (await Note.get()).version == 7


async def test_the_words_of_a_tablet_are_taken_whatever_lines_have_come_since_it_read_the_note(database):
    world = await a_world()
    vet, nurse, draft = world.vet.viewer, await a_nurse(), await a_draft(world)
    for number in range(3):
        await measured(nurse, draft, key=f"line {number}")
    await notes.save(vet, draft.id, {"plan": "Rest."}, based_on=1, key="a", now=NOW)
    await measured(nurse, draft, key="one more")
    for based_on in (2, 3, 4):  # at these there was no word yet, so the same words are no conflict
        await notes.save(vet, draft.id, {"plan": "Rest."}, based_on=based_on, key=f"b{based_on}", now=NOW)
    await notes.save(vet, draft.id, {"plan": "Rest. X-ray."}, based_on=5, key="c", now=NOW)
    note = await Note.get()
    assert (note.version, note.plan) == (7, "Rest. X-ray.")
    kept = await NoteRevision.all().order_by("version").values_list("version", "plan")
    assert kept == [(1, ""), (5, "Rest."), (7, "Rest. X-ray.")]
    with pytest.raises(NoteChanged) as lost:  # who has read the words of the first revision, at a version of a line
        await notes.save(vet, draft.id, {"plan": "None."}, based_on=4, key="d", now=NOW)
    assert lost.value.path == ("plan",)


async def test_in_a_locked_visit_what_was_taken_back_is_read_before_it_is_signed(database):
    world = await a_world()
    vet, draft = world.vet.viewer, await a_draft(world)
    vital = await measured(world.vet, draft)
    await visits.lock(vet, draft.visit_id, key="lock", now=NOW)
    await lines.mark_entered_in_error(vet, Vital, vital, "A slip.", key="slip", now=NOW)
    with pytest.raises(NoteChanged):
        await signed(world, draft, 2)
    await signed(world, draft, 3)
    assert (await Note.get()).signed_at == NOW


async def test_a_line_that_stands_alone_or_in_another_note_changes_nothing(database):
    world = await a_world()
    draft, other = await a_draft(world), await a_note(await a_visit(world.pet))
    await a_weight(world.pet)
    await vitals.record(
        world.vet.viewer, Line(world.pet.id), Measurement(value=Decimal("39.2"), **WARM), key="1", now=NOW
    )
    await measured(world.vet, other, key="2")
    assert (await Note.get(id=draft.id)).version == 1
    await signed(world, draft, 1)
