"""Sockets and streams of people who look on: they come, stay a while, are gone, and go on from their cursor."""

from __future__ import annotations

import asyncio
import json
import random
import time
from array import array
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.replays import number_of
from tests.soak.line import Record
from tests.soak.practice import Person
from tests.soak.servers import Server

CHANGE = "{ cursor kind at appointmentId appointment { id status startsAt pet { name } } }"
SCHEDULE = f"""subscription Watch($location: ID!, $from: Date!, $to: Date!, $after: String) {{
  scheduleChanged(locationId: $location, from: $from, to: $to, after: $after) {CHANGE} }}"""
MINE = f"subscription Mine($after: String) {{ myAppointmentChanged(after: $after) {CHANGE} }}"
STAYS_SECONDS, AWAY_SECONDS = 30.0, 2.0
"""For how long somebody stays connected and away, on average."""
_SHORTLY, _LONGEST_MS = 20.0, 60_000


@dataclass
class Tally:
    """What all of them did and heard."""

    counted: Counter[str] = field(default_factory=Counter)
    connected: int = 0
    waits: Counter[int] = field(default_factory=Counter)
    """How many milliseconds after its deed began a change was there, while its client was connected."""

    def percentile(self, part: float) -> int:
        """So many milliseconds or less, for this part of the changes."""
        left = part * self.waits.total()
        for milliseconds, often in sorted(self.waits.items()):
            left -= often
            if left <= 0:
                return milliseconds
        return 0


class Sight(Protocol):
    """What somebody has open; the same for all who have the same open."""

    def wants(self, event: Any) -> bool:
        """Whether they must be told of the event."""

    def __hash__(self) -> int: ...


@dataclass(eq=False)
class Onlooker:
    """One client. `numbers` are the events it was told of, each once; `begins` is where it first began."""

    name: str
    who: Person
    door: str
    document: str
    variables: dict[str, Any]
    over_a_stream: bool
    sees: Sight
    cursor: str
    numbers: array[int] = field(default_factory=lambda: array("Q"))
    begins: int = field(init=False)

    def __post_init__(self) -> None:
        self.begins = number_of(self.cursor)

    @property
    def asked(self) -> dict[str, Any]:
        """The operation, from the last cursor on."""
        return {"query": self.document, "variables": {**self.variables, "after": self.cursor}}


@dataclass
class Onlookers:
    """All of them, at any of the servers."""

    servers: list[Server]
    record: Record
    tally: Tally
    chance: random.Random
    client: httpx.AsyncClient = field(
        default_factory=lambda: httpx.AsyncClient(timeout=None, limits=httpx.Limits(max_connections=None))
    )

    async def look_on(self, one: Onlooker, stop: asyncio.Event, over: asyncio.Event) -> None:
        """Come and go until asked to stop; then come once more, and stay until it is over."""
        while not over.is_set():
            stays = float("inf") if stop.is_set() else self.chance.expovariate(1 / STAYS_SECONDS)
            until = over if stop.is_set() else stop
            try:
                await self._connected(one, until, stays)
            except (OSError, ConnectionClosed, httpx.HTTPError, TimeoutError, StopAsyncIteration) as error:
                self.tally.counted[f"lost: {type(error).__name__}"] += 1
                self.record.violated(f"{one.name} was cut off: {type(error).__name__} {error}")
                await asyncio.sleep(1)
            if not stop.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), self.chance.expovariate(1 / AWAY_SECONDS))

    async def _connected(self, one: Onlooker, until: asyncio.Event, stays: float) -> None:
        port = self.chance.choice(self.servers).port
        answers = self._over_a_stream(one, port) if one.over_a_stream else self._over_a_socket(one, port)
        self.tally.connected += 1
        self.tally.counted["streams" if one.over_a_stream else "sockets"] += 1
        connected_at, last = time.time(), 0
        async with aclosing(answers):
            leaving = asyncio.create_task(_either(until, stays))
            coming: asyncio.Task[Any] | None = None
            try:
                while not leaving.done():
                    coming = coming or asyncio.ensure_future(anext(answers))
                    await asyncio.wait((coming, leaving), return_when=asyncio.FIRST_COMPLETED)
                    if not coming.done():
                        break
                    answer, coming = coming.result(), None
                    last = self._take(one, answer, last, connected_at)
            finally:
                self.tally.connected -= 1
                for task in filter(None, (coming, leaving)):
                    task.cancel()
                    with suppress(asyncio.CancelledError, Exception):
                        await task

    def _take(self, one: Onlooker, answer: dict[str, Any], last: int, connected_at: float) -> int:
        if "errors" in answer:
            self.record.violated(f"{one.name} was told {answer['errors']}")
            return last
        (change,) = answer["data"].values()
        number = number_of(change["cursor"])
        if number <= last:
            self.record.violated(f"{one.name} was told of event {number} after event {last} over one connection")
        if one.numbers and number <= one.numbers[-1]:
            self.record.violated(f"{one.name} went on after event {one.numbers[-1]} and was told of {number}")
        one.cursor = change["cursor"]
        one.numbers.append(number)
        self.tally.counted["changes"] += 1
        done_at = datetime.fromisoformat(change["at"]).timestamp()
        if done_at > connected_at:
            self.tally.waits[min(int((time.time() - done_at) * 1000), _LONGEST_MS)] += 1
        return number

    async def _over_a_socket(self, one: Onlooker, port: int) -> AsyncGenerator[dict[str, Any], None]:
        url = f"ws://127.0.0.1:{port}/{one.door}/graphql"
        options: dict[str, Any] = {"subprotocols": [Subprotocol("graphql-transport-ws")], "compression": None}
        async with connect(url, open_timeout=_SHORTLY, ping_interval=None, **options) as socket:
            said = {"type": "connection_init", "payload": {"Authorization": f"Bearer {one.who.token}"}}
            await socket.send(json.dumps(said))
            async with asyncio.timeout(_SHORTLY):
                assert json.loads(await socket.recv())["type"] == "connection_ack"
            await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": one.asked}))
            try:
                while True:
                    said = json.loads(await socket.recv())
                    yield said["payload"] if said["type"] == "next" else {"errors": said}
            finally:
                await self._leave(socket)

    async def _leave(self, socket: ClientConnection) -> None:
        """Say goodbye, or only close, or be gone."""
        way = self.chance.random()
        with suppress(ConnectionClosed):
            if way < 0.3:
                await socket.send('{"type":"complete","id":"1"}')
            elif way > 0.7:
                socket.transport.abort()

    async def _over_a_stream(self, one: Onlooker, port: int) -> AsyncGenerator[dict[str, Any], None]:
        headers = {"accept": "text/event-stream", "authorization": f"Bearer {one.who.token}"}
        url, event = f"http://127.0.0.1:{port}/{one.door}/graphql", ""
        async with self.client.stream("POST", url, json=one.asked, headers=headers) as response:
            async for line in response.aiter_lines():
                if line.startswith("event: "):
                    event = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    yield json.loads(line[6:]) if event == "next" else {"errors": event}


async def _either(until: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(until.wait(), None if seconds == float("inf") else seconds)
