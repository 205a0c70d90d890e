"""`make bench ARGS="reminding [--database sqlite|postgres|both] [--pets N]"`.

How long the worker takes to plan what is due for many pets, and to decide whom to tell when a step of all of them comes
on the same morning; how long the longest transaction lasts, for which others who write may have to wait; and how much
memory the process holds before and after. Figures on this machine, printed and judged by whoever reads them.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import uvloop
from rich.console import Console
from rich.table import Table

from bench import report
from models import (
    Client,
    ClientEmail,
    Consent,
    ConsentSource,
    Event,
    EventCounter,
    EventKind,
    Message,
    Ownership,
    Pet,
    Purpose,
    Reminder,
    ReminderNotice,
    Vaccination,
    VaccinationDue,
    sql,
)
from models.consent import Channel
from models.due_date import Reason
from models.vaccine import Target
from resolvers import reminders
from resolvers.viewer import Viewer
from tests.databases import Databases
from tests.world import NOW, TODAY, a_rule, a_vaccine, a_vet, a_world
from vetdesk.database import connect

AIM_SECONDS = 10
_AT_ONCE = 500
_DAY = timedelta(days=1)
_WORKER = Viewer.system("bench")


def main(arguments: list[str]) -> int:
    """Measure, print a table, and as the last line the figures; 1 when what came of it is wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench reminding", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--pets", type=int, default=10_000, help="how many pets have something due (10000)")
    asked = parser.parse_args(arguments)
    if asked.database != "both":
        return _on(asked)
    # Each in a process of its own: Tortoise keeps its statements in the spelling of the first database it meets.
    command = [sys.executable, "-m", "bench", "reminding", *arguments, "--database"]
    return max(subprocess.run([*command, dialect], check=False).returncode for dialect in ("sqlite", "postgres"))


@dataclass(frozen=True, slots=True)
class Figure:
    """What was done: in how many seconds, of which so many at work here, the longest transaction, and memory after it."""

    name: str
    seconds: float
    worked: float
    longest_ms: float
    transactions: int
    megabytes: float


def _on(asked: argparse.Namespace) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    out, databases = Console(), Databases(asked.database)
    # Started here, in the main thread and outside the loop: the server ends with the thread that started it.
    databases.start()
    try:
        figures, before, wrong = uvloop.run(_measured(databases, asked.pets, out))
    finally:
        databases.stop()
    out.print(report.machine(), highlight=False, soft_wrap=True)
    total = sum(one.seconds for one in figures[:2])
    title = f"{asked.database}, {asked.pets:,} pets with something due (aim: planned and decided in {AIM_SECONDS} s)"
    table = Table(title=title, title_justify="left")
    for heading in ("", "seconds", "at work here", "transactions", "longest ms", "memory after, MB"):
        table.add_column(heading, justify="left" if not heading else "right")
    table.add_row("before", "", "", "", "", f"{before:.0f}")
    for one in figures:
        row = (
            f"{one.seconds:.2f}",
            f"{one.worked:.2f}",
            str(one.transactions),
            f"{one.longest_ms:.0f}",
            f"{one.megabytes:.0f}",
        )
        table.add_row(one.name, *row)
    table.add_row("planned and decided", f"{total:.2f}", f"{sum(one.worked for one in figures[:2]):.2f}", "", "", "")
    out.print(table)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    out.print(f"Most memory at any time: {peak:.0f} MB", highlight=False)
    for complaint in wrong:
        out.print(complaint, style="bold red", highlight=False, markup=False)
    told = {one.name: [round(one.seconds, 2), round(one.longest_ms), round(one.megabytes)] for one in figures}
    print(json.dumps({asked.database: told}))
    return 1 if wrong else 0


async def _measured(databases: Databases, many: int, out: Console) -> tuple[list[Figure], float, list[str]]:
    async with databases.migrated() as database, connect(database.url):
        out.print(f"{databases.dialect}: writing {many:,} pets …", highlight=False)
        await _write(many)
        if databases.dialect == "postgres":
            await sql.execute("ANALYZE")
        before = _megabytes()

        async def plan() -> bool:
            return (await reminders.plan_due(_WORKER, now=NOW, most=1)).is_more

        async def decide() -> bool:
            return (await reminders.decide_due(_WORKER, now=NOW, most=1)).is_more

        figures = [await _took("planned", plan), await _took("decided", decide)]
        await _happened(EventKind.REMINDER_RULE_AMENDED)
        figures.append(await _took("planned again, nothing new", plan))
        counts = {
            "reminders": await Reminder.all().count(),
            "reminders that were told": await Reminder.filter(state="SENT", last_step=-30).count(),
            "notices": await ReminderNotice.all().count(),
        }
        wrong = [f"There are {count:,} {name} instead of {many:,}." for name, count in counts.items() if count != many]
        letters, households = await Message.all().count(), (many + 1) // 2
        if letters != households:
            wrong.append(f"There are {letters:,} letters for {households:,} households.")
        return figures, before, wrong


async def _took(name: str, work: Callable[[], Awaitable[bool]]) -> Figure:
    times, began, worked = [], time.perf_counter(), time.process_time()
    is_more = True
    while is_more:
        start = time.perf_counter()
        is_more = await work()
        times.append(time.perf_counter() - start)
    took, worked = time.perf_counter() - began, time.process_time() - worked
    return Figure(name, took, worked, max(times) * 1000, len(times) - 1, _megabytes())


async def _write(many: int) -> None:
    """Every two pets have an owner who wants to hear; each was vaccinated last year, and its booster is due in 30 days."""
    world = await a_world()
    await a_vet()
    vaccine, chance = await a_vaccine(), random.Random(7)
    await a_rule(services=[world.service])
    for start in range(0, many, _AT_ONCE):
        count = min(_AT_ONCE, many - start)
        clients = [_client(start // 2 + number) for number in range((count + 1) // 2)]
        pets = [
            Pet(name=f"Pet {start + number}", fold=f"pet {start + number}", species="DOG", created_at=NOW)
            for number in range(count)
        ]
        due_on = [TODAY + 30 * _DAY - chance.randrange(3) * _DAY for _ in pets]
        await sql.insert(clients)
        await sql.insert([_email(client) for client in clients])
        await sql.insert([_consent(client) for client in clients])
        await sql.insert(pets)
        await sql.insert([_ownership(pet, clients[number // 2]) for number, pet in enumerate(pets)])
        doses = zip(pets, due_on, strict=True)
        await sql.insert([_dose(world, vaccine, pet, on.replace(year=on.year - 1)) for pet, on in doses])
        await sql.insert([_due(world, pet, on) for pet, on in zip(pets, due_on, strict=True)])
    await _happened(EventKind.REMINDER_RULE_SWITCHED_ON)


def _client(number: int) -> Client:
    name = f"Owner {number}"
    return Client(given_name="", family_name=name, display_name=name, fold=name.lower(), language="en", created_at=NOW)


def _email(client: Client) -> ClientEmail:
    address = f"{client.fold.replace(' ', '.')}@home.example"
    return ClientEmail(client_id=client.id, address=address, fold=address, position=0)


def _consent(client: Client) -> Consent:
    return Consent(
        client_id=client.id, channel=Channel.EMAIL, purpose=Purpose.CARE, is_given=True, said_at=NOW,
        source=ConsentSource.IN_PERSON,
    )  # fmt: skip


def _ownership(pet: Pet, client: Client) -> Ownership:
    return Ownership(
        pet_id=pet.id, client_id=client.id, starts_on=date(2025, 1, 1), share=100, may_book=True, may_pay=True,
        may_consent=True, may_view=True,
    )  # fmt: skip


def _dose(world: Any, vaccine: Any, pet: Pet, given_on: date) -> Vaccination:
    at = datetime.combine(given_on, NOW.timetz())
    return Vaccination(
        pet_id=pet.id, vaccine_id=vaccine.id, lot="A-1", lot_fold="a1", given_on=given_on, at=at, recorded_at=at,
        given_by_id=world.vet.id, location_id=world.location.id,
    )  # fmt: skip


def _due(world: Any, pet: Pet, due_on: date) -> VaccinationDue:
    return VaccinationDue(
        pet_id=pet.id, target=Target.RABIES, due_on=due_on, earliest_on=due_on, reason=Reason.BOOSTER,
        sentence="A booster is due 1 year after the last dose.", location_id=world.location.id, worked_out_at=NOW,
    )  # fmt: skip


async def _happened(kind: EventKind) -> None:
    """Something that concerns every pet."""
    counter = await EventCounter.get(id=1)
    number = counter.last_number + 1
    await EventCounter.filter(id=1).update(last_number=number)
    await Event.create(number=number, kind=kind, at=NOW, system_reason="bench", subject_id=counter.stream_id)


def _megabytes() -> float:
    """What the process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000
