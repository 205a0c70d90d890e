"""Visits: opened once for an appointment, ended, locked by hand or by themselves, and marked where they were a mistake."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from models import Event, EventDetail, EventKind, Note, Practice, Status, Treatment, Visit, sql
from models.refusal import (
    AlreadySigned,
    EnteredInError,
    Forbidden,
    InvalidInput,
    NotFound,
    RecordLocked,
    StepNotAllowed,
    VisitExists,
)
from models.row import uuid7
from resolvers import appointments, visits
from resolvers.viewer import Viewer
from resolvers.visits import NewVisit
from tests.racing import meanwhile
from tests.world import (
    AN_HOUR,
    NOW,
    TODAY,
    a_booking,
    a_location,
    a_note,
    a_nurse,
    a_pet,
    a_record,
    a_visit,
    a_world,
    how_many_rows,
)
from vetdesk.database import counted

SYSTEM = Viewer.system("test")


async def opened(viewer, *, key="open", now=NOW, **more):
    return await Visit.get(id=await visits.open(viewer, NewVisit(**more), key=key, now=now))


async def the_event(kind):
    event = await Event.filter(kind=kind).order_by("-number").first()
    assert event
    detail = await EventDetail.get(number=event.number)
    return event, json.loads(detail.detail)


# Opening


async def test_a_visit_for_an_appointment_is_told_by_it_and_leaves_it_as_it_is(database):
    world = await a_world()
    planned = await a_booking(world.pet, status=Status.ARRIVED, reason="Limps.")
    visit = await opened(world.vet.viewer, appointment_id=planned.id)
    assert (visit.pet_id, visit.location_id, visit.vet_id) == (world.pet.id, world.location.id, world.vet.id)
    assert (visit.reason, visit.words, visit.at, visit.ended_at) == ("Limps.", "limps", NOW, None)
    await planned.refresh_from_db()
    assert planned.status is Status.ARRIVED
    event, detail = await the_event(EventKind.VISIT_OPENED)
    assert (event.subject_id, event.location_id) == (visit.id, world.location.id)
    assert detail["after"]["reason"] == "Limps."


async def test_an_appointment_has_one_visit_also_of_two_who_open_it_at_once(database):
    world = await a_world()
    planned = await a_booking(world.pet)
    nurse = await a_nurse()
    refusal = await meanwhile(
        lambda: opened(world.vet.viewer, appointment_id=planned.id),
        lambda: opened(nurse.viewer, appointment_id=planned.id),
    )
    assert isinstance(refusal, VisitExists)
    assert await Visit.all().count() == 1


@pytest.mark.parametrize("status", [Status.REQUESTED, Status.CANCELLED, Status.NO_SHOW])
async def test_what_was_not_agreed_or_did_not_take_place_has_no_visit(database, status):
    world = await a_world()
    planned = await a_booking(world.pet, status=status)
    with pytest.raises(StepNotAllowed):
        await opened(world.vet.viewer, appointment_id=planned.id)
    assert await Visit.all().count() == 0


async def test_a_visit_standing_alone_is_with_whoever_opens_it_or_with_the_vet_named(database):
    world = await a_world()
    nurse, where = await a_nurse(), {"pet_id": world.pet.id, "location_id": world.location.id}
    mine = await opened(world.vet.viewer, **where, reason="Walked in.", at=NOW - AN_HOUR)
    assert (mine.vet_id, mine.at, mine.appointment_id) == (world.vet.id, NOW - AN_HOUR, None)
    with pytest.raises(InvalidInput) as nobody_named:
        await opened(nurse.viewer, **where, key="2")
    assert nobody_named.value.path == ("vetId",)
    with pytest.raises(InvalidInput):
        await opened(nurse.viewer, **where, key="2", vet_id=nurse.id)
    assert (await opened(nurse.viewer, **where, key="2", vet_id=world.vet.id)).vet_id == world.vet.id


async def test_the_farewell_of_a_pet_is_a_visit_and_so_is_one_that_is_written_down_after_its_death(database):
    world = await a_world()
    gone = await a_pet(world.owner, name="Nelly", died_on=TODAY)
    visit = await opened(world.vet.viewer, pet_id=gone.id, location_id=world.location.id, reason="Farewell.")
    assert visit.pet_id == gone.id


async def test_what_makes_no_sense_is_refused_and_nothing_is_written(database):
    world = await a_world()
    planned, where = await a_booking(world.pet), {"pet_id": world.pet.id, "location_id": world.location.id}
    elsewhere = await a_location("Harbour")
    before = await how_many_rows()
    for given, refusal, path in (
        ({**where, "at": NOW + timedelta(seconds=1)}, InvalidInput, "at"),
        ({"appointment_id": planned.id, "pet_id": world.pet.id}, InvalidInput, "petId"),
        ({"appointment_id": planned.id, "location_id": world.location.id}, InvalidInput, "locationId"),
        ({"appointment_id": uuid7()}, NotFound, "appointmentId"),
        ({"location_id": world.location.id}, NotFound, "petId"),
        ({"pet_id": world.pet.id}, NotFound, "locationId"),
        ({**where, "vet_id": uuid7()}, NotFound, "vetId"),
        ({**where, "reason": "x" * 2001}, InvalidInput, "reason"),
    ):
        with pytest.raises(refusal) as refused:
            await opened(world.vet.viewer, **given)
        assert refused.value.path == (path,)
    with pytest.raises(Forbidden):
        await opened(world.vet.viewer, pet_id=world.pet.id, location_id=elsewhere.id)
    assert await how_many_rows() == before


async def test_starting_the_appointment_opens_no_visit(database):
    world = await a_world()
    planned = await a_booking(world.pet, starts_at=NOW, status=Status.ARRIVED)
    await appointments.start(world.vet.viewer, planned.id, key="k", now=NOW)
    assert await Visit.all().count() == 0


# Ending and locking


async def test_a_visit_ends_once_after_it_began_and_not_in_the_future(database):
    world = await a_world()
    visit = await a_visit(world.pet, ended_at=None)
    for wrong in (visit.at - timedelta(seconds=1), NOW + timedelta(seconds=1)):
        with pytest.raises(InvalidInput):
            await visits.end(world.vet.viewer, visit.id, ended_at=wrong, key="end", now=NOW)
    await visits.end(world.vet.viewer, visit.id, key="end", now=NOW)
    await visits.end(world.vet.viewer, visit.id, key="end", now=NOW + AN_HOUR)
    with pytest.raises(StepNotAllowed):
        await visits.end(world.vet.viewer, visit.id, key="again", now=NOW)
    await visit.refresh_from_db()
    assert visit.ended_at == NOW
    assert await Event.filter(kind=EventKind.VISIT_ENDED).count() == 1


async def test_a_locked_visit_ends_with_that_and_is_locked_once(database):
    world = await a_world()
    visit = await a_visit(world.pet, ended_at=None)
    await visits.lock(world.vet.viewer, visit.id, key="lock", now=NOW)
    await visit.refresh_from_db()
    assert (visit.locked_at, visit.locked_by_id, visit.ended_at) == (NOW, world.vet.id, NOW)
    for deed in (visits.lock, visits.end):
        with pytest.raises(RecordLocked):
            await deed(world.vet.viewer, visit.id, key="again", now=NOW)


async def test_records_lock_by_themselves_so_many_hours_after_the_end(database):
    world = await a_world()
    hour = timedelta(hours=24)
    due = [await a_visit(world.pet, at=NOW - 3 * hour + number * AN_HOUR) for number in range(3)]
    just = await a_visit(world.pet, at=NOW - hour - AN_HOUR, ended_at=NOW - hour)
    for other in ({"ended_at": NOW - hour + timedelta(seconds=1)}, {"ended_at": None}):
        await a_visit(world.pet, at=NOW - 2 * hour, **other)
    wrong = await a_visit(world.pet, at=NOW - 2 * hour)
    await Visit.filter(id=wrong.id).update(errored_at=NOW, errored_because="Another pet.")

    assert [await visits.lock_due(SYSTEM, now=NOW, most=3) for _ in range(3)] == [3, 1, 0]
    locked = await Visit.filter(locked_at=NOW, locked_by_id=None)
    assert {visit.id for visit in locked} == {visit.id for visit in [*due, just]}
    first, *_, last = await Event.filter(kind=EventKind.VISIT_LOCKED).order_by("number")
    assert (first.subject_id, last.subject_id, first.system_reason) == (due[0].id, just.id, "test")


async def test_of_two_workers_who_look_at_once_one_locks_each_record(database):
    world = await a_world()
    for _ in range(3):
        await a_visit(world.pet, at=NOW - timedelta(days=2))
    late = await meanwhile(lambda: visits.lock_due(SYSTEM, now=NOW), lambda: visits.lock_due(SYSTEM, now=NOW))
    assert late == 0
    assert await Event.filter(kind=EventKind.VISIT_LOCKED).count() == 3


async def test_where_the_practice_says_no_hours_no_record_locks_by_itself(database):
    world = await a_world()
    await a_visit(world.pet, at=NOW - timedelta(days=30))
    await Practice.all().update(locks_after_hours=None)
    assert await visits.lock_due(SYSTEM, now=NOW) == 0
    await Practice.all().update(locks_after_hours=720)
    assert await visits.lock_due(SYSTEM, now=NOW + AN_HOUR) == 1


@pytest.mark.parametrize("number", [1, 100])
async def test_a_hundred_records_are_locked_with_as_many_statements_as_one(database, number):
    world = await a_world()
    for _ in range(number):
        await a_visit(world.pet, at=NOW - timedelta(days=2))
    with counted() as statements:
        assert await visits.lock_due(SYSTEM, now=NOW) == number
    # The practice, those that are due, the lock; the numbers of the events, the events and what they tell.
    assert statements.count == (4 if sql.is_postgres() else 6)  # where the last three are one
    assert await Event.filter(kind=EventKind.VISIT_LOCKED).count() == number


# Marking as entered in error


async def test_a_visit_in_error_takes_its_drafts_and_their_lines_along_and_frees_its_appointment(database):
    world = await a_world()
    planned = await a_booking(world.pet)
    visit = await a_visit(world.pet, appointment_id=planned.id)
    draft = await a_note(visit)
    line: Any = {"pet_id": world.pet.id, "note_id": draft.id, "at": NOW, "recorded_at": NOW}
    given = await Treatment.create(**line, name="Meloxicam", given_by_id=world.vet.id)
    with pytest.raises(InvalidInput):
        await visits.mark_in_error(world.vet.viewer, visit.id, " ", key="err", now=NOW)
    await visits.mark_in_error(world.vet.viewer, visit.id, "Another pet.", key="err", now=NOW)
    for row in (visit, draft, given):
        await row.refresh_from_db()
        assert (row.errored_at, row.errored_by_id, row.errored_because) == (NOW, world.vet.id, "Another pet.")
    _, detail = await the_event(EventKind.VISIT_IN_ERROR)
    assert detail["before"]["appointment_id"] == str(planned.id)
    assert detail["after"]["drafts"] == {str(draft.id): {"treatment": [str(given.id)]}}
    for deed in (visits.end, visits.lock):
        with pytest.raises(EnteredInError):
            await deed(world.vet.viewer, visit.id, key="later", now=NOW)
    again = await opened(world.vet.viewer, appointment_id=planned.id)
    assert again.appointment_id == planned.id


async def test_a_visit_is_not_marked_while_a_signed_note_in_it_stands(database):
    world = await a_world()
    record = await a_record(world.pet)
    with pytest.raises(AlreadySigned):
        await visits.mark_in_error(world.vet.viewer, record.visit.id, "Another pet.", key="err", now=NOW)
    assert (await Visit.get(id=record.visit.id)).errored_at is None
    await Note.filter(id=record.note.id).update(errored_at=NOW, errored_because="Another pet.")
    await visits.mark_in_error(world.vet.viewer, record.visit.id, "Another pet.", key="err", now=NOW)
    assert (await Visit.get(id=record.visit.id)).errored_at == NOW
