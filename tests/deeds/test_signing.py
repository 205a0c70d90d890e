"""Signing: in one's own name, what one has read, once; then a second vet, addenda, and the mark of what was wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from models import (
    Addendum,
    Event,
    EventDetail,
    EventKind,
    HistoryKind,
    Note,
    NoteKind,
    Practice,
    Visit,
    Vital,
    sql,
)
from models.refusal import (
    AlreadySigned,
    CosignNotAllowed,
    EnteredInError,
    Forbidden,
    InvalidInput,
    NoteChanged,
    NotFound,
    NotSigned,
)
from resolvers import histories, notes, visits
from resolvers.histories import Wanted
from resolvers.viewer import Viewer
from tests.racing import meanwhile
from tests.world import NOW, a_note, a_nurse, a_record, a_vet, a_visit, a_world, how_many_rows

LATER: Any = {"reason": "X-ray read", "text": "No fracture."}


async def signed(viewer, note, *, based_on=1, key="sign"):
    await notes.sign(viewer, note.id, based_on=based_on, key=key, now=NOW)
    return await Note.get(id=note.id)


async def test_whoever_is_signed_in_signs_and_not_the_vet_of_the_visit_nor_the_author(database):
    world = await a_world()
    zoe, visit = await a_vet("Zoe Ahrens"), await a_visit(world.pet, vet=world.vet)
    note = await signed(zoe.viewer, await a_note(visit, author=world.vet))
    assert (note.signed_by_id, note.author_id, note.signed_at) == (zoe.id, world.vet.id, NOW)
    assert (await Visit.get(id=visit.id)).locked_at is None  # signing is not locking
    event = await Event.get(kind=EventKind.NOTE_SIGNED)
    assert (event.subject_id, event.account_id) == (note.id, zoe.account.id)
    with pytest.raises(AlreadySigned):
        await signed(world.vet.viewer, note, key="again")


async def test_the_practices_own_machinery_signs_nothing_and_writes_nothing(database):
    world = await a_world()
    visit = await a_visit(world.pet)
    note, system = await a_note(visit), Viewer.system("test")
    with pytest.raises(Forbidden):
        await signed(system, note)
    with pytest.raises(Forbidden):
        await notes.write(system, visit.id, key="k", now=NOW)
    assert (await Note.get()).signed_at is None


async def test_a_vets_part_is_signed_by_a_vet_and_a_nurses_part_by_a_nurse_or_a_vet(database):
    world = await a_world()
    visit, nurse = await a_visit(world.pet), await a_nurse()
    vets, first, second = [await a_note(visit, kind=kind) for kind in (NoteKind.VET, *[NoteKind.NURSE] * 2)]
    with pytest.raises(Forbidden):
        await signed(nurse.viewer, vets)
    assert (await signed(nurse.viewer, first)).signed_by_id == nurse.id
    assert (await signed(world.vet.viewer, second)).signed_by_id == world.vet.id


async def test_nobody_signs_what_somebody_else_has_just_changed(database):
    world = await a_world()
    zoe, note = await a_vet("Zoe Ahrens"), await a_note(await a_visit(world.pet))
    refusal = await meanwhile(
        lambda: notes.save(zoe.viewer, note.id, {"plan": "X-ray."}, based_on=1, key="k", now=NOW),
        lambda: signed(world.vet.viewer, note),
    )
    assert isinstance(refusal, NoteChanged)
    assert (refusal.version, refusal.texts["plan"], refusal.path) == (2, "X-ray.", ("basedOn",))
    assert (await signed(world.vet.viewer, note, based_on=2)).signed_at == NOW


async def test_of_two_who_sign_at_once_one_has_signed(database):
    world = await a_world()
    zoe, note = await a_vet("Zoe Ahrens"), await a_note(await a_visit(world.pet))
    refusal = await meanwhile(lambda: signed(world.vet.viewer, note), lambda: signed(zoe.viewer, note))
    assert isinstance(refusal, AlreadySigned)
    assert (await Note.get()).signed_by_id == world.vet.id


async def test_a_draft_in_a_locked_visit_is_signed_as_it_is(database):
    world = await a_world()
    visit = await a_visit(world.pet)
    note = await a_note(visit)
    await visits.lock(world.vet.viewer, visit.id, key="lock", now=NOW)
    assert (await signed(world.vet.viewer, note)).signed_by_id == world.vet.id


async def test_a_second_vet_signs_what_another_has_signed_once(database):
    world = await a_world()
    zoe, tom = await a_vet("Zoe Ahrens"), await a_vet("Ada Weber")
    note = await a_note(await a_visit(world.pet), author=world.vet)

    async def cosigned(person, key):
        await notes.cosign(person.viewer, note.id, key=key, now=NOW)

    with pytest.raises(NotSigned):
        await cosigned(zoe, "early")
    await signed(world.vet.viewer, note)
    with pytest.raises(CosignNotAllowed):
        await cosigned(world.vet, "self")
    await cosigned(zoe, "second")
    with pytest.raises(CosignNotAllowed):
        await cosigned(tom, "third")
    await note.refresh_from_db()
    assert (note.cosigned_by_id, note.cosigned_at, note.signed_by_id) == (zoe.id, NOW, world.vet.id)


# Addenda


async def test_an_addendum_is_dated_with_its_author_and_the_reason(database):
    world = await a_world()
    nurse, note = await a_nurse(), await a_note(await a_visit(world.pet), is_signed=True)
    await notes.add_addendum(nurse.viewer, note.id, **LATER, key="k", now=NOW)
    await notes.add_addendum(nurse.viewer, note.id, **LATER, key="k", now=NOW)
    added = await Addendum.get()
    assert (added.note_id, added.author_id, added.at) == (note.id, nurse.id, NOW)
    assert (added.reason, added.text) == ("X-ray read", "No fracture.")
    with pytest.raises(NotFound):  # there is none to an addendum
        await notes.add_addendum(nurse.viewer, added.id, **LATER, key="2", now=NOW)


async def test_a_draft_takes_an_addendum_once_its_visit_is_locked(database):
    world = await a_world()
    visit = await a_visit(world.pet)
    note = await a_note(visit)
    with pytest.raises(NotSigned):
        await notes.add_addendum(world.vet.viewer, note.id, **LATER, key="k", now=NOW)
    await visits.lock(world.vet.viewer, visit.id, key="lock", now=NOW)
    await notes.add_addendum(world.vet.viewer, note.id, **LATER, key="k", now=NOW)
    assert await Addendum.all().count() == 1


async def test_what_is_added_finds_its_note_for_whoever_may_read_it(database):
    world = await a_world()
    await Practice.all().update(shares_notes=True)
    zoe, visit = await a_vet("Zoe Ahrens"), await a_visit(world.pet)
    signed_one, draft = await a_note(visit, is_signed=True, words="sprain"), await a_note(visit, words="sprain")
    await visits.lock(world.vet.viewer, visit.id, key="lock", now=NOW)

    async def found(viewer: Viewer, text: str) -> set[Any]:
        rows = await histories.search(viewer, text, Wanted(kinds=(HistoryKind.NOTE,)))
        entries = f"SELECT t.id FROM history_entry t WHERE {rows.scope.format(t='t')}"
        return {sql.as_key(key) for (key,) in await sql.tuples(entries, rows.values)}

    assert await found(zoe.viewer, "fractu") == set()
    for number, note in enumerate((signed_one, draft)):
        await notes.add_addendum(zoe.viewer, note.id, **LATER, key=f"k{number}", now=NOW)
    for text in ("fractu", "x-ray sprain"):
        assert await found(zoe.viewer, text) == {signed_one.id, draft.id}
        assert await found(world.owner.viewer, text) == {signed_one.id}
    await Practice.all().update(shares_notes=False)
    assert await found(world.owner.viewer, "fractu") == set()


@pytest.mark.parametrize(("given", "path"), [({"reason": " "}, "reason"), ({"text": "\n"}, "text")])
async def test_an_addendum_says_something_and_why(database, given, path):
    world = await a_world()
    note = await a_note(await a_visit(world.pet), is_signed=True)
    before = await how_many_rows()
    with pytest.raises(InvalidInput) as refused:
        await notes.add_addendum(world.vet.viewer, note.id, **{**LATER, **given}, key="k", now=NOW)
    assert refused.value.path == (path,)
    assert await how_many_rows() == before


# What was entered in error


async def test_a_note_in_error_takes_its_lines_along_and_nothing_is_deleted(database):
    world = await a_world()
    record = await a_record(world.pet)
    before = await how_many_rows()
    await notes.mark_in_error(world.vet.viewer, record.note.id, "Another pet.", key="k", now=NOW)
    for row in (record.note, record.weight, record.diagnosis, record.treatment, record.prescription, record.allergy):
        await row.refresh_from_db()
        assert (row.errored_at, row.errored_because, row.errored_by_id) == (NOW, "Another pet.", world.vet.id)
    after = await how_many_rows()
    assert {name for name in after if after[name] != before.get(name)} == {"IdempotencyKey", "Event", "EventDetail"}
    detail = json.loads((await EventDetail.all().order_by("-number").first() or EventDetail()).detail)
    assert detail["after"]["lines"]["vital"] == [str(record.weight.id)]
    assert not await Vital.filter(pet_id=world.pet.id, errored_at=None).exists()


async def test_what_was_entered_in_error_is_no_longer_written_signed_or_added_to(database):
    world = await a_world()
    zoe, visit = await a_vet("Zoe Ahrens"), await a_visit(world.pet)
    draft, done = await a_note(visit), await a_note(visit, author=world.vet, is_signed=True)
    for note in (draft, done):
        await notes.mark_in_error(world.vet.viewer, note.id, "Another pet.", key=str(note.id), now=NOW)
    more: Any = {"key": "k", "now": NOW}
    for deed in (
        notes.save(zoe.viewer, draft.id, {"plan": "None."}, based_on=1, **more),
        notes.sign(zoe.viewer, draft.id, based_on=1, **more),
        notes.cosign(zoe.viewer, done.id, **more),
        notes.add_addendum(zoe.viewer, done.id, **LATER, **more),
        notes.mark_in_error(zoe.viewer, done.id, "Again.", **more),
    ):
        with pytest.raises(EnteredInError):
            await deed


async def test_a_nurse_marks_a_nurses_part_alone(database):
    world = await a_world()
    visit, nurse = await a_visit(world.pet), await a_nurse()
    vets, nurses = await a_note(visit), await a_note(visit, kind=NoteKind.NURSE)
    with pytest.raises(Forbidden):
        await notes.mark_in_error(nurse.viewer, vets.id, "Another pet.", key="k", now=NOW)
    await notes.mark_in_error(nurse.viewer, nurses.id, "Another pet.", key="k", now=NOW)
    assert await Note.filter(errored_at=NOW).values_list("id", flat=True) == [nurses.id]
