"""At once: SQLite asked in the thread that asks, for work that has the whole process to itself.

The way to the thread of a connection and back costs more than most statements do. A server takes it, for others must get
their turn meanwhile; whoever fills a database before anybody is served need not.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_is_at_once: ContextVar[bool] = ContextVar("is_at_once", default=False)


@contextmanager
def at_once() -> Iterator[None]:
    """For as long as the block lasts its task asks SQLite at once; PostgreSQL knows no difference.

    No other task gets a turn unless the block lets it, with `asyncio.sleep(0)` say: a Ctrl-C waits for that as well.
    """
    token = _is_at_once.set(True)
    try:
        yield
    finally:
        _is_at_once.reset(token)


def is_at_once() -> bool:
    """Whether this task asks at once."""
    return _is_at_once.get()
