"""The SQLite engine: one writer, one reader, no wait that a cancelled task could leave behind.

Tortoise's own engine begins transactions deferred (two processes that read, then write, fail at once), reads wait
for every open transaction, and a task cancelled while it begins keeps the lock for ever. Here

* a transaction is BEGIN IMMEDIATE, so whoever holds it may write;
* a read outside a transaction goes to a second connection that cannot write, and waits for nobody;
* beginning and ending are finished even when the task is cancelled;
* a lock held by another process is waited for by asking again at short, uneven intervals. SQLite's own waiting
  sleeps longer and longer, so a busy neighbour would nearly always win.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import partial
from itertools import count
from types import TracebackType
from typing import Any, TypeVar

import aiosqlite
from tortoise.backends.base.client import NestedTransactionContext, TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError

from vetdesk.database.at_once import is_at_once
from vetdesk.database.savepoint import Savepoint
from vetdesk.database.settle import settle
from vetdesk.database.sqlite_file import Queries, inserted, opened, patiently, queried, queried_all
from vetdesk.database.statements import sent

T = TypeVar("T")

_READ = re.compile(r"\s*(?:SELECT|WITH)\b", re.IGNORECASE)
_SAVEPOINTS = count(1)
# WITH may lead into a write. A word in a quoted text can be mistaken for one: such a read goes to the writer, unharmed.
_WRITE_INSIDE = re.compile(r"\b(?:INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)


class Client(SqliteClient):
    """The connection of this process to one SQLite file."""

    def __init__(self, file_path: str, **options: Any) -> None:
        super().__init__(file_path, **options)
        self.pragmas.setdefault("synchronous", "NORMAL")
        self.pragmas["busy_timeout"] = 0  # waiting is ours, see the head of this file
        self._reader: aiosqlite.Connection | None = None
        self._read_lock = asyncio.Lock()

    async def create_connection(self, with_db: bool) -> None:  # noqa: FBT001  Tortoise's signature
        """Open the writer.

        Raises:
            DatabaseUnavailable: the file cannot be opened, is no database, or stays locked.
        """
        if self._connection is None:
            self._connection = await opened(self.filename, self.pragmas)
            await self._post_connect()

    async def close(self) -> None:
        """Close both connections; the reader first, so that the writer is the last one out and tidies the log."""
        reader, self._reader = self._reader, None
        writer, self._connection = self._connection, None
        for connection in (reader, writer):
            if connection is not None:
                await settle(connection.close())

    def _in_transaction(self) -> TransactionContext:
        return _Transaction(_TransactionClient(self), self._lock)

    async def execute_insert(self, query: str, values: list[Any]) -> int:
        """The number of the row inserted."""
        return await self._write(query, partial(inserted, query=query, values=values))

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        """Run one statement for each row of values: all of them or none."""
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Sequence[Any]]:
        """How many rows were changed or found, and the rows."""
        query = _without_nul(query)
        return await self._read_or_write(query, partial(queried, query=query, values=values))

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        """The rows as dictionaries."""
        query = _without_nul(query)
        _, rows = await self._read_or_write(query, partial(queried, query=query, values=values))
        return [dict(row) for row in rows]

    def held(self) -> AbstractAsyncContextManager[Callable[[Queries], Awaitable[list[list[Any]]]]]:
        """What runs several queries with one way to the connection's thread, and gives their rows."""
        return nullcontext(self._queried_all)

    async def _queried_all(self, queries: Queries) -> list[list[Any]]:
        if not queries:
            return []
        for query, _ in queries[1:]:
            sent(query)
        return await self._read_or_write(queries[0][0], partial(queried_all, queries=queries))

    async def execute_script(self, query: str) -> None:
        """Run several statements, divided by semicolons."""
        async with self._in_transaction() as transaction:
            await transaction.execute_script(query)

    async def open(self) -> None:
        """Open both connections now rather than at the first question.

        Raises:
            DatabaseUnavailable: the file cannot be opened, is no database, or stays locked.
        """
        async with self._lock:
            await self.create_connection(with_db=True)
        async with self._read_lock:
            await self._open_reader()

    async def _open_reader(self) -> aiosqlite.Connection:
        if self._reader is None:
            # The writer comes first: it creates the file and its write-ahead log.
            async with self._lock:
                await self.create_connection(with_db=True)
            self._reader = await opened(self.filename, {"query_only": "ON", "busy_timeout": 0})
        return self._reader

    async def _read_or_write(self, query: str, work: Callable[[sqlite3.Connection], T]) -> T:
        if not _only_reads(query):
            return await self._write(query, work)
        sent(query)
        async with self._read_lock:
            return await patiently(self._reader or await self._open_reader(), work)

    async def _write(self, query: str, work: Callable[[sqlite3.Connection], T]) -> T:
        sent(query)
        async with self._lock:
            await self.create_connection(with_db=True)
            assert self._connection is not None  # noqa: S101  just opened
            return await patiently(self._connection, work)


class _TransactionClient(Client, SqliteTransactionWrapper):
    """The writer while a transaction is open on it: everything goes to the one connection, reads too."""

    _connection: aiosqlite.Connection
    _parent: Client

    def __init__(self, connection: Client) -> None:
        SqliteTransactionWrapper.__init__(self, connection)

    def _in_transaction(self) -> TransactionContext:
        inner = _TransactionClient(self)
        # What is asked at once is not cancelled half way.
        return NestedTransactionContext(inner) if is_at_once() else Savepoint(inner)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        """Run one statement for each row of values."""
        await self._write(query, lambda connection: connection.executemany(query, values))

    async def execute_script(self, query: str) -> None:
        """Run several statements, divided by semicolons, without ending the transaction as SQLite's own way would."""
        for statement in _divided(query):
            await self._write(statement, partial(queried, query=statement, values=None))

    async def begin(self) -> None:
        """Begin, and own the right to write.

        Raises:
            DatabaseUnavailable: another process held that right for all of `WAIT_SECONDS`.
        """
        await patiently(self._connection, partial(queried, query="BEGIN IMMEDIATE", values=None))

    async def commit(self) -> None:
        """Keep what was written."""
        await patiently(self._connection, lambda connection: connection.commit())
        self._finalized = True

    async def rollback(self) -> None:
        """Forget what was written."""
        await patiently(self._connection, lambda connection: connection.rollback())
        self._finalized = True

    async def savepoint(self) -> None:
        """Begin a transaction inside of this one."""
        self._savepoint = f"inner_{next(_SAVEPOINTS)}"
        await self._inside("SAVEPOINT")

    async def release_savepoint(self) -> None:
        """Keep what was written since the savepoint, if the transaction around it is kept."""
        await self._inside("RELEASE")

    async def savepoint_rollback(self) -> None:
        """Forget what was written since the savepoint."""
        await self._inside("ROLLBACK TO")
        self._savepoint = None

    async def _inside(self, word: str) -> None:
        if self._savepoint is None:
            raise TransactionManagementError("There is no savepoint.")
        await patiently(self._connection, partial(queried, query=f"{word} {self._savepoint}", values=None))

    async def _read_or_write(self, query: str, work: Callable[[sqlite3.Connection], T]) -> T:
        return await self._write(query, work)


class _Transaction(SqliteTransactionContext):
    """Holds the lock of the writer from before BEGIN until after COMMIT or ROLLBACK, whatever is cancelled."""

    __slots__ = ()
    connection: _TransactionClient

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self._begin()
        except BaseException:
            self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        return self.connection

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        try:
            if not self.connection._finalized:
                await settle(self._end(failed=exc_type is not None))
        finally:
            get_connections().reset(self.token)
            self._trxlock.release()

    async def _begin(self) -> None:
        """Begin, or leave no transaction behind: a cancelled BEGIN has still been sent to the connection's thread."""
        try:
            await self.connection.begin()
        except asyncio.CancelledError:
            await settle(self.connection._connection.rollback())
            raise

    async def _end(self, *, failed: bool) -> None:
        if failed:
            await self.connection.rollback()
            return
        try:
            await self.connection.commit()
        except BaseException:
            await self.connection.rollback()
            raise


def _divided(script: str) -> Iterator[str]:
    """The statements of a script; a semicolon inside a trigger or a text divides nothing."""
    statement = ""
    for piece in script.split(";"):
        statement += piece + ";"
        if sqlite3.complete_statement(statement):
            if statement.strip(" \t\r\n;"):
                yield statement
            statement = ""
    if statement.strip(" \t\r\n;"):
        # Something was opened and never closed; SQLite says what.
        yield statement


def _only_reads(query: str) -> bool:
    found = _READ.match(query)
    if found is None:
        return False
    return found.group().strip().upper() == "SELECT" or _WRITE_INSIDE.search(query) is None


def _without_nul(query: str) -> str:
    # SQLite ends a statement at NUL, so one inside a literal is spelled out.
    return query.replace("\x00", "'||CHAR(0)||'")


client_class = Client
