"""Each constraint is violated with raw SQL, as nobody in the house would: the database itself says no, and names it."""

from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest

from models import (
    BusyTime,
    Certificate,
    Death,
    EventKind,
    HoursException,
    Ownership,
    Role,
    StaffRole,
    Vaccination,
    VaccinationDue,
    VaccinationProtocol,
    sql,
)
from models.constraint import Check, Frozen, NeverChanged, NoOverlap, PartialIndex, TextIndex, Unique
from models.row import uuid7
from resolvers import events
from resolvers.events import Happening
from tests.thaw import thawed
from tests.violating import Bad, Twin, a_row, insert, is_never_changed, is_refused, is_there, stays_as_it_is
from tests.world import (
    AN_HOUR,
    NOW,
    a_booking,
    a_certificate,
    a_certificate_file,
    a_letter,
    a_note,
    a_record,
    a_vaccination,
    a_visit,
    a_world,
    an_import,
    what_the_practice_keeps,
)
from tests.world.at_once import made_at_once
from tests.world.paper_files import a_paper_file

pytestmark = pytest.mark.anyio

# What was made again later is as the last one says.
_BY_NAME = {
    one.name: one
    for name in (
        "0002_constraints",
        "0004_records_kept",
        "0006_vaccination_kept",
        "0007_certificate_files",
        "0009_imports_kept",
        "0012_history_kept",
        "0013_notes_found_and_counted",
        "0018_paper_files",
    )
    for one in import_module(f"models.migrations.{name}").CONSTRAINTS
}
CONSTRAINTS = list(_BY_NAME.values())
FROZEN = [one for one in CONSTRAINTS if isinstance(one, Frozen)]
NEVER = [one for one in CONSTRAINTS if isinstance(one, NeverChanged)]
REFUSES = [one for one in CONSTRAINTS if isinstance(one, Check | Unique | NoOverlap)]
INDEXES = [one for one in CONSTRAINTS if isinstance(one, TextIndex | PartialIndex)]


async def another_role(row):
    return await StaffRole.create(staff_id=row["staff_id"], location_id=row["location_id"], role=Role.NURSE)


async def an_ended_ownership(row):
    twin = Ownership(pet_id=row["pet_id"], client_id=row["client_id"], share=0, starts_on=date(2020, 1, 1))
    twin.allow(frozenset())
    twin.ends_on = date(2020, 1, 2)
    await twin.save()
    return twin


async def a_later_busy_time(row):
    later = await a_booking(starts_at=NOW + 5 * AN_HOUR)
    return await BusyTime.get(appointment_id=later.id, resource=row["resource"])


async def another_death(row):
    told: Any = {"undone_at": NOW, "undone_because": "No."}
    return await Death.create(pet_id=row["pet_id"], died_on=row["died_on"], recorded_at=NOW, **told)


async def another_version(row):
    return await VaccinationProtocol.filter(code="CORE_DOG_WSAVA", version=1).first()


async def a_voided_certificate(row):
    return await Certificate.filter(voided_at__not_isnull=True).first()


UNSIGNED = {"signed_at": None, "signed_by_id": None}
SOMEBODY = uuid7()
LINES = import_module("models.migrations.0004_records_kept").LINES
BACKWARD = Bad({"starts_at": NOW, "ends_at": NOW - timedelta(minutes=1)})

CASES: dict[str, list[Bad | Twin]] = {
    "history_entry_owners_see": [Bad({"owners_see": "SOMETIMES"})],
    "practice_is_the_only_one": [Bad({"is_the_only_one": False})],
    "location_currency": [Bad({"currency": "EU"})],
    "opening_hours_in_a_day": [
        Bad({"weekday": 0}),
        Bad({"weekday": 8}),
        Bad({"from_minute": -1}),
        Bad({"from_minute": 600, "until_minute": 600}),
        Bad({"until_minute": 1441}),
    ],
    "working_hours_in_a_day": [
        Bad({"weekday": 0}),
        Bad({"weekday": 8}),
        Bad({"from_minute": -1}),
        Bad({"from_minute": 600, "until_minute": 600}),
        Bad({"until_minute": 1441}),
    ],
    "working_hours_dates": [Bad({"starts_on": date(2026, 2, 1), "ends_on": date(2026, 1, 31)})],
    "hours_exception_period": [BACKWARD, Bad({"starts_at": NOW, "ends_at": NOW})],
    "hours_exception_of_somebody": [Bad({"location_id": None, "staff_id": None})],
    "staff_role_of_staff": [Bad({"role": "OWNER"}), Bad({"role": "SYSTEM"}), Bad({"role": "vet"})],
    "staff_role_at_a_location": [Twin(("role",), another_role, "location_id IS NOT NULL")],
    "staff_role_everywhere": [Twin(("role",), another_role, "location_id IS NULL")],
    "pet_birth_date_and_precision": [
        Bad({"born_on": date(2020, 1, 1), "born_precision": None}),
        Bad({"born_on": None, "born_precision": "DAY"}),
    ],
    "ownership_share": [Bad({"share": -1}), Bad({"share": 101})],
    "ownership_payer_may_pay": [Bad({"share": 1, "may_pay": False})],
    "ownership_dates": [Bad({"starts_on": date(2026, 2, 1), "ends_on": date(2026, 1, 31)})],
    "ownership_once_at_a_time": [Twin(("ends_on",), an_ended_ownership)],
    "service_length": [Bad({"lasts_minutes": 4}), Bad({"lasts_minutes": 1441})],
    "service_buffers": [
        Bad({"buffer_before_minutes": -1}),
        Bad({"buffer_before_minutes": 481}),
        Bad({"buffer_after_minutes": -1}),
        Bad({"buffer_after_minutes": 481}),
        Bad({"lead_minutes": -1}),
    ],
    "appointment_period": [BACKWARD, Bad({"starts_at": NOW, "ends_at": NOW})],
    "appointment_status": [Bad({"status": "LOST"}), Bad({"status": "booked"})],
    "busy_time_period": [BACKWARD],
    "busy_time_no_overlap": [Twin(("starts_at", "ends_at"), a_later_busy_time)],
    "message_attempts": [Bad({"attempts": -1})],
    "message_secret_only_while_waiting": [Bad({"state": "SENT", "secret": "123456"})],
    "account_of_staff_or_owner": [
        Bad({"staff_id": None, "client_id": None}),
        Bad({"audience": "nobody"}),
        Bad({"audience": "owner"}),
    ],
    "account_link_tries": [Bad({"link_tries": -1}), Bad({"link_tries": 4})],
    "event_counter_is_the_only_one": [Bad({"id": 2})],
    "practice_locks_after": [Bad({"locks_after_hours": 0}), Bad({"locks_after_hours": 721})],
    "practice_stale_weight": [Bad({"stale_weight_days": 0}), Bad({"stale_weight_days": 367})],
    "visit_period": [Bad({"ended_at": NOW - timedelta(days=90)})],
    "note_kind": [Bad({"kind": "OWNER"})],
    "note_version": [Bad({"version": 0})],
    "note_signed_by_somebody": [Bad({"signed_at": NOW, "signed_by_id": None})],
    "note_cosigned_by_somebody": [Bad({"cosigned_at": NOW})],
    "note_cosigned_by_another": [Bad({"cosigned_at": NOW, "cosigned_by_id": SOMEBODY, **UNSIGNED})],
    "document_signed_by_somebody": [Bad({"signed_at": NOW, "signed_by_id": None})],
    "document_shared_when_signed": [Bad({"shared_at": NOW, **UNSIGNED})],
    **{f"{table}_error_has_a_reason": [Bad({"errored_at": NOW})] for table in (*LINES, "visit", "note", "document")},
    "problem_resolved": [Bad({"state": "RESOLVED"}), Bad({"resolved_on": NOW.date()})],
    "treatment_plan_ended": [Bad({"state": "STOPPED"}), Bad({"ended_at": NOW})],
    "treatment_step_settled": [Bad({"state": "DONE"}), Bad({"settled_at": NOW})],
    "prescription_repeats": [Bad({"repeats_given": 2}), Bad({"repeats_given": -1})],
    "prescription_weight": [Bad({"weight_grams": None})],
    "prescription_repeat_number": [Bad({"number": 0})],
    "death_undone_has_a_reason": [Bad({"undone_at": NOW, "undone_because": ""})],
    "vaccine_lasts": [Bad({"lasts_months": 0}), Bad({"lasts_months": 121})],
    "vaccination_source": [Bad({"source": "HEARD"})],
    "vaccination_recorded_somewhere": [Bad({"source": "RECORDED", "location_id": None})],
    "vaccination_voided_has_a_reason": [Bad({"voided_at": NOW, "voided_because": ""})],
    "vaccination_due_regulated": [Bad({"is_regulated": False, "immune_from": NOW.date()})],
    "number_series_counts": [Bad({"last_number": 0})],
    "certificate_file_sha256": [Bad({"sha256": "abc"})],
    "paper_file_sha256": [Bad({"sha256": "abc"})],
    "paper_file_kind": [Bad({"kind": "letters"})],
    "certificate_number": [Bad({"number": 0})],
    "certificate_voided_has_a_reason": [Bad({"voided_at": NOW, "voided_because": ""})],
    "certificate_replaced_when_voided": [Bad({"voided_at": None, "replaced_by_id": SOMEBODY})],
    "vaccination_protocol_active": [
        Twin(("is_active", "code"), another_version, "code = 'CORE_DOG_WSAVA' AND version = 2", {"version": 3})
    ],
    "certificate_standing": [
        Twin(
            ("vaccination_id", "voided_at"),
            a_voided_certificate,
            "voided_at IS NULL",
            {"number": 3, "token": "another"},
        )
    ],
    "death_once": [Twin(("pet_id", "undone_at"), another_death, "undone_at IS NULL")],
}


@made_at_once
async def a_full_world():
    """At least one row in each table that has a constraint."""
    world = await a_world()
    await a_letter(await a_booking())
    await HoursException.create(location_id=world.location.id, starts_at=NOW, ends_at=NOW + AN_HOUR)
    await a_record(world.pet)
    await a_visit(world.pet, locked_at=NOW, at=NOW - 9 * AN_HOUR)
    await what_the_practice_keeps(world.pet)
    await an_import(world.pet)
    await Death.create(pet_id=world.pet.id, died_on=NOW.date(), recorded_at=NOW)
    await _doses(world)
    await events.record(world.vet.viewer, Happening(EventKind.PET_REGISTERED, world.pet.id), now=NOW)
    return world


async def _doses(world):
    """A dose that stands, one with a certificate after another that was voided, and one that was voided."""
    told: Any = {"voided_at": NOW, "voided_because": "It was the cat."}
    await a_vaccination(world.pet, expires_on=NOW.date(), words="rabisin", visit_id=(await a_visit(world.pet)).id)
    certified = await a_vaccination(world.pet)
    await a_certificate(certified, **told, voided_by_id=world.vet.id)
    await a_certificate_file(await a_certificate(certified))
    await a_paper_file(certified.id)
    await a_vaccination(world.pet, **told, voided_by_id=world.vet.id)
    visit = await a_visit(world.pet)
    await a_vaccination(world.pet, visit_id=visit.id)
    await sql.execute("UPDATE visit SET locked_at = ? WHERE id = ?", (NOW, visit.id))
    await VaccinationDue.create(
        pet_id=world.pet.id, target="RABIES", due_on=NOW.date(), earliest_on=NOW.date(), reason="BOOSTER",
        sentence="It is due.", is_regulated=True, immune_from=NOW.date(), immune_until=NOW.date(), worked_out_at=NOW,
    )  # fmt: skip
    await VaccinationProtocol.filter(code="CORE_DOG_WSAVA", version=2).update(is_active=True)
    assert await Vaccination.all().count() == 4


def test_every_constraint_has_a_case():
    assert {one.name for one in REFUSES} == set(CASES)


@pytest.mark.parametrize("constraint", REFUSES, ids=lambda one: one.name)
async def test_the_database_refuses(database, constraint):
    await a_full_world()

    async with thawed():
        await is_refused(constraint, CASES[constraint.name])


@pytest.mark.parametrize("constraint", NEVER, ids=lambda one: one.name)
async def test_what_was_written_once_is_never_changed(database, constraint):
    await a_full_world()
    await is_never_changed(constraint)


@pytest.mark.parametrize("constraint", FROZEN, ids=lambda one: one.name)
async def test_what_is_signed_or_locked_stays_as_it_is(database, constraint):
    world = await a_full_world()
    if constraint.name == "note_in_a_locked_visit":
        draft = await a_note(await a_visit(world.pet, at=NOW - 8 * AN_HOUR))
        await sql.execute("UPDATE visit SET locked_at = ? WHERE id = ?", (NOW, draft.visit_id))

    await stays_as_it_is(constraint)


async def test_busy_times_that_touch_or_are_not_exclusive_may_stand(database):
    await a_full_world()
    row = await a_row("busy_time")
    starts_at, ends_at = sql.as_instant(row["starts_at"]), sql.as_instant(row["ends_at"])

    await insert("busy_time", {**row, "id": uuid7(), "is_exclusive": False})
    await insert("busy_time", {**row, "id": uuid7(), "starts_at": ends_at, "ends_at": ends_at + AN_HOUR})
    await insert("busy_time", {**row, "id": uuid7(), "starts_at": starts_at - AN_HOUR, "ends_at": starts_at})
    await insert("busy_time", {**row, "id": uuid7(), "resource_id": uuid7()})


@pytest.mark.parametrize("index", INDEXES, ids=lambda one: one.name)
async def test_the_index_is_there(database, index):
    assert await is_there(index)
