"""SQL: one way to say a statement to either database.

A statement is text with `?` for each value, in order. PostgreSQL is sent `$1, $2, …`; SQLite is sent UTC instants
and keys as text, as its tables hold them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast
from uuid import UUID

from tortoise.connection import get_connection
from tortoise.models import Model

from models.constraint import POSTGRES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    Ask: TypeAlias = Callable[[Sequence[tuple[str, Sequence[Any]]]], Awaitable[Sequence[Sequence[Sequence[Any]]]]]

    Statement: TypeAlias = tuple[str, Sequence[Any]]
    """Text with `?` for each value, and the values."""

M = TypeVar("M", bound=Model)


@cache
def dialect() -> str:
    """The database in use: `postgres` or `sqlite`; one process never meets both."""
    return str(get_connection("default").capabilities.dialect)


def is_postgres() -> bool:
    """Whether the database in use is PostgreSQL."""
    return dialect() == POSTGRES


async def fetch(text: str, values: Sequence[Any] = ()) -> Sequence[Mapping[str, Any]]:
    """The rows that the statement returns, by column name; inside a transaction, as that sees them."""
    return await get_connection("default").execute_query_dict(numbered(text), bound(values))


async def tuples(text: str, values: Sequence[Any] = ()) -> Sequence[Sequence[Any]]:
    """The rows that the query returns, by position."""
    _, rows = await get_connection("default").execute_query(numbered(text), bound(values))
    return cast("Sequence[Sequence[Any]]", rows)


def together() -> AbstractAsyncContextManager[Ask]:
    """A way to send queries, several at a time, without taking and giving back a connection for each.

    The block asks in no other way. The texts name their values as the database in use wants them (`numbered`), and the
    values are as it keeps them (`bound`).
    """
    return cast("AbstractAsyncContextManager[Ask]", get_connection("default").held())  # type: ignore[attr-defined]


async def execute(text: str, values: Sequence[Any] = ()) -> int:
    """Carry the statement out; the number of rows it touched."""
    count, _ = await get_connection("default").execute_query(numbered(text), bound(values))
    return count


async def execute_all(statements: Sequence[Statement]) -> None:
    """Carry out statements of which none reads what another writes: on PostgreSQL they are sent as one."""
    if not is_postgres():
        for text, values in statements:
            await execute(text, values)
        return
    *others, (last, _) = statements
    beside = ", ".join(f"other_{number} AS ({text})" for number, (text, _) in enumerate(others))
    all_values = [value for _, values in statements for value in values]
    await execute(f"WITH {beside} {last}" if others else last, all_values)


async def insert(rows: Sequence[Model]) -> None:
    """Write new rows of one table with one statement."""
    await _insert(rows)
    for row in rows:
        row._saved_in_db = True


def inserting(rows: Sequence[Model]) -> list[Statement]:
    """The one statement that writes new rows of one table, to be sent together with others; none without rows."""
    return [_inserting(rows)] if rows else []


async def insert_new(rows: Sequence[Model], *, of: Sequence[str]) -> None:
    """Write those of the rows that do not stand there yet, with one statement: one that has the same in `of` stays."""
    await _insert(rows, f" ON CONFLICT ({', '.join(of)}) DO NOTHING")


async def put(rows: Sequence[Model]) -> None:
    """Write rows of one table with one statement, whether they are new or stand there with other values."""
    if rows:
        names = [name for name in rows[0]._meta.fields_db_projection.values() if name != "id"]
        await _insert(
            rows, f" ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in names)}"
        )


async def _insert(rows: Sequence[Model], otherwise: str = "") -> None:
    if rows:
        text, values = _inserting(rows)
        await execute(text + otherwise, values)


def _inserting(rows: Sequence[Model]) -> Statement:
    meta = rows[0]._meta
    columns = [(meta.fields_db_projection[name], name, meta.fields_map[name]) for name in meta.fields_db_projection]
    values = [field.to_db_value(getattr(row, name), row) for row in rows for _, name, field in columns]
    one = f"({marks(len(columns))})"
    return (
        f"INSERT INTO {meta.db_table} ({', '.join(column for column, _, _ in columns)}) "
        f"VALUES {', '.join([one] * len(rows))}",
        values,
    )


def loaded(model: type[M], row: Mapping[str, Any]) -> M:
    """The row as an instance of its model."""
    return model._init_from_db(**row)


def marks(count: int) -> str:
    """As many `?` as there are values."""
    return ", ".join("?" * count)


def numbered(text: str) -> str:
    """The text as the database in use wants its values named."""
    return _numbered(text) if is_postgres() else text


@lru_cache(1_000)
def _numbered(text: str) -> str:
    first, *rest = text.split("?")
    return first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))


def bound(values: Iterable[Any]) -> list[Any]:
    """The values as the database in use keeps them."""
    if is_postgres():
        return [value.astimezone(UTC) if isinstance(value, datetime) else value for value in values]
    return [_as_text(value) for value in values]


def _as_text(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return value


def as_key(value: Any) -> UUID:
    """A key read by raw SQL."""
    return value if isinstance(value, UUID) else _key(str(value))


_key = lru_cache(10_000)(UUID)  # the vets and rooms of a practice are few, and read again and again


def as_instant(value: Any) -> datetime:
    """An instant read by raw SQL, aware, in UTC."""
    return (value if isinstance(value, datetime) else datetime.fromisoformat(value)).astimezone(UTC)


def as_date(value: Any) -> date | None:
    """A date read by raw SQL."""
    return date.fromisoformat(value) if isinstance(value, str) else value
