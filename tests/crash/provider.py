"""The payment provider of the crashes: the sandbox as a real process, which is killed now and then; and what its file says."""

from __future__ import annotations

import contextlib
import signal
import socket
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import httpx

from tests.served import Process
from vetdesk.payments.sandbox.running import FILE

READY_SECONDS = 30


class Provider:
    """A sandbox that runs until the block ends."""

    key = "the key of the practice"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as tried:
            tried.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{tried.getsockname()[1]}"
        self.killed = 0

    def __enter__(self) -> Self:
        self._process = self._started()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stop()

    def kill(self) -> None:
        """Kill it, and start it again."""
        self._process.stop(signal.SIGKILL)
        self._process = self._started()
        self.killed += 1

    def captured(self, refs: Sequence[str]) -> int:
        """What it has taken of these payments."""
        marks = ", ".join("?" * len(refs))
        return int(self._asked(f"SELECT COALESCE(SUM(captured), 0) FROM payment WHERE id IN ({marks})", *refs)[0])

    def given_back(self, ref: str) -> int:
        """What it has given back of that payment."""
        return int(self._asked("SELECT COALESCE(SUM(amount), 0) FROM refund WHERE payment = ?", ref)[0])

    def sums(self) -> tuple[int, int]:
        """What it has taken of all payments, and given back."""
        taken = self._asked("SELECT COALESCE(SUM(captured), 0) FROM payment")[0]
        return int(taken), int(self._asked("SELECT COALESCE(SUM(amount), 0) FROM refund")[0])

    def _asked(self, text: str, *values: Any) -> tuple[Any, ...]:
        with contextlib.closing(sqlite3.connect(self._folder / FILE, timeout=10)) as file:
            found: tuple[Any, ...] = file.execute(text, values).fetchone()
        return found

    def _started(self) -> Process:
        told = {
            "MODE": "development",
            "PAYMENTS_URL": self.url,
            "PAYMENTS_KEY": self.key,
            "PAYMENTS_NOTICE_SECRETS": "nobody is told anything",
        }
        told["PUBLIC_URL"] = "http://127.0.0.1:9"
        url = f"sqlite:///{self._folder}/none.sqlite3"
        process = Process("sandbox-payments", url=url, folder=str(self._folder), **told)
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            with contextlib.suppress(httpx.TransportError):
                httpx.get(self.url)
                return process
            time.sleep(0.05)
        process.stop()
        raise AssertionError("the sandbox did not start:\n" + "\n".join(process.lines))
