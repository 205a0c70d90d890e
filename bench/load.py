"""The load: clients who ask again as soon as they are answered, over connections that stay open."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import cast

WAIT_SECONDS = 30.0


@dataclass(slots=True)
class Round:
    """What one side did in one round."""

    lasted: float = 0.0
    took: list[float] = field(default_factory=list)
    wrong: list[bytes] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.took) / self.lasted if self.lasted else 0.0

    def percentile(self, percent: int) -> float:
        """In milliseconds: so many percent of the answers came within it."""
        if len(self.took) < 2:
            return self.took[0] * 1000 if self.took else 0.0
        return quantiles(self.took, n=100, method="inclusive")[percent - 1] * 1000


@dataclass(slots=True)
class Rounds:
    """Every round of one side in one journey; the figures are medians of the rounds."""

    rounds: list[Round] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return median(one.per_second for one in self.rounds)

    @property
    def wrong(self) -> list[bytes]:
        return [answer for one in self.rounds for answer in one.wrong]

    def percentile(self, percent: int) -> float:
        return median(one.percentile(percent) for one in self.rounds)


class Connection(asyncio.Protocol):
    """One HTTP/1.1 connection, one request at a time: no more than is needed to hear the answer to its end."""

    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport | None = None
        self._heard = bytearray()
        self._needed = 0
        self._answer: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not say that they can be written to.
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        if not self._needed:
            head = self._heard.find(b"\r\n\r\n")
            if head < 0:
                return
            length = self._heard.lower().index(b"content-length:", 0, head) + 15
            self._needed = head + 4 + int(self._heard[length : self._heard.index(b"\r\n", length)])
        if len(self._heard) >= self._needed and self._answer and not self._answer.done():
            self._answer.set_result(bytes(self._heard))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("The server hung up."))

    async def ask(self, request: bytes) -> bytes:
        """The whole answer, its head included."""
        assert self._transport is not None
        self._heard.clear()
        self._needed = 0
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def one_round(
    port: int, requests: Iterator[bytes], is_right: Callable[[bytes], bool], *, clients: int, seconds: float
) -> Round:
    """So many clients ask for so many seconds; what they have begun they finish."""
    loop, done = asyncio.get_running_loop(), Round()
    lines = [(await loop.create_connection(Connection, "127.0.0.1", port))[1] for _ in range(clients)]
    started = time.perf_counter()

    async def client(line: Connection) -> None:
        while time.perf_counter() - started < seconds:
            request, asked = next(requests, b""), time.perf_counter()
            if not request:
                break  # everything that could be asked was
            answer = await line.ask(request)
            done.took.append(time.perf_counter() - asked)
            if not is_right(answer):
                done.wrong.append(answer)

    try:
        async with asyncio.timeout(seconds + WAIT_SECONDS):
            await asyncio.gather(*(client(line) for line in lines))
    finally:
        for line in lines:
            line.close()
    done.lasted = time.perf_counter() - started
    return done


async def one_answer(port: int, request: bytes) -> bytes:
    """The body of one answer."""
    _, line = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port)
    try:
        return (await line.ask(request)).partition(b"\r\n\r\n")[2]
    finally:
        line.close()
