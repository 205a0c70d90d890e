"""Slots: the times at which somebody of the team could see a pet.

The calendar of each is filled to the brim, one visit after the other; then as many of these times are drawn as there
shall be visits. So no two meet, and what was not drawn is still free.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from models.free_time import GRID_MINUTES
from models.period import days, on_the_wall, today_in
from vetdesk.demo.offers import OFFERS, Offer
from vetdesk.demo.team import TEAM, Member

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from models.stretch import Stretch
    from vetdesk.demo.places import Place

A_YEAR, A_WEEK = 365, 7


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """A time at which somebody could see a pet; `days_ahead` counts from the local today."""

    place: Place
    member: Member
    offer: Offer
    starts_at: datetime
    days_ahead: int

    @property
    def ends_at(self) -> datetime:
        """When the visit would be over."""
        return self.starts_at + timedelta(minutes=self.offer.lasts_minutes)

    @property
    def day(self) -> date:
        """The date on the wall."""
        return today_in(self.place.clock, self.starts_at)


def every_slot(now: datetime, random: Random) -> list[Slot]:
    """The calendars of everybody, filled from a year ago until two weeks from now."""
    return [slot for member in TEAM for slot in _of(member, now, random)]


def drawn(slots: list[Slot], count: int, random: Random) -> list[Slot]:
    """So many of the slots; more of those that are near, for the practice grows, but its coming week is not yet full."""

    def weight(slot: Slot) -> float:
        ahead = slot.days_ahead
        return 1 - 0.07 * ahead if ahead > 0 else 0.3 + 0.7 * (A_YEAR + ahead) / A_YEAR

    # Source: Efraimidis and Spirakis, weighted random sampling without replacement, 2006.
    return sorted(slots, key=lambda slot: random.random() ** (1 / weight(slot)), reverse=True)[:count]


class Free:
    """The slots that nobody has, by what is done where and by whom."""

    def __init__(self, slots: list[Slot], random: Random) -> None:
        self._random = random
        self._by: defaultdict[tuple[int, int, int], list[Slot]] = defaultdict(list)
        for slot in sorted(slots, key=lambda slot: slot.starts_at):
            self._by[self._kind(slot)].append(slot)

    def like(self, slot: Slot, earliest: datetime, latest: datetime) -> Slot | None:
        """Another time of the same kind, which is free no longer."""
        slots = self._by[self._kind(slot)]
        first = bisect_left(slots, earliest, key=lambda slot: slot.starts_at)
        last = bisect_right(slots, latest, key=lambda slot: slot.starts_at)
        return slots.pop(self._random.randrange(first, last)) if first < last else None

    def left(self) -> list[Slot]:
        """What is free still, in the order of time."""
        return sorted((slot for slots in self._by.values() for slot in slots), key=lambda slot: slot.starts_at)

    @staticmethod
    def _kind(slot: Slot) -> tuple[int, int, int]:
        return id(slot.place), id(slot.member), id(slot.offer)


def _of(member: Member, now: datetime, random: Random) -> Iterator[Slot]:
    offers = [offer for offer in OFFERS if member in offer.staff]
    for place, hours in member.hours:
        today = today_in(place.clock, now)
        for day in days(today - timedelta(days=A_YEAR), today + timedelta(days=2 * A_WEEK)):
            for stretch in hours:
                if stretch.weekday == day.isoweekday():
                    yield from _filled(place, member, offers, day, stretch, (day - today).days, random)


def _filled(
    place: Place, member: Member, offers: list[Offer], day: date, stretch: Stretch, days_ahead: int, random: Random
) -> Iterator[Slot]:
    free_from = stretch.from_minute
    while True:
        starts = {offer: _on_the_grid(free_from + offer.buffers[0]) for offer in offers}
        ends = {offer: starts[offer] + offer.lasts_minutes + offer.buffers[1] for offer in offers}
        fitting = [offer for offer in offers if ends[offer] <= stretch.until_minute]
        if not fitting:
            return
        offer = random.choices(fitting, [offer.often for offer in fitting])[0]
        yield Slot(place, member, offer, on_the_wall(day, starts[offer], place.clock), days_ahead)
        free_from = ends[offer]


def _on_the_grid(minute: int) -> int:
    return -(-minute // GRID_MINUTES) * GRID_MINUTES
