"""A busy day, replayed: whoever was told of every change shows what somebody shows who has just loaded everything."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from tortoise.expressions import Q

from graph.ids import global_id
from models import Appointment, Event, EventKind, Ownership, Role, Session, Status
from models.appointment import COMING, MOVABLE, NEXT
from models.period import Period, day_in, on_the_wall
from resolvers.appointments.live import KINDS
from resolvers.trail import latest
from resolvers.viewer import Audience
from tests.callers import at
from tests.doors import Person, Program, id_of
from tests.replays import Replay, Sheet
from tests.served import served
from tests.typed import until
from tests.world import (
    a_booking,
    a_location,
    a_member,
    a_pet,
    a_practice,
    a_room,
    a_service,
    a_vet,
    an_owner,
)

SEED = 1
SHOWN = "id status startsAt endsAt pet { id name } vet { displayName } service { name } location { id }"
CHANGE = f"{{ cursor kind appointmentId appointment {{ {SHOWN} }} }}"
CURSOR = "{ changesCursor }"
DAY = f"""query Day($location: ID!, $from: Date!) {{ day(locationId: $location, on: $from) {{
  cursor appointments {{ {SHOWN} room {{ name }} }} }} }}"""
WEEK = f"""query Week($location: ID!, $begins: DateTime!, $ends: DateTime!) {{
  appointments(locationId: $location, endsAfter: $begins, startsBefore: $ends, first: 100) {{ nodes {{ {SHOWN} }} }} }}"""
MINE = f"{{ myAppointments(first: 100) {{ nodes {{ {SHOWN} }} }} }}"
WATCH_DAY = f"""subscription Watch($location: ID!, $from: Date!, $after: String) {{
  scheduleChanged(locationId: $location, from: $from, to: $from, after: $after) {{
    cursor kind appointmentId appointment {{ {SHOWN} room {{ name }} }} }} }}"""
WATCH_WEEK = f"""subscription Watch($location: ID!, $from: Date!, $to: Date!, $after: String) {{
  scheduleChanged(locationId: $location, from: $from, to: $to, after: $after) {CHANGE} }}"""
WATCH_MINE = f"subscription Mine($after: String) {{ myAppointmentChanged(after: $after) {CHANGE} }}"

ALL_WEEK, ALL_DAY = range(1, 8), 24 * 60
STEPS = {
    Status.CONFIRMED: "confirmAppointment",
    Status.ARRIVED: "checkInAppointment",
    Status.IN_PROGRESS: "startAppointment",
    Status.COMPLETED: "completeAppointment",
    Status.CANCELLED: "cancelAppointment",
}
DEEDS = ("book",) * 23 + ("move",) * 15 + ("step",) * 34 + ("no-show",) * 2 + ("death",) * 2 + ("ownership",) * 2
OWNERS_TOO = {Status.CONFIRMED, Status.CANCELLED}
# What may well be answered where several want the same at once.
WELL_REFUSED = {"SlotTaken", "StepNotAllowed", "PetHasDied", "NotFound", "RightNeeded", "TimeHasPassed"}


@dataclass
class Day:
    """A practice with two locations on two processes, and whoever acts there or looks on; `people` act at both."""

    chance: random.Random
    addresses: list[str]
    places: list[Any]
    services: list[Any]
    pets: list[Any]
    people: dict[Any, list[Person]]
    clients: list[tuple[Replay, Window | UUID]]
    today: date
    ending: list[UUID] = field(default_factory=list)

    # Deeds

    async def happen(self, deed: str) -> None:
        """Somebody does something of this kind, if there is anything of the kind to do."""
        match deed:
            case "book":
                await self._book()
            case "death":
                await self._do("reception", "recordDeath", petId=id_of(self.pets[-1]), diedOn=self.today.isoformat())
            case "undo":
                await self._do("vet", "undoDeath", petId=id_of(self.pets[-1]), because="It was another pet.")
            case "ownership":
                await self._end_an_ownership()
            case "move":
                await self._move()
            case "step":
                await self._take_a_step()
            case _:
                await self._mark_a_no_show()

    async def take_a_death_back(self) -> None:
        """The last pet lives after all; it has visits to come, dies once more, and that is a mistake too."""
        await self.happen("undo")
        for _ in range(4):
            await self._book(self.pets[-1])
        await self.happen("death")
        await self.happen("undo")

    async def _book(self, pet: Any = None) -> None:
        pet = pet or self.chance.choice(self.pets)
        wish: dict[str, Any] = {
            "petId": id_of(pet),
            "serviceId": id_of(self.chance.choice(self.services)),
            "locationId": id_of(self.chance.choice(self.places)),
            "startsAt": self._a_time(),
        }
        await self._do(await self._somebody_for(pet.id), "bookAppointment", **wish)

    async def _move(self) -> None:
        coming = Appointment.filter(status__in=list(MOVABLE), starts_at__gt=datetime.now(UTC))
        if visits := await coming.order_by("id"):
            visit = self.chance.choice(visits)
            given = {"startsAt": self._a_time(), "anyVet": True}
            await self._do(await self._somebody_for(visit.pet_id), "rescheduleAppointment", visit, **given)

    async def _take_a_step(self) -> None:
        visits = await Appointment.filter(Q(starts_at__gt=datetime.now(UTC)) | Q(status=Status.NO_SHOW)).order_by("id")
        steps = [(visit, to) for visit in visits for to in sorted(NEXT[visit.status]) if to is not Status.NO_SHOW]
        # Half of the time with one of those that are already here, or few visits would ever be completed.
        here = [(visit, to) for visit, to in steps if to in {Status.IN_PROGRESS, Status.COMPLETED}]
        if not steps:
            return
        visit, to = self.chance.choice(here if here and self.chance.random() < 0.5 else steps)
        who = await self._somebody_for(visit.pet_id) if to in OWNERS_TOO else "reception"
        await self._do(who, STEPS[to], visit)

    async def _mark_a_no_show(self) -> None:
        begun = await Appointment.filter(starts_at__lt=datetime.now(UTC), status__in=list(COMING)).order_by("id")
        if begun:
            await self._do("vet", "markNoShowAppointment", self.chance.choice(begun))

    async def _end_an_ownership(self) -> None:
        shared = await Ownership.filter(ends_on=None, share=0, id__not_in=self.ending).order_by("id")
        ended = self.chance.choice(shared)
        self.ending.append(ended.id)
        payer = await Ownership.get(pet_id=ended.pet_id, ends_on=None, share=100)
        shares = [{"clientId": global_id("Client", payer.client_id), "share": 100}]
        await self._do("reception", "endOwnership", ownershipId=id_of(ended), shares=shares)

    async def _somebody_for(self, pet_id: UUID) -> Any:
        owners = await Ownership.filter(pet_id=pet_id, ends_on=None).order_by("id")
        return self.chance.choice(["reception", "vet", *(owner.client_id for owner in owners)])

    async def _do(self, who: Any, deed: str, visit: Appointment | None = None, **given: Any) -> None:
        if visit is not None:
            given["appointmentId"] = id_of(visit)
        answer = await self.chance.choice(self.people[who]).do(deed, **given)
        assert "code" not in answer or answer["__typename"] in WELL_REFUSED, (deed, given, answer)

    def _a_time(self) -> str:
        """Often on the day that everybody looks at."""
        on = self.today + timedelta(days=self.chance.choice((1, 2, 2, 2, 3, 5, 9)))
        minute = self.chance.randrange(4 * 60, 12 * 60, 15)
        return on_the_wall(on, minute, self.places[0].clock).isoformat()

    # Looking on

    async def come_or_go(self) -> None:
        """Somebody who looks on hangs up, or goes on from a cursor that may be older than the last one."""
        client, _ = self.chance.choice(self.clients)
        if client.is_open and not client.must_load_again:
            await client.close()
            return
        await self.let_look(client, back=self.chance.choice((0, 0, 0, 1, 4)))

    async def let_look(self, client: Replay, *, back: int = 0) -> None:
        """Connect to either process; whoever comes for the first time loads from either before."""
        trail = (await latest()).number
        must_load = not client.connections or client.must_load_again
        await client.close()
        if must_load:
            await client.load(self.chance.choice(self.addresses))
        await client.open(self.chance.choice(self.addresses), trail=trail, back=back)

    async def until_all_is_told(self) -> None:
        """Wait until everybody shows what is there; what differs, when somebody does not."""
        for client, _ in self.clients:
            there = await client.fresh(self.addresses[0])
            assert there == await client.fresh(self.addresses[1])
            with suppress(AssertionError):
                await until(partial(_shows_or_must_load, client, there), seconds=10)
            if client.must_load_again:  # maybe a pet is no longer hers
                await self.let_look(client)
            assert client.view == there, client.name


def _shows_or_must_load(client: Replay, there: dict[str, Any]) -> bool:
    client.catch_up()
    return client.view == there or client.must_load_again


@dataclass(frozen=True)
class Window:
    """The part of the schedule that a client has open."""

    location: Any
    first: date
    last: date

    @property
    def period(self) -> Period:
        clock = self.location.clock
        return Period(day_in(clock, self.first).starts_at, day_in(clock, self.last).ends_at)

    @property
    def is_touched(self) -> Callable[[Event], bool]:
        """Whether an event is about a visit that was, or came to be, inside."""

        def touched(event: Event) -> bool:
            visits: list[Any] = [(event.old_starts_at, event.old_ends_at), (event.new_starts_at, event.new_ends_at)]
            inside = [
                starts < self.period.ends_at and ends > self.period.starts_at for starts, ends in visits if starts
            ]
            return event.location_id == self.location.id and any(inside)

        return touched

    def sheet(self) -> Sheet:
        place = {"location": id_of(self.location)}
        days = {**place, "from": self.first.isoformat()}
        if self.first == self.last:
            return Sheet(DAY, days, ("day", "appointments"), WATCH_DAY, days)
        moments = {"begins": self.period.starts_at.isoformat(), "ends": self.period.ends_at.isoformat()}
        week = {**days, "to": self.last.isoformat()}
        return Sheet(WEEK, {**place, **moments}, ("appointments", "nodes"), WATCH_WEEK, week, CURSOR)


HERS = Sheet(MINE, {}, ("myAppointments", "nodes"), WATCH_MINE, {}, CURSOR)


@asynccontextmanager
async def a_day(database, seed: int) -> AsyncIterator[Day]:
    """Two locations, five pets of three owners, a few visits that should have begun already, and ten who look on."""
    chance = random.Random(seed)
    await a_practice()
    high_street = await a_location(weekdays=ALL_WEEK, opens=0, closes=ALL_DAY)
    harbour = await a_location("Harbour", zone="America/New_York", weekdays=ALL_WEEK, opens=0, closes=ALL_DAY)
    vet = await a_member("Karin Voss", Role.VET, at=None)
    for place in (high_street, harbour):
        await a_vet(location=place, weekdays=ALL_WEEK, starts=0, ends=ALL_DAY)
        await a_room(location=place)
    # Two who hold the same roles, so that what they ask alike is read once for both.
    reception, second = [await a_member(name, Role.RECEPTIONIST, at=None) for name in ("Rita Blum", "Rolf Kern")]
    services = [await a_service(), await a_service("Injection", lasts=15)]
    olga, peter, amira = await an_owner(), await an_owner(), await an_owner()
    pets = [await a_pet(*owners) for owners in ((olga, peter), (peter, amira), (amira,), (olga,), (olga, amira))]
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    for number in range(1, 5):
        await a_booking(pets[2], starts_at=now - timedelta(minutes=30 * number))
    program = Program()
    program.clock.now = datetime.now(UTC)
    await Session.all().update(expires_at=program.clock.now + timedelta(days=1))
    today = now.astimezone(high_street.clock).date()
    yesterday, week = today - timedelta(days=1), timedelta(days=6)
    soon, later = today + timedelta(days=2), today + timedelta(days=3)
    busy = Window(high_street, soon, soon)

    async def looks(name: str, who: Any, what: Window | UUID, over: str = "socket") -> tuple[Replay, Window | UUID]:
        door = Audience.STAFF if isinstance(what, Window) else Audience.OWNER
        sheet = what.sheet() if isinstance(what, Window) else HERS
        return Replay(name, door, await program.token(who.viewer), sheet, over), what

    clients = [
        await looks("the desk", reception, busy),
        await looks("the desk beside it", second, busy),
        await looks("the desk's week", reception, Window(high_street, yesterday, yesterday + week)),
        await looks("the week in a browser", second, Window(high_street, later, later + week), "stream"),
        await looks("the harbour", reception, Window(harbour, soon, soon)),
        await looks("the vet's three days", vet, Window(harbour, today, today + week / 2)),
        await looks("Olga", olga, olga.id),
        await looks("Olga's tablet", olga, olga.id, "stream"),
        await looks("Peter", peter, peter.id),
        await looks("Amira", amira, amira.id),
    ]
    async with (
        served(database.url, processes=2) as processes,
        at(processes[0].address) as one,
        at(processes[1].address) as other,
    ):
        people: dict[Any, list[Person]] = {}
        acting: dict[Any, Any] = {
            "reception": reception,
            "vet": vet,
            **{owner.id: owner for owner in (olga, peter, amira)},
        }
        for name, who in acting.items():
            door = Audience.OWNER if isinstance(name, UUID) else Audience.STAFF
            token = await program.token(who.viewer)
            people[name] = [
                Person(place, door, token, keys=1000 * number) for number, place in enumerate((one, other), 1)
            ]
        addresses = [process.address for process in processes]
        yield Day(chance, addresses, [high_street, harbour], services, pets, people, clients, today)
        for client, _ in clients:
            await client.close()
        assert [
            line for process in processes for line in (*process.said(level="error"), *process.said(level="warning"))
        ] == []


async def test_whoever_was_told_of_every_change_shows_what_is_there(database):
    began = time.perf_counter()
    async with a_day(database, SEED) as day:
        for client, _ in day.clients[:-2]:
            await day.let_look(client)
        deeds = list(DEEDS)
        day.chance.shuffle(deeds)
        while deeds:
            at_once, deeds = deeds[: (several := day.chance.randrange(1, 4))], deeds[several:]
            async with asyncio.TaskGroup() as together:
                for deed in at_once:
                    together.create_task(day.happen(deed))
                if day.chance.random() < 0.6:
                    together.create_task(day.come_or_go())
        await day.take_a_death_back()
        for client, _ in day.clients:
            if not client.is_open:
                await day.let_look(client)
        await day.until_all_is_told()
    trail = await Event.filter(number__gt=0).order_by("number")
    assert {event.kind for event in trail} == {
        *KINDS, EventKind.PET_DIED, EventKind.DEATH_UNDONE, EventKind.OWNERSHIP_ENDED,
    }  # fmt: skip
    for client, what in day.clients:
        await _was_told_in_order(client, what, trail)
        if isinstance(what, UUID):
            await _was_told_of_nobody_elses(client, what, trail)
    told = sum(len(heard.numbers) for client, _ in day.clients for heard in client.connections)
    print(
        f"{database.dialect}: {len(trail)} events, {told} changes over"
        f" {sum(len(client.connections) for client, _ in day.clients)} connections, {time.perf_counter() - began:.1f} s"
    )


async def _was_told_in_order(client: Replay, what: Window | UUID, trail: list[Event]) -> None:
    """Each connection told of its changes in order, and all of them together of every one."""
    for heard in client.connections:
        assert heard.numbers == sorted(set(heard.numbers)), client.name
    told = {number for heard in client.connections for number in heard.numbers}
    pets = {one.id: one.pet_id for one in await Appointment.all()}
    if isinstance(what, Window):
        wanted = {event.number for event in trail if event.kind in KINDS and what.is_touched(event)}
        may_be = {event.number for event in trail if event.kind in KINDS and event.location_id == what.location.id}
    else:
        always = {one.pet_id for one in await Ownership.filter(client_id=what, ends_on=None)}
        ever = {one.pet_id for one in await Ownership.filter(client_id=what)}
        wanted = {event.number for event in trail if event.kind in KINDS and pets[event.subject_id] in always}
        may_be = {event.number for event in trail if event.kind in KINDS and pets[event.subject_id] in ever}
    assert {number for number in wanted if number > client.loaded_at} - told == set(), client.name
    assert told <= may_be, client.name


async def _was_told_of_nobody_elses(client: Replay, client_id: UUID, trail: list[Event]) -> None:
    """Nothing that happened to a pet after it was hers was told, and nothing at all to a connection made after that."""
    ended = {event.subject_id: event.number for event in trail if event.kind is EventKind.OWNERSHIP_ENDED}
    lost = {one.pet_id: ended[one.id] for one in await Ownership.filter(client_id=client_id, id__in=list(ended))}
    pets = {one.id: one.pet_id for one in await Appointment.all()}
    by_number = {event.number: event for event in trail}
    for heard in client.connections:
        for number in heard.numbers:
            over = lost.get(pets[by_number[number].subject_id])
            assert over is None or (number < over and heard.opened_after < over), (client.name, number)
