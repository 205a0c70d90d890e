"""Locks: rows that nobody else changes until the deed is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from tortoise.models import Model

from models import sql
from models.refusal import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
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


async def share(model: type[M], id: UUID, *, path: Path = ()) -> M:
    """The row as it is now, which nobody changes until the transaction ends; others may share it meanwhile.

    Raises:
        NotFound: it has just gone.
    """
    table, lock = model._meta.db_table, " FOR SHARE" if sql.is_postgres() else ""  # noqa: SLF001 - Tortoise says it nowhere else
    found = await sql.fetch(f"SELECT * FROM {table} WHERE id = ?{lock}", (id,))  # noqa: S608 - our own names
    if not found:
        raise NotFound(path=path)
    return sql.loaded(model, found[0])


async def keep_all(model: type[M], ids: Collection[UUID], *, path: Path = ()) -> None:
    """Nobody deletes these rows until the transaction ends; they are taken in the order of their keys.

    What is about to refer to them takes the same lock then. Whoever takes others as well takes these first, so that
    nobody who deletes one waits for whoever waits for her.

    Raises:
        NotFound: one of them has just gone.
    """
    table, lock = model._meta.db_table, " FOR KEY SHARE" if sql.is_postgres() else ""  # noqa: SLF001 - Tortoise says it nowhere else
    scope = f"id IN ({sql.marks(len(ids))})"
    found = await sql.fetch(f"SELECT id FROM {table} WHERE {scope} ORDER BY id{lock}", list(ids))  # noqa: S608 - our own names
    if len(found) < len(set(ids)):
        raise NotFound(path=path)


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
