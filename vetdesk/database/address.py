"""Where the rows are: a database address taken apart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

_SPELLING = (
    "Write sqlite:///folder/file.sqlite3 (three slashes: from the folder the program is started in; four: from the root) "
    "or postgres://name:password@host:5432/database."
)
# What may follow the question mark of a PostgreSQL address, and how asyncpg calls it.
_OPTIONS = {"host": "host", "sslmode": "ssl", "application_name": "application_name", "schema": "schema"}


class AddressError(Exception):
    """The address names no database we know; the sentence says how to write one."""


@dataclass(frozen=True, slots=True)
class Address:
    """A database address: `path` is set for SQLite, `credentials` (as asyncpg takes them) for PostgreSQL."""

    dialect: Literal["sqlite", "postgres"]
    path: Path | None = None
    credentials: tuple[tuple[str, Any], ...] = ()


def parse(url: str) -> Address:
    """The address in `url`.

    Raises:
        AddressError: neither SQLite nor PostgreSQL, or an option nobody knows.
    """
    scheme, separator, rest = url.partition("://")
    if not separator:
        raise AddressError(f"This is no database address. {_SPELLING}")
    if scheme == "sqlite":
        return _sqlite(rest)
    if scheme in ("postgres", "postgresql", "asyncpg"):
        return _postgres(url)
    raise AddressError(f"There is no way to a {scheme} database. {_SPELLING}")


def _sqlite(rest: str) -> Address:
    path = unquote(rest.removeprefix("/"))
    if not path or path == ":memory:" or "?" in path:
        raise AddressError(f"The rows must be kept in a file, named without options. {_SPELLING}")
    return Address("sqlite", path=Path(path))


def _postgres(url: str) -> Address:
    parts = urlsplit(url)
    try:
        port = parts.port or 5432
    except ValueError as exc:
        raise AddressError(f"The port in the database address is no number. {_SPELLING}") from exc
    database = unquote(parts.path.removeprefix("/"))
    if not database:
        raise AddressError(f"The database address names no database. {_SPELLING}")
    credentials: dict[str, Any] = {
        "host": unquote(parts.hostname) if parts.hostname else None,
        "port": port,
        "user": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "database": database,
    }
    for name, value in parse_qsl(parts.query):
        if name not in _OPTIONS:
            raise AddressError(f"The database address has an unknown option {name}; known are {', '.join(_OPTIONS)}.")
        credentials[_OPTIONS[name]] = value
    return Address("postgres", credentials=tuple(credentials.items()))
