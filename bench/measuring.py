"""One journey, asked of everybody in turns; and whether all of them say the same."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import median

from rich.progress import Progress, TaskID

from bench.journeys import Journey, reads, refusals
from bench.load import Rounds, one_answer, one_round
from bench.rows import Practice
from bench.servers import NAMES, Contestant


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure: `clients` at once, `rounds` of so many `seconds`, after `warm` seconds that do not count."""

    clients: int
    rounds: int
    seconds: float
    warm: float

    def __str__(self) -> str:
        return f"{self.clients} clients, medians of {self.rounds} alternating rounds of {self.seconds:g} s"


@dataclass(frozen=True, slots=True)
class Told:
    """Whom to tell how far it has come: one step of the task a round."""

    progress: Progress
    task: TaskID

    def begin(self, words: str) -> None:
        self.progress.update(self.task, description=words)
        if not self.progress.console.is_terminal:
            print(f"{words} …", flush=True)

    def expect(self, rounds: int) -> None:
        """So many more rounds are to come."""
        self.progress.update(self.task, total=(self.progress.tasks[0].total or 0) + rounds)

    def step(self) -> None:
        self.progress.advance(self.task)


async def in_turns(
    sides: Sequence[tuple[Contestant, Journey]],
    effort: Effort,
    told: Told,
    *,
    warmed: Callable[[], Awaitable[None]] | None = None,
) -> list[Rounds]:
    """A B C A B C …, after each has been warmed up, and then `warmed` was called."""
    asked = [(contestant, contestant.asked(journey), journey) for contestant, journey in sides]
    measured = [Rounds() for _ in sides]
    for is_warm in (False, *[True] * effort.rounds):
        for (contestant, requests, journey), rounds in zip(asked, measured, strict=True):
            seconds = effort.seconds if is_warm else effort.warm * contestant.warms_up
            port, clients = contestant.server.port, effort.clients
            done = await one_round(port, requests, journey.is_right, clients=clients, seconds=seconds)
            if is_warm or done.wrong:
                rounds.rounds.append(done)
            told.step()
        if not is_warm and warmed is not None:
            await warmed()
    return measured


def ratio(product: Rounds, other: Rounds) -> float:
    """How many times as many answers: the median of what it was in each turn, which both had at the same time."""
    pairs = zip(product.rounds, other.rounds, strict=False)
    return median(ours.per_second / theirs.per_second for ours, theirs in pairs if theirs.per_second)


async def differences(journey: Journey, contestants: Sequence[Contestant]) -> list[str]:
    """Who says something else than the first of them, and what: byte for byte, once the keys are sorted.

    Of a write, the same shape will do: it is another visit each time.
    """
    found: list[str] = []
    requests = [contestant.asked(journey) for contestant in contestants]
    for _ in range(journey.asked_once() if journey.is_read else 1):
        answers = []
        for contestant, asked in zip(contestants, requests, strict=True):
            data = json.loads(await one_answer(contestant.server.port, next(asked))).get("data")
            answers.append(json.dumps(data if journey.is_read else _shape(data), sort_keys=True))
        for contestant, answer in zip(contestants[1:], answers[1:], strict=True):
            if answer != answers[0]:
                said = f"{answer[:300]}\n  instead of {answers[0][:300]}"
                found.append(f"{journey.name}: {NAMES[contestant.name]} says\n  {said}")
        if found:
            break
    return found


async def leniences(practice: Practice, contestants: Sequence[Contestant]) -> list[str]:
    """Who books what the product refuses, or refuses it for another reason."""
    found = []
    for journey in refusals(practice):
        reasons = [
            json.loads(await one_answer(one.server.port, next(one.asked(journey))))["data"]["bookAppointment"][
                "__typename"
            ]
            for one in contestants
        ]
        if len(set(reasons)) > 1 or "AppointmentBooked" in reasons:
            found.append(f"{journey.name}: {', '.join(reasons)}")
    return found


async def let_in(practice: Practice, contestants: Sequence[Contestant]) -> list[str]:
    """Who answers somebody whose token nobody has signed."""
    head, said, signed = practice.token.split(".")
    forged = ".".join((head, said, signed[:-8] + ("A" * 8 if signed[-8:] != "A" * 8 else "B" * 8)))
    return [
        f"{NAMES[contestant.name]} answers a forged token"
        for contestant in contestants
        for journey in reads(practice, token=forged)
        for request in islice(contestant.asked(journey), 1)
        if journey.holds in await one_answer(contestant.server.port, request)
    ]


def _shape(data: object) -> object:
    return {name: _shape(value) for name, value in data.items()} if isinstance(data, dict) else type(data).__name__
