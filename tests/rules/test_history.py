"""History entries: the database writes one for each row that belongs there, and says of it what the row says."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from tortoise.migrations.executor import MigrationTarget

import models
from models import HistoryEntry, HistoryKind, Practice, sql
from models.constraint import InHistory
from models.row import uuid7
from resolvers import access, histories
from resolvers.histories import Wanted
from tests.before import with_later_columns
from tests.thaw import thawed
from tests.world import (
    AN_HOUR,
    NOW,
    World,
    a_booking,
    a_note,
    a_pet,
    a_record,
    a_vaccination,
    a_visit,
    a_world,
    an_import,
)
from vetdesk.database import connect, migrate
from vetdesk.database.migrate import _client, _executor

CONSTRAINTS = import_module("models.migrations.0012_history_kept").CONSTRAINTS
JOINED: list[InHistory] = [one for one in CONSTRAINTS if isinstance(one, InHistory)]
MODELS: dict[str, Any] = {
    model._meta.db_table: model for name in models.__all__ if hasattr(model := getattr(models, name), "_meta")
}


async def entries(table: str) -> list[tuple[Any, ...]]:
    kind = next(one.kind for one in JOINED if one.table == table)
    return _plain(
        await sql.tuples("SELECT id, pet_id, at, words FROM history_entry WHERE kind = ? ORDER BY id", (kind,))
    )


async def rows(table: str) -> list[tuple[Any, ...]]:
    at = "starts_at" if table == "appointment" else "at"
    when = next(one.when for one in JOINED if one.table == table).format(row="")
    return _plain(await sql.tuples(f"SELECT id, pet_id, {at}, words FROM {table} WHERE {when} ORDER BY id"))


def _plain(found: Any) -> list[tuple[Any, ...]]:
    return [(sql.as_key(key), sql.as_key(pet), sql.as_instant(at), words) for key, pet, at, words in found]


async def a_full_history() -> Any:
    world = await a_world()
    await a_booking(reason="Limps.")
    await a_vaccination(world.pet)
    await an_import(world.pet)
    return await a_record(world.pet)


async def test_every_kind_has_a_table_and_every_table_with_words_of_a_pet_has_a_kind(database):
    assert {one.kind for one in JOINED} == {kind.value for kind in HistoryKind}
    wordy = {table for table, model in MODELS.items() if {"words", "pet_id"} <= model._meta.fields_map.keys()}
    assert wordy - {"history_entry"} == {one.table for one in JOINED}


@pytest.mark.parametrize("joined", JOINED, ids=lambda one: one.table)
async def test_an_entry_comes_goes_and_changes_with_its_row(database, joined):
    await a_full_history()
    table = joined.table
    assert await entries(table) == await rows(table)
    assert len(await entries(table)) >= 1
    at = "starts_at" if table == "appointment" else "at"
    other, (key, *_), others = await a_pet(), (await rows(table))[0], (await rows(table))[1:]
    async with thawed():
        early = NOW.replace(year=2020)
        await sql.execute(
            f"UPDATE {table} SET {at} = ?, words = ?, pet_id = ? WHERE id = ?", (early, "new", other.id, key)
        )
        assert (key, other.id, early, "new") in await entries(table)
        assert await entries(table) == await rows(table)
        if table in ("appointment", "allergy"):  # nothing points to these
            await sql.execute("DELETE FROM busy_time")
            await sql.execute(f"DELETE FROM {table} WHERE id = ?", (key,))
            assert await entries(table) == others


async def test_a_step_of_an_appointment_writes_nothing_into_the_history(database):
    await a_full_history()
    await sql.execute("UPDATE history_entry SET words = 'still here' WHERE kind = 'APPOINTMENT'")
    await sql.execute("UPDATE appointment SET status = 'CONFIRMED'")
    assert [words for *_, words in await entries("appointment")] == ["still here"]
    await sql.execute("UPDATE appointment SET words = 'now other'")
    assert [words for *_, words in await entries("appointment")] == ["now other"]


@pytest.mark.parametrize("shares", [True, False], ids=["shared", "not shared"])
async def test_whoever_sees_a_row_sees_its_entry_and_nobody_else_does(database, shares):
    world = await a_world()
    await Practice.all().update(shares_notes=shares)
    stranger = await a_pet()
    wrong, _, _ = await a_record(world.pet), await a_record(world.pet), await a_record(stranger)
    for row in (wrong.note, wrong.prescription, wrong.document):
        await type(row).filter(id=row.id).update(errored_at=NOW, errored_because="Another pet.")
    await a_booking()
    await a_booking(stranger, starts_at=NOW + 3 * AN_HOUR)
    seen_by_her = set()
    for viewer in (world.owner.viewer, world.vet.viewer):
        for one in JOINED:
            own = await _seen(viewer, MODELS[one.table])
            assert await _seen(viewer, HistoryEntry, f"{{t}}.kind = '{one.kind}'") == own, one.table
            if viewer.is_owner and own:
                seen_by_her.add(one.table)
    assert seen_by_her == {"appointment", "prescription", "document", *(["note"] if shares else [])}


async def _seen(viewer: Any, model: Any, scope: str = access.ALL) -> set[Any]:
    found = access.rows(viewer, model, scope)
    text = f"SELECT t.id FROM {model._meta.db_table} t WHERE {found.scope.format(t='t')}"
    return {sql.as_key(key) for (key,) in await sql.tuples(text, found.values)}


async def test_the_words_of_an_entry_are_found_whatever_becomes_of_them(database):
    world = await a_world()
    viewer, visit = world.vet.viewer, await a_visit(world.pet, words="she limps")
    note = await a_note(visit, words="sprain left hind")

    async def found(word: str) -> set[Any]:
        rows = await histories.search(viewer, word, Wanted())
        text = f"SELECT t.id FROM history_entry t WHERE {rows.scope.format(t='t')}"
        return {sql.as_key(key) for (key,) in await sql.tuples(text, rows.values)}

    assert (await found("limp"), await found("hind"), await found("ind")) == ({visit.id}, {note.id}, set())
    await models.Note.filter(id=note.id).update(words="torn ligament")
    assert (await found("hind"), await found("lig")) == (set(), {note.id})
    if not sql.is_postgres():
        await sql.execute("VACUUM")  # after which SQLite may have given every row another number
    assert (await found("limps"), await found("ligament")) == ({visit.id}, {note.id})
    await sql.execute("DELETE FROM note")
    assert (await found("limps"), await found("ligament")) == ({visit.id}, set())
    if not sql.is_postgres():
        await sql.execute("INSERT INTO history_word (history_word) VALUES ('integrity-check')")


async def test_a_practice_that_was_there_before_has_its_history(empty_database):
    async with _client(empty_database.url) as client:
        await _executor(client, empty_database.url).migrate([MigrationTarget("models", "0010_common_terms")])
    async with connect(empty_database.url), with_later_columns():
        world = await a_world()
        keys = await _visits_planned_before(world)
        visit = await a_visit(world.pet, words="she limps")
        triggers = await _triggers()
    assert (await migrate(empty_database.url))[:2] == ["0011_history", "0012_history_kept"]
    async with connect(empty_database.url):
        words = dict(map(tuple, await sql.tuples("SELECT id, words FROM appointment")))
        assert [words[key] for key in keys] == [
            "number 0 itches",
            *["" for _ in keys[1:-1]],
            f"number {len(keys) - 1} itches",
        ]
        assert await entries("appointment") == await rows("appointment")
        assert [entry[0] for entry in await entries("visit")] == [visit.id]
        assert await _triggers() >= triggers
        found = await HistoryEntry.filter(words__contains="itches").count()
        assert found == 2


async def _visits_planned_before(world: World) -> list[Any]:
    """More of them than are written at once; the first and the last one have a reason."""
    of = {
        "pet_id": world.pet.id, "client_id": world.owner.id, "service_id": world.service.id,
        "location_id": world.location.id, "vet_id": world.vet.id, "room_id": world.room.id, "starts_at": NOW,
        "ends_at": NOW.replace(hour=23), "status": "COMPLETED", "cancelled_because": "", "created_at": NOW,
    }  # fmt: skip
    keys = sorted(uuid7() for _ in range(600))
    told = [{**of, "id": key, "reason": ""} for key in keys]
    for number in (0, 599):
        told[number]["reason"] = f"Number {number} itches."
    one = f"({sql.marks(len(told[0]))})"
    values = [value for row in told for value in row.values()]
    await sql.execute(f"INSERT INTO appointment ({', '.join(told[0])}) VALUES {', '.join([one] * len(told))}", values)
    return [key if sql.is_postgres() else str(key) for key in keys]


async def _triggers() -> set[str]:
    catalogue = (
        "SELECT tgname FROM pg_trigger"
        if sql.is_postgres()
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    return {name for (name,) in await sql.tuples(catalogue)}
