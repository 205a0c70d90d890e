"""Real processes: `vetdesk serve` on real ports, as a practice runs it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import tempfile
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from queue import Queue
from typing import Any

from tests.doors import SECRET
from tests.nursery import ROOT, start, start_plainly

__all__ = ["ROOT", "PlainProcess", "Process", "served"]
_START_SECONDS = 30


class Process:
    """One `vetdesk …` that runs; `lines` are what it logged so far."""

    _start = staticmethod(start)

    def __init__(self, *arguments: str, url: str, folder: str, **settings: str) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("VETDESK_")}
        given = {"DATABASE_URL": url, "SECRET": SECRET, "PORT": "0", "DATA_FOLDER": folder, **settings}
        self.lines: list[str] = []
        self._address: Queue[str] = Queue()
        environment |= {f"VETDESK_{name}": value for name, value in given.items()}
        read, written = os.pipe()
        with open(os.devnull, "r+b") as nowhere, open(written, "wb") as log:  # noqa: PTH123  a pipe has no path
            streams = (nowhere.fileno(), nowhere.fileno(), log.fileno())
            self._process = self._start(*arguments, environment=environment, streams=streams)
        self._reader = threading.Thread(target=self._read, args=[read], daemon=True)
        self._reader.start()

    @property
    def address(self) -> str:
        """Where it answers; waits until it does."""
        address = self._address.get(timeout=_START_SECONDS)
        self._address.put(address)
        assert address, "the process ended before it answered:\n" + "\n".join(self.lines)
        return address

    def said(self, **wanted: Any) -> list[dict[str, Any]]:
        """The lines of its log that say this."""
        told = [json.loads(line) for line in self.lines if line.startswith("{")]
        return [line for line in told if wanted.items() <= line.items()]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop, and wait until it has; its exit code."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(how)
        code = self._process.wait(timeout=30)
        self._reader.join(timeout=5)
        return code

    def _read(self, number: int) -> None:
        with open(number, encoding="utf-8") as log:
            for line in log:
                self.lines.append(line.rstrip())
                if '"event":"serving"' in line:
                    self._address.put(json.loads(line)["address"])
        self._address.put("")


class PlainProcess(Process):
    """The same, started as an operator starts it: a Python of its own that reads every module itself."""

    _start = staticmethod(start_plainly)


@asynccontextmanager
async def served(url: str, *, processes: int = 1, **settings: str) -> AsyncIterator[list[Process]]:
    """That many `vetdesk serve` processes on one database, stopped at the end of the block."""
    with tempfile.TemporaryDirectory() as folder:
        running = [Process("serve", url=url, folder=folder, **settings) for _ in range(processes)]
        try:
            yield running
        finally:
            for process in running:
                process.stop()
