"""Databases for tests: each gets its own, copied from one that was migrated once."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Literal
from uuid import uuid4

import asyncpg

from tests.broom import Broom
from tests.postgres import Postgres, url
from vetdesk.database import migrate

Dialect = Literal["sqlite", "postgres"]
USES = 40
"""How often a PostgreSQL database is swept and used again: nobody vacuums here, so it grows a little each time."""


@dataclass(frozen=True, slots=True)
class Database:
    """One database, for one test."""

    url: str
    dialect: Dialect


class Databases:
    """Makes databases. The controlling process calls `start` and `stop`; workers use what it started."""

    def __init__(self, dialect: Dialect, started: dict[str, str] | None = None) -> None:
        self.dialect = dialect
        self.server: Postgres | None = None
        self._started = started or {}
        self._numbers = count(1)
        self._worker = uuid4().hex[:8]
        self._swept: list[str] = []
        self._uses: Counter[str] = Counter()
        self._broom = Broom()

    def start(self) -> dict[str, str]:
        """Start what is needed; the answer lets workers find it."""
        self._started = {"folder": tempfile.mkdtemp(prefix="vetdesk")}
        if self.dialect == "postgres":
            self.server = Postgres().__enter__()
            self._started["socket"] = str(self.server.folder)
        return self._started

    def close(self) -> None:
        """Let go of what this process alone has of it."""
        self._broom.close()

    def stop(self) -> None:
        """Stop it, and leave nothing behind."""
        if self.server is not None:
            self.server.__exit__()
        shutil.rmtree(self._started["folder"], ignore_errors=True)

    @asynccontextmanager
    async def migrated(self) -> AsyncIterator[Database]:
        """A database with every table and no row."""
        with self._locked() as first:
            if first:
                await self._make_template()
        async with self._made(template=True) as database:
            yield database

    @asynccontextmanager
    async def empty(self) -> AsyncIterator[Database]:
        """A database with no table."""
        async with self._made(template=False) as database:
            yield database

    def server_log(self) -> str:
        """What the PostgreSQL server has written so far; SQLite has no server."""
        if self.dialect == "sqlite":
            return ""
        return (Path(self._started["socket"]) / "log").read_text(errors="replace")

    @property
    def _folder(self) -> Path:
        return Path(self._started["folder"])

    def _url(self, name: str) -> str:
        if self.dialect == "sqlite":
            return f"sqlite:///{self._folder / name}.sqlite3"
        return url(Path(self._started["socket"]), name)

    @contextmanager
    def _locked(self):
        """Hold the lock among all workers; true for the one who comes first, and must make the template."""
        ready = self._folder / "ready"
        if ready.exists():
            yield False
            return
        lock = sqlite3.connect(self._folder / "lock", isolation_level=None, timeout=60)
        try:
            lock.execute("BEGIN EXCLUSIVE")
            first = not ready.exists()
            yield first
            ready.touch()
        finally:
            lock.close()

    async def _make_template(self) -> None:
        if self.dialect == "postgres":
            await self._order("CREATE DATABASE template")
        await migrate(self._url("template"))

    @asynccontextmanager
    async def _made(self, *, template: bool) -> AsyncIterator[Database]:
        make = self._sqlite if self.dialect == "sqlite" else self._postgres
        async with make(template=template) as name:
            yield Database(self._url(name), self.dialect)

    def _new_name(self) -> str:
        return f"test_{self._worker}_{next(self._numbers)}"

    @asynccontextmanager
    async def _sqlite(self, *, template: bool) -> AsyncIterator[str]:
        name = self._new_name()
        if template:
            shutil.copyfile(self._folder / "template.sqlite3", self._folder / f"{name}.sqlite3")
        try:
            yield name
        finally:
            for leftover in self._folder.glob(f"{name}.sqlite3*"):
                leftover.unlink()

    @asynccontextmanager
    async def _postgres(self, *, template: bool) -> AsyncIterator[str]:
        name = self._swept.pop() if template and self._swept else None
        if name is None:
            name = self._new_name()
            source = "template" if template else "template0"
            await self._order(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY file_copy")
        try:
            yield name
        finally:
            if template and await self._sweep(name):
                self._swept.append(name)
            else:
                await self._order(f"DROP DATABASE {name} WITH (FORCE)")

    async def _sweep(self, name: str) -> bool:
        """Take every row out of a database, which is quicker than a new one; false when it cannot be used again."""
        self._uses[name] += 1
        if self._uses[name] >= USES:
            await self._broom.put_away(name)
            return False
        return await self._broom.sweep(name, self._url(name))

    async def _order(self, statement: str) -> None:
        connection = await asyncpg.connect(self._url("postgres"))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()
