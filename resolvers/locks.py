"""Locks: rows that nobody else changes until the deed is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from tortoise.models import Model

from models import sql
from models.refusal import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from models.refusal import Path

M = TypeVar("M", bound=Model)


async def hold(model: type[M], id: UUID, *, path: Path = ()) -> M:
    """The row as it is now, held until the transaction ends.

    Raises:
        NotFound: it has just gone.
    """
    held = await hold_all(model, "id = ?", (id,))
    if not held:
        raise NotFound(path=path)
    return held[0]


async def look(model: type[M], scope: str, values: Sequence[Any]) -> list[M]:
    """The rows for which `scope` holds, as `hold_all` gives them, and held by nobody."""
    table = model._meta.db_table  # noqa: SLF001 - Tortoise says it nowhere else
    found = await sql.fetch(f"SELECT * FROM {table} WHERE {scope} ORDER BY id", values)  # noqa: S608 - our own names
    return [sql.loaded(model, row) for row in found]


async def hold_all(model: type[M], scope: str, values: Sequence[Any]) -> list[M]:
    """The rows for which `scope` holds, as they are now, held until the transaction ends, in the order of their keys.

    PostgreSQL is told NO KEY UPDATE, because a plain FOR UPDATE would block every insert that refers to the row.
    SQLite has one writer at a time, and the transaction is it.
    """
    table, lock = model._meta.db_table, " FOR NO KEY UPDATE" if sql.is_postgres() else ""  # noqa: SLF001 - Tortoise says it nowhere else
    found = await sql.fetch(f"SELECT * FROM {table} WHERE {scope} ORDER BY id{lock}", values)  # noqa: S608 - our own names
    return [sql.loaded(model, row) for row in found]
