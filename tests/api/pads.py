"""Screens on one process, without the sockets between: each subscription notes its answers on a pad."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from graph.live.asking import Asking
from graph.wire import Question
from resolvers import appointments
from resolvers.viewer import Audience
from tests.doors import Program, id_of
from tests.typed import until
from tests.world import NOW, a_booking, a_world
from vetdesk import wiring
from vetdesk.reading_log import ReadingLog

WATCH = """subscription Watch($location: ID!, $day: Date!, $after: String) {
  scheduleChanged(locationId: $location, from: $day, to: $day, after: $after) {
    kind appointment { status vet { displayName email } pet { name } } } }"""
MINE = "subscription { myAppointmentChanged { kind appointment { status pet { name } } } }"


@dataclass(eq=False)
class Pad:
    """Where the answers of one subscription are noted."""

    texts: list[str] = field(default_factory=list)
    failed: list[Any] = field(default_factory=list)
    takes_more: bool = True

    def take(self, payload: str) -> bool:
        self.texts.append(payload)
        return self.takes_more

    def resync(self) -> None:
        self.failed.append("resync")

    async def room(self) -> None: ...

    def subscribed(self) -> None: ...

    def fail(self, told: Any) -> None:
        self.failed.append(told[0]["extensions"]["code"])

    def complete(self) -> None: ...

    @property
    def changes(self) -> list[Any]:
        return [next(iter(json.loads(text)["data"].values())) for text in self.texts]


class Screens:
    """Screens on one process, without the sockets between."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.heard, self.log = wiring.live(program.settings), ReadingLog(now=program.clock)
        more: Any = {"deed_done": lambda: None, "record_read": self.log.note, "now": program.clock}
        doors = {
            each: wiring.endpoint(program.settings, program.adapters, self.heard, each, **more) for each in Audience
        }
        self.desks = {each: door._desk for each, door in doors.items()}
        self.open: list[Asking] = []

    async def watch(self, viewer: Any, document: str, **variables: Any) -> Pad:
        """Watch, and be listening when this returns."""
        pad = Pad()
        desk = self.desks[Audience.STAFF if viewer.is_staff else Audience.OWNER]
        asking = Asking(desk, Question(document, variables, None, None), viewer, origin="here", sink=pad)
        asking.begin()
        self.open.append(asking)
        assert asking._working is not None
        await asyncio.wait([asking._working])
        return pad

    async def settled(self) -> None:
        """Wait until everything committed so far has been answered."""
        await self.heard.feed._look()
        hub = self.heard.hub
        await until(lambda: not (hub._incoming or hub._in_hand or any(each.working for each in hub._groups.values())))


@asynccontextmanager
async def screens(database):
    made = Screens(Program(database_url=database.url))
    tasks = [asyncio.create_task(made.heard.feed.run()), asyncio.create_task(made.heard.hub.run())]
    await until(lambda: made.heard.feed._place is not None)
    try:
        yield made
    finally:
        for asking in made.open:
            asking.stop()
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def noted(hub):
    """The reads of the hub from now on."""
    reads: list[Any] = []
    read = hub._read

    async def read_and_note(*given):
        reads.append(given)
        return await read(*given)

    hub._read = read_and_note
    return reads


async def moved(world, visit, minutes, key="move"):
    viewer = world.receptionist.viewer
    move = appointments.Move(visit.id, NOW + timedelta(days=1, minutes=minutes))
    await appointments.reschedule(viewer, move, key=f"{key} {minutes}", now=NOW)


async def a_day(database):
    world = await a_world()
    visit = await a_booking(world.pet, starts_at=NOW + timedelta(days=1))
    return world, visit, {"location": id_of(world.location), "day": "2026-03-03"}
