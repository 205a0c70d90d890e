"""Growth: the reads again, with ever more rows around what is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from statistics import median

from bench.figures import Figures
from bench.journeys import Journey, reads
from bench.load import Rounds
from bench.measuring import Told, differences, in_turns
from bench.servers import Contestant, product_and_limit
from bench.setting import Plan, a_practice, complaints, stop
from tests.databases import Databases


@dataclass(frozen=True, slots=True)
class _Size:
    """So many `times` the rows, in a database of their own, with two servers on it."""

    times: int
    contestants: Sequence[Contestant]
    journeys: Sequence[Journey]


async def measured(databases: Databases, plan: Plan, figures: Figures, told: Told) -> list[str]:
    """Add to the figures; in words, whatever was not as it should be. A short run leaves the limit out."""
    told.begin(f"{databases.dialect}: writing {plan.sizes[-1]} times the rows")
    wrong: list[str] = []
    async with AsyncExitStack() as stack:
        sizes = [await _size(databases, times, plan, stack) for times in plan.sizes]
        sides = [(size, one) for size in sizes for one in size.contestants[: 1 if plan.is_short else 2]]
        for number, journey in enumerate(sizes[0].journeys):
            told.begin(f"{databases.dialect}: growth, {journey.name}")
            told.expect(len(sides) * (plan.effort.rounds + 1))
            wrong += [
                f"{journey.name}: with {size.times} times the rows, product and limit differ"
                for size in sizes
                if await differences(size.journeys[number], size.contestants)
            ]
            asked = [(one, size.journeys[number]) for size, one in sides]
            rounds = await in_turns(asked, plan.effort, told)
            first: dict[str, Rounds] = {}
            for (size, one), done in zip(sides, rounds, strict=True):
                kept = figures.growth.setdefault(journey.key, {}).setdefault(one.name, {})
                kept[size.times] = (done.percentile(50), _longer(done, first.setdefault(one.name, done)))
                wrong += complaints(journey, one, done)
    return wrong


async def _size(databases: Databases, times: int, plan: Plan, stack: AsyncExitStack) -> _Size:
    url, folder, practice, _ = await stack.enter_async_context(a_practice(databases, times))
    contestants = product_and_limit(url, folder, practice)
    stack.callback(stop, contestants)
    await asyncio.gather(*(one.server.ready() for one in contestants))
    return _Size(times, contestants, [one for one in reads(practice) if plan.wants(one)])


def _longer(done: Rounds, first: Rounds) -> float:
    """How many times as long half of the answers took: the median of what it was in each turn."""
    pairs = zip(done.rounds, first.rounds, strict=False)
    return median(many.percentile(50) / few.percentile(50) for many, few in pairs if few.took)
