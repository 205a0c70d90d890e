"""Both: the same soak on one database after the other."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from tests.databases import Databases, Dialect


def on_one(dialect: Dialect, soaked: Callable[[Databases], Coroutine[Any, Any, bool]]) -> int:
    """The soak on one database; 0 when everything held."""
    # The one who asks us to stop should find nothing left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    databases = Databases(dialect)
    # Started here, in the main thread and outside the loop: the server ends with the thread that started it.
    databases.start()
    try:
        return 0 if asyncio.run(soaked(databases)) else 1
    finally:
        databases.stop()


def on_both(module: str = "tests.soak") -> int:
    """One database after the other, in a process of its own: Tortoise spells for the first one it meets."""
    codes = []
    for dialect in ("sqlite", "postgres"):
        process = subprocess.Popen([sys.executable, "-m", module, *sys.argv[1:], "--database", dialect])
        stopped: list[int] = []

        def stop(number: int, _frame: object, process=process, stopped=stopped) -> None:
            stopped.append(number)
            process.send_signal(number)

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)
        codes.append(process.wait())
        if stopped:
            break
    return max(map(abs, codes))
