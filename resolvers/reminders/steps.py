"""Steps: when the owners of a pet are told of what is due, and which step is the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from models.period import on_the_wall

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

TOO_LATE: Final = timedelta(days=14)
"""How long after its day nobody is told of a step any more."""
_A_VISIT_BEFORE: Final = timedelta(days=60)
_FIRST_OF_ALL: Final = datetime.min.replace(tzinfo=UTC)
_LAST_OF_ALL: Final = datetime.max.replace(tzinfo=UTC)
_A_YEAR_BETWEEN: Final = 5000


@dataclass(frozen=True, slots=True)
class Coming:
    """The next step and its moment, which may have come; and the step that was missed before it, if one was."""

    step: int | None = None
    at: datetime | None = None
    missed: int | None = None


def coming(
    steps: Sequence[int], after: int | None, due_on: date, *, clock: ZoneInfo, opens: int, now: datetime
) -> Coming:
    """Which step comes next after that one, or is the first.

    Of those whose moment has come only the latest counts, unless its day is so long ago that it is too late. `opens` is
    the minute of the day from which letters go out.
    """
    left = [step for step in steps if after is None or step > after]
    come = [step for step in left if moment(due_on, step, clock, opens) <= now]
    if not come:
        return _first(left, due_on, clock, opens)
    latest = come[-1]
    if now.astimezone(clock).date() - TOO_LATE - timedelta(days=latest) <= due_on:
        return Coming(latest, moment(due_on, latest, clock, opens))
    found = _first(left[len(come) :], due_on, clock, opens)
    return Coming(found.step, found.at, missed=latest)


def visits_from(steps: Sequence[int], due_on: date) -> date:
    """The day from which on a visit that is booked is for what is due: 60 days before, or the day of the first step.

    It does not depend on today: a visit that is too early for what is due stays so, until one of the two is moved.
    """
    try:
        return due_on - max(_A_VISIT_BEFORE, -timedelta(days=min(steps, default=0)))
    except OverflowError:
        return date.min


@lru_cache(10_000)
def moment(due_on: date, step: int, clock: ZoneInfo, opens: int) -> datetime:
    """The moment of a step, on the clock of the place; the first or the last there is when the calendar does not reach it."""
    try:
        return on_the_wall(due_on + timedelta(days=step), opens, clock).astimezone(UTC)
    except (OverflowError, ValueError):
        return _FIRST_OF_ALL if due_on.year < _A_YEAR_BETWEEN else _LAST_OF_ALL


def _first(steps: Sequence[int], due_on: date, clock: ZoneInfo, opens: int) -> Coming:
    return Coming(steps[0], moment(due_on, steps[0], clock, opens)) if steps else Coming()
