"""The screens: a thousand sockets that do no more than is needed to know when each of them has heard of a change."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from bench.load import Connection

_AT_ONCE = 25
_WAIT_SECONDS = 20.0
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10


@dataclass(slots=True)
class Change:
    """One change: when each socket had it, in seconds after it was asked for, and when whoever asked was answered."""

    asked_at: float = 0.0
    answered: float = 0.0
    arrived: list[float] = field(default_factory=list)
    told: set[bytes] = field(default_factory=set)


class Crowd:
    """Everybody who has the same days of the schedule open."""

    def __init__(self, port: int, path: str, subscribe: dict[str, Any], tokens: Sequence[str]) -> None:
        self.port, self.path, self.tokens = port, path, tokens
        message = {"type": "subscribe", "id": "1", "payload": subscribe}
        self.subscribe = _frame(_TEXT, json.dumps(message).encode())
        self.screens: list[Screen] = []
        self.change = Change()
        self._everybody: asyncio.Future[None] | None = None
        self._trouble = ""

    async def come(self, size: int) -> None:
        """Open that many sockets more, a few at a time."""
        loop = asyncio.get_running_loop()
        for first in range(0, size, _AT_ONCE):
            here = len(self.screens)
            coming = [
                Screen(self, self.tokens[(here + number) % len(self.tokens)])
                for number in range(min(_AT_ONCE, size - first))
            ]
            async with asyncio.timeout(_WAIT_SECONDS):
                for screen in coming:
                    await loop.create_connection(lambda screen=screen: screen, "127.0.0.1", self.port)  # type: ignore[misc]
                await asyncio.gather(*(screen.is_in for screen in coming))
            self.screens += coming

    async def go(self) -> None:
        """Close every socket."""
        for screen in self.screens:
            screen.close()
        self.screens.clear()
        await asyncio.sleep(0.5)

    async def hear_of(self, request: bytes) -> Change:
        """Ask for a change, and wait until everybody has heard of it, once each.

        Raises:
            TimeoutError: somebody has not.
            ConnectionResetError: somebody was sent away.
        """
        self.change = change = Change()
        self._everybody = asyncio.get_running_loop().create_future()
        if self._trouble:
            raise ConnectionResetError(self._trouble)
        # A connection that was idle for some seconds may be closed by now.
        _, asking = await asyncio.get_running_loop().create_connection(_Asking, "127.0.0.1", self.port)
        async with asyncio.timeout(_WAIT_SECONDS):
            change.asked_at = time.perf_counter()
            answer = await asking.ask(request)
            if b'"AppointmentRescheduled"' not in answer:
                raise SystemExit(f"The change was not made: {answer.decode()}")
            await self._everybody
        change.answered = asking.answered_at - change.asked_at
        asking.close()
        return change

    def arrived(self, at: float, payload: bytes) -> None:
        change = self.change
        change.arrived.append(at - change.asked_at)
        change.told.add(payload)
        if len(change.arrived) == len(self.screens) and self._everybody and not self._everybody.done():
            self._everybody.set_result(None)

    def lost(self, why: str) -> None:
        self._trouble = why
        if self._everybody and not self._everybody.done():
            self._everybody.set_exception(ConnectionResetError(why))


class Screen(asyncio.Protocol):
    """One socket, which subscribes as soon as it is let in. Frames are read by hand: a library takes its time."""

    def __init__(self, crowd: Crowd, token: str) -> None:
        self.is_in: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._crowd, self._token = crowd, token
        self._heard = b""
        self._is_open = self._leaves = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not say that they can be written to.
        self._transport = cast("asyncio.WriteTransport", transport)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = (
            *(f"GET {self._crowd.path} HTTP/1.1", "Host: 127.0.0.1", "Upgrade: websocket", "Connection: Upgrade"),
            *(f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"),
            *("Sec-WebSocket-Protocol: graphql-transport-ws", "", ""),
        )
        self._transport.write("\r\n".join(lines).encode())

    def data_received(self, data: bytes) -> None:
        at = time.perf_counter()
        heard = self._heard + data if self._heard else data
        if not self._is_open:
            head, end, heard = heard.partition(b"\r\n\r\n")
            if not end:
                self._heard = head
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self._end(head.decode(errors="replace"))
                return
            self._is_open = True
            init = {"type": "connection_init", "payload": {"Authorization": f"Bearer {self._token}"}}
            self._transport.write(_frame(_TEXT, json.dumps(init).encode()))
        while len(heard) >= 2:
            length, start = heard[1], 2
            if length == 126:
                length, start = int.from_bytes(heard[2:4]), 4
            if len(heard) < start + length:
                break
            self._take(at, heard[0] & 15, heard[start : start + length])
            heard = heard[start + length :]
        self._heard = heard

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(f"A socket was closed: {exc}")

    def close(self) -> None:
        self._leaves = True
        self._transport.close()

    def _take(self, at: float, kind: int, payload: bytes) -> None:
        if kind == _PING:
            self._transport.write(_frame(_PONG, payload))
        elif kind == _CLOSE:
            self._end(f"A socket was closed: {payload!r}")
        elif b'"type":"next"' in payload:
            self._crowd.arrived(at, payload)
        elif b'"connection_ack"' in payload:
            self._transport.write(self._crowd.subscribe)
            self.is_in.set_result(None)
        else:
            self._end(f"A socket heard {payload!r}")

    def _end(self, why: str) -> None:
        if not self._leaves:
            if not self.is_in.done():
                self.is_in.set_exception(ConnectionResetError(why))
            self._crowd.lost(why)


class _Asking(Connection):
    """Whoever makes the changes, and notes when the answer came."""

    answered_at = 0.0

    def data_received(self, data: bytes) -> None:
        self.answered_at = time.perf_counter()
        super().data_received(data)


def _frame(kind: int, payload: bytes) -> bytes:
    """A frame of a client, under the mask of four zeros, which changes nothing."""
    length = len(payload)
    size = bytes([0x80 | length]) if length < 126 else bytes([0x80 | 126]) + length.to_bytes(2)
    return bytes([0x80 | kind]) + size + bytes(4) + payload
