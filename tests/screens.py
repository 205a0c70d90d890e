"""Screens: clients with a live connection, over real sockets, that keep what they were told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

PROTOCOL = "graphql-transport-ws"
_SOON = 10.0


@dataclass
class Screen:
    """A socket of somebody, and everything that came over it."""

    socket: ClientConnection
    messages: list[dict[str, Any]] = field(default_factory=list)
    closed: tuple[int | None, str] | None = None
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _ids: int = 0

    async def say(self, message: Any) -> None:
        """Send a message as it is."""
        await self.socket.send(message if isinstance(message, str | bytes) else json.dumps(message))

    async def subscribe(self, query: str, *, key: str | None = None, **variables: Any) -> str:
        """Subscribe; the id under which the answers come."""
        self._ids += 1
        key = key or f"s{self._ids}"
        await self.say({"type": "subscribe", "id": key, "payload": {"query": query, "variables": variables}})
        return key

    def told(self, key: str, kind: str = "next") -> list[Any]:
        """What was said of one operation so far."""
        return [each.get("payload") for each in self.messages if each.get("id") == key and each["type"] == kind]

    async def until(self, met: Any, *, seconds: float = _SOON) -> Any:
        """Wait until something holds, which is asked again after every message; what it answered."""
        async with asyncio.timeout(seconds), self._news:
            while not (answer := met()):
                assert self.closed is None, f"closed with {self.closed} while waiting; heard {self.messages[-3:]}"
                await self._news.wait()
            return answer

    async def hears(self, key: str, count: int, kind: str = "next", *, seconds: float = _SOON) -> list[Any]:
        """That many messages of one operation."""
        await self.until(lambda: len(self.told(key, kind)) >= count, seconds=seconds)
        return self.told(key, kind)

    async def ends(self, *, seconds: float = _SOON) -> tuple[int | None, str]:
        """The code and reason with which the other side closes."""
        async with asyncio.timeout(seconds), self._news:
            while self.closed is None:
                await self._news.wait()
            return self.closed

    async def is_heard(self) -> None:
        """Wait until whatever was said before has been heard: a ping comes back."""
        already = sum(each["type"] == "pong" for each in self.messages)
        await self.say({"type": "ping"})
        await self.until(lambda: sum(each["type"] == "pong" for each in self.messages) > already)

    async def listen(self) -> None:
        """Keep what comes, until the socket closes."""
        try:
            async for text in self.socket:
                async with self._news:
                    self.messages.append(json.loads(text))
                    self._news.notify_all()
        except ConnectionClosed:
            pass
        finally:
            async with self._news:
                self.closed = (self.socket.close_code, self.socket.close_reason or "")
                self._news.notify_all()


@asynccontextmanager
async def a_socket(address: str, door: str = "staff", **options: Any) -> AsyncIterator[Screen]:
    """A socket at a door of the server at that address; nothing has been said yet."""
    given: dict[str, Any] = {"subprotocols": [Subprotocol(PROTOCOL)], "compression": None, **options}
    url = f"{address.replace('http', 'ws', 1)}/{door}/graphql"
    async with connect(url, max_size=None, **given) as socket:
        screen = Screen(socket)
        listening = asyncio.create_task(screen.listen())
        try:
            yield screen
        finally:
            listening.cancel()
            await asyncio.wait([listening])


@asynccontextmanager
async def a_screen(address: str, token: str, door: str = "staff") -> AsyncIterator[Screen]:
    """A socket of somebody who was let in."""
    async with a_socket(address, door) as screen:
        await screen.say({"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}})
        await screen.until(lambda: any(each["type"] == "connection_ack" for each in screen.messages))
        yield screen
