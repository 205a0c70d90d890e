"""Starts: how long it takes from a command to an answer."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench.servers import the_product
from tests.postgres import end_with_parent
from tests.soak.servers import ROOT, free_port, is_ready

TRIES = 3
_FRESH_SECONDS = 600.0
_LEFT_BEHIND = shutil.ignore_patterns(".*_cache", ".venv", ".hypothesis", "data", "__pycache__", ".git")


async def later_start(url: str, folder: Path) -> float:
    """Seconds from launching `vetdesk serve`, on a database that holds a practice, to the first 200 of /readyz."""
    took = []
    for _ in range(TRIES):
        server = the_product(url, folder)
        try:
            took.append(await server.ready())
        finally:
            server.stop()
    return median(took)


async def fresh_start() -> tuple[float, float]:
    """Seconds that `make run` takes in a clean copy, with nothing kept by pip, and once more in the same copy."""
    with _clean_copy() as copy:
        return await _made_to_run(copy), await _made_to_run(copy)


async def _made_to_run(copy: Path) -> float:
    port = free_port()
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("VETDESK_", "VIRTUAL_ENV"))}
    started = time.perf_counter()
    with (copy.parent / "make.log").open("ab") as log:
        made = subprocess.Popen(  # noqa: ASYNC220  nobody else is in the loop yet
            ["make", "run"],
            cwd=copy,
            env={**outside, "VETDESK_PORT": str(port), "PIP_NO_CACHE_DIR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=lambda: end_with_parent(signal.SIGTERM),  # noqa: PLW1509  one call, no locks
        )
    try:
        while time.perf_counter() - started < _FRESH_SECONDS and made.poll() is None:
            if await is_ready(port):
                return time.perf_counter() - started
            await asyncio.sleep(0.02)
        raise SystemExit(f"`make run` did not come to serve:\n{(copy.parent / 'make.log').read_text()[-2000:]}")
    finally:
        os.killpg(made.pid, signal.SIGTERM)
        made.wait(timeout=30)


@contextmanager
def _clean_copy() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="vetdesk-fresh-") as folder:
        yield Path(shutil.copytree(ROOT, Path(folder) / "vetdesk", ignore=_LEFT_BEHIND))
