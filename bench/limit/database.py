"""How the limit asks its database: the drivers themselves, with nothing between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import aiosqlite
import asyncpg

from vetdesk.database.address import parse


class Ask(Protocol):
    """Asks within a transaction."""

    async def __call__(self, statement: str, values: Sequence[Any] = ()) -> Sequence[Sequence[Any]]: ...


class Database(Protocol):
    """Both drivers, as the limit needs them. Statements are written with `?` for each value."""

    collate: str
    """What makes text compare by its code points."""

    async def ask(self, statement: str, values: Sequence[Any] = ()) -> Sequence[Sequence[Any]]:
        """The rows of a read."""

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
    reader, writer = [await aiosqlite.connect(str(where.path), isolation_level=None) for _ in range(2)]
    try:
        for connection in (reader, writer):
            await connection.execute("PRAGMA busy_timeout = 5000")
        await writer.execute("PRAGMA synchronous = NORMAL")
        yield _Sqlite(reader, writer)
    finally:
        await reader.close()
        await writer.close()


class _Postgres:
    collate = 'COLLATE "C"'

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def ask(self, statement: str, values: Sequence[Any] = ()) -> Sequence[Sequence[Any]]:
        async with self._pool.acquire() as connection:
            rows: Sequence[Sequence[Any]] = await connection.fetch(_numbered(statement), *values)
            return rows

    @asynccontextmanager
    async def deed(self) -> AsyncIterator[Ask]:
        async with self._pool.acquire() as connection, connection.transaction():

            async def ask(statement: str, values: Sequence[Any] = ()) -> Sequence[Sequence[Any]]:
                rows: Sequence[Sequence[Any]] = await connection.fetch(_numbered(statement), *values)
                return rows

            yield ask


class _Sqlite:
    collate = ""

    def __init__(self, reader: aiosqlite.Connection, writer: aiosqlite.Connection) -> None:
        self._reader, self._writer = reader, writer
        self._one_at_a_time = asyncio.Lock()

    async def ask(self, statement: str, values: Sequence[Any] = ()) -> Sequence[Sequence[Any]]:
        return list(await self._reader.execute_fetchall(statement, _as_text(values)))

    @asynccontextmanager
    async def deed(self) -> AsyncIterator[Ask]:
        async def ask(statement: str, values: Sequence[Any] = ()) -> Sequence[Sequence[Any]]:
            return list(await self._writer.execute_fetchall(statement, _as_text(values)))

        async with self._one_at_a_time:
            await ask("BEGIN IMMEDIATE")
            try:
                yield ask
                await ask("COMMIT")
            except BaseException:
                await ask("ROLLBACK")
                raise


_KNOWN: dict[str, str] = {}


def _numbered(statement: str) -> str:
    if statement not in _KNOWN:
        first, *rest = statement.split("?")
        _KNOWN[statement] = first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))
    return _KNOWN[statement]


def _as_text(values: Sequence[Any]) -> list[Any]:
    return [
        str(value) if isinstance(value, UUID) else value.isoformat(" ") if isinstance(value, datetime) else value
        for value in values
    ]


async def _nothing(_connection: Any) -> None:
    """asyncpg would ask the server to reset the connection; the product does not either."""
