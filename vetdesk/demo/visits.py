"""Visits: which pet comes when, to whom and for what, and what becomes of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from models.period import on_the_wall
from vetdesk.demo.offers import CHECK_UP, FAREWELL, FIRST_VISIT, VACCINATION
from vetdesk.demo.slots import A_WEEK, Free, Slot, drawn, every_slot

if TYPE_CHECKING:
    from random import Random

    from vetdesk.demo.animals import Animal
    from vetdesk.demo.households import Person
    from vetdesk.demo.places import Place

_FIRST_TO_COME, _LAST_TO_COME = 2, 5
_DAYS_APART = 3
_TRIES = 60
_AWAKE = (7, 22)
_REASONS = ("Has recovered", "The owner is ill", "Cannot come that day", "No longer needed", "")
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


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
    slots = every_slot(now, random)
    around = [slot for slot in slots if abs(slot.days_ahead) <= A_WEEK]
    before = [slot for slot in slots if slot.days_ahead < -A_WEEK]
    chosen = drawn(before, past_year, random) + drawn(around, fortnight, random)
    taken = set(map(id, chosen))
    free = Free([slot for slot in slots if id(slot) not in taken], random)
    planner = _Planner(animals, free, now, random)
    return Calendar(planner.planned(sorted(chosen, key=lambda slot: slot.starts_at)), free.left())


class _Planner:
    """Gives every slot a pet and a fate."""

    def __init__(self, animals: list[Animal], free: Free, now: datetime, random: Random) -> None:
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
            chosen = past[:1] + past[1:][-1:] + coming[: 1 if number < 2 else 0]
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
        client = animal.people[0] if surely_kept else self._random.choice(animal.people)
        visit = Visit(slot, animal, client, self._booked_at(slot, earliest, latest))
        if surely_kept:
            self._keep(visit)
            return visit
        chance = self._random.random()
        if chance < 0.05 and slot.offer is not FAREWELL:
            self._move(visit)
        if 0.05 < chance < 0.12 and slot.offer is not FAREWELL:
            visit.cancelled_at = self._between(visit.booked_at, min(slot.starts_at, self._now), slot.place)
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
        return self._between(max(earliest, latest - 2 * A_WEEK * _DAY), latest, slot.place)

    def _move(self, visit: Visit) -> None:
        slot = visit.slot
        first = self._free.like(slot, visit.booked_at + 60 * _MINUTE, slot.starts_at + A_WEEK * _DAY)
        if first is None or not self._is_apart(first, visit.animal):
            return
        visit.first_at = first
        latest = min(first.starts_at, slot.starts_at - 30 * _MINUTE, self._now)
        visit.moved_at = self._between(visit.booked_at, latest, slot.place)
        visit.animal.days.add(first.day)

    def _keep(self, visit: Visit) -> None:
        slot, random = visit.slot, self._random
        if random.random() < 0.45:
            earliest = visit.moved_at or visit.booked_at
            visit.confirmed_at = self._between(earliest, slot.starts_at - 12 * _MINUTE, slot.place)
        visit.arrived_at = slot.starts_at - random.randint(2, 11) * _MINUTE
        visit.started_at = slot.starts_at + random.randint(0, 5) * _MINUTE
        visit.completed_at = slot.ends_at + random.randint(-3, 9) * _MINUTE

    def _between(self, earliest: datetime, latest: datetime, place: Place) -> datetime:
        """Some moment after the one and before the other, while people are awake if that can be."""
        seconds = (latest - earliest).total_seconds()
        moment = earliest
        for _ in range(_TRIES):
            moment = (earliest + timedelta(seconds=seconds * self._random.uniform(0.02, 0.98))).replace(microsecond=0)
            if _AWAKE[0] <= moment.astimezone(place.clock).hour < _AWAKE[1]:
                break
        return moment
