"""The live schedule, as people have it: screens on one process, deeds on another, real sockets."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from models import Session
from models.period import on_the_wall
from resolvers.viewer import Audience
from tests.callers import AtAddress, at
from tests.doors import Program, id_of
from tests.screens import a_screen
from tests.served import Process, served
from tests.world import World, a_world

DAY = """query Day($location: ID!, $on: Date!) { day(locationId: $location, on: $on) {
  cursor appointments { id status startsAt pet { name } } } }"""
WATCH = """subscription Watch($location: ID!, $on: Date!, $after: String) {
  scheduleChanged(locationId: $location, from: $on, to: $on, after: $after) {
    cursor kind appointmentId appointment { id status startsAt pet { name } room { name } } } }"""
MINE = """subscription Mine($after: String) { myAppointmentChanged(after: $after) {
  cursor kind appointmentId appointment { status pet { name } } } }"""


@dataclass
class Live:
    """A practice on two processes: reception looks at one, owners call the other."""

    world: World
    program: Program
    processes: list[Process]
    here: AtAddress
    there: AtAddress
    moment: datetime

    @property
    def address(self) -> str:
        return self.processes[0].address

    @property
    def seen(self) -> dict[str, str]:
        """What reception has open."""
        return {"location": id_of(self.world.location), "on": self.moment.date().isoformat()}

    async def owner(self, who: Any = None):
        viewer = (who or self.world.owner).viewer
        return self.there.person(Audience.OWNER, await self.program.token(viewer))

    async def staff(self, who: Any = None):
        viewer = (who or self.world.receptionist).viewer
        return self.there.person(Audience.STAFF, await self.program.token(viewer))

    def a_visit(self, minutes: int = 0, pet: Any = None) -> dict[str, str]:
        return {
            "petId": id_of(pet or self.world.pet),
            "serviceId": id_of(self.world.service),
            "locationId": id_of(self.world.location),
            "startsAt": (self.moment + timedelta(minutes=minutes)).isoformat(),
        }


BOOKED = "... on AppointmentBooked { appointment { id } }"


@asynccontextmanager
async def live(database, **settings):
    """The practice, on the Monday after next at ten."""
    world, program = await a_world(), Program()
    program.clock.now = datetime.now(UTC)
    await Session.all().update(expires_at=program.clock.now + timedelta(days=1))
    today = program.clock.now.date()
    moment = on_the_wall(today + timedelta(days=14 - today.weekday()), 10 * 60, world.location.clock)
    async with (
        served(database.url, processes=2, **settings) as processes,
        at(processes[0].address) as here,
        at(processes[1].address) as there,
    ):
        yield Live(world, program, processes, here, there, moment)


async def test_reception_sees_what_an_owner_does_through_another_process(database):
    async with live(database) as practice:
        token = await practice.program.token(practice.world.receptionist.viewer)
        reception, olga = practice.here.person(Audience.STAFF, token), await practice.owner()
        day = (await reception.ask(DAY, **practice.seen))["day"]
        assert day["appointments"] == []
        async with a_screen(practice.address, token) as screen:
            watching = await screen.subscribe(WATCH, **practice.seen, after=day["cursor"])
            await screen.is_heard()
            took = []
            booked = await olga.do("bookAppointment", BOOKED, **practice.a_visit())
            began = time.perf_counter()
            await screen.hears(watching, 1)
            took.append(time.perf_counter() - began)
            visit = booked["appointment"]["id"]
            later = (practice.moment + timedelta(hours=2)).isoformat().replace("+00:00", "Z")
            await olga.do("rescheduleAppointment", appointmentId=visit, startsAt=later)
            began = time.perf_counter()
            await screen.hears(watching, 2)
            took.append(time.perf_counter() - began)
            await olga.do("cancelAppointment", appointmentId=visit)
            began = time.perf_counter()
            await screen.hears(watching, 3)
            took.append(time.perf_counter() - began)
            changes = [each["data"]["scheduleChanged"] for each in screen.told(watching)]
    starts = practice.moment.isoformat().replace("+00:00", "Z")
    shown = {"id": visit, "pet": {"name": practice.world.pet.name}, "room": {"name": practice.world.room.name}}
    assert [each["kind"] for each in changes] == ["BOOKED", "MOVED", "CANCELLED"]
    assert [each["appointment"] for each in changes] == [
        {**shown, "status": "BOOKED", "startsAt": starts},
        {**shown, "status": "BOOKED", "startsAt": later},
        {**shown, "status": "CANCELLED", "startsAt": later},
    ]
    print(f"{database.dialect}: seen after {', '.join(f'{each * 1000:.0f}' for each in took)} ms")
