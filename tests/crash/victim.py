"""The victim: a process that does a story with real calls and real transactions, and dies at the step it is told to."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, cast

from resolvers.ports import PaymentGateway
from tests.crash.stories import STORIES, Told
from vetdesk.database import connect, postgres, sqlite
from vetdesk.payments import HttpGateway


@dataclass
class Steps:
    """Counts the steps that are passed, and dies at the last one; its name stays behind in a file."""

    last: int
    log: Path
    passed: int = 0

    def __call__(self, name: str) -> None:
        self.passed += 1
        if self.passed == self.last:
            self.log.write_text(name)
            os.kill(os.getpid(), signal.SIGKILL)


def live(told: Told, last: int, log: Path) -> None:
    """Do the story as far as that step, or to its end if it has no more."""
    steps = Steps(last, log)
    watch_transactions(steps)

    async def lived() -> None:
        gateway = HttpGateway(told.provider, told.key)
        async with connect(told.database, pool_size=2):
            await STORIES[told.story](told, cast("PaymentGateway", _Watched(gateway, steps)), steps)
        await gateway.close()

    asyncio.run(lived())
    log.write_text("the end")


class _Watched:
    """The gateway, with a step before each call and one after it."""

    def __init__(self, gateway: HttpGateway, steps: Steps) -> None:
        self._gateway = gateway
        self._steps = steps

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._gateway, name)

        async def watched(*given: Any, **named: Any) -> Any:
            self._steps(f"before {name}")
            answer = await call(*given, **named)
            self._steps(f"after {name}")
            return answer

        return watched


class _Transaction:
    """A transaction, with a step before its commit and one after it."""

    def __init__(self, transaction: Any, steps: Steps) -> None:
        self._transaction = transaction
        self._steps = steps

    async def __aenter__(self) -> Any:
        return await self._transaction.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._steps("before a commit")
        await self._transaction.__aexit__(kind, error, trace)
        self._steps("after a commit")


def watch_transactions(steps: Steps) -> None:
    """A step before and after every commit of this process."""
    for engine in (sqlite, postgres):
        client: Any = engine.Client
        opened = client._in_transaction
        client._in_transaction = lambda self, opened=opened: _Transaction(opened(self), steps)
