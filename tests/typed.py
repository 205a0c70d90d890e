"""What an operator types at a prompt, and what the program says to it."""

from __future__ import annotations

import asyncio
import io
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from rich.console import Console

from tests.doors import SECRET
from tests.nursery import Started, start, start_plainly
from tests.served import Process

T = TypeVar("T")

_COMMAND_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one line it ended with, because of something that a person can mend."""
        assert (self.code, self.out) == (2, ""), self
        (line,) = self.err.splitlines()
        return line


def environment(**settings: str | None) -> dict[str, str]:
    """The environment of a process with these settings and a secret; None leaves one out."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("VETDESK_")}
    given = {"SECRET": SECRET, **settings}
    return others | {f"VETDESK_{name}": value for name, value in given.items() if value is not None}


async def typed(*words: str, **settings: str | None) -> Said:
    """What comes of `vetdesk …`."""
    return await asyncio.to_thread(said_by, start, *words, **settings)


async def typed_plainly(*words: str, **settings: str | None) -> Said:
    """The same, started as an operator starts it: by a Python of its own that reads every module itself."""
    return await asyncio.to_thread(said_by, start_plainly, *words, **settings)


def said_by(begin: Callable[..., Started], *words: str, **settings: str | None) -> Said:
    """What comes of it, begun that way."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, Path(os.devnull).open("rb") as nothing:
        process = begin(
            *words,
            environment=environment(**settings),
            streams=(nothing.fileno(), out.fileno(), err.fileno()),
        )
        try:
            code = process.wait(_COMMAND_SECONDS)
        finally:
            process.kill()
            process.wait()
        written = [os.pread(each.fileno(), 1_000_000, 0).decode() for each in (out, err)]
    return Said(code, *written)


@asynccontextmanager
async def running(command: str, *words: str, url: str, folder: Path, **settings: str) -> AsyncIterator[Process]:
    """A `vetdesk …` that runs beside the block; it is stopped at its end, unless it has ended by then."""
    async with beside(Process(command, *words, url=url, folder=str(folder), **settings)) as process:
        yield process


@asynccontextmanager
async def beside(process: Process) -> AsyncIterator[Process]:
    """The same, of a process that was just started, in whatever way."""
    try:
        yield process
    finally:
        await asyncio.to_thread(process.stop)


async def started(process: Process) -> str:
    """Where it answers, once it does."""
    return await asyncio.to_thread(lambda: process.address)


async def until(found: Callable[[], T], *, seconds: float = 20.0) -> T:
    """What is found, as soon as there is anything."""
    try:
        async with asyncio.timeout(seconds):
            while not (something := found()):  # noqa: ASYNC110  another process has no event to set
                await asyncio.sleep(0.02)
            return something
    except TimeoutError:
        raise AssertionError(f"nothing came within {seconds:g} seconds") from None


def written(console: Console) -> list[str]:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()
