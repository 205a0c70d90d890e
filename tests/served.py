"""Real processes: `vetdesk serve` on real ports, as a practice runs it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from queue import Queue
from typing import Any

from tests.doors import SECRET

ROOT = Path(__file__).parent.parent
_START_SECONDS = 30


class Process:
    """One `vetdesk …` that runs; `lines` are what it logged so far."""

    def __init__(self, *arguments: str, url: str, folder: str, **settings: str) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("VETDESK_")}
        given = {"DATABASE_URL": url, "SECRET": SECRET, "PORT": "0", "DATA_FOLDER": folder, **settings}
        self.lines: list[str] = []
        self._address: Queue[str] = Queue()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "vetdesk", *arguments],
            cwd=ROOT,
            env={**environment, **{f"VETDESK_{name}": value for name, value in given.items()}},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
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

    def _read(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as log:
            for line in log:
                self.lines.append(line.rstrip())
                if '"event": "serving"' in line:
                    self._address.put(json.loads(line)["address"])
        self._address.put("")


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
