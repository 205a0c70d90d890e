"""Bring a database to the state the models expect, once, however many processes start together."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor, BaseSchemaEditor, SqliteSchemaEditor
from tortoise.migrations.schema_generator.state import State

from models.refusal import DatabaseUnavailable
from vetdesk.database import address
from vetdesk.database.connect import configuration, initialise
from vetdesk.database.together import Known, Loader

# Any number will do, as long as nobody else locks it in the same database.
_LOCK = 0x7665_7464_6573_6B
_LOCK_SECONDS = 300


class BrokenReferences(Exception):
    """After a migration rows point to rows that are not there; the message lists the tables."""


async def migrate(url: str) -> list[str]:
    """Apply every migration that is pending and return their names; other processes wait until it is done.

    Raises:
        DatabaseUnavailable: the database cannot be opened, or another process migrates for more than five minutes.
        BrokenReferences: a migration left rows pointing nowhere (SQLite only; PostgreSQL refuses at once).
    """
    async with _locked(address.parse(url)), _client(url) as client:
        executor = _executor(client, url)
        names = [step.migration.name for step in await executor.plan()]
        if names:
            await executor.migrate(direction="forward")
            await _check_references(client)
    return names


async def pending_migrations(url: str) -> list[str]:
    """The names of the migrations that `migrate` would apply, in order.

    Raises:
        DatabaseUnavailable: the database cannot be opened.
    """
    where = address.parse(url)
    if where.path is not None and not await asyncio.to_thread(where.path.exists):
        # Opening a file that is not there would make it.
        raise DatabaseUnavailable(f"There is no database file {where.path}; `vetdesk migrate` makes it.")
    async with _client(url) as client:
        return [step.migration.name for step in await _executor(client, url).plan()]


@asynccontextmanager
async def _client(url: str) -> AsyncIterator[BaseDBAsyncClient]:
    """A connection of our own, so that a process already connected is not disturbed."""
    async with TortoiseContext() as context:
        await initialise(context, configuration(url, pool_size=2, migrating=True))
        client = context.db()
        # The recorder takes any failure for "nothing applied yet", so see first that the database is there.
        await client.execute_query("SELECT 1")
        yield client


def _executor(client: BaseDBAsyncClient, url: str) -> MigrationExecutor:
    return _Executor(client, configuration(url)["apps"])


class _Executor(MigrationExecutor):
    """Chooses by dialect; Tortoise goes by the name of the engine's module, and does not know ours."""

    def __init__(self, connection: BaseDBAsyncClient, apps_config: dict[str, dict[str, Any]]) -> None:
        super().__init__(connection, apps_config)
        self.loader = Loader(apps_config, self.recorder, load=False)

    async def _project_state(self, applied: set[MigrationKey], *, upto: MigrationKey | None = None) -> State:
        state = await super()._project_state(applied, upto=upto)
        return Known(state.models, state.apps)

    def _schema_editor(self, atomic: bool = True, collect_sql: bool = False) -> BaseSchemaEditor:  # noqa: FBT001, FBT002
        if self.connection.capabilities.dialect == "sqlite":
            return _SqliteEditor(self.connection, atomic=atomic, collect_sql=collect_sql)
        return AsyncpgSchemaEditor(self.connection, atomic=atomic, collect_sql=collect_sql)


class _SqliteEditor(SqliteSchemaEditor):
    """Divides scripts where statements end; Tortoise divides at every semicolon, also inside comments and triggers."""

    async def _run_sql(self, sql: str) -> None:
        if self.collect_sql:
            await super()._run_sql(sql)
        else:
            await self.client.execute_script(sql)


async def _check_references(client: BaseDBAsyncClient) -> None:
    if client.capabilities.dialect != "sqlite":
        return
    rows = await client.execute_query_dict("PRAGMA foreign_key_check")
    if rows:
        tables = sorted({f"{row['table']} to {row['parent']}" for row in rows})
        raise BrokenReferences(f"After the migration rows point nowhere: {', '.join(tables)}. Restore the backup.")


@asynccontextmanager
async def _locked(where: address.Address) -> AsyncIterator[None]:
    lock = _lock_beside(where.path) if where.path is not None else _advisory_lock(dict(where.credentials))
    async with lock:
        yield


@asynccontextmanager
async def _lock_beside(path: Path) -> AsyncIterator[None]:
    """Hold the lock file beside a SQLite database.

    The lock file is a SQLite database itself: its lock works on every system and ends with the process.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file in (path, Path(f"{path}-migrating")):
            # Nobody else on the machine reads a practice's records; SQLite gives the files beside it the same mode.
            os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
        lock = sqlite3.connect(f"{path}-migrating", isolation_level=None, timeout=0, check_same_thread=False)
    except (OSError, sqlite3.OperationalError) as exc:
        raise DatabaseUnavailable(f"{path} cannot be made: {exc}") from exc
    try:
        await _begin_exclusive(lock, path)
        yield
    finally:
        lock.close()


async def _begin_exclusive(lock: sqlite3.Connection, path: Path) -> None:
    until = asyncio.get_running_loop().time() + _LOCK_SECONDS
    while True:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode != sqlite3.SQLITE_BUSY or asyncio.get_running_loop().time() > until:
                raise DatabaseUnavailable(f"Another process is still migrating {path}.") from exc
            await asyncio.sleep(0.05)
        else:
            return


@asynccontextmanager
async def _advisory_lock(credentials: dict[str, Any]) -> AsyncIterator[None]:
    """Hold a lock of the PostgreSQL database, on a connection of its own."""
    schema = credentials.pop("schema", None)
    application = credentials.pop("application_name", None)
    names = {"search_path": schema, "application_name": application}
    settings = {name: value for name, value in names.items() if value}
    try:
        connection = await asyncpg.connect(**credentials, server_settings=settings, timeout=5)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as exc:
        raise DatabaseUnavailable(str(exc) or type(exc).__name__) from exc
    try:
        try:
            await connection.execute("SELECT pg_advisory_lock($1)", _LOCK, timeout=_LOCK_SECONDS)
        except (OSError, asyncpg.PostgresError) as exc:
            raise DatabaseUnavailable("Another process is still migrating this database.") from exc
        yield
    finally:
        await connection.close(timeout=5)
