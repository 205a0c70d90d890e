"""Beside: work that goes on in this process beside the answers, until it ends."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import structlog

from vetdesk import worker

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[asyncio.Task[None]]:
    """Work that goes on beside whatever else this process does, until the block ends; its end before that is logged."""
    at_work = asyncio.create_task(work)
    at_work.add_done_callback(_note_its_end)
    try:
        yield at_work
    finally:
        at_work.cancel()
        await asyncio.wait([at_work])


@asynccontextmanager
async def working(
    what: worker.Duties, wake: asyncio.Event, told: asyncio.Event, done: asyncio.Event
) -> AsyncIterator[None]:
    """A worker beside whatever else this process does.

    It looks at once for letters when `wake` is set, for payments when `told` is, and for what is due when `done` is.
    """
    stop = asyncio.Event()
    at_work = asyncio.create_task(worker.run(what, stop=stop, wake=wake, told=told, done=done))
    try:
        yield
    finally:
        stop.set()
        with suppress(asyncio.CancelledError):
            await at_work
        await what.mail.close()


def _note_its_end(work: asyncio.Task[None]) -> None:
    if not work.cancelled():
        error = work.exception()
        _log.error("work has ended before its time", work=work.get_name(), error=type(error).__name__)
