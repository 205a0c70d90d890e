"""Racing: one deed comes while another has begun and not yet committed, every time."""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

A_MOMENT = 0.2


async def meanwhile(
    first: Callable[[], Awaitable[Any]],
    second: Callable[[], Coroutine[Any, Any, Any]],
    *,
    then: Callable[[], Awaitable[Any]] | None = None,
) -> Any:
    """What comes of `second`, begun while the transaction of `first` is open: it must wait until that commits.

    While it waits, that transaction does what it does `then`.
    """
    outside = copy_context()
    async with in_transaction():
        await first()
        waiting = asyncio.create_task(second(), context=outside)
        done, _ = await asyncio.wait([waiting], timeout=A_MOMENT)
        assert not done, "it did not wait"
        if then is not None:
            await then()
    return (await asyncio.gather(waiting, return_exceptions=True))[0]
