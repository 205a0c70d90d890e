"""Cancel a piece of work at one chosen await."""

from __future__ import annotations

import asyncio
import types
from collections.abc import Coroutine, Generator
from functools import partial
from typing import Any


async def cancelled_at(number: int, work: Coroutine[Any, Any, object]) -> bool:
    """Run `work` and cancel it at its await `number`, counted from 0; false when it ended before it came to that."""
    task = asyncio.create_task(_stepped(number, work))
    try:
        await task
    except asyncio.CancelledError:
        return True
    return False


@types.coroutine
def _stepped(number: int, work: Coroutine[Any, Any, object]) -> Generator[Any, Any, None]:
    step = partial(work.send, None)
    while True:
        try:
            awaited = step()
        except StopIteration:
            return
        if number == 0:
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
        number -= 1
        try:
            value = yield awaited
        except BaseException as exc:  # noqa: BLE001  handed on to the work
            step = partial(work.throw, exc)
        else:
            step = partial(work.send, value)
