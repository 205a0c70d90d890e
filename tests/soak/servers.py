"""Servers: `vetdesk serve` in processes of its own, which may be killed, started again, and looked at from outside."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path

from tests.doors import SECRET
from tests.postgres import end_with_parent

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 30.0


class Server:
    """A process that serves at a port of its own, and ends with this one. What it says lies in a file in the folder."""

    def __init__(self, name: str, command: list[str], folder: Path, port: int, **settings: str) -> None:
        self.name, self.port = name, port
        self.log = folder / f"{name}.log"
        self._command, self._settings = command, settings
        self.start()

    @classmethod
    def vetdesk(cls, name: str, url: str, folder: Path, *arguments: str, **settings: str) -> Server:
        """`vetdesk serve`, in production mode."""
        port = free_port()
        given = {"DATABASE_URL": url, "SECRET": SECRET, "PORT": str(port), "DATA_FOLDER": str(folder), **settings}
        return cls(name, [sys.executable, "-m", "vetdesk", "serve", *arguments], folder, port, **given)

    def start(self) -> None:
        """Start it, for the first time or again."""
        outside = {key: value for key, value in os.environ.items() if not key.startswith("VETDESK_")}
        self._started = time.perf_counter()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env={**outside, **{f"VETDESK_{key}": value for key, value in self._settings.items()}},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C goes to us, who then stop it in order.
                process_group=0,
                preexec_fn=partial(end_with_parent, signal.SIGKILL),  # noqa: PLW1509  one call, no locks
            )

    async def ready(self) -> float:
        """Wait for the first 200 of /readyz; how many seconds after the start it came."""
        while time.perf_counter() - self._started < START_SECONDS and self.process.poll() is None:
            if await is_ready(self.port):
                return time.perf_counter() - self._started
            await asyncio.sleep(0.01)
        raise SystemExit(f"The {self.name} did not become ready:\n{self.log.read_text(errors='replace')[-2000:]}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it, and wait until it has ended; its exit code."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(how)
        return self.process.wait(timeout=30)

    def memory(self) -> float | None:
        """The megabytes it holds (resident set); None where nobody tells."""
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8").splitlines():
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) / 1024
        return None

    def open_files(self) -> int | None:
        """How many files and connections it holds; None where nobody tells."""
        with contextlib.suppress(OSError):
            return len(os.listdir(f"/proc/{self.process.pid}/fd"))  # noqa: PTH208  only counted
        return None

    def processor(self) -> float | None:
        """The seconds of processor time it has used; None where nobody tells."""
        with contextlib.suppress(OSError):
            told = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            # The 14th and 15th field of the line, of which two stand before the bracket: proc(5).
            return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")
        return None

    def said(self, event: str) -> int:
        """How many lines of its log are about this."""
        return self.log.read_text(errors="replace").count(f'"event":"{event}"')

    def complaints(self) -> Counter[str]:
        """What it logged as a warning or worse, each with how often."""
        said: Counter[str] = Counter()
        for line in self.log.read_text(errors="replace").splitlines():
            try:
                told = json.loads(line)
                if told.get("level") in ("info", "debug"):
                    continue
                said[
                    f"{told.get('level')}: {told.get('event')} {told.get('error', told.get('reason', ''))}".strip()
                ] += 1
            except (json.JSONDecodeError, AttributeError):
                said[line[:200]] += 1
        return said


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
