"""Replays: clients that load what they show once, and from then on know nothing but the changes they are told."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from resolvers.viewer import Audience
from tests.callers import at
from tests.screens import a_screen


@dataclass(frozen=True)
class Sheet:
    """What somebody has open: how it is loaded, where the appointments lie in that, and how its changes are heard.

    `cursor` is asked before, unless the cursor comes with what is loaded.
    """

    load: str
    asked: dict[str, Any]
    path: tuple[str, ...]
    watch: str
    watched: dict[str, Any]
    cursor: str | None = None

    def shown(self, loaded: dict[str, Any]) -> dict[str, Any]:
        """The appointments by their ids."""
        found: Any = loaded
        for name in self.path:
            found = found[name]
        return {each["id"]: each for each in found}


@dataclass
class Heard:
    """What came over one connection, made when the trail had come to event `opened_after`; `told` are its answers.

    `refused` are the codes with which the answers ended, if they did.
    """

    opened_after: int
    told: Callable[[], list[dict[str, Any]]] = list
    refused: Callable[[], list[str]] = list
    applied: int = 0

    @property
    def changes(self) -> list[dict[str, Any]]:
        """The changes, in the order in which they came."""
        return [next(iter(each["data"].values())) for each in self.told()]

    @property
    def numbers(self) -> list[int]:
        """The numbers of their events."""
        return [number_of(change["cursor"]) for change in self.changes]


@dataclass
class Replay:
    """One client of a viewer: a sheet that it keeps up with over connections that come and go."""

    name: str
    audience: Audience
    token: str
    sheet: Sheet
    over: str = "socket"
    view: dict[str, Any] = field(default_factory=dict)
    cursors: list[str] = field(default_factory=list)
    connections: list[Heard] = field(default_factory=list)
    loaded_at: int = 0
    _open: AsyncExitStack | None = None

    @property
    def is_open(self) -> bool:
        return self._open is not None

    async def fresh(self, address: str) -> dict[str, Any]:
        """What the same viewer would load now."""
        async with at(address) as program:
            loaded = await program.person(self.audience, self.token).ask(self.sheet.load, **self.sheet.asked)
        return self.sheet.shown(loaded)

    async def load(self, address: str) -> None:
        """Load everything anew; the cursor comes with it, or was asked for before."""
        async with at(address) as program:
            person = program.person(self.audience, self.token)
            before = (await person.ask(self.sheet.cursor))["changesCursor"] if self.sheet.cursor else None
            loaded = await person.ask(self.sheet.load, **self.sheet.asked)
        cursor = before or loaded["day"]["cursor"]
        self.view = self.sheet.shown(loaded)
        self.cursors = [cursor]
        self.loaded_at = number_of(cursor)

    async def open(self, address: str, *, trail: int, back: int = 0) -> None:
        """Connect, and go on from the last cursor, or from one that is that many changes older."""
        after = self.cursors[max(0, len(self.cursors) - 1 - back)]
        heard = Heard(trail)
        self.connections.append(heard)
        self._open = AsyncExitStack()
        listening = _over_a_stream if self.over == "stream" else _over_a_socket
        await self._open.enter_async_context(listening(self, address, heard, {**self.sheet.watched, "after": after}))

    @property
    def must_load_again(self) -> bool:
        """Whether the server has said that what has changed cannot be told."""
        return bool(self.connections) and self.connections[-1].refused() == ["RESYNC_REQUIRED"]

    async def close(self) -> None:
        """Hang up; what was on its way is lost."""
        if self._open is not None:
            await self._open.aclose()
            self._open = None
            self.catch_up()

    def catch_up(self) -> None:
        """Do with what came what the contract says: put it in the place of what is shown, or take that away."""
        heard = self.connections[-1]
        for change in heard.changes[heard.applied :]:
            heard.applied += 1
            self.cursors.append(change["cursor"])
            if change["appointment"] is None:
                self.view.pop(change["appointmentId"], None)
            else:
                assert change["appointment"]["id"] == change["appointmentId"]
                self.view[change["appointmentId"]] = change["appointment"]


def number_of(cursor: str) -> int:
    """The number of the event after which a cursor stands."""
    return int(base64.urlsafe_b64decode(cursor + "==").split(b".")[0])


def codes_of(told: list[Any]) -> list[str]:
    """The codes of what was said as errors."""
    return [error["extensions"]["code"] for errors in told for error in errors]


@asynccontextmanager
async def _over_a_socket(who: Replay, address: str, heard: Heard, variables: dict[str, Any]) -> AsyncIterator[None]:
    async with a_screen(address, who.token, who.audience.value) as screen:
        key = await screen.subscribe(who.sheet.watch, **variables)
        heard.told = lambda: screen.told(key)
        heard.refused = lambda: codes_of(screen.told(key, "error"))
        yield
        assert set(heard.refused()) <= {"RESYNC_REQUIRED"}
        if len(screen.messages) % 2:  # some say goodbye, others are just gone
            screen.socket.transport.abort()


@asynccontextmanager
async def _over_a_stream(who: Replay, address: str, heard: Heard, variables: dict[str, Any]) -> AsyncIterator[None]:
    answers: list[dict[str, Any]] = []
    heard.told = lambda: [each for each in answers if "data" in each]
    heard.refused = lambda: codes_of([each["errors"] for each in answers if "data" not in each])
    async with (
        httpx.AsyncClient(base_url=address, timeout=None, verify=False) as client,
        client.stream(
            "POST",
            f"/{who.audience.value}/graphql",
            json={"query": who.sheet.watch, "variables": variables},
            headers={"accept": "text/event-stream", "authorization": f"Bearer {who.token}"},
        ) as response,
    ):
        assert response.status_code == 200, await response.aread()
        reading = asyncio.create_task(_read(response, answers))
        try:
            yield
        finally:
            reading.cancel()
            await asyncio.wait([reading])


async def _read(response: httpx.Response, answers: list[dict[str, Any]]) -> None:
    async for line in response.aiter_lines():
        if line == "event: complete":
            assert "data" not in answers[-1], "nothing ends without a reason"
        elif line.startswith("data: {"):
            answers.append(json.loads(line.removeprefix("data: ")))
