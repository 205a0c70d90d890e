"""Connections held in hand: a socket or a stream of an ASGI app, without a network, whose client may stop reading."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

PROTOCOL = "graphql-transport-ws"
_SOON = 5.0


class Held:
    """What both have: something that comes, may be waited for, and is taken only while the client reads."""

    def __init__(self) -> None:
        self.said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.is_gone = False
        self._reads = asyncio.Event()
        self._reads.set()
        self._news = asyncio.Condition()

    def stops_reading(self) -> None:
        """Take nothing more: whoever sends waits, as for a full network."""
        self._reads.clear()

    def reads_on(self) -> None:
        """Take everything again."""
        self._reads.set()

    async def until(self, met: Callable[[], Any], *, seconds: float = _SOON) -> Any:
        """Wait until something holds, which is asked again whenever something came; what it answered."""
        async with asyncio.timeout(seconds), self._news:
            while not (answer := met()):
                await self._news.wait()
            return answer

    async def _noted(self) -> None:
        async with self._news:
            self._news.notify_all()


class HeldSocket(Held):
    """A WebSocket: `heard` is every message that came, `closed` the code and the reason with which the app closed it."""

    def __init__(self) -> None:
        super().__init__()
        self.accepted: str | None = None
        self.is_open = False
        self.is_refused = False
        self.is_served = False
        self.heard: list[dict[str, Any]] = []
        self.closed: tuple[int, str] | None = None

    async def say(self, message: Any) -> None:
        """Send a message; text and bytes as they are."""
        kind, sent = "text", message
        if isinstance(message, bytes):
            kind = "bytes"
        elif not isinstance(message, str):
            sent = json.dumps(message)
        self.said.put_nowait({"type": "websocket.receive", kind: sent})

    async def init(self, token: str) -> None:
        """Say who we are, and wait until we are let in."""
        await self.say({"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}})
        await self.until(lambda: {"type": "connection_ack"} in self.heard or self.closed)
        assert self.closed is None, self.closed

    async def ask(self, query: str, id: str = "1", **more: Any) -> None:
        """Begin an operation."""
        await self.say({"type": "subscribe", "id": id, "payload": {"query": query, **more}})

    async def hears(self, count: int = 1, id: str = "1") -> list[dict[str, Any]]:
        """That many messages of one operation, without its id."""
        await self.until(lambda: len(self.of(id)) >= count or self.closed)
        assert self.closed is None, self.closed
        return self.of(id)

    def of(self, id: str) -> list[dict[str, Any]]:
        """What came of one operation so far, without its id."""
        return [
            {name: value for name, value in each.items() if name != "id"} for each in self.heard if each.get("id") == id
        ]

    async def is_heard(self) -> None:
        """Wait until whatever was said before has been heard: a ping comes back."""
        before = len(self.pongs)
        await self.say({"type": "ping"})
        await self.until(lambda: len(self.pongs) > before)

    @property
    def pongs(self) -> list[dict[str, Any]]:
        """Every answer to a ping."""
        return [each for each in self.heard if each["type"] == "pong"]

    async def ends(self) -> tuple[int, str]:
        """The code and the reason with which the app closes, once it has nothing more to do with this socket."""
        await self.until(lambda: self.closed and self.is_served)
        assert self.closed is not None
        return self.closed

    async def goes(self) -> None:
        """The client is gone, without a word."""
        self.is_gone = True
        self.reads_on()
        self.said.put_nowait({"type": "websocket.disconnect", "code": 1006})

    async def _send(self, message: Mapping[str, Any]) -> None:
        await self._reads.wait()
        if self.is_gone:
            raise OSError("the client is gone")  # as uvicorn has it
        match message["type"]:
            case "websocket.accept":
                self.is_open, self.accepted = True, message.get("subprotocol")
            case "websocket.send":
                assert self.closed is None, "sent after it was closed"
                self.heard.append(json.loads(message["text"]))
            case "websocket.close" if not self.is_open:
                self.is_refused = True
            case "websocket.close":
                assert self.closed is None, "closed twice"
                self.closed = (message["code"], message["reason"])
                assert len(message["reason"].encode()) <= 123, "longer than a close frame may be"
                self.said.put_nowait({"type": "websocket.disconnect", "code": message["code"]})
        await self._noted()


@asynccontextmanager
async def a_held_socket(
    app: Any,
    path: str = "/graphql",
    *,
    protocols: Sequence[str] = (PROTOCOL,),
    origin: str | None = None,
    host: str = "vet.example",
) -> AsyncIterator[HeldSocket]:
    """A socket to an app, to which nothing has been said; the client goes at the end of the block."""
    socket = HeldSocket()
    headers = [(b"host", host.encode()), *([(b"origin", origin.encode("latin-1"))] if origin is not None else [])]
    scope = {
        "type": "websocket",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
        "subprotocols": list(protocols),
        "client": ("192.0.2.7", 4711),
        "scheme": "ws",
    }
    socket.said.put_nowait({"type": "websocket.connect"})

    async def served() -> None:
        try:
            await app(scope, socket.said.get, socket._send)
        finally:
            socket.is_served = True
            await socket._noted()

    async with _beside(served()) as serving:
        await socket.until(lambda: socket.is_open or socket.is_refused or serving.done())
        yield socket
        if not serving.done():
            await socket.goes()


@dataclass
class Event:
    """One server-sent event."""

    event: str
    data: Any


@dataclass
class HeldStream(Held):
    """An answer that comes in parts: `status` and `headers`, then `events` and how many `comments`."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    is_over: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    @property
    def events(self) -> list[Event]:
        """Every event so far."""
        found = []
        for block in self.body.decode().split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
            if fields:
                found.append(Event(fields["event"], json.loads(fields["data"]) if fields["data"] else None))
        return found

    @property
    def comments(self) -> int:
        """How often it was said that the connection is alive."""
        return self.body.decode().split("\n\n").count(":")

    @property
    def json(self) -> Any:
        """The whole answer, where it is no stream."""
        return json.loads(self.body)

    async def hears(self, count: int) -> list[Event]:
        """That many events."""
        await self.until(lambda: len(self.events) >= count or self.is_over)
        return self.events

    async def ends(self) -> list[Event]:
        """Every event, once the app has ended the answer."""
        await self.until(lambda: self.is_over)
        return self.events

    def goes(self) -> None:
        """The client is gone, without a word."""
        self.is_gone = True
        self.reads_on()
        self.said.put_nowait({"type": "http.disconnect"})

    async def _send(self, message: Mapping[str, Any]) -> None:
        if message["type"] != "http.response.start":  # which goes with the first part of the body
            await self._reads.wait()
        if self.is_gone:
            return  # as uvicorn has it
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            assert not self.is_over, "sent after the end"
            self.body += message.get("body", b"")
            self.is_over = not message.get("more_body", False)
        await self._noted()


@asynccontextmanager
async def a_held_stream(
    app: Any,
    payload: Mapping[str, Any] | None = None,
    *,
    path: str = "/graphql",
    query_string: str = "",
    token: str | None = None,
    accept: str = "text/event-stream",
    content_type: str = "application/json",
    reads: bool = True,
) -> AsyncIterator[HeldStream]:
    """A POST of this payload, or a GET without one, whose answer comes in parts; the client goes at the end."""
    stream = HeldStream()
    if not reads:
        stream.stops_reading()
    headers = {"host": "vet.example", "accept": accept}
    if payload is not None:
        headers["content-type"] = content_type
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    scope = {
        "type": "http",
        "method": "GET" if payload is None else "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query_string.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("192.0.2.7", 4711),
        "scheme": "http",
        "server": ("vet.example", 80),
    }
    body = b"" if payload is None else json.dumps(payload).encode()
    stream.said.put_nowait({"type": "http.request", "body": body, "more_body": False})
    async with _beside(app(scope, stream.said.get, stream._send)) as serving:
        await stream.until(lambda: stream.body or serving.done() or not reads)
        yield stream
        stream.goes()


@asynccontextmanager
async def _beside(work: Any) -> AsyncIterator[asyncio.Task[None]]:
    """Work beside the block, which must end soon after it."""
    task = asyncio.create_task(work)
    try:
        yield task
        async with asyncio.timeout(_SOON):
            await task
    finally:
        task.cancel()
        await asyncio.wait([task])
