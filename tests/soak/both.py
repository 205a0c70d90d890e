"""Both: the same soak on one database after the other."""

from __future__ import annotations

import signal
import subprocess
import sys


def on_both() -> int:
    """One database after the other, in a process of its own: Tortoise spells for the first one it meets."""
    codes = []
    for dialect in ("sqlite", "postgres"):
        process = subprocess.Popen([sys.executable, "-m", "tests.soak", *sys.argv[1:], "--database", dialect])
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
