"""Connect the models to their rows, for as long as a block lasts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tortoise.context import TortoiseContext

from vetdesk.database import address
from vetdesk.database.settle import settle

# Longer than any request may last: a server that is there but silent counts as gone.
_ANSWER_SECONDS = 30
_CONNECT_SECONDS = 5
# All levels of an answer are one statement on PostgreSQL; what is longer is planned anew each time it is sent.
_LONGEST_KEPT_STATEMENT = 64 * 1024


@asynccontextmanager
async def connect(url: str, *, pool_size: int = 10) -> AsyncIterator[None]:
    """Connect the models to the database at `url`; every task of the process may use them until the block ends.

    One such block at a time in a process.

    Raises:
        DatabaseUnavailable: the database cannot be opened.
        AddressError: the address names no database we know.
    """
    config = configuration(url, pool_size=pool_size)
    context = TortoiseContext()
    # Entered only while it is initialised: the global fallback makes it visible to all tasks, and a context variable
    # left set could only be reset by the very task that set it.
    try:
        with context:
            await initialise(context, config, _enable_global_fallback=True)
        client: Any = context.db()
        await client.open()  # both engines have it
        yield
    finally:
        await settle(context.close_connections())


@dataclass
class _Models:
    """For which engine the models of this process are ready."""

    ready_for: str = ""


_models = _Models()


async def initialise(context: TortoiseContext, config: dict[str, Any], **more: Any) -> None:
    """Tell Tortoise the configuration; the connection is opened by whoever first uses it.

    The models are made ready for an engine (its filters, its conversions, its first words of a query) once: that takes
    longer than to connect, and would come to the same each time. Tortoise does it when it is to make the connections.
    """
    engine = config["connections"]["default"]["engine"]
    await context.init(config=config, init_connections=_models.ready_for != engine, **more)
    _models.ready_for = engine


def configuration(url: str, *, pool_size: int = 10, migrating: bool = False) -> dict[str, Any]:
    """What Tortoise is told.

    `migrating` lifts the limit that only requests need, and SQLite's foreign keys: a table is changed by remaking it,
    and dropping the old one would delete the rows that point to it.

    Raises:
        AddressError: the address names no database we know.
    """
    where = address.parse(url)
    if where.dialect == "sqlite":
        engine = "vetdesk.database.sqlite"
        credentials: dict[str, Any] = {"file_path": str(where.path), "foreign_keys": "OFF" if migrating else "ON"}
    else:
        engine = "vetdesk.database.postgres"
        credentials = {
            **dict(where.credentials),
            "minsize": 1,
            "maxsize": pool_size,
            "timeout": _CONNECT_SECONDS,
            "command_timeout": None if migrating else _ANSWER_SECONDS,
            "max_cacheable_statement_size": _LONGEST_KEPT_STATEMENT,
        }
    return {
        "connections": {"default": {"engine": engine, "credentials": credentials}},
        "apps": {
            "models": {"models": ["models"], "default_connection": "default", "migrations": "models.migrations"},
        },
        "use_tz": True,
        "timezone": "UTC",
    }
