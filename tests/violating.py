"""Violations: rows that a constraint refuses, tried with raw SQL."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from models import sql
from models.constraint import Constraint, Frozen, NeverChanged, PartialIndex, TextIndex, Unique
from models.row import uuid7
from tests.world import NOW


@dataclass(frozen=True, slots=True)
class Bad:
    """Values that no row of the table may have."""

    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Twin:
    """A row that may not be there twice: its `columns` are the same in another row that `other` makes.

    A copy of it would differ in `but`, what another constraint would refuse.
    """

    columns: tuple[str, ...]
    other: Callable[[dict[str, Any]], Awaitable[Any]]
    where: str = "1 = 1"
    but: dict[str, Any] = field(default_factory=dict)


async def a_row(table: str, where: str = "1 = 1") -> dict[str, Any]:
    return dict((await sql.fetch(f"SELECT * FROM {table} WHERE {where} ORDER BY 1 LIMIT 1"))[0])


async def insert(table: str, row: dict[str, Any]) -> None:
    await sql.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({sql.marks(len(row))})", list(row.values()))


async def update(table: str, key: Any, values: dict[str, Any]) -> None:
    changes = ", ".join(f"{column} = ?" for column in values)
    await sql.execute(f"UPDATE {table} SET {changes} WHERE id = ?", [*values.values(), key])


async def how_many(table: str) -> int:
    return int((await sql.tuples(f"SELECT COUNT(*) FROM {table}"))[0][0])


def is_named(constraint: Constraint, error: BaseException) -> bool:
    said = str(error)
    if isinstance(constraint, Unique) and not sql.is_postgres():
        # Of a unique index SQLite names the columns.
        columns = ", ".join(f"{constraint.table}.{column}" for column in constraint.columns.split(", "))
        return said.endswith(columns)
    return constraint.name in said


async def is_refused(constraint: Any, cases: Sequence[Bad | Twin]) -> None:
    """No row like these can be inserted, and none can be made like these."""
    for case in cases:
        row = await a_row(constraint.table, case.where if isinstance(case, Twin) else "1 = 1")
        if isinstance(case, Bad):
            copy, key, values = {**row, "id": _new(row["id"]), **case.values}, row["id"], case.values
        else:
            copy, key = {**row, "id": uuid7(), **case.but}, (await case.other(row)).id
            values = {column: row[column] for column in case.columns}
        before = await how_many(constraint.table)

        with pytest.raises(IntegrityError) as refused:
            await insert(constraint.table, copy)
        assert is_named(constraint, refused.value), (case, refused.value)
        with pytest.raises(IntegrityError) as refused:
            await update(constraint.table, key, values)
        assert is_named(constraint, refused.value), (case, refused.value)

        assert await how_many(constraint.table) == before


def _new(key: Any) -> Any:
    return 2 if isinstance(key, int) else uuid7()


async def is_never_changed(constraint: NeverChanged) -> None:
    """No column of its rows can be written, not even with what stands there."""
    before = await a_row(constraint.table)
    for column, value in before.items():
        with pytest.raises(IntegrityError) as refused:
            await sql.execute(f"UPDATE {constraint.table} SET {column} = ?", (value,))
        assert constraint.name in str(refused.value)
    assert await a_row(constraint.table) == before


async def stays_as_it_is(constraint: Frozen) -> None:
    """No column that it keeps can be changed, and no row of its be deleted, or be added where none may."""
    holds = constraint.when.format(row=f"{constraint.table}.")
    before = await a_row(constraint.table, holds)
    count = await how_many(constraint.table)

    for column in constraint.keeps:
        # What it is changed to does not matter: it is refused before anybody looks at that.
        other = None if before[column] is not None else _anything(before, column)
        with pytest.raises(IntegrityError) as refused:
            await update(constraint.table, before["id"], {column: other})
        assert constraint.name in str(refused.value), (column, refused.value)
    if not constraint.may_go:
        with pytest.raises(IntegrityError) as refused:
            await sql.execute(f"DELETE FROM {constraint.table} WHERE id = ?", (before["id"],))
        assert constraint.name in str(refused.value)
    if not constraint.admits_new:
        with pytest.raises(IntegrityError) as refused:
            await insert(constraint.table, {**before, "id": uuid7()})
        assert constraint.name in str(refused.value)

    assert await a_row(constraint.table, holds) == before
    assert await how_many(constraint.table) == count


def _anything(row: dict[str, Any], column: str) -> Any:
    if column.endswith("_id"):
        return row["id"]
    if column.endswith("_at"):
        return NOW
    if column.endswith(("_on", "_until")):
        return NOW.date()
    if column.endswith(("_ref", "_key", "_source")) or column in ("source", "number"):
        return "1"
    return 1


async def is_there(index: TextIndex | PartialIndex) -> bool:
    catalogue = (
        "SELECT indexname AS name FROM pg_indexes WHERE tablename = ?"
        if sql.is_postgres()
        else "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ?"
    )
    return index.name in [row["name"] for row in await sql.fetch(catalogue, (index.table,))]
