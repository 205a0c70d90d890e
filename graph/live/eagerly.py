"""Eagerly: work that nearly always ends without waiting, begun at once and not as a task of its own.

A thousand sockets are told of one change; a task for each would take a third of the time all of it takes, and make the
garbage collector stop everything now and then. Python 3.12 knows eager tasks; this does the same on 3.11.
"""

from __future__ import annotations

import asyncio
import types
from collections.abc import Coroutine, Generator
from typing import Any


def eagerly(work: Coroutine[Any, Any, None]) -> asyncio.Task[None] | None:
    """Do the work until it ends or has to wait; the task that goes on with it, if it has to.

    Raises:
        whatever the work raises before it first waits.
    """
    try:
        waits_for = work.send(None)
    except StopIteration:
        return None
    return asyncio.create_task(_go_on(work, waits_for))


async def _go_on(begun: Coroutine[Any, Any, None], waits_for: Any) -> None:
    await _resumed(begun, waits_for)


@types.coroutine
def _resumed(begun: Coroutine[Any, Any, None], waits_for: Any) -> Generator[Any, Any, None]:
    """Wait for what the work waits for, and hand it what comes of that, until it ends."""
    try:
        while True:
            try:
                came = yield waits_for
            except BaseException as error:  # noqa: BLE001 - it is the work's to handle, cancellation too
                waits_for = begun.throw(error)
            else:
                waits_for = begun.send(came)
    except StopIteration:
        return
