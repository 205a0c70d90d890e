"""The broom: takes every row out of a PostgreSQL database, so that the next test finds it as good as new."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

import asyncpg

from models.shipped_rules import SHIPPED

T = TypeVar("T")
_TABLES = """
    SELECT tablename AS name FROM pg_tables
    WHERE schemaname = 'public' AND tablename NOT LIKE '%migration%'
    AND tablename NOT IN ('event_counter', 'reminder_progress', 'vaccination_protocol')
"""
# A replica checks no references, so the order does not matter. A new database holds the counter, how far the trail has
# been read, and the protocols that ship, and nothing else.
_BEGIN = "SET session_replication_role = replica; SET lock_timeout = '1s'"
_SHIP_ACTIVE = ", ".join(f"('{rule.code}', {rule.version})" for rule in SHIPPED if rule.ships_active)
_END = (
    "UPDATE event_counter SET last_number = 0; "
    "UPDATE reminder_progress SET last_number = 0, gone_to = NULL, goes_round_again = FALSE; "
    f"UPDATE vaccination_protocol SET is_active = (code, version) IN ({_SHIP_ACTIVE}), activated_at = NULL"
)


class Broom:
    """Keeps its connection to each database, for to begin one costs more than to sweep.

    A connection belongs to a loop, and each test has its own: so the broom has one too, in a thread.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._connections: dict[str, asyncpg.Connection] = {}
        self._words = ""

    async def sweep(self, name: str, url: str) -> bool:
        """Sweep the database; false when it cannot be used again."""
        return await self._aside(self._sweep(name, url))

    async def put_away(self, name: str) -> None:
        """The database will not be swept any more."""
        await self._aside(self._put_away(name))

    def close(self) -> None:
        """Let go of every database."""
        if self._loop is None or self._thread is None:
            return
        for name in list(self._connections):
            asyncio.run_coroutine_threadsafe(self._put_away(name), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        self._loop = self._thread = None

    async def _aside(self, work: Coroutine[Any, Any, T]) -> T:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name="broom", daemon=True)
            self._thread.start()
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    async def _sweep(self, name: str, url: str) -> bool:
        try:
            connection = self._connections.get(name)
            if connection is None or connection.is_closed():
                connection = self._connections[name] = await asyncpg.connect(url)
                await connection.execute(_BEGIN)
            if not self._words:
                tables = [row["name"] for row in await connection.fetch(_TABLES)]
                self._words = "; ".join([*(f"DELETE FROM {table}" for table in tables), _END])
            await connection.execute(self._words)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await self._put_away(name)
            return False
        return True

    async def _put_away(self, name: str) -> None:
        connection = self._connections.pop(name, None)
        if connection is not None:
            connection.terminate()
