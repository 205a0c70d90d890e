"""Before: rows in a database of an earlier version, made by the models of today."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from models import sql
from tests.marked import tables


async def columns_of(table: str) -> set[str]:
    """The columns that a table has; none when there is no such table."""
    catalogue = (
        "SELECT column_name AS name FROM information_schema.columns WHERE table_name = ?"
        if sql.is_postgres()
        else "SELECT name FROM pragma_table_info(?)"
    )
    return {row["name"] for row in await sql.fetch(catalogue, (table,))}


@asynccontextmanager
async def with_later_columns() -> AsyncIterator[None]:
    """Within it every table has the columns that later versions add to it, so that rows can be made as ever."""
    added: list[tuple[str, str]] = []
    for model in tables():
        meta: Any = model._meta
        there = await columns_of(meta.db_table)
        for name, column in meta.fields_db_projection.items():
            if there and column not in there:
                kind = meta.fields_map[name].get_for_dialect("postgres" if sql.is_postgres() else "sqlite", "SQL_TYPE")
                await sql.execute(f"ALTER TABLE {meta.db_table} ADD COLUMN {column} {kind}")
                added.append((meta.db_table, column))
    yield
    for table, column in added:
        await sql.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
