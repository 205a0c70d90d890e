"""What guards and finds rows is there when every migration has run, whatever the later ones did to its tables."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from strawberry.types.base import get_object_definition
from tortoise import Tortoise

import graph.schema  # noqa: F401  which reads every type
from graph.reading.shape import READS, SHAPES, Many
from models import migrations, sql

pytestmark = pytest.mark.anyio

FEW = {"room", "staff_role", "location", "opening_hours", "working_hours", "hours_exception", "service_staff"}
"""Tables of which a practice has some dozens of rows: to read them all takes no longer than to look them up."""


def every_constraint() -> Iterable[tuple[str, str]]:
    """Each constraint that a migration makes: its name and its table."""
    for file in sorted(Path(str(migrations.__file__)).parent.glob("0*.py")):
        for one in getattr(import_module(f"models.migrations.{file.stem}"), "CONSTRAINTS", ()):
            if hasattr(one, "name"):
                yield one.name, one.table


async def guards(table: str) -> set[str]:
    """The names of whatever guards a table, or finds its rows."""
    if sql.is_postgres():
        rows = await sql.fetch(
            "SELECT conname AS name FROM pg_constraint WHERE conrelid = CAST(? AS regclass) "
            "UNION SELECT tgname FROM pg_trigger WHERE tgrelid = CAST(? AS regclass) "
            "UNION SELECT indexname FROM pg_indexes WHERE tablename = ?",
            (table, table, table),
        )
    else:
        rows = await sql.fetch("SELECT name FROM sqlite_master WHERE tbl_name = ?", (table,))
    return {str(row["name"]) for row in rows}


async def indexes(table: str) -> dict[tuple[str, ...], bool]:
    """The columns of each index over all rows, in their order, and whether no two rows may agree in them."""
    if sql.is_postgres():
        text = (
            "SELECT i.indexrelid AS number, i.indisunique AS is_unique, a.attname AS name FROM pg_index i "
            "CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(at, place) "
            "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.at "
            "WHERE i.indrelid = CAST(? AS regclass) AND i.indpred IS NULL ORDER BY i.indexrelid, k.place"
        )
    else:
        text = (
            'SELECT i.name AS number, i."unique" AS is_unique, c.name AS name FROM pragma_index_list(?) i '
            "JOIN pragma_index_info(i.name) c WHERE NOT i.partial ORDER BY i.name, c.seqno"
        )
    columns: dict[Any, list[str]] = {}
    unique: dict[Any, bool] = {}
    for row in await sql.fetch(text, (table,)):
        columns.setdefault(row["number"], []).append(row["name"])
        unique[row["number"]] = bool(row["is_unique"])
    found: dict[tuple[str, ...], bool] = {}
    for number, names in columns.items():
        found[tuple(names)] = found.get(tuple(names), False) or unique[number]
    return found


def columns_of(model: Any, names: Iterable[str]) -> tuple[str, ...]:
    fields = (model._meta.fields_map[name] for name in names)
    return tuple(field.source_field or field.model_field_name for field in fields)


async def test_every_constraint_of_every_migration_is_there(database):
    missing = []
    for name, table in every_constraint():
        there = await guards(table)
        if not {name, *(f"{name}_{moment}" for moment in ("insert", "update", "delete"))} & there:
            missing.append((table, name))
    assert missing == []


async def test_every_index_of_every_model_is_there(database):
    missing = []
    for model in Tortoise.apps["models"].values():
        there = await indexes(model._meta.db_table)
        wanted = {columns_of(model, together): True for together in model._meta.unique_together}
        for index in model._meta.indexes:
            wanted.setdefault(columns_of(model, getattr(index, "fields", index)), False)
        for name, field in model._meta.fields_map.items():
            if getattr(field, "unique", False) and not hasattr(field, "reference"):
                wanted[columns_of(model, [name])] = True
        missing += [
            (model.__name__, columns, is_unique)
            for columns, is_unique in wanted.items()
            if columns not in there or (is_unique and not there[columns])
        ]
    assert missing == []


async def test_whatever_clients_read_below_a_row_is_found_by_that_row(database):
    """A list below a pet, a visit or a note must not grow slower with all that was written of others."""
    missing = []
    for kind in [each for each in SHAPES if each.__module__.startswith("graph.")]:
        for field in get_object_definition(kind, strict=True).fields:
            reads = field.metadata.get(READS)
            if isinstance(reads, Many):
                (column,) = columns_of(reads.model, [reads.key])
                table = reads.model._meta.db_table
                if table not in FEW and not any(names[0] == column for names in await indexes(table)):
                    missing.append(f"{kind.__name__}.{field.python_name}: {table}.{column}")
    assert missing == []
