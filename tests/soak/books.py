"""The books: the database itself, looked into from outside, each time as it was at one moment."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg

from tests.databases import Database
from vetdesk.database.address import parse

Rows = Callable[..., Awaitable[list[tuple[Any, ...]]]]


@asynccontextmanager
async def opened(database: Database) -> AsyncIterator[Rows]:
    """Asks within one snapshot; keys come as text, moments aware."""
    where = parse(database.url)
    if database.dialect == "postgres":
        connection = await asyncpg.connect(**dict(where.credentials))
        try:
            async with connection.transaction(isolation="repeatable_read", readonly=True):

                async def ask(statement: str) -> list[tuple[Any, ...]]:
                    return [tuple(map(_plain, row)) for row in await connection.fetch(statement)]

                yield ask
        finally:
            await connection.close()
        return
    file = sqlite3.connect(f"file:{where.path}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)
    try:
        file.execute("PRAGMA busy_timeout = 10000")
        file.execute("BEGIN")

        async def ask_file(statement: str) -> list[tuple[Any, ...]]:
            return await asyncio.to_thread(lambda: file.execute(statement).fetchall())

        yield ask_file
    finally:
        file.close()


def moment(value: Any) -> datetime | None:
    """A moment, whichever database it came from."""
    if value is None:
        return None
    return (value if isinstance(value, datetime) else datetime.fromisoformat(value)).astimezone(UTC)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value
