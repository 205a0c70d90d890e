"""Each constraint is violated with raw SQL, as nobody in the house would: the database itself says no, and names it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from models import BusyTime, EventKind, HoursException, Ownership, Role, StaffRole, sql
from models.constraint import Check, NeverChanged, NoOverlap, PartialIndex, TextIndex, Unique
from models.row import uuid7
from resolvers import events
from resolvers.events import Happening
from tests.world import AN_HOUR, NOW, a_booking, a_letter, a_world, how_many_rows

pytestmark = pytest.mark.anyio

CONSTRAINTS = import_module("models.migrations.0002_constraints").CONSTRAINTS
REFUSES = [one for one in CONSTRAINTS if isinstance(one, Check | Unique | NoOverlap | NeverChanged)]
INDEXES = [one for one in CONSTRAINTS if isinstance(one, TextIndex | PartialIndex)]


@dataclass(frozen=True, slots=True)
class Bad:
    """Values that no row of the table may have."""

    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Twin:
    """A row that may not be there twice: its `columns` are the same in another row that `other` makes."""

    columns: tuple[str, ...]
    other: Callable[[dict[str, Any]], Awaitable[Any]]
    where: str = "1 = 1"


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


BACKWARD = Bad({"starts_at": NOW, "ends_at": NOW - timedelta(minutes=1)})

CASES: dict[str, list[Bad | Twin]] = {
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
}


async def a_full_world():
    """At least one row in each table that has a constraint."""
    world = await a_world()
    await a_letter(await a_booking())
    await HoursException.create(location_id=world.location.id, starts_at=NOW, ends_at=NOW + AN_HOUR)
    await events.record(world.vet.viewer, Happening(EventKind.PET_REGISTERED, world.pet.id), now=NOW)
    return world


async def a_row(table, where="1 = 1"):
    return dict((await sql.fetch(f"SELECT * FROM {table} WHERE {where} ORDER BY 1 LIMIT 1"))[0])


async def insert(table, row):
    await sql.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({sql.marks(len(row))})", list(row.values()))


async def update(table, key, values):
    changes = ", ".join(f"{column} = ?" for column in values)
    await sql.execute(f"UPDATE {table} SET {changes} WHERE id = ?", [*values.values(), key])


def is_named(constraint, error):
    said = str(error)
    if isinstance(constraint, Unique) and not sql.is_postgres():
        # Of a unique index SQLite names the columns.
        columns = ", ".join(f"{constraint.table}.{column}" for column in constraint.columns.split(", "))
        return said.endswith(columns)
    return constraint.name in said


def test_every_constraint_has_a_case():
    assert {one.name for one in REFUSES} == {*CASES, "event_never_changed"}


@pytest.mark.parametrize("constraint", [one for one in REFUSES if one.name in CASES], ids=lambda one: one.name)
async def test_the_database_refuses(database, constraint):
    await a_full_world()

    for case in CASES[constraint.name]:
        row = await a_row(constraint.table, case.where if isinstance(case, Twin) else "1 = 1")
        if isinstance(case, Bad):
            copy, key, values = {**row, "id": _new(row["id"]), **case.values}, row["id"], case.values
        else:
            copy, key = {**row, "id": uuid7()}, (await case.other(row)).id
            values = {column: row[column] for column in case.columns}
        before = await how_many_rows()

        with pytest.raises(IntegrityError) as refused:
            await insert(constraint.table, copy)
        assert is_named(constraint, refused.value), (case, refused.value)
        with pytest.raises(IntegrityError) as refused:
            await update(constraint.table, key, values)
        assert is_named(constraint, refused.value), (case, refused.value)

        assert await how_many_rows() == before


def _new(key):
    return 2 if isinstance(key, int) else uuid7()


async def test_an_event_is_never_changed(database):
    await a_full_world()
    before = await a_row("event")

    with pytest.raises(IntegrityError) as refused:
        await sql.execute("UPDATE event SET kind = 'PET_DIED'")

    assert "event_never_changed" in str(refused.value)
    assert await a_row("event") == before


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
    catalogue = (
        "SELECT indexname AS name FROM pg_indexes WHERE tablename = ?"
        if sql.is_postgres()
        else "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ?"
    )

    assert index.name in [row["name"] for row in await sql.fetch(catalogue, (index.table,))]
