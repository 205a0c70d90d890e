"""The sides: one server each, with a schedule of its own, everybody who watches it, and what they heard."""

from __future__ import annotations

import asyncio
import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import median

from bench.fanout.figures import Measured
from bench.fanout.practice import Schedule
from bench.fanout.screens import Change, Crowd
from tests.soak.servers import Server

_EVERY_SECONDS = 1.0
_SETTLE_SECONDS = 3.0
_SMALL_COMPANY = 20
_WATCH = """subscription Watch($location: ID!, $on: Date!) { scheduleChanged(locationId: $location, from: $on, to: $on) {
  cursor kind appointment { id startsAt status pet { id name } } } }"""
_MOVE = """mutation Move($input: RescheduleAppointmentInput!) { rescheduleAppointment(input: $input) { __typename
  ... on AppointmentRescheduled { appointment { id startsAt } } } }"""


@dataclass(slots=True)
class Side:
    """One of the two servers, asked at `path`. `wrong` is something that somebody should not have been told."""

    server: Server
    path: str
    schedule: Schedule
    wrong: str = ""
    _rounds: list[list[Change]] = field(default_factory=list)
    _kilobytes: float | None = None
    _worked: list[float] = field(default_factory=list)
    _moves: int = 0
    _crowd: Crowd = field(init=False)

    def __post_init__(self) -> None:
        variables = {"location": self.schedule.location, "on": self.schedule.times[0].date().isoformat()}
        asked = {"query": _WATCH, "variables": variables}
        self._crowd = Crowd(self.server.port, self.path, asked, self.schedule.tokens)

    @property
    def measured(self) -> Measured:
        """What came of the rounds."""
        return Measured(self._rounds, self._kilobytes, median(self._worked) if self._worked else None)

    async def begin(self) -> None:
        """Hear of a few changes in small company, so that whatever is made once has been made."""
        await self.server.ready()
        await self._crowd.come(_SMALL_COMPANY)
        await asyncio.sleep(_EVERY_SECONDS)
        for _ in range(3):
            await self._change()
        await self._crowd.go()

    async def one_round(self, sockets: int, changes: int) -> None:
        """Everybody comes, hears of one change to warm up and of the others, and goes.

        Memory is looked at in the first round only: the next one uses again what this one leaves behind.
        """
        before = self.server.memory()
        await self._crowd.come(sockets)
        await asyncio.sleep(_SETTLE_SECONDS)
        after = self.server.memory()
        if not self._rounds and before and after:
            self._kilobytes = (after - before) * 1024 / sockets
        await self._change()
        heard, began = [], self._processor_seconds()
        for _ in range(changes):
            await asyncio.sleep(_EVERY_SECONDS)
            heard.append(await self._change())
        self._rounds.append(heard)
        if (ended := self._processor_seconds()) and began:
            self._worked.append((ended - began) / changes)
        await self._crowd.go()

    async def _change(self) -> Change:
        """Move the visit, and look at what everybody is told."""
        self._moves += 1
        starts_at = self.schedule.times[self._moves % 2]
        change = await self._crowd.hear_of(self._move(starts_at))
        for payload in change.told:
            shown = json.loads(payload)["payload"]["data"]["scheduleChanged"]
            visit = shown["appointment"]
            is_right = datetime.fromisoformat(visit["startsAt"]) == starts_at and visit["status"] == "BOOKED"
            if not is_right or shown["kind"] != "MOVED" or not visit["pet"]["name"]:
                self.wrong = payload.decode()
        return change

    def _processor_seconds(self) -> float | None:
        """For how long the server has worked; None where nobody tells."""
        with suppress(OSError):
            after_name = Path(f"/proc/{self.server.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2]
            user, system = after_name.split()[11:13]
            return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
        return None

    def _move(self, starts_at: datetime) -> bytes:
        given = {"appointmentId": self.schedule.visit, "startsAt": starts_at.isoformat()}
        variables = {"input": {**given, "idempotencyKey": f"{self.server.name}-{self._moves}"}}
        content = json.dumps({"query": _MOVE, "variables": variables}).encode()
        head = (
            *(f"POST {self.path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"),
            *(f"Authorization: Bearer {self.schedule.tokens[0]}", f"Content-Length: {len(content)}", "", ""),
        )
        return "\r\n".join(head).encode() + content
