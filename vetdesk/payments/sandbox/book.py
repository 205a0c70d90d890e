"""The book: the file of the sandbox. What is in it survives whatever happens to the process."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TABLES = """
CREATE TABLE IF NOT EXISTS payment (
    id TEXT PRIMARY KEY, status TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0), currency TEXT NOT NULL,
    captured INTEGER NOT NULL DEFAULT 0 CHECK (captured IN (0, amount)), client_secret TEXT NOT NULL,
    description TEXT NOT NULL, declined TEXT NOT NULL DEFAULT '', card TEXT NOT NULL DEFAULT '', created INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS refund (
    id TEXT PRIMARY KEY, payment TEXT NOT NULL REFERENCES payment (id), status TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0), currency TEXT NOT NULL, reference TEXT NOT NULL,
    failed TEXT NOT NULL DEFAULT '', settles REAL
);
CREATE TABLE IF NOT EXISTS dispute (
    id TEXT PRIMARY KEY, payment TEXT NOT NULL REFERENCES payment (id), status TEXT NOT NULL, amount INTEGER NOT NULL,
    currency TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS asked (key TEXT PRIMARY KEY, words TEXT NOT NULL, answer TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS notice (
    number INTEGER PRIMARY KEY, body TEXT NOT NULL, due REAL NOT NULL, tries INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS refund_payment ON refund (payment);
CREATE INDEX IF NOT EXISTS dispute_payment ON dispute (payment);
CREATE INDEX IF NOT EXISTS notice_due ON notice (due);
"""


class Book:
    """The file, or one in memory at `:memory:`. It is asked by one thread: a call takes less than a millisecond."""

    def __init__(self, path: Path | str) -> None:
        self._file = sqlite3.connect(path, isolation_level=None, timeout=10)
        self._file.row_factory = sqlite3.Row
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = FULL")
        self._file.execute("PRAGMA foreign_keys = ON")
        self._file.executescript(_TABLES)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """What is written in the block is kept as a whole, or not at all."""
        self._file.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:  # a cancelled request too must leave no transaction open; it is raised again
            self._file.execute("ROLLBACK")
            raise
        self._file.execute("COMMIT")

    def rows(self, text: str, *values: Any) -> list[dict[str, Any]]:
        """The rows that a statement returns."""
        return [dict(row) for row in self._file.execute(text, values)]

    def row(self, text: str, *values: Any) -> dict[str, Any] | None:
        """The first of them, or None."""
        found = self.rows(text, *values)
        return found[0] if found else None

    def write(self, text: str, *values: Any) -> None:
        """Carry out a statement that returns nothing."""
        self._file.execute(text, values)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
