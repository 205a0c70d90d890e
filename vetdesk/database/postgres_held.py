"""A connection out of the pool of PostgreSQL for as long as a block lasts, and what asks on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from types import TracebackType
from typing import Any, Protocol, TypeAlias

from asyncpg.pool import PoolConnectionProxy

from vetdesk.database.postgres_errors import translated
from vetdesk.database.statements import sent

Queries: TypeAlias = Sequence[tuple[str, Sequence[Any]]]


class Pool(Protocol):
    """Whoever has connections to lend."""

    async def take(self) -> PoolConnectionProxy:
        """A connection, to be brought back."""

    async def hand_on(self, connection: PoolConnectionProxy) -> None:
        """Take back a connection that is known to be sound."""

    async def give_back(self, connection: PoolConnectionProxy) -> None:
        """Take back a connection whose state nobody knows."""


class Taken:
    """A connection out of the pool for as long as a block lasts."""

    __slots__ = ("_connection", "_pool")

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def __aenter__(self) -> PoolConnectionProxy:
        self._connection = await self._pool.take()
        return self._connection

    async def __aexit__(self, kind: object, _error: object, _trace: object) -> None:
        # After a failure, a cancellation above all, nobody knows what is still on its way.
        back = self._pool.give_back if kind is not None else self._pool.hand_on
        await back(self._connection)


class Held:
    """Asks on one connection until a block ends."""

    __slots__ = ("_connected", "_connection")

    def __init__(self, connected: AbstractAsyncContextManager[PoolConnectionProxy]) -> None:
        self._connected = connected

    async def __aenter__(self) -> Callable[[Queries], Awaitable[list[list[Any]]]]:
        self._connection = await self._connected.__aenter__()
        return self._queried

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connected.__aexit__(kind, error, trace)

    async def _queried(self, queries: Queries) -> list[list[Any]]:
        found: list[list[Any]] = []
        for query, values in queries:
            sent(query)
            found.append(await translated(self._connection, partial(_fetched, query, values)))
        return found


def _fetched(query: str, values: Sequence[Any], connection: PoolConnectionProxy) -> Awaitable[list[Any]]:
    found: Awaitable[list[Any]] = connection.fetch(query, *values)
    return found
