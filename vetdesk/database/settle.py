"""Finish what must not be left half done, even when the task is cancelled meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def settle(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end, then raise the cancellation that arrived meanwhile, if one did.

    A failure of the work itself goes before the cancellation. Ending a transaction is such work: a connection
    left between COMMIT and its answer would poison whoever gets it next.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as exc:
            cancelled = exc
        except BaseException:  # noqa: BLE001  the work's own failure is raised by result() below
            break
    result = task.result()
    if cancelled is not None:
        raise cancelled
    return result
