"""Servers: real processes on real ports, the product's and the limit's."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from tests.doors import SECRET
from tests.postgres import end_with_parent

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30.0


class Server:
    """A process that serves, and ends with this one. What it says lies in a file in the folder."""

    def __init__(self, name: str, command: list[str], folder: Path, port: int, **settings: str) -> None:
        self.name, self.port = name, port
        self.log = folder / f"{name}.log"
        outside = {key: value for key, value in os.environ.items() if not key.startswith("VETDESK_")}
        self._started = time.perf_counter()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**outside, **{f"VETDESK_{key}": value for key, value in settings.items()}},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=lambda: end_with_parent(signal.SIGKILL),  # noqa: PLW1509  one call, no locks
            )

    @classmethod
    def product(cls, url: str, folder: Path, *arguments: str, **settings: str) -> Self:
        """`vetdesk serve`, as a practice runs it; where sign-ins come as fast as they can, nobody may count them."""
        port = free_port()
        given = {
            "DATABASE_URL": url,
            "SECRET": SECRET,
            "PORT": str(port),
            "DATA_FOLDER": str(folder),
            "SIGN_IN_ATTEMPTS_PER_ACCOUNT": "1000000",
            "SIGN_IN_ATTEMPTS_PER_ORIGIN": "1000000",
            **settings,
        }
        return cls("product", [sys.executable, "-m", "vetdesk", "serve", *arguments], folder, port, **given)

    @classmethod
    def limit(cls, url: str, folder: Path) -> Self:
        port = free_port()
        return cls("limit", [sys.executable, "-m", "bench.limit", url, str(port)], folder, port)

    async def ready(self) -> float:
        """Wait for the first 200 of /readyz; how many seconds after the launch it came."""
        while time.perf_counter() - self._started < START_SECONDS and self.process.poll() is None:
            if await is_ready(self.port):
                return time.perf_counter() - self._started
            await asyncio.sleep(0.01)
        raise SystemExit(f"The {self.name} did not become ready:\n{self.log.read_text(errors='replace')[-2000:]}")

    def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        self.process.wait(timeout=30)


async def is_ready(port: int) -> bool:
    """Whether whoever listens at the port answers /readyz with 200."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    try:
        writer.write(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        return b" 200 " in await asyncio.wait_for(reader.readline(), 5)
    except (OSError, TimeoutError):
        return False
    finally:
        writer.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
