"""Undoing: a test may do everything inside a transaction of its own, to take it all back in the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

_AROUND: ContextVar[int] = ContextVar("around", default=0)


@asynccontextmanager
async def undoing() -> AsyncIterator[None]:
    """A transaction that is the test's, and not one of a deed; whoever opens it raises in the end."""
    token = _AROUND.set(_AROUND.get() + 1)
    try:
        async with in_transaction():
            yield
    finally:
        _AROUND.reset(token)


def in_a_transaction() -> bool:
    """Whether whoever asks is inside a transaction that a deed has opened."""
    depth = -1
    connection: Any = get_connection("default")
    while connection is not None:
        depth, connection = depth + 1, getattr(connection, "_parent", None)
    return depth > _AROUND.get()
