"""The watch: it measures the servers from outside, and kills one of them every so often."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from statistics import median

from tests.soak.line import Record
from tests.soak.servers import Server

SAMPLE_EVERY = 2.0
_GROWTH, _SPARE_MEGABYTES, _SPARE_FILES = 1.15, 15.0, 10
# What a server may complain of when its twin is killed, or when it is asked to stop.
_HARMLESS = ("worker_waits_for_the_database",)


class Watch:
    """Memory and open files of the first server, which lives to the end; `kills` are the ends of the second."""

    def __init__(self, servers: list[Server], record: Record) -> None:
        self._servers, self._record = servers, record
        self.memory: list[float] = []
        self.files: list[int] = []
        self.kills: list[float] = []
        self.restarts: list[float] = []
        self.complaints: Counter[str] = Counter()

    async def sampled(self, stop: asyncio.Event) -> None:
        """Measure until asked to stop."""
        while not stop.is_set():
            memory, files = self._servers[0].memory(), self._servers[0].open_files()
            if memory is not None and files is not None:
                self.memory.append(memory)
                self.files.append(files)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), SAMPLE_EVERY)

    async def killed_every(self, seconds: float, stop: asyncio.Event, chance: random.Random) -> None:
        """Kill the second server without a word, leave it dead for a moment, and start it again."""
        victim = self._servers[1]
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), chance.uniform(0.5, 1.5) * seconds)
                return
            self.kills.append(time.monotonic())
            victim.stop(signal.SIGKILL)
            await asyncio.sleep(chance.uniform(0, 2))
            victim.start()
            self.restarts.append(await victim.ready())

    def judge(self, database_log: str) -> None:
        """Compare the last quarter with the second, and read the logs."""
        quarter = len(self.memory) // 4
        if quarter >= 5:
            before, after = (median(self.memory[slice_]) for slice_ in _quarters(quarter))
            if after > before * _GROWTH + _SPARE_MEGABYTES:
                self._record.violated(f"the memory of a server grew from {before:.0f} to {after:.0f} MB")
            held, holds = (median(self.files[slice_]) for slice_ in _quarters(quarter))
            if holds > held + _SPARE_FILES:
                self._record.violated(f"the open files of a server grew from {held:.0f} to {holds:.0f}")
        for server in self._servers:
            self.complaints += server.complaints()
        for complaint, often in self.complaints.items():
            if not any(word in complaint for word in _HARMLESS):
                self._record.violated(f"a server said {often} times: {complaint}")
        for word in ("deadlock", "PANIC", "FATAL:  sorry"):
            if word in database_log:
                self._record.violated(f"the database's log says {word} {database_log.count(word)} times")


def _quarters(quarter: int) -> tuple[slice, slice]:
    return slice(quarter, 2 * quarter), slice(-quarter, None)
