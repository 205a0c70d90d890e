"""Periods and clocks: half-open stretches of time, and the walls they hang on."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.refusal import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MINUTES_A_DAY = 24 * 60


def now() -> datetime:
    """The present moment, aware, in UTC. Only the edges of the program ask; everything else is given `now`."""
    return datetime.now(UTC)


def unix_nanoseconds() -> int:
    """The present moment in nanoseconds since 1970, for keys that sort by time."""
    return time.time_ns()


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A half-open stretch of time [starts_at, ends_at), both aware UTC."""

    starts_at: datetime
    ends_at: datetime

    @property
    def lasts(self) -> timedelta:
        """How long it is."""
        return self.ends_at - self.starts_at

    def overlaps(self, other: Period) -> bool:
        """Whether the two share any moment; touching ends do not."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def contains(self, other: Period) -> bool:
        """Whether `other` lies wholly inside."""
        return self.starts_at <= other.starts_at and other.ends_at <= self.ends_at

    def widened(self, *, before: timedelta, after: timedelta) -> Period:
        """The period with a buffer on both sides."""
        return Period(self.starts_at - before, self.ends_at + after)


def merged(periods: Iterable[Period]) -> list[Period]:
    """The same moments as sorted periods that neither overlap nor touch."""
    result: list[Period] = []
    for period in sorted(periods):
        if result and period.starts_at <= result[-1].ends_at:
            if period.ends_at > result[-1].ends_at:
                result[-1] = Period(result[-1].starts_at, period.ends_at)
        elif period.starts_at < period.ends_at:
            result.append(period)
    return result


def intersected(some: Iterable[Period], others: Iterable[Period]) -> list[Period]:
    """The moments that lie in both, sorted and merged."""
    left, right = merged(some), merged(others)
    result: list[Period] = []
    i = j = 0
    while i < len(left) and j < len(right):
        starts, ends = max(left[i].starts_at, right[j].starts_at), min(left[i].ends_at, right[j].ends_at)
        if starts < ends:
            result.append(Period(starts, ends))
        if left[i].ends_at < right[j].ends_at:
            i += 1
        else:
            j += 1
    return result


def without(some: Iterable[Period], taken: Iterable[Period]) -> list[Period]:
    """The moments of the first that lie in none of the second, sorted and merged."""
    result: list[Period] = []
    holes = merged(taken)
    for period in merged(some):
        starts = period.starts_at
        for hole in holes:
            if hole.ends_at <= starts:
                continue
            if hole.starts_at >= period.ends_at:
                break
            if hole.starts_at > starts:
                result.append(Period(starts, hole.starts_at))
            starts = max(starts, hole.ends_at)
        if starts < period.ends_at:
            result.append(Period(starts, period.ends_at))
    return result


def on_the_wall(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which a clock on the wall shows `minute` minutes after midnight of `day`.

    A time that the clock skips in spring is the instant of the change; of a time that it shows twice in
    autumn, the first is meant. Minute 1440 is the next midnight.
    """
    if minute >= MINUTES_A_DAY:
        return on_the_wall(day + timedelta(days=1), minute - MINUTES_A_DAY, zone)
    wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
    instant = wall.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return instant
    # The wall time does not exist: `fold=1` reads it with the offset after the change and so lands before it.
    return _change_between(wall.replace(fold=1).astimezone(UTC), instant, zone)


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(second=0, microsecond=0)


def day_in(zone: ZoneInfo, day: date) -> Period:
    """The whole local day, 23, 24 or 25 hours long."""
    return Period(on_the_wall(day, 0, zone), on_the_wall(day + timedelta(days=1), 0, zone))


def today_in(zone: ZoneInfo, now: datetime) -> date:
    """The local date at this instant."""
    return now.astimezone(zone).date()


def today_by(zone: str, now: datetime) -> date:
    """The local date by the clock of the zone of that name; of one that nobody here knows the date in UTC, a day off at most."""
    return today_in(clock_of(zone), now)


def clock_of(zone: str, otherwise: ZoneInfo | None = None) -> ZoneInfo:
    """The clock of the zone of that name; where nobody here knows the name, as machines differ in that, the other or that of UTC."""
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return otherwise or ZoneInfo("UTC")


def days(first: date, last: date) -> Iterator[date]:
    """Each date from `first` to `last`, both included."""
    day = first
    while day <= last:
        yield day
        day += timedelta(days=1)


def must_be_foreseeable(day: date, *, path: str) -> None:
    """Refuse a date so far away that it can only be a slip of the hand.

    Raises:
        InvalidInput: it lies outside the years 1970 to 2999.
    """
    if not 1970 <= day.year <= 2999:
        raise InvalidInput("Please check the year.", path=(path,))
