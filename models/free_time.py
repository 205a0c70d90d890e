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
_GRID = timedelta(minutes=GRID_MINUTES)


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

    def vets_at_work(self, first: date, last: date) -> dict[UUID, list[Period]]:
        """By vet, when she is there and the location is open from the one local day to the end of the other."""
        opening = _stretches(self.opening, first, last, self.clock)
        result = {}
        for vet_id, weekly in sorted(self.working.items()):
            working = _stretches(weekly, first, last, self.clock)
            absent = [*self.closed, *self.away.get(vet_id, ())]
            result[vet_id] = without(intersected(opening, working), absent)
        return result

    def vets_working(self, visit: Period) -> list[UUID]:
        """The vets who are at work for the whole visit, busy or not."""
        day = today_in(self.clock, visit.starts_at)
        at_work = self.vets_at_work(day, today_in(self.clock, visit.ends_at))
        return [vet_id for vet_id, work in at_work.items() if any(part.contains(visit) for part in work)]

    def vet_is_free(self, vet_id: UUID, visit: Period, needs: Needs) -> bool:
        """Whether the vet is not taken for the visit and its buffers, at work or not."""
        return _is_free(self.vets_busy.get(vet_id, ()), visit.widened(before=needs.before, after=needs.after))

    def rooms_free(self, visit: Period, needs: Needs) -> list[UUID]:
        """The rooms that are not taken for the visit and its buffers."""
        taken = visit.widened(before=needs.before, after=needs.after)
        return [room_id for room_id, busy in sorted(self.rooms_busy.items()) if _is_free(busy, taken)]

    def pet_is_free(self, visit: Period) -> bool:
        """Whether the pet is nowhere else during the visit."""
        return _is_free(self.pet_busy, visit)

    def free_times(self, first: date, last: date, needs: Needs, *, not_before: datetime) -> Iterator[FreeTime]:
        """Every start on the grid of the local days `first` to `last` at which a vet and a room are free."""
        window = Period(day_in(self.clock, first).starts_at, day_in(self.clock, last).ends_at)
        reach = [window.widened(before=timedelta(), after=needs.lasts)]
        vets: dict[datetime, list[UUID]] = {}
        # A visit begun on the last day may end on the next.
        for vet_id, work in self.vets_at_work(first, last + timedelta(days=1)).items():
            free = without(work, _kept_away(self.vets_busy.get(vet_id, ()), needs))
            for starts_at in _starts(free, needs.lasts):
                vets.setdefault(starts_at, []).append(vet_id)
        in_a_room = {
            starts_at
            for busy in self.rooms_busy.values()
            for starts_at in _starts(without(reach, _kept_away(busy, needs)), needs.lasts)
        }
        with_the_pet = set(_starts(without(reach, self.pet_busy), needs.lasts))
        for starts_at in sorted(in_a_room & with_the_pet & vets.keys()):
            if max(window.starts_at, not_before) <= starts_at < window.ends_at:
                visit = Period(starts_at, starts_at + needs.lasts)
                yield FreeTime(visit, tuple(vets[starts_at]), self.clock.key)


def is_on_the_grid(starts_at: datetime) -> bool:
    """Whether a visit may start then: every 15 minutes of the hour.

    Every zone's offset is a multiple of 15 minutes today, so the grid is the same on every wall.
    """
    at = starts_at.astimezone(UTC)
    return at.minute % GRID_MINUTES == 0 and at.second == 0 and at.microsecond == 0


def _stretches(weekly: Iterable[WeeklyHours], first: date, last: date, clock: ZoneInfo) -> list[Period]:
    return [period for hours in weekly for day in days(first, last) for period in hours.on(day, clock)]


def _kept_away(busy: Iterable[Period], needs: Needs) -> list[Period]:
    """The times that no visit may touch, so that its buffers do not touch what is busy."""
    return [period.widened(before=needs.after, after=needs.before) for period in busy]


def _starts(free: Iterable[Period], lasts: timedelta) -> Iterator[datetime]:
    """Every start on the grid of a visit that fits into one of these periods."""
    for period in free:
        late = timedelta(
            minutes=period.starts_at.minute % GRID_MINUTES,
            seconds=period.starts_at.second,
            microseconds=period.starts_at.microsecond,
        )
        starts_at = period.starts_at + (_GRID - late if late else late)
        while starts_at + lasts <= period.ends_at:
            yield starts_at
            starts_at += _GRID


def _is_free(busy: Iterable[Period], period: Period) -> bool:
    return not any(period.overlaps(taken) for taken in busy)
