"""The bus: how one process learns that another has committed something. It carries no news, it only wakes."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import asyncpg
import structlog

from models.refusal import DatabaseUnavailable
from resolvers.events import TOLD
from vetdesk.database import address
from vetdesk.database.settle import settle
from vetdesk.database.sqlite_file import opened, patiently

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

    from vetdesk.feed import Bus

POLL_SECONDS = 0.025
"""How often a SQLite file is asked whether anybody has written."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_REST_SECONDS = 0.5
_CONNECT_SECONDS = 5
_ALIVE_SECONDS = 30.0  # a line that was cut without a word is noticed by asking
_log = structlog.get_logger(__name__)


def bus(database_url: str) -> Bus:
    """The bus of the database at that address."""
    where = address.parse(database_url)
    if where.path is not None:
        return SqliteBus(where.path)
    return PostgresBus(dict(where.credentials))


class PostgresBus:
    """Hears the NOTIFY that comes with the commit of every event, on a connection of its own.

    The pool's connections would lose what they listen to. While the connection is lost nothing is heard, and whoever
    listens must look by themselves now and then; when it is back they are told, since something may have happened.
    """

    def __init__(self, credentials: dict[str, Any]) -> None:
        others = {key: value for key, value in credentials.items() if key not in ("schema", "application_name")}
        named = {key: value for key, value in credentials.items() if key == "application_name"}
        self._credentials = {**others, "server_settings": named}
        self._pause = _FIRST_PAUSE
        self._outage = _Outage()

    async def listen(self, tell: Callable[[], None]) -> None:
        """Call `tell` at every commit of an event, by any process, until cancelled."""
        while True:
            try:
                await self._listen_once(tell)
                reason = "its connection is lost"
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                reason = type(error).__name__
            self._outage.begins(reason)
            await asyncio.sleep(self._pause)
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)

    async def _listen_once(self, tell: Callable[[], None]) -> None:
        """Listen until the connection is lost."""
        connection = await asyncpg.connect(**self._credentials, timeout=_CONNECT_SECONDS)
        lost = asyncio.Event()
        try:
            connection.add_termination_listener(lambda *_: lost.set())
            await connection.add_listener(TOLD, lambda *_: tell())
            tell()
            self._outage.ends()
            self._pause = _FIRST_PAUSE
            while not lost.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(_ALIVE_SECONDS):
                        await lost.wait()
                        return
                await connection.fetchval("SELECT 1", timeout=_CONNECT_SECONDS)
        finally:
            connection.terminate()


class SqliteBus:
    """Asks the file, many times a second, whether another connection has committed anything; that costs next to nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._outage = _Outage()

    async def listen(self, tell: Callable[[], None]) -> None:
        """Call `tell` when anything was written, by this or another process, until cancelled."""
        while True:
            try:
                await self._listen_once(tell)
            except DatabaseUnavailable as error:
                self._outage.begins(str(error))
            await asyncio.sleep(_REST_SECONDS)

    async def _listen_once(self, tell: Callable[[], None]) -> None:
        connection = await opened(str(self._path), {"query_only": "ON", "busy_timeout": 0})
        try:
            seen = None
            while True:
                version = await patiently(connection, _version)
                if version != seen:
                    self._outage.ends()
                    seen = version
                    tell()
                await asyncio.sleep(POLL_SECONDS)
        finally:
            await settle(connection.close())


class _Outage:
    """Says once in the log that nothing is heard, and once that it is again."""

    def __init__(self) -> None:
        self._is_one = False

    def begins(self, reason: str) -> None:
        """Nothing is heard, for this reason; whoever listens looks by themselves now and then."""
        if not self._is_one:
            _log.warning("bus_is_down", reason=reason)
        self._is_one = True

    def ends(self) -> None:
        """It is heard again, or still."""
        if self._is_one:
            _log.info("bus_listens_again")
        self._is_one = False


def _version(connection: sqlite3.Connection) -> int:
    """A number that changes whenever another connection commits: https://www.sqlite.org/pragma.html#pragma_data_version."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])
