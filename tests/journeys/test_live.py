"""The live schedule, as people have it: screens on one process, deeds on another, real sockets."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from models import Event, Session
from models.period import on_the_wall
from resolvers import appointments
from resolvers.viewer import Audience
from tests.callers import AtAddress, at
from tests.doors import Program, id_of
from tests.screens import a_screen
from tests.served import Process, served
from tests.world import Owner, World, a_booking, a_pet, a_world, an_owner, an_ownership

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
    nina: Owner
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

    async def token(self, viewer: Any) -> str:
        """A token that is good now, on the clock of the processes."""
        await sessions_last()
        return await self.program.token(viewer)

    async def owner(self, who: Any = None):
        viewer = (who or self.world.owner).viewer
        return self.there.person(Audience.OWNER, await self.token(viewer))

    async def staff(self, who: Any = None):
        viewer = (who or self.world.receptionist).viewer
        return self.there.person(Audience.STAFF, await self.token(viewer))

    def a_visit(self, minutes: int = 0, pet: Any = None) -> dict[str, str]:
        return {
            "petId": id_of(pet or self.world.pet),
            "serviceId": id_of(self.world.service),
            "locationId": id_of(self.world.location),
            "startsAt": spoken(self.moment + timedelta(minutes=minutes)),
        }


async def sessions_last():
    """Whoever is signed in is so on the clock of the processes, too."""
    await Session.all().update(expires_at=datetime.now(UTC) + timedelta(days=1))


BOOKED = "... on AppointmentBooked { appointment { id } }"


@asynccontextmanager
async def live(database, **settings):
    """The practice, on the Monday after next at ten."""
    world, nina, program = await a_world(), await an_owner("Nina Kovac"), Program()
    program.clock.now = datetime.now(UTC)
    await sessions_last()  # or the worker forgets them
    today = program.clock.now.date()
    moment = on_the_wall(today + timedelta(days=14 - today.weekday()), 10 * 60, world.location.clock)
    async with (
        served(database.url, processes=2, **settings) as processes,
        at(processes[0].address) as here,
        at(processes[1].address) as there,
    ):
        yield Live(world, nina, program, processes, here, there, moment)


async def test_reception_sees_what_an_owner_does_through_another_process(database):
    async with live(database) as practice:
        token = await practice.token(practice.world.receptionist.viewer)
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
            later = spoken(practice.moment + timedelta(hours=2))
            await olga.do("rescheduleAppointment", appointmentId=visit, startsAt=later)
            began = time.perf_counter()
            await screen.hears(watching, 2)
            took.append(time.perf_counter() - began)
            await olga.do("cancelAppointment", appointmentId=visit)
            began = time.perf_counter()
            await screen.hears(watching, 3)
            took.append(time.perf_counter() - began)
            changes = [each["data"]["scheduleChanged"] for each in screen.told(watching)]
    starts = spoken(practice.moment)
    shown = {"id": visit, "pet": {"name": practice.world.pet.name}, "room": {"name": practice.world.room.name}}
    assert [each["kind"] for each in changes] == ["BOOKED", "MOVED", "CANCELLED"]
    assert [each["appointment"] for each in changes] == [
        {**shown, "status": "BOOKED", "startsAt": starts},
        {**shown, "status": "BOOKED", "startsAt": later},
        {**shown, "status": "CANCELLED", "startsAt": later},
    ]
    print(f"{database.dialect}: seen after {', '.join(f'{each * 1000:.0f}' for each in took)} ms")


async def test_a_screen_that_is_cut_in_a_burst_of_changes_misses_none_of_them(database):
    async with live(database) as practice:
        world, desk = practice.world, practice.world.receptionist.viewer
        token = await practice.token(desk)
        day = (await practice.here.person(Audience.STAFF, token).ask(DAY, **practice.seen))["day"]
        visit = await a_booking(world.pet, starts_at=practice.moment)
        heard: list[Any] = []

        async def a_burst():
            for number in range(200):
                moment = practice.moment + timedelta(minutes=15 * (1 + number % 20))
                move = appointments.Move(visit.id, moment)
                await appointments.reschedule(desk, move, key=f"move {number}", now=datetime.now(UTC))

        async def watched(cursor, most):
            async with a_screen(practice.address, token) as screen:
                watching = await screen.subscribe(WATCH, **practice.seen, after=cursor)
                await screen.hears(watching, most, seconds=30)
                return [each["data"]["scheduleChanged"] for each in screen.told(watching)]

        burst = asyncio.create_task(a_burst())
        heard += await watched(day["cursor"], 40)
        heard += await watched(heard[-1]["cursor"], 60)
        await burst
        heard += await watched(heard[-1]["cursor"], 200 - len(heard))
        assert [each["kind"] for each in heard] == ["MOVED"] * 200
        assert [numbered(each["cursor"]) for each in heard] == await Event.all().order_by("number").values_list(
            "number", flat=True
        )
        assert heard[-1]["appointment"]["startsAt"] == spoken(practice.moment + timedelta(minutes=15 * 20))


async def test_an_owner_hears_of_her_own_visits_alone_and_of_a_pet_that_is_no_longer_hers_not_at_all(database):
    async with live(database) as practice:
        world, nina = practice.world, practice.nina
        shared, hers = await a_pet(world.owner, name="Milo"), await a_pet(nina, name="Kira")
        stay = await an_ownership(shared, nina)
        reception = await practice.staff()
        phones = [await practice.token(owner.viewer) for owner in (world.owner, nina)]
        async with (
            a_screen(practice.address, phones[0], "owner") as olga,
            a_screen(practice.address, phones[1], "owner") as ninas,
        ):
            watching = [await olga.subscribe(MINE), await ninas.subscribe(MINE)]
            for screen in (olga, ninas):
                await screen.is_heard()

            async def booked(minutes, pet):
                answer = await reception.do("bookAppointment", BOOKED, **practice.a_visit(minutes, pet))
                return answer["appointment"]["id"]

            ours, both, theirs = await booked(0, world.pet), await booked(60, shared), await booked(120, hers)
            await olga.hears(watching[0], 2)
            await ninas.hears(watching[1], 2)
            shares = [{"clientId": id_of(world.owner.client), "share": 100}]
            ended = await reception.do("endOwnership", ownershipId=id_of(stay), shares=shares)
            assert ended["__typename"] == "OwnershipEnded"
            # What she sees has changed as a whole, so she loads it again; from then on nothing is said of what was hers.
            (told,) = await ninas.hears(watching[1], 1, "error")
            assert [error["extensions"]["code"] for error in told] == ["RESYNC_REQUIRED"]
            watching.append(await ninas.subscribe(MINE))
            await ninas.is_heard()
            await reception.do("confirmAppointment", appointmentId=both)
            await reception.do("cancelAppointment", appointmentId=theirs)
            await olga.hears(watching[0], 3)
            await ninas.hears(watching[2], 1)
            assert [(each["kind"], each["appointmentId"]) for each in mine(olga, watching[0])] == [
                ("BOOKED", ours),
                ("BOOKED", both),
                ("CONFIRMED", both),
            ]
            heard = [*mine(ninas, watching[1]), *mine(ninas, watching[2])]
            assert [(each["kind"], each["appointmentId"], each["appointment"]["pet"]["name"]) for each in heard] == [
                ("BOOKED", both, "Milo"),
                ("BOOKED", theirs, "Kira"),
                ("CANCELLED", theirs, "Kira"),
            ]
        # Neither is she told of it when she comes back with a cursor from the time when it was hers.
        async with a_screen(practice.address, phones[1], "owner") as again:
            resumed = await again.subscribe(MINE, after=heard[0]["cursor"])
            (told,) = await again.hears(resumed, 1, "error")
            assert [error["extensions"]["code"] for error in told] == ["RESYNC_REQUIRED"]
            assert [each["appointmentId"] for each in mine(again, resumed)] in ([], [theirs])


async def test_whoever_is_no_longer_let_in_hears_no_more_within_a_second(database):
    async with live(database) as practice:
        world = practice.world
        boss, vera = await practice.staff(world.manager), await practice.staff(world.vet)

        async def roles_are_changed():
            roles = [{"role": "NURSE"}]
            done = await boss.do("setStaffRoles", staffId=id_of(world.vet.staff), roles=roles)
            assert done["__typename"] == "StaffRolesSet"

        async def she_signs_out():
            assert await vera.ask("mutation { signOut { __typename } }") == {"signOut": {"__typename": "SessionClosed"}}

        for happens, codes in ((roles_are_changed, (4403, "TOKEN_EXPIRED")), (she_signs_out, (4401, "TOKEN_INVALID"))):
            token = await practice.token(world.vet.viewer)
            async with a_socket(practice, token) as closed, a_stream(practice, token) as ended:
                await happens()
                began = time.perf_counter()
                assert (await closed(), await ended()) == codes
                took = time.perf_counter() - began
                print(f"{database.dialect}: {happens.__name__}: over after {took * 1000:.0f} ms")
                assert took < 1
        # The process that did not sign her out has known her all the time.
        assert (await practice.here.ask(Audience.STAFF, DAY, token=vera.token, **practice.seen)).code == "TOKEN_INVALID"

        practice.program.clock.now = datetime.now(UTC) - timedelta(minutes=10) + timedelta(seconds=1.5)
        token = await practice.token(world.receptionist.viewer)
        async with a_socket(practice, token) as closed, a_stream(practice, token) as ended:
            assert (await closed(), await ended()) == (4403, "TOKEN_EXPIRED")


@asynccontextmanager
async def a_socket(practice, token):
    """The code with which her socket ends."""
    async with a_screen(practice.address, token) as screen:
        await screen.subscribe(WATCH, **practice.seen)
        await screen.is_heard()

        async def ended():
            return (await screen.ends())[0]

        yield ended


@asynccontextmanager
async def a_stream(practice, token):
    """The code with which her stream ends."""
    body = {"query": WATCH, "variables": practice.seen}
    headers = {"authorization": f"Bearer {token}", "accept": "text/event-stream"}
    async with practice.here.client.stream("POST", "/staff/graphql", json=body, headers=headers) as response:
        assert response.status_code == 200
        lines = response.aiter_lines()
        assert await anext(lines) == ":"

        async def ended():
            said = [line async for line in lines if line.startswith(("event:", "data: {"))]
            assert [said[0], said[2]] == ["event: next", "event: complete"]
            return json.loads(said[1].removeprefix("data: "))["errors"][0]["extensions"]["code"]

        yield ended


def mine(screen, watching):
    """What an owner's phone was told."""
    return [each["data"]["myAppointmentChanged"] for each in screen.told(watching)]


def spoken(moment):
    """The moment as it is printed."""
    return moment.isoformat().replace("+00:00", "Z")


def numbered(cursor):
    """The number of the event in a cursor, which is nobody's business but ours."""
    return int(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).split(b".")[0])
