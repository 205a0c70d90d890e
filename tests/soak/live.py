"""`python -m tests.soak live [--database sqlite|postgres|both] [--sockets N] [--minutes N] [--people N] [--seed N]`.

Staff and owners look on over sockets and streams at two `vetdesk serve` processes; they come and go all the time, while
others book, move and cancel. At the end each must have been told of every event that concerned it, once and in order,
and when all have gone, the servers must hold what they held before anybody came. Ends with 1 when anything did not hold.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from models import Account, Location, Ownership
from models.period import Period, day_in, today_in
from models.period import now as right_now
from resolvers.appointments.live import KINDS
from tests.databases import Database, Databases
from tests.soak import books
from tests.soak.both import on_both, on_one
from tests.soak.documents import MINE as MINE_NOW
from tests.soak.line import Line, Record
from tests.soak.people import Everybody
from tests.soak.practice import Practice, a_practice_to_soak
from tests.soak.servers import Server
from tests.soak.sockets import MINE, SCHEDULE, Onlooker, Onlookers, Sight, Tally
from vetdesk.database import connect

SAMPLE_EVERY, TELL_EVERY, REST_SECONDS, TOLD_WITHIN = 1.0, 15.0, 5.0, 60.0
_GROWTH, _SPARE_MEGABYTES, _SPARE_FILES, _SPARE_PROCESSOR = 1.10, 10.0, 3, 0.02
_STAFF, _STREAMS = 0.5, 0.1
"""How many of all are staff, and how many of them come over streams."""
_WINDOWS = ((0, 0), (1, 1), (2, 2), (0, 2), (0, 6), (1, 30))
"""The first and the last day of what staff have open, counted from today."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak live", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--sockets", type=int, default=500, help="how many look on (500)")
    parser.add_argument("--minutes", type=float, default=30.0, help="how long, for each database (30)")
    parser.add_argument("--people", type=int, default=4, help="how many act at once (4)")
    parser.add_argument("--pause", type=float, default=0.3, help="seconds between two deeds of one of them (0.3)")
    parser.add_argument("--seed", type=int, default=0, help="where chance begins (0)")
    asked = parser.parse_args(sys.argv[2:])
    return (
        on_both()
        if asked.database == "both"
        else on_one(asked.database, lambda databases: _soaked(databases, asked, Console()))
    )


async def _soaked(databases: Databases, asked: argparse.Namespace, out: Console) -> bool:
    stop, over = asyncio.Event(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    chance, record, tally = random.Random(asked.seed), Record(), Tally()
    with tempfile.TemporaryDirectory(prefix="vetdesk-soak-") as folder:
        async with databases.migrated() as database:
            async with connect(database.url):
                practice = await a_practice_to_soak(asked.minutes)
                eyes = await Eyes.of(practice)
            settings = {"IDEMPOTENCY_HOURS": str(int(asked.minutes / 60) + 24), "MAX_CONNECTIONS_PER_ACCOUNT": "500"}
            servers = [Server.vetdesk(name, database.url, Path(folder), **settings) for name in ("first", "second")]
            line = Line(servers, record, chance)
            try:
                for server in servers:
                    await server.ready()
                out.print(
                    f"[bold]{database.dialect}[/], {asked.sockets} look on, {asked.people} act, {asked.minutes:g} minutes",
                    highlight=False,
                )
                everybody, onlookers = Everybody(practice, line, chance), Onlookers(servers, record, tally, chance)
                # Many ask at once before anything is measured, so that every connection to the database is there.
                asking = line.read(practice.reception[0], "staff", "{ changesCursor }")
                (first, *_) = await asyncio.gather(
                    asking, *(line.read(who, "owner", MINE_NOW) for who in practice.owners * 10)
                )
                cursor = first["changesCursor"]
                every = _onlookers(practice, eyes, chance, cursor, asked.sockets)
                meters = [Meter(server) for server in servers]
                for meter in meters:
                    await meter.rest("before")
                looking = [asyncio.create_task(onlookers.look_on(one, stop, over)) for one in every]
                measuring = [asyncio.create_task(meter.sampled(stop)) for meter in meters]
                acting = [asyncio.create_task(everybody.busy(stop, pause=asked.pause)) for _ in range(asked.people)]
                await _watched(stop, asked.minutes * 60, record, tally, meters, out)
                await asyncio.gather(*acting, *measuring)
                settled = await _all_told(database, every)
                over.set()
                await asyncio.gather(*looking)
                await onlookers.client.aclose()
                await _judge(database, every, record)
                await line.close()
                for meter in meters:
                    await meter.rest("after")
                # Each leaves a line when it is over, whichever side ended it.
                ended, opened = sum(server.said("socket") for server in servers), tally.counted["sockets"]
                if ended != opened:
                    record.violated(f"{opened} sockets were opened, and the servers say that {ended} have ended")
            finally:
                stop.set()
                over.set()
                for server in servers:
                    server.stop()
            for meter in meters:
                meter.judge(record)
    return _summary(out, record, tally, meters, settled)


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who sees what: the clock of the location, and which pets are whose, by account."""

    location: Location
    pets: Mapping[str, frozenset[UUID]]

    @classmethod
    async def of(cls, practice: Practice) -> Eyes:
        """As it is, and stays, in this practice."""
        pets = {}
        for owner in practice.owners:
            account = await Account.get(id=owner.account)
            pets[owner.account] = frozenset([one.pet_id for one in await Ownership.filter(client_id=account.client_id)])
        return cls(await Location.get(), pets)


def _onlookers(practice: Practice, eyes: Eyes, chance: random.Random, cursor: str, number: int) -> list[Onlooker]:
    today = today_in(eyes.location.clock, right_now())
    every = []
    for each in range(number):
        name, is_stream = f"onlooker {each}", chance.random() < _STREAMS
        if each < number * _STAFF:
            first, last = (today + timedelta(days=days) for days in chance.choice(_WINDOWS))
            place = {"location": practice.location, "from": first.isoformat(), "to": last.isoformat()}
            opened = Opened(_period(eyes.location, first, last))
            who = chance.choice(practice.reception)
            every.append(Onlooker(name, who, "staff", SCHEDULE, place, is_stream, opened, cursor))
        else:
            who = chance.choice(practice.owners)
            hers = Hers(frozenset(map(str, eyes.pets[who.account])))
            every.append(Onlooker(name, who, "owner", MINE, {}, is_stream, hers, cursor))
    return every


def _period(location: Location, first: date, last: date) -> Period:
    return Period(day_in(location.clock, first).starts_at, day_in(location.clock, last).ends_at)


@dataclass(frozen=True, slots=True)
class Told:
    """An event about an appointment, as the books have it."""

    number: int
    pet: str
    visits: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    period: Period

    def wants(self, event: Told) -> bool:
        """Whether the visit was, or came to be, inside."""
        return any(self.period.overlaps(visit) for visit in event.visits)


@dataclass(frozen=True, slots=True)
class Hers:
    pets: frozenset[str]

    def wants(self, event: Told) -> bool:
        """Whether it is about one of her pets."""
        return event.pet in self.pets


async def _trail(database: Database) -> list[Told]:
    kinds = ", ".join(f"'{kind.value}'" for kind in KINDS)
    async with books.opened(database) as rows:
        found = await rows(
            "SELECT e.number, a.pet_id, e.old_starts_at, e.old_ends_at, e.new_starts_at, e.new_ends_at FROM event e "
            f"JOIN appointment a ON a.id = e.subject_id WHERE e.kind IN ({kinds}) ORDER BY e.number"
        )
    return [Told(number, pet, (*_visit(*old_new[:2]), *_visit(*old_new[2:]))) for number, pet, *old_new in found]


def _visit(starts_at: Any, ends_at: Any) -> tuple[Period, ...]:
    starts, ends = books.moment(starts_at), books.moment(ends_at)
    return () if starts is None or ends is None else (Period(starts, ends),)


def _concerning(every: list[Onlooker], trail: list[Told]) -> dict[Sight, list[int]]:
    """The numbers of the events that each must be told of."""
    return {sight: [event.number for event in trail if sight.wants(event)] for sight in {one.sees for one in every}}


async def _all_told(database: Database, every: list[Onlooker]) -> float:
    """Wait until everybody was told of the last event that concerns them; how long that took, after the last deed."""
    began, trail = time.monotonic(), await _trail(database)
    concerning = _concerning(every, trail)
    last = {one: max(concerning[one.sees], default=0) for one in every}
    while time.monotonic() < began + TOLD_WITHIN:
        if all(not last[one] or (one.numbers and one.numbers[-1] >= last[one]) for one in every):
            break
        await asyncio.sleep(0.1)
    settled = time.monotonic() - began
    await asyncio.sleep(1)  # whatever comes too much should have come by then
    return settled


async def _judge(database: Database, every: list[Onlooker], record: Record) -> None:
    """Compare what each was told with the books."""
    trail = await _trail(database)
    about, concerning = {event.number for event in trail}, _concerning(every, trail)
    for one in every:
        told = set(one.numbers)
        wanted = {number for number in concerning[one.sees] if number > one.begins}
        if missed := wanted - told:
            record.violated(f"{one.name} was not told of {len(missed)} events, the first is {min(missed)}")
        # Staff may also be told of a visit that came into sight before its event was read; an owner's pets stay hers.
        strange = told - (about if one.door == "staff" else wanted)
        if strange:
            record.violated(f"{one.name} was told of {len(strange)} events that are not its own: {min(strange)}")
        if len(told) != len(one.numbers):
            record.violated(f"{one.name} was told {len(one.numbers) - len(told)} times of what it knew")


class Meter:
    """Looks at a server from outside: its memory, its files and connections, and its processor while nobody asks."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.memory: list[float] = []
        self.files: list[int] = []
        self.used: list[float] = []
        self.rests: dict[str, tuple[float, int, float]] = {}

    async def sampled(self, stop: asyncio.Event) -> None:
        """Measure until asked to stop."""
        used = self.server.processor() or 0.0
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), SAMPLE_EVERY)
            now = self.server.processor() or 0.0
            self.memory.append(self.server.memory() or 0.0)
            self.files.append(self.server.open_files() or 0)
            self.used.append((now - used) / SAMPLE_EVERY)
            used = now

    async def rest(self, name: str) -> None:
        """Measure while nobody is there, after a moment in which everything may come to rest."""
        await asyncio.sleep(REST_SECONDS / 2)
        used = self.server.processor() or 0.0
        await asyncio.sleep(REST_SECONDS)
        used = ((self.server.processor() or 0.0) - used) / REST_SECONDS
        self.rests[name] = (self.server.memory() or 0.0, self.server.open_files() or 0, used)

    def judge(self, record: Record) -> None:
        """Compare the last quarter with the second, what it held before with what it holds after, and read the log."""
        name, quarter = self.server.name, len(self.memory) // 4
        if quarter >= 5:
            before, after = median(self.memory[quarter : 2 * quarter]), median(self.memory[-quarter:])
            if after > before * _GROWTH + _SPARE_MEGABYTES:
                record.violated(f"the memory of the {name} server grew from {before:.0f} to {after:.0f} MB")
        (_, held, rested), (_, holds, rests) = self.rests["before"], self.rests["after"]
        if holds > held + _SPARE_FILES:
            record.violated(f"the {name} server held {held} files before anybody came, and {holds} when all had gone")
        if rests > rested + _SPARE_PROCESSOR:
            record.violated(
                f"the {name} server used {rested:.1%} of a core before anybody came, {rests:.1%} afterwards"
            )
        for complaint, often in self.server.complaints().items():
            record.violated(f"the {name} server said {often} times: {complaint}")


async def _watched(
    stop: asyncio.Event, seconds: float, record: Record, tally: Tally, meters: list[Meter], out: Console
) -> None:
    """Tell how far it is every so often, until the time is over or somebody asks to stop."""
    started = time.monotonic()
    while not stop.is_set() and (left := started + seconds - time.monotonic()) > 0:
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), min(TELL_EVERY, left))
        full = min(round((time.monotonic() - started) / seconds * 20), 20)
        memory = " and ".join(f"{meter.memory[-1]:.0f}" for meter in meters if meter.memory)
        violated = f"[bold red]{len(record.violations)} violations[/]" if record.violations else "all holds"
        out.print(
            f"{'━' * full}[dim]{'─' * (20 - full)}[/] {record.done.total():,} deeds, {tally.connected} of them connected,"
            f" {tally.counted['sockets'] + tally.counted['streams']:,} connections so far,"
            f" {tally.counted['changes']:,} changes told, {memory} MB: {violated}",
            highlight=False,
            soft_wrap=True,
        )
    stop.set()


def _summary(out: Console, record: Record, tally: Tally, meters: list[Meter], settled: float) -> bool:
    table = Table(box=SIMPLE_HEAD, padding=(0, 0, 0, 1))
    table.add_column("")
    for heading in ("nobody there", "second quarter", "last quarter", "at most", "all gone"):
        table.add_column(heading, justify="right", no_wrap=True)
    for meter in meters:
        name, quarter = meter.server.name, max(len(meter.memory) // 4, 1)
        for what, unit, before, measured, after in (
            ("MB", "{:.0f}", meter.rests["before"][0], meter.memory, meter.rests["after"][0]),
            ("files", "{:.0f}", meter.rests["before"][1], meter.files, meter.rests["after"][1]),
            ("core", "{:.1%}", meter.rests["before"][2], meter.used, meter.rests["after"][2]),
        ):
            warm, last = median(measured[quarter : 2 * quarter] or measured), median(measured[-quarter:])
            table.add_row(f"{name}, {what}", *map(unit.format, (before, warm, last, max(measured), after)))
    out.print(table)
    counted = tally.counted
    out.print(
        f"deeds: {record.done.total():,}; connections: {counted['sockets']:,} sockets, {counted['streams']:,} streams"
    )
    out.print(
        f"changes told: {counted['changes']:,}; from the deed to a screen p50 {tally.percentile(0.5)} ms,"
        f" p99 {tally.percentile(0.99)} ms, max {max(tally.waits, default=0)} ms; all were told {settled:.1f} s after the last deed",
        highlight=False,
        soft_wrap=True,
    )
    for sentence in list(dict.fromkeys(record.violations))[:20]:
        out.print(f"violated: {sentence}", style="red", highlight=False, markup=False, soft_wrap=True)
    out.print("[bold red]It did not hold.[/]" if record.violations else "[bold green]Everything held.[/]")
    return not record.violations


__all__ = ["main"]
