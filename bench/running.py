"""One run on one database: rows, servers, the same answer from all of them, and the figures."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bench import effects, growth, starts
from bench.figures import Figure, Figures
from bench.journeys import Journey, journeys
from bench.measuring import Effort, Told, differences, in_turns, leniences, let_in
from bench.packages import Packages
from bench.servers import LIMIT, PRODUCT, Contestant, peers, product_and_limit
from bench.setting import Plan, a_practice, complaints, looked_at_again, stop
from tests.databases import Databases


async def measured(databases: Databases, plan: Plan, packages: Packages | None) -> tuple[Figures, list[str]]:
    """The figures, and in words whatever was not as it should be."""
    columns = (TextColumn("{task.description:<44}"), BarColumn(), MofNCompleteColumn(), TextColumn("rounds"))
    with Progress(*columns, transient=True) as progress:
        told = Told(progress, progress.add_task("Starting everybody …", total=None))
        figures, wrong = await _side_by_side(databases, plan, packages, told)
        if plan.sizes and any(key in figures.journeys for key in ("day", "pet", "clients")):
            wrong += await growth.measured(databases, plan, figures, told)
    return figures, wrong


async def _side_by_side(
    databases: Databases, plan: Plan, packages: Packages | None, told: Told
) -> tuple[Figures, list[str]]:
    async with a_practice(databases, 1, bills=plan.bills) as (url, folder, practice, version):
        start = 0.0 if plan.is_short else await starts.later_start(url, folder)
        figures = Figures(databases.dialect, version, str(plan.effort), start_seconds=start)
        contestants = product_and_limit(url, folder, practice)
        if plan.with_peers and databases.dialect == "postgres":
            contestants += peers(url, folder, practice, packages)
        try:
            await asyncio.gather(*(contestant.server.ready() for contestant in contestants))
            chosen = [journey for journey in journeys(practice) if plan.wants(journey)]
            wrong = await let_in(practice, contestants) + await leniences(practice, contestants[:2])
            for journey in chosen:
                wrong += await differences(journey, _asked(journey, contestants))
            wrong += await effects.differences(url, [one for one in chosen if one.key in effects.OF], contestants[:2])
            told.expect(sum(len(_asked(journey, contestants)) for journey in chosen) * (plan.effort.rounds + 1))
            for journey in chosen:
                warmed = None if journey.is_read else partial(looked_at_again, url)
                wrong += await _one_journey(journey, _asked(journey, contestants), plan.effort, figures, told, warmed)
            figures.megabytes = {one.name: one.server.memory() or 0.0 for one in contestants}
        finally:
            stop(contestants)
    return figures, wrong


def _asked(journey: Journey, contestants: Sequence[Contestant]) -> list[Contestant]:
    return [one for one in contestants if journey.is_for_all or one.name in {PRODUCT, LIMIT}]


async def _one_journey(
    journey: Journey,
    asked: Sequence[Contestant],
    effort: Effort,
    figures: Figures,
    told: Told,
    warmed: Callable[[], Awaitable[None]] | None,
) -> list[str]:
    told.begin(f"{figures.dialect}: {journey.name}")
    rounds = await in_turns([(one, journey) for one in asked], effort, told, warmed=warmed)
    figures.names[journey.key] = journey.name
    figures.journeys[journey.key] = {
        one.name: Figure.of(done, rounds[0]) for one, done in zip(asked, rounds, strict=True)
    }
    return [complaint for one, done in zip(asked, rounds, strict=True) for complaint in complaints(journey, one, done)]
