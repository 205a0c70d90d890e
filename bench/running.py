"""One run on one database: rows, servers, the same answer from all of them, and the figures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bench import starts
from bench.figures import Figure, Figures
from bench.journeys import Journey, journeys, reads
from bench.load import Rounds
from bench.measuring import Effort, Told, differences, in_turns, let_in
from bench.packages import Packages
from bench.rows import Practice, a_busy_practice
from bench.servers import LIMIT, NAMES, PRODUCT, Contestant, peers, product_and_limit
from models import sql
from tests.databases import Databases
from vetdesk.database import connect


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure: the journeys with one of these words in their names, and growth to these sizes."""

    effort: Effort
    words: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    with_peers: bool = True
    only_targets: bool = False

    def wants(self, journey: Journey) -> bool:
        if self.only_targets and not (journey.is_for_all or journey.key == "book"):
            return False
        return not self.words or any(word in f"{journey.key} {journey.name}" for word in self.words)


async def measured(databases: Databases, plan: Plan, packages: Packages | None) -> tuple[Figures, list[str]]:
    """The figures, and in words whatever was not as it should be."""
    columns = (TextColumn("{task.description:<44}"), BarColumn(), MofNCompleteColumn(), TextColumn("rounds"))
    with Progress(*columns, transient=True) as progress:
        told = Told(progress, progress.add_task("Starting everybody …", total=None))
        figures, wrong = await _side_by_side(databases, plan, packages, told)
        if plan.sizes and any(plan.wants(journey) and journey.is_for_all for journey in _known_reads(figures)):
            wrong += await _growth(databases, plan, figures, told)
    return figures, wrong


def _known_reads(figures: Figures) -> list[Journey]:
    return [
        Journey(key, name, "", "", b"", (), None, is_for_all=key in {"day", "pet", "clients"})
        for key, name in figures.names.items()
    ]


async def _side_by_side(
    databases: Databases, plan: Plan, packages: Packages | None, told: Told
) -> tuple[Figures, list[str]]:
    async with _a_practice(databases, 1) as (url, folder, practice, version):
        start = await starts.later_start(url, folder)
        figures = Figures(databases.dialect, version, str(plan.effort), start_seconds=start)
        contestants = product_and_limit(url, folder, practice)
        if plan.with_peers and databases.dialect == "postgres":
            contestants += peers(url, folder, practice, packages)
        try:
            await asyncio.gather(*(contestant.server.ready() for contestant in contestants))
            chosen = [journey for journey in journeys(practice) if plan.wants(journey)]
            wrong = await let_in(practice, contestants)
            for journey in chosen:
                wrong += await differences(journey, _asked(journey, contestants))
            turns = sum(len(_asked(journey, contestants)) for journey in chosen) * (plan.effort.rounds + 1)
            told.progress.update(told.task, total=turns)
            for journey in chosen:
                wrong += await _one_journey(journey, _asked(journey, contestants), plan.effort, figures, told)
            figures.megabytes = {one.name: one.server.memory() or 0.0 for one in contestants}
        finally:
            _stop(contestants)
    return figures, wrong


def _asked(journey: Journey, contestants: Sequence[Contestant]) -> list[Contestant]:
    return [one for one in contestants if journey.is_for_all or one.name in {PRODUCT, LIMIT}]


async def _one_journey(
    journey: Journey, asked: Sequence[Contestant], effort: Effort, figures: Figures, told: Told
) -> list[str]:
    told.begin(f"{figures.dialect}: {journey.name}")
    rounds = await in_turns([(one, journey) for one in asked], effort, told)
    figures.names[journey.key] = journey.name
    figures.journeys[journey.key] = {
        one.name: Figure.of(done, rounds[0]) for one, done in zip(asked, rounds, strict=True)
    }
    return [complaint for one, done in zip(asked, rounds, strict=True) for complaint in _complaints(journey, one, done)]


async def _growth(databases: Databases, plan: Plan, figures: Figures, told: Told) -> list[str]:
    """The reads again, of the product and the limit, with ever more rows: a database and two servers for each size."""
    told.begin(f"{figures.dialect}: writing {plan.sizes[-1]} times the rows")
    wrong: list[str] = []
    async with AsyncExitStack() as stack:
        sides: list[tuple[int, list[Contestant], list[Journey]]] = []
        for times in plan.sizes:
            url, folder, practice, _ = await stack.enter_async_context(_a_practice(databases, times))
            contestants = product_and_limit(url, folder, practice)
            stack.callback(_stop, contestants)
            sides.append((times, contestants, [one for one in reads(practice) if plan.wants(one)]))
        await asyncio.gather(*(one.server.ready() for _, contestants, _ in sides for one in contestants))
        chosen = sides[0][2]
        more = len(chosen) * len(sides) * 2 * (plan.effort.rounds + 1)
        told.progress.update(told.task, total=(told.progress.tasks[0].total or 0) + more)
        for number, journey in enumerate(chosen):
            told.begin(f"{figures.dialect}: growth, {journey.name}")
            turns = [
                (times, contestant, asked[number]) for times, contestants, asked in sides for contestant in contestants
            ]
            for times, contestants, journeys_there in sides:
                if await differences(journeys_there[number], contestants):
                    wrong.append(f"{journey.name}: with {times} times the rows, product and limit differ")
            rounds = await in_turns([(contestant, asked) for _, contestant, asked in turns], plan.effort, told)
            for (times, contestant, asked), done in zip(turns, rounds, strict=True):
                first = next(
                    before for (_, other, _), before in zip(turns, rounds, strict=True) if other.name == contestant.name
                )
                kept = figures.growth.setdefault(asked.key, {}).setdefault(contestant.name, {})
                kept[times] = (done.percentile(50), _longer(done, first))
                wrong += _complaints(asked, contestant, done)
    return wrong


def _longer(done: Rounds, first: Rounds) -> float:
    """How many times as long half of the answers took: the median of what it was in each turn."""
    pairs = zip(done.rounds, first.rounds, strict=False)
    return median(many.percentile(50) / few.percentile(50) for many, few in pairs if few.took)


def _complaints(journey: Journey, contestant: Contestant, done: Rounds) -> list[str]:
    if not done.wrong:
        return []
    shown = done.wrong[0].partition(b"\r\n\r\n")[2][:400].decode(errors="replace")
    return [f"{journey.name}, {NAMES[contestant.name]}: {len(done.wrong)} wrong answers, such as {shown}"]


def _stop(contestants: Sequence[Contestant]) -> None:
    for contestant in contestants:
        contestant.server.stop()


@asynccontextmanager
async def _a_practice(databases: Databases, times: int) -> AsyncIterator[tuple[str, Path, Practice, str]]:
    with TemporaryDirectory(prefix="vetdesk-bench-") as folder:
        async with databases.migrated() as database:
            async with connect(database.url):
                practice = await a_busy_practice(database.url, times=times)
                version = await _version()
            yield database.url, Path(folder), practice, version


async def _version() -> str:
    if sql.is_postgres():
        (row,) = await sql.fetch("SELECT version() AS version")
        return " ".join(str(row["version"]).split()[:2]) + " (no fsync)"
    (row,) = await sql.fetch("SELECT sqlite_version() AS version")
    return f"SQLite {row['version']}"
