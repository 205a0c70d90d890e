"""Visits: which pet comes when, to whom and for what, and what becomes of it.

The calendar of everybody who sees pets is filled to the brim first, one visit after the other; then as many of these
times are drawn as there shall be visits. So no two meet, and what was not drawn is still free.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from models.free_time import GRID_MINUTES
from models.period import days, on_the_wall, today_in
from vetdesk.demo.offers import CHECK_UP, FAREWELL, FIRST_VISIT, OFFERS, VACCINATION, Offer
from vetdesk.demo.team import TEAM, Member

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from models.stretch import Stretch
    from vetdesk.demo.animals import Animal
    from vetdesk.demo.households import Person
    from vetdesk.demo.places import Place

A_YEAR, A_WEEK = 365, 7
_FIRST_TO_COME, _LAST_TO_COME = 2, 5
_DAYS_APART = 3
_TRIES = 60
_REASONS = ("Has recovered", "The owner is ill", "Cannot come that day", "No longer needed", "")
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


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


@dataclass(slots=True, eq=False)
class Visit:
    """A visit as it will be booked and carried out; a step that has no moment is not taken."""

    slot: Slot
    animal: Animal
    client: Person
    booked_at: datetime
    first_at: Slot | None = None
    moved_at: datetime | None = None
    confirmed_at: datetime | None = None
    cancelled_at: datetime | None = None
    because: str = ""
    missed_at: datetime | None = None
    arrived_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """The visits in the order of their times, and the times that nobody has."""

    visits: list[Visit]
    free: list[Slot]


def planned(animals: list[Animal], now: datetime, random: Random, *, fortnight: int, past_year: int) -> Calendar:
    """So many visits in the week behind and the week before us, and so many in the rest of the past year."""
    slots = [slot for member in TEAM for slot in _slots(member, now, random)]
    around = [slot for slot in slots if abs(slot.days_ahead) <= A_WEEK]
    before = [slot for slot in slots if slot.days_ahead < -A_WEEK]
    drawn = _drawn(before, past_year, random) + _drawn(around, fortnight, random)
    taken = set(map(id, drawn))
    free = _Free([slot for slot in slots if id(slot) not in taken], random)
    planner = _Planner(animals, free, now, random)
    return Calendar(planner.planned(sorted(drawn, key=lambda slot: slot.starts_at)), free.left())


# The calendar


def _slots(member: Member, now: datetime, random: Random) -> Iterator[Slot]:
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
    minute, free_from = stretch.from_minute, stretch.from_minute
    while True:
        fitting = [
            offer
            for offer in offers
            if minute - offer.buffers[0] >= free_from
            and minute + offer.lasts_minutes + offer.buffers[1] <= stretch.until_minute
        ]
        if not fitting:
            minute += GRID_MINUTES
            if minute >= stretch.until_minute:
                return
            continue
        offer = random.choices(fitting, [offer.often for offer in fitting])[0]
        yield Slot(place, member, offer, on_the_wall(day, minute, place.clock), days_ahead)
        free_from = minute + offer.lasts_minutes + offer.buffers[1]
        minute = -(-free_from // GRID_MINUTES) * GRID_MINUTES


def _drawn(slots: list[Slot], count: int, random: Random) -> list[Slot]:
    """So many of the slots; more of those that are near, for the practice grows, but its coming week is not yet full."""

    def weight(slot: Slot) -> float:
        ahead = slot.days_ahead
        return 1 - 0.07 * ahead if ahead > 0 else 0.3 + 0.7 * (A_YEAR + ahead) / A_YEAR

    # Source: Efraimidis and Spirakis, weighted random sampling without replacement, 2006.
    return sorted(slots, key=lambda slot: random.random() ** (1 / weight(slot)), reverse=True)[:count]


class _Free:
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


# Who comes, and what becomes of it


class _Planner:
    """Gives every slot a pet and a fate."""

    def __init__(self, animals: list[Animal], free: _Free, now: datetime, random: Random) -> None:
        self._animals = animals
        self._free = free
        self._now = now
        self._random = random
        self._near: defaultdict[int, list[Animal]] = defaultdict(list)
        for animal in animals[3:]:
            self._near[id(animal.household.place)].append(animal)

    def planned(self, slots: list[Slot]) -> list[Visit]:
        """The visits, soonest first; a slot that no pet fits is left out."""
        reserved = self._reserved(slots)
        visits = []
        for slot in slots:
            animal = reserved.get(id(slot)) or self._somebody(slot)
            if animal is None:
                continue
            animal.days.add(slot.day)
            if slot.offer is FAREWELL:
                animal.dies_at = slot.ends_at
            visits.append(self._visit(slot, animal, surely_kept=id(slot) in reserved))
        return visits

    def _reserved(self, slots: list[Slot]) -> dict[int, Animal]:
        """Visits of the first three pets, which those who try things out will look at: some past, one or two coming."""
        reserved: dict[int, Animal] = {}
        for number, animal in enumerate(self._animals[:3]):
            hers = [
                slot
                for slot in slots
                if slot.place is animal.household.place
                and slot.offer in (CHECK_UP, VACCINATION)
                and id(slot) not in reserved
            ]
            past = [slot for slot in hers if -300 < slot.days_ahead < -20]
            coming = [slot for slot in hers if _FIRST_TO_COME <= slot.days_ahead <= _LAST_TO_COME]
            chosen = past[:: max(1, len(past) // 2)][:2] + coming[: 1 if number < 2 else 0]
            for one, other in pairwise([*chosen, None]):
                if one and (other is None or (other.day - one.day).days >= _DAYS_APART):
                    reserved[id(one)] = animal
                    animal.days.add(one.day)
        return reserved

    def _somebody(self, slot: Slot) -> Animal | None:
        near = self._near[id(slot.place)]
        for tries in range(_TRIES):
            animal = self._random.choice(near)
            is_new = not animal.days
            if slot.offer is FIRST_VISIT and not is_new and tries < _TRIES // 2:
                continue
            if self._fits(slot, animal):
                return animal
        fitting = [animal for animal in near if self._fits(slot, animal)]
        return self._random.choice(fitting) if fitting else None

    def _fits(self, slot: Slot, animal: Animal) -> bool:
        if not slot.offer.is_for(animal.species) or not animal.is_in_care_at(slot.starts_at - timedelta(hours=3)):
            return False
        # Nobody plans a visit the week before a death, nor a farewell for a pet that has other visits to come.
        if animal.dies_at is not None and slot.ends_at > animal.dies_at - A_WEEK * _DAY:
            return False
        if slot.offer is FAREWELL and any(day >= slot.day for day in animal.days):
            return False
        return self._is_apart(slot, animal)

    @staticmethod
    def _is_apart(slot: Slot, animal: Animal) -> bool:
        return all(abs((slot.day - day).days) >= _DAYS_APART for day in animal.days)

    def _visit(self, slot: Slot, animal: Animal, *, surely_kept: bool) -> Visit:
        earliest = animal.since + 5 * _MINUTE
        latest = min(slot.starts_at - 30 * _MINUTE, self._now - _MINUTE)
        visit = Visit(slot, animal, self._random.choice(animal.people), self._booked_at(slot, earliest, latest))
        if surely_kept:
            self._keep(visit)
            return visit
        chance = self._random.random()
        if chance < 0.05 and slot.offer is not FAREWELL:
            self._move(visit)
        if 0.05 < chance < 0.12 and slot.offer is not FAREWELL:
            visit.cancelled_at = self._between(visit.booked_at, min(slot.starts_at, self._now))
            visit.because = self._random.choice(_REASONS)
        elif 0.12 < chance < 0.16 and slot.offer is not FAREWELL:
            visit.missed_at = slot.starts_at + 20 * _MINUTE
        else:
            self._keep(visit)
        return visit

    def _booked_at(self, slot: Slot, earliest: datetime, latest: datetime) -> datetime:
        """A moment of the day at which people book, up to three weeks before; when that cannot be, any that can."""
        before = int(self._random.triangular(0, 21, 3))
        wall = on_the_wall(slot.day - before * _DAY, self._random.randrange(8 * 60, 20 * 60), slot.place.clock)
        booked_at = wall + timedelta(seconds=self._random.randrange(60))
        if earliest < booked_at < latest:
            return booked_at
        return self._between(max(earliest, latest - 2 * A_WEEK * _DAY), latest)

    def _move(self, visit: Visit) -> None:
        slot = visit.slot
        first = self._free.like(slot, visit.booked_at + 60 * _MINUTE, slot.starts_at + A_WEEK * _DAY)
        if first is None or not self._is_apart(first, visit.animal):
            return
        visit.first_at = first
        visit.moved_at = self._between(visit.booked_at, min(first.starts_at, slot.starts_at - 30 * _MINUTE, self._now))
        visit.animal.days.add(first.day)

    def _keep(self, visit: Visit) -> None:
        slot, random = visit.slot, self._random
        if random.random() < 0.45:
            visit.confirmed_at = self._between(visit.moved_at or visit.booked_at, slot.starts_at - 12 * _MINUTE)
        visit.arrived_at = slot.starts_at - random.randint(2, 11) * _MINUTE
        visit.started_at = slot.starts_at + random.randint(0, 5) * _MINUTE
        visit.completed_at = slot.ends_at + random.randint(-3, 9) * _MINUTE

    def _between(self, earliest: datetime, latest: datetime) -> datetime:
        """Some whole second after the one and before the other."""
        seconds = (latest - earliest).total_seconds()
        return earliest + timedelta(seconds=round(seconds * self._random.uniform(0.05, 0.95)))
