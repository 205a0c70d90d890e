"""One connection to a SQLite file, asked in its own thread, and asked again while another process holds the lock."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NoReturn, TypeAlias, TypeVar

import aiosqlite
from tortoise.exceptions import IntegrityError, OperationalError

from models.refusal import DatabaseUnavailable
from vetdesk.database.at_once import is_at_once
from vetdesk.database.settle import settle

T = TypeVar("T")
Queries: TypeAlias = Sequence[tuple[str, Sequence[Any]]]

WAIT_SECONDS = 10.0

# Result codes of SQLite, https://www.sqlite.org/rescode.html. The low byte is the kind of failure.
_LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
_GONE = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_NOTADB,
    },
)


async def opened(path: str, pragmas: dict[str, Any]) -> aiosqlite.Connection:
    """A connection with its pragmas set, or none at all."""
    # Its lock lets one task in at a time, so it does not matter in which thread that one asks.
    connection = aiosqlite.connect(path, isolation_level=None, check_same_thread=False)
    # A thread that nobody closed must not keep the program from ending.
    connection._thread.daemon = True
    try:
        await connection
        connection.row_factory = sqlite3.Row
        for pragma, value in pragmas.items():
            await patiently(connection, partial(queried, query=f"PRAGMA {pragma}={value}", values=None))
    except BaseException as exc:
        await settle(connection.close())
        if isinstance(exc, sqlite3.Error):
            _translate(exc)
        raise
    return connection


async def patiently(connection: aiosqlite.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    """Do `work` in the connection's thread, or at once; while another process holds the lock, ask again for `WAIT_SECONDS`."""
    loop = asyncio.get_running_loop()
    until = loop.time() + WAIT_SECONDS
    longest = 0.001
    while True:
        try:
            if is_at_once():
                return work(connection._conn)
            # Its own methods hand over one call each, and a cursor that must be closed by another.
            done: T = await connection._execute(  # type: ignore[no-untyped-call]
                _in_thread, connection, work
            )
        except sqlite3.Error as exc:
            if _kind(exc) not in _LOCKED or loop.time() > until:
                _translate(exc)
        except ValueError as exc:
            if connection._running:
                raise
            raise DatabaseUnavailable("The database connection is closed.") from exc
        else:
            return done
        # Uneven, so that two processes do not knock in step; never long, so that a free moment is not slept through.
        await asyncio.sleep(random.uniform(longest / 4, longest))  # noqa: S311  no secret depends on it
        longest = min(longest * 2, 0.01)


def _in_thread(connection: aiosqlite.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    return work(connection._conn)


def inserted(connection: sqlite3.Connection, query: str, values: Sequence[Any]) -> int:
    """Run one INSERT; the number of its row."""
    cursor = connection.execute(query, values)
    cursor.fetchall()
    return cursor.lastrowid or 0


def queried(connection: sqlite3.Connection, query: str, values: Sequence[Any] | None) -> tuple[int, list[Any]]:
    """Run one statement to its end; how many rows it changed itself, or else found, and the rows."""
    before = connection.total_changes
    cursor = connection.execute(query, values or ())
    rows = cursor.fetchall()
    if connection.total_changes == before:
        return len(rows), rows
    # The total counts what triggers did as well. Python knows the number unless the statement begins with WITH.
    changed = cursor.rowcount
    if changed < 0:
        (changed,) = connection.execute("SELECT changes()").fetchone()
    return changed, rows


def queried_all(connection: sqlite3.Connection, queries: Queries) -> list[list[Any]]:
    """Run several queries; the rows of each, as plain tuples."""
    found: list[list[Any]] = []
    for query, values in queries:
        cursor = connection.cursor()
        cursor.row_factory = None
        found.append(cursor.execute(query, values).fetchall())
    return found


def _kind(exc: sqlite3.Error) -> int:
    return getattr(exc, "sqlite_errorcode", 0) & 0xFF


def _translate(exc: sqlite3.Error) -> NoReturn:
    """Raise what the rest of the program knows: the database is gone, a constraint said no, or a statement is wrong."""
    if _kind(exc) in _LOCKED | _GONE:
        raise DatabaseUnavailable(str(exc)) from exc
    if isinstance(exc, sqlite3.IntegrityError):
        raise IntegrityError(exc) from exc
    if isinstance(exc, sqlite3.OperationalError):
        raise OperationalError(exc) from exc
    raise exc
