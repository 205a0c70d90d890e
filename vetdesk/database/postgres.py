"""The PostgreSQL engine: a pool that never loses a place and comes back by itself.

Tortoise's own engine takes a connection and then begins: a task cancelled in between never gives it back. Here a
connection whose state is unknown is cut off and its place freed; the pool opens a fresh one for the next who asks.
One that comes back sound is handed to the next without the pool, which would start two tasks to take it back.
Whatever says "the server is not there" becomes `DatabaseUnavailable`, at connecting, beginning and asking alike.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from time import monotonic
from types import TracebackType
from typing import Any, TypeVar

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from asyncpg.transaction import Transaction
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError

from models.refusal import DatabaseUnavailable
from vetdesk.database.postgres_errors import GONE, REFUSED, is_lost, translated, words
from vetdesk.database.postgres_held import Held, Taken
from vetdesk.database.savepoint import Savepoint
from vetdesk.database.settle import settle
from vetdesk.database.statements import sent

T = TypeVar("T")

WAIT_SECONDS = 10.0
REST_SECONDS = 300.0

_CHANGES = ("UPDATE", "DELETE", "INSERT")


class Client(AsyncpgDBClient):
    """The connections of this process to one PostgreSQL database."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        # Sound connections that nobody uses now, and since when: taken out of the pool, and not yet given back to it.
        self._idle: list[tuple[PoolConnectionProxy, float]] = []
        self._waiting = 0
        self._is_closing = False

    async def create_connection(self, with_db: bool) -> None:  # noqa: FBT001  Tortoise's signature
        """Open the pool.

        Raises:
            DatabaseUnavailable: no server answers at the address, or it does not let us in.
        """
        try:
            await super().create_connection(with_db)
        except (*GONE, *REFUSED) as exc:
            raise DatabaseUnavailable(words(exc)) from exc

    async def create_pool(self, **options: Any) -> asyncpg.Pool:
        """A pool that asks nothing of the server when a connection comes back.

        asyncpg would send RESET ALL and more after every statement, doubling the way to the server. Nothing here
        changes the session: settings are SET LOCAL, locks end with their transaction, listeners have a connection
        of their own.
        """
        return await super().create_pool(**options, reset=_nothing_to_reset)

    async def open(self) -> None:
        """Open the pool now rather than at the first question.

        Raises:
            DatabaseUnavailable: no server answers at the address, or it does not let us in.
        """
        async with self._pool_init_lock:
            if self._pool is None:
                await self.create_connection(with_db=True)

    def _in_transaction(self) -> TransactionContext:
        return _Transaction(_TransactionClient(self), self._pool_init_lock)

    async def execute_insert(self, query: str, values: list[Any]) -> asyncpg.Record | None:
        """The row inserted, as far as the statement returns it."""
        return await self._ask(query, lambda connection: connection.fetchrow(query, *values))

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        """Run one statement for each row of values: all of them or none."""
        # asyncpg sends them as one implicit transaction.
        await self._ask(query, lambda connection: connection.executemany(query, values))

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, list[Any]]:
        """How many rows were changed or found, and the rows; no rows for INSERT, UPDATE and DELETE."""
        if not query.lstrip()[:6].upper().startswith(_CHANGES):
            rows = await self._ask(query, lambda connection: connection.fetch(query, *(values or ())))
            return len(rows), rows
        status = await self._ask(query, lambda connection: connection.execute(query, *(values or ())))
        number = status.rpartition(" ")[2]
        return int(number) if number.isdigit() else 0, []

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        """The rows as dictionaries, also those that an INSERT, UPDATE or DELETE returns."""
        rows = await self._ask(query, lambda connection: connection.fetch(query, *(values or ())))
        return [dict(row) for row in rows]

    async def execute_script(self, query: str) -> None:
        """Run several statements, divided by semicolons: all of them or none."""
        await self._ask(query, lambda connection: connection.execute(query))

    def held(self) -> Held:
        """One connection until the block ends: what runs queries on it, one after the other, and gives their rows."""
        return Held(self._connected())

    async def _ask(self, query: str, work: Callable[[PoolConnectionProxy], Awaitable[T]]) -> T:
        sent(query)
        async with self._connected() as connection:
            return await translated(connection, work)

    def _connected(self) -> AbstractAsyncContextManager[PoolConnectionProxy]:
        return Taken(self)

    async def take(self) -> PoolConnectionProxy:
        """A connection out of the pool, to be given back.

        Raises:
            DatabaseUnavailable: the server is gone, or every connection stayed busy for all of `WAIT_SECONDS`.
        """
        while self._idle:
            connection, since = self._idle.pop()
            if not is_lost(connection) and monotonic() - since < REST_SECONDS:
                return connection
            await self._retire(connection)
        if self._pool is None:
            await self.open()
        assert self._pool is not None  # noqa: S101  just opened
        self._waiting += 1
        try:
            return await self._pool.acquire(timeout=WAIT_SECONDS)
        except (*GONE, *REFUSED) as exc:
            raise DatabaseUnavailable(words(exc)) from exc
        finally:
            self._waiting -= 1

    async def hand_on(self, connection: PoolConnectionProxy) -> None:
        """Give back a connection that is known to be sound: to whoever asks next, or to the pool when somebody waits."""
        if self._waiting or self._is_closing or is_lost(connection):
            await self.give_back(connection)
            return
        self._idle.append((connection, monotonic()))
        # The last to come is the first to go, so whoever is needed no more lies at the bottom.
        while self._idle and monotonic() - self._idle[0][1] >= REST_SECONDS:
            await self._retire(self._idle.pop(0)[0])

    async def _retire(self, connection: PoolConnectionProxy) -> None:
        """Close one that has rested for too long: a firewall between may have forgotten it."""
        _cut_off(connection)
        await self.give_back(connection)

    async def _close(self) -> None:
        self._is_closing = True
        try:
            while self._idle:
                await self.give_back(self._idle.pop()[0])
            await super()._close()
        finally:
            self._is_closing = False

    async def give_back(self, connection: PoolConnectionProxy) -> None:
        """Free the connection's place in the pool; one that is broken is replaced when somebody next asks."""
        if self._pool is None:
            return
        try:
            await settle(self._pool.release(connection))
        except (*GONE, asyncpg.InterfaceError, asyncpg.InternalClientError):
            # It broke on the way back; asyncpg has freed its place already, and may be surprised that it has.
            return


class _TransactionClient(Client, TransactionWrapper):
    """One connection while a transaction is open on it."""

    _connection: PoolConnectionProxy
    _parent: Client

    def __init__(self, connection: Client) -> None:
        TransactionWrapper.__init__(self, connection)

    def _in_transaction(self) -> TransactionContext:
        return Savepoint(_TransactionClient(self))

    def _connected(self) -> AbstractAsyncContextManager[PoolConnectionProxy]:
        return self._in_turn()

    @asynccontextmanager
    async def _in_turn(self) -> AsyncIterator[PoolConnectionProxy]:
        # Tasks that share a transaction take turns: a connection answers one question at a time.
        async with self._lock:
            yield self._connection

    async def begin(self) -> None:
        """Begin a transaction, or set a savepoint inside one.

        Raises:
            DatabaseUnavailable: the server is gone.
        """
        transaction = self.transaction = self._connection.transaction()
        await translated(self._connection, lambda _: transaction.start())

    async def commit(self) -> None:
        """Keep what was written.

        Raises:
            DatabaseUnavailable: the server went away; whether it kept the work is unknown.
        """
        transaction = self._begun()
        await translated(self._connection, lambda _: transaction.commit())
        self._finalized = True

    async def rollback(self) -> None:
        """Forget what was written."""
        transaction = self._begun()
        await translated(self._connection, lambda _: transaction.rollback())
        self._finalized = True

    def _begun(self) -> Transaction:
        if self.transaction is None:
            raise TransactionManagementError("There is no transaction to end.")
        return self.transaction


class _Transaction(TransactionContextPooled):
    """Holds a place of the pool from before BEGIN until after COMMIT or ROLLBACK, whatever is cancelled."""

    __slots__ = ()
    client: _TransactionClient

    async def __aenter__(self) -> TransactionalDBClient:
        pool = self.client._parent
        connection = self.client._connection = await pool.take()
        try:
            await self.client.begin()
        except BaseException:
            # Perhaps begun, perhaps not: never to be used again.
            _cut_off(connection)
            await pool.give_back(connection)
            raise
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        get_connections().reset(self.token)
        connection, pool = self.client._connection, self.client._parent
        back = pool.give_back if exc_type is not None else pool.hand_on
        try:
            if not self.client._finalized:
                await settle(self._end(failed=exc_type is not None))
        except BaseException:
            _cut_off(connection)
            back = pool.give_back
            raise
        finally:
            await back(connection)

    async def _end(self, *, failed: bool) -> None:
        if not failed:
            await self.client.commit()
            return
        try:
            await self.client.rollback()
        except DatabaseUnavailable:
            # The server forgets by itself; what made us roll back is the better story.
            _cut_off(self.client._connection)


def _cut_off(connection: PoolConnectionProxy) -> None:
    try:
        connection.terminate()
    except asyncpg.InterfaceError:
        # It is closed and out of the pool already.
        return


async def _nothing_to_reset(connection: asyncpg.Connection) -> None:
    """Nothing: see `create_pool`."""


client_class = Client
