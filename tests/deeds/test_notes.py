"""Notes: begun with a template, saved by several at once without a word lost, and found by what owners may read."""

from __future__ import annotations

import json

import pytest

from models import Event, EventDetail, EventKind, Note, NoteKind, NoteRevision, NoteTemplate, Visit, sql
from models.note import PARTS, merge
from models.refusal import EnteredInError, Forbidden, InvalidInput, NoteChanged, RecordLocked
from models.row import uuid7
from resolvers import notes, visits
from tests.racing import meanwhile
from tests.world import NOW, a_booking, a_nurse, a_vet, a_visit, a_world, how_many_rows
from vetdesk.database import counted


async def written(viewer, visit, *, key="write", **more):
    return await Note.get(id=await notes.write(viewer, visit.id, key=key, now=NOW, **more))


async def saved(viewer, note, based_on, *, key=None, **texts):
    await notes.save(viewer, note.id, texts, based_on=based_on, key=key or str(uuid7()), now=NOW)
    await note.refresh_from_db()
    return note.version


async def a_template(name, kind=NoteKind.VET, **more):
    return await NoteTemplate.create(name=name, fold=name.lower(), kind=kind, **more)


# Beginning


async def test_a_note_is_a_vets_part_or_a_nurses_as_whoever_begins_it_is_one_there(database):
    world = await a_world()
    visit, nurse = await a_visit(world.pet), await a_nurse()
    for person, kind in ((world.vet, NoteKind.VET), (nurse, NoteKind.NURSE)):
        note = await written(person.viewer, visit)
        assert (note.kind, note.author_id, note.pet_id, note.at) == (kind, person.id, world.pet.id, visit.at)
        assert (note.version, note.signed_at, note.words) == (1, None, "")
        assert await NoteRevision.filter(note_id=note.id).values_list("version", "saved_by_id") == [(1, person.id)]


async def test_a_note_begins_with_the_template_of_the_service_or_the_one_chosen_or_with_nothing(database):
    world = await a_world()
    planned = await a_booking(world.pet)
    visit = await a_visit(world.pet, appointment_id=planned.id)
    await a_template("Nurse", NoteKind.NURSE, service_id=world.service.id, plan="N")
    await a_template("Old", service_id=world.service.id, is_in_use=False, plan="O")
    await a_template("Usual", service_id=world.service.id, plan="Usual plan.", internal="Ask.")
    dental = await a_template("Dental", subjective="Eats?")
    usual = await written(world.vet.viewer, visit)
    assert (usual.plan, usual.internal, usual.words) == ("Usual plan.", "Ask.", "usual plan")
    assert (await NoteRevision.get(note_id=usual.id)).plan == "Usual plan."
    chosen = await written(world.vet.viewer, visit, key="2", template_id=dental.id)
    assert (chosen.subjective, chosen.plan, chosen.template_id) == ("Eats?", "", dental.id)
    bare = await written(world.vet.viewer, visit, key="3", template_id=None)
    assert (bare.plan, bare.template_id) == ("", None)
    alone = await written(world.vet.viewer, await a_visit(world.pet), key="4")
    assert alone.template_id is None


async def test_a_template_of_the_other_part_or_out_of_use_is_refused(database):
    world = await a_world()
    visit = await a_visit(world.pet)
    for template in (await a_template("N", NoteKind.NURSE), await a_template("O", is_in_use=False)):
        with pytest.raises(InvalidInput) as refused:
            await written(world.vet.viewer, visit, template_id=template.id)
        assert refused.value.path == ("templateId",)
    assert await Note.all().count() == 0


async def test_a_locked_or_mistaken_visit_takes_no_new_note(database):
    world = await a_world()
    locked, wrong = await a_visit(world.pet), await a_visit(world.pet)
    await visits.lock(world.vet.viewer, locked.id, key="k", now=NOW)
    await visits.mark_in_error(world.vet.viewer, wrong.id, "Another pet.", key="k", now=NOW)
    for visit, refusal in ((locked, RecordLocked), (wrong, EnteredInError)):
        with pytest.raises(refusal):
            await written(world.vet.viewer, visit)


# Saving


async def test_every_state_is_kept_and_only_what_is_given_changes(database):
    world = await a_world()
    zoe, note = await a_vet("Zoe Ahrens"), await written(world.vet.viewer, await a_visit(world.pet))
    assert await saved(world.vet.viewer, note, 1, subjective=" Limps. ", internal="Bites.") == 2
    assert await saved(zoe.viewer, note, 2, plan="Rest.", subjective="") == 3
    assert [getattr(note, part) for part in PARTS] == ["", "", "", "Rest.", "Bites."]
    kept = await NoteRevision.filter(note_id=note.id).order_by("version")
    assert [(row.version, row.saved_by_id, row.subjective, row.plan) for row in kept] == [
        (1, world.vet.id, "", ""),
        (2, world.vet.id, "Limps.", ""),
        (3, zoe.id, "", "Rest."),
    ]
    event = await Event.filter(kind=EventKind.NOTE_SAVED).order_by("-number").first()
    assert event
    detail = json.loads((await EventDetail.get(number=event.number)).detail)
    assert detail == {"before": {"version": 2}, "after": {"version": 3, "parts": ["plan", "subjective"]}}


async def test_what_is_found_is_what_owners_may_read(database):
    world = await a_world()
    note = await written(world.vet.viewer, await a_visit(world.pet))
    await saved(world.vet.viewer, note, 1, subjective="Limps, LIMPS!", plan="Ruhe für Äffchen", internal="Bites.")
    assert note.words == "limps ruhe fur affchen"


async def test_where_no_word_changes_nothing_is_written(database):
    world = await a_world()
    note = await written(world.vet.viewer, await a_visit(world.pet))
    await saved(world.vet.viewer, note, 1, plan="Rest.")
    before = await how_many_rows()
    assert await saved(world.vet.viewer, note, 2, key="same", plan="Rest.") == 2
    assert await saved(world.vet.viewer, note, 1, key="none") == 2
    after = await how_many_rows()
    assert {name for name in after if after[name] != before.get(name)} == {"IdempotencyKey"}


async def test_parts_that_others_have_left_alone_are_taken_and_the_same_words_are_no_conflict(database):
    world = await a_world()
    zoe, note = await a_vet("Zoe Ahrens"), await written(world.vet.viewer, await a_visit(world.pet))
    await saved(world.vet.viewer, note, 1, subjective="Limps.", plan="Rest.")
    assert await saved(zoe.viewer, note, 1, objective="Tender.", plan="Rest.") == 3
    # Who sends a part as she has read it has not changed it, and takes nothing back.
    assert await saved(zoe.viewer, note, 1, key="stale", subjective="", assessment="Sprain.") == 4
    assert [getattr(note, part) for part in PARTS] == ["Limps.", "Tender.", "Sprain.", "Rest.", ""]


async def test_different_words_for_the_same_part_are_refused_and_nothing_of_them_is_written(database):
    world = await a_world()
    zoe, note = await a_vet("Zoe Ahrens"), await written(world.vet.viewer, await a_visit(world.pet))
    await saved(world.vet.viewer, note, 1, plan="Rest.", internal="Bites.")
    before = await how_many_rows()
    with pytest.raises(NoteChanged) as refused:
        await saved(zoe.viewer, note, 1, key="z", objective="Tender.", plan="X-ray.")
    assert (refused.value.version, refused.value.path) == (2, ("plan",))
    assert refused.value.texts["plan"] == "Rest."
    assert await how_many_rows() == before
    # With the same key, once the words are put together.
    assert await saved(zoe.viewer, note, 2, key="z", objective="Tender.", plan="Rest. X-ray.") == 3


def test_merging_never_loses_a_word_that_somebody_else_has_written():
    words = ("", "a", "b", "c")
    for base in words:
        for current in words:
            for said in words:
                merged = merge({"plan": base}, {"plan": current}, {"plan": said})
                now = merged.taken.get("plan", current)
                if merged.lost:
                    assert len({base, current, said}) == 3
                elif current != base:
                    assert now == current
                else:
                    assert now == said


async def test_a_save_that_is_sent_again_is_done_once_even_if_others_have_saved_since(database):
    world = await a_world()
    zoe, note = await a_vet("Zoe Ahrens"), await written(world.vet.viewer, await a_visit(world.pet))
    await saved(world.vet.viewer, note, 1, key="k", plan="Rest.")
    await saved(zoe.viewer, note, 2, plan="X-ray.")
    assert await saved(world.vet.viewer, note, 1, key="k", plan="Rest.") == 3
    assert note.plan == "X-ray."


async def test_of_two_tablets_that_save_at_once_the_later_one_finds_the_words_of_the_other(database):
    world = await a_world()
    zoe, note = await a_vet("Zoe Ahrens"), await written(world.vet.viewer, await a_visit(world.pet))
    version = await meanwhile(
        lambda: saved(world.vet.viewer, note, 1, plan="Rest."), lambda: saved(zoe.viewer, note, 1, objective="Tender.")
    )
    assert (version, note.plan, note.objective) == (3, "Rest.", "Tender.")
    refusal = await meanwhile(
        lambda: saved(world.vet.viewer, note, 3, plan="Rest!"), lambda: saved(zoe.viewer, note, 3, plan="None.")
    )
    assert isinstance(refusal, NoteChanged)
    assert refusal.texts["plan"] == "Rest!"


async def test_a_save_waits_for_whoever_locks_the_visit_and_is_refused(database):
    world = await a_world()
    visit = await a_visit(world.pet)
    note = await written(world.vet.viewer, visit)
    refusal = await meanwhile(
        lambda: visits.lock(world.vet.viewer, visit.id, key="lock", now=NOW),
        lambda: saved(world.vet.viewer, note, 1, plan="Rest."),
    )
    assert isinstance(refusal, RecordLocked)
    assert (await Visit.get(id=visit.id)).locked_at == NOW


async def test_a_version_that_never_was_and_a_text_that_is_too_long_are_refused(database):
    world = await a_world()
    note = await written(world.vet.viewer, await a_visit(world.pet))
    for based_on, text, path in ((0, "Rest.", "basedOn"), (2, "Rest.", "basedOn"), (1, "x" * 20_001, "plan")):
        with pytest.raises(InvalidInput) as refused:
            await saved(world.vet.viewer, note, based_on, plan=text)
        assert refused.value.path == (path,)
    assert await saved(world.vet.viewer, note, 1, plan="x" * 20_000) == 2


async def test_a_nurse_writes_in_a_nurses_part_alone_and_a_vet_in_every_one(database):
    world = await a_world()
    visit, nurse = await a_visit(world.pet), await a_nurse()
    vets, nurses = await written(world.vet.viewer, visit), await written(nurse.viewer, visit)
    with pytest.raises(Forbidden):
        await saved(nurse.viewer, vets, 1, plan="Rest.")
    assert await saved(world.vet.viewer, nurses, 1, plan="Rest.") == 2
    assert await saved(nurse.viewer, nurses, 2, plan="Rest a week.") == 3


@pytest.mark.parametrize("revisions", [1, 100])
async def test_a_save_costs_the_same_whatever_was_saved_before(database, revisions):
    world = await a_world()
    note = await written(world.vet.viewer, await a_visit(world.pet))
    for number in range(revisions):
        await saved(world.vet.viewer, note, number + 1, plan=f"Rest {number}.")
    with counted() as statements:
        key, texts = str(uuid7()), {"objective": "Tender."}
        await notes.save(world.vet.viewer, note.id, texts, based_on=revisions + 1, key=key, now=NOW)
    # The note, its visit and the key; in the transaction the key, both held, the note, its revision, and the event.
    assert statements.count == 8 + (1 if sql.is_postgres() else 3)
