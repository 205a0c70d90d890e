"""Free times: when a service can be had."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from models.period import Period, day_in, days, intersected, on_the_wall, today_in, without

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from uuid import UUID
    from zoneinfo import ZoneInfo

GRID_MINUTES = 15


@dataclass(frozen=True, slots=True)
class FreeTime:
    """A visit that could start then at a place in that zone, and the vets who are free for it, by their keys."""

    visit: Period
    vet_ids: tuple[UUID, ...]
    zone: str


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """A stretch of one weekday (1 Monday … 7 Sunday), in minutes of the local day, from and until a date."""

    weekday: int
    from_minute: int
    until_minute: int
    starts_on: date | None = None
    ends_on: date | None = None

    def on(self, day: date, clock: ZoneInfo) -> Iterator[Period]:
        """The stretch on that day, when it applies to it."""
        if day.isoweekday() != self.weekday:
            return
        if (self.starts_on and day < self.starts_on) or (self.ends_on and day >= self.ends_on):
            return
        yield Period(on_the_wall(day, self.from_minute, clock), on_the_wall(day, self.until_minute, clock))


@dataclass(frozen=True, slots=True)
class Needs:
    """What a visit takes: its length, and the buffers for which vet and room are taken as well."""

    lasts: timedelta
    before: timedelta
    after: timedelta


@dataclass(frozen=True, slots=True)
class Diary:
    """All that decides when a service can be had at one location.

    `working` and `vets_busy` are by vet; `away` are exceptions by vet; `rooms_busy` is by room and names every
    room that will do; `closed` are exceptions of the whole location.
    """

    clock: ZoneInfo
    opening: Sequence[WeeklyHours]
    closed: Sequence[Period]
    working: Mapping[UUID, Sequence[WeeklyHours]]
    away: Mapping[UUID, Sequence[Period]]
    vets_busy: Mapping[UUID, Sequence[Period]]
    rooms_busy: Mapping[UUID, Sequence[Period]]
    pet_busy: Sequence[Period]

    def vets_at_work(self, day: date) -> dict[UUID, list[Period]]:
        """By vet, when she is there and the location is open from that local day to the end of the next."""
        both = (day, day + timedelta(days=1))
        opening = [period for hours in self.opening for on in both for period in hours.on(on, self.clock)]
        result = {}
        for vet_id, weekly in sorted(self.working.items()):
            working = [period for hours in weekly for on in both for period in hours.on(on, self.clock)]
            absent = [*self.closed, *self.away.get(vet_id, ())]
            result[vet_id] = without(intersected(opening, working), absent)
        return result

    def vets_working(self, visit: Period) -> list[UUID]:
        """The vets who are at work for the whole visit, busy or not."""
        day = today_in(self.clock, visit.starts_at)
        return [v for v, work in self.vets_at_work(day).items() if any(w.contains(visit) for w in work)]

    def vets_free(self, visit: Period, needs: Needs) -> list[UUID]:
        """The vets who are at work for the visit and not taken for it and its buffers."""
        taken = visit.widened(before=needs.before, after=needs.after)
        return [v for v in self.vets_working(visit) if _is_free(self.vets_busy.get(v, ()), taken)]

    def rooms_free(self, visit: Period, needs: Needs) -> list[UUID]:
        """The rooms that are not taken for the visit and its buffers."""
        taken = visit.widened(before=needs.before, after=needs.after)
        return [room_id for room_id, busy in sorted(self.rooms_busy.items()) if _is_free(busy, taken)]

    def pet_is_free(self, visit: Period) -> bool:
        """Whether the pet is nowhere else during the visit."""
        return _is_free(self.pet_busy, visit)

    def free_times(self, first: date, last: date, needs: Needs, *, not_before: datetime) -> Iterator[FreeTime]:
        """Every start on the grid of the local days `first` to `last` at which a vet and a room are free."""
        for day in days(first, last):
            at_work = self.vets_at_work(day)
            for starts_at in _grid(day, self.clock):
                visit = Period(starts_at, starts_at + needs.lasts)
                if starts_at < not_before or not self.pet_is_free(visit):
                    continue
                taken = visit.widened(before=needs.before, after=needs.after)
                vets = tuple(
                    vet_id
                    for vet_id, work in at_work.items()
                    if any(w.contains(visit) for w in work) and _is_free(self.vets_busy.get(vet_id, ()), taken)
                )
                if vets and any(_is_free(busy, taken) for busy in self.rooms_busy.values()):
                    yield FreeTime(visit, vets, self.clock.key)


def is_on_the_grid(starts_at: datetime) -> bool:
    """Whether a visit may start then: every 15 minutes of the hour.

    Every zone's offset is a multiple of 15 minutes today, so the grid is the same on every wall.
    """
    at = starts_at.astimezone(UTC)
    return at.minute % GRID_MINUTES == 0 and at.second == 0 and at.microsecond == 0


def _grid(day: date, clock: ZoneInfo) -> Iterator[datetime]:
    whole = day_in(clock, day)
    starts_at = whole.starts_at
    while starts_at < whole.ends_at:
        yield starts_at
        starts_at += timedelta(minutes=GRID_MINUTES)


def _is_free(busy: Iterable[Period], period: Period) -> bool:
    return not any(period.overlaps(taken) for taken in busy)
