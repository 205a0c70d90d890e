"""How the limit asks its database: the drivers themselves, with nothing between."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from functools import cache
from typing import Any, Protocol
from uuid import UUID

import asyncpg

from vetdesk.database.address import parse

Rows = Sequence[Sequence[Any]]
Question = tuple[str, int, Sequence[Any]]
"""A statement, how many columns its rows have, and its values."""


class Ask(Protocol):
    """Asks within a transaction."""

    async def __call__(self, statement: str, values: Sequence[Any] = ()) -> Rows: ...


class Database(Protocol):
    """Both drivers, as the limit needs them. Statements are written with `?` for each value."""

    collate: str
    """What makes text compare by its code points."""
    is_postgres: bool

    async def ask(self, statement: str, values: Sequence[Any] = ()) -> Rows:
        """The rows of a read."""

    async def ask_all(self, *questions: Question) -> list[Rows]:
        """The rows of several reads, by one statement where the database can hand them out together."""

    def deed(self) -> Any:
        """A transaction; the block is given what asks inside it."""


@asynccontextmanager
async def opened(url: str, *, pool_size: int) -> AsyncIterator[Database]:
    where = parse(url)
    if where.dialect == "postgres":
        async with asyncpg.create_pool(
            **dict(where.credentials), min_size=1, max_size=pool_size, reset=_nothing
        ) as pool:
            yield _Postgres(pool)
        return
    file = sqlite3.connect(str(where.path), isolation_level=None, cached_statements=200)
    try:
        file.execute("PRAGMA busy_timeout = 5000")
        file.execute("PRAGMA synchronous = NORMAL")
        yield _Sqlite(file)
    finally:
        file.close()


class _Postgres:
    collate, is_postgres = 'COLLATE "C"', True

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def ask(self, statement: str, values: Sequence[Any] = ()) -> Rows:
        async with self._pool.acquire() as connection:
            rows: Rows = await connection.fetch(numbered(statement), *values)
            return rows

    async def ask_all(self, *questions: Question) -> list[Rows]:
        text = _together(tuple([(text, width) for text, width, _ in questions]))
        (found,) = await self.ask(text, [value for _, _, values in questions for value in values])
        arrays, rows, at = tuple(found), list[Rows](), 0
        for _, width, _ in questions:
            rows.append(list(zip(*arrays[at : at + width], strict=True)) if arrays[at] is not None else [])
            at += width
        return rows

    @asynccontextmanager
    async def deed(self) -> AsyncIterator[Ask]:
        async with self._pool.acquire() as connection, connection.transaction():

            async def ask(statement: str, values: Sequence[Any] = ()) -> Rows:
                rows: Rows = await connection.fetch(numbered(statement), *values)
                return rows

            yield ask


class _Sqlite:
    """One connection, asked in the loop itself: for reads that take a tenth of a millisecond, a thread costs more."""

    collate, is_postgres = "", False

    def __init__(self, file: sqlite3.Connection) -> None:
        self._file = file
        self._one_at_a_time = asyncio.Lock()

    async def ask(self, statement: str, values: Sequence[Any] = ()) -> Rows:
        return self._file.execute(statement, _as_text(values)).fetchall()

    async def ask_all(self, *questions: Question) -> list[Rows]:
        return [await self.ask(text, values) for text, _, values in questions]

    @asynccontextmanager
    async def deed(self) -> AsyncIterator[Ask]:
        async with self._one_at_a_time:
            self._file.execute("BEGIN IMMEDIATE")
            try:
                yield self.ask
                self._file.execute("COMMIT")
            except BaseException:
                self._file.execute("ROLLBACK")
                raise


@cache
def _together(asked: Sequence[tuple[str, int]]) -> str:
    """One row with an array for each column of each statement, as the product reads levels that hang on one another."""
    text = ""
    for number, (each, width) in enumerate(asked):
        names = [f"c{at}" for at in range(width)]
        rows = f"WITH l AS MATERIALIZED ({each}) SELECT * FROM l"
        arrays = f"SELECT {', '.join(f'array_agg({name})' for name in names)} FROM ({rows}) x({', '.join(names)})"
        text = f"SELECT * FROM ({text} OFFSET 0) a, ({arrays}) b" if number else arrays
    return text


@cache
def numbered(statement: str) -> str:
    """The statement as PostgreSQL wants its values named."""
    first, *rest = statement.split("?")
    return first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))


def _as_text(values: Sequence[Any]) -> list[Any]:
    return [_plain(value) for value in values]


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else value


async def _nothing(_connection: Any) -> None:
    """asyncpg would ask the server to reset the connection; the product does not either."""
