"""Expected: who should hear what and when, by somebody who knows the rules of the practice and nothing of its machinery.

At each moment at which a worker looks, every animal is looked at anew, one after the other, slowly and in full.
"""

from __future__ import annotations

import calendar
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from tests.year.facts import CLOSES, DENTAL, DOSE, LIVE, OPENS, PLACE, REPEAT, SENIOR, STEP, STEPS, Animal, Person

WEEK, FORGOTTEN, RECENT = timedelta(days=7), timedelta(days=14), timedelta(days=3)
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Told:
    """One thing that stands in a letter that went out."""

    at: datetime
    mailbox: str
    animal: str
    rule: str
    subject: str
    step: int


class Withheld(NamedTuple):
    """One thing that somebody was not told, and why not."""

    reason: str
    person: str
    animal: str
    rule: str
    subject: str
    step: int


@dataclass(eq=False)
class Thing:
    """Something that is due, as far as it has been told; `decided_for` is when it was due at its last step."""

    animal: Animal
    rule: str
    subject: str
    cycle: str
    due_on: date
    last_step: int | None = None
    decided_for: date | None = None
    heard: dict[Person, datetime] = field(default_factory=dict)


@dataclass(eq=False)
class Item:
    thing: Thing
    person: Person
    step: int
    due_on: date


@dataclass(eq=False)
class Letter:
    mailbox: str
    reader: Person
    not_before: datetime
    items: list[Item]


class Expected:
    """What should have been sent so far, and what waits."""

    def __init__(self, animals: list[Animal]) -> None:
        self.animals = animals
        self.things: dict[tuple[Animal, str, str], list[Thing]] = defaultdict(list)
        self.letters: list[Letter] = []
        self.sent: list[list[Told]] = []
        self.withheld: Counter[Withheld] = Counter()

    def looks(self, now: datetime) -> None:
        """A worker looks: what has come is decided, and what waits goes out."""
        due = [found for animal in self.animals for found in self._due(animal, now, now)]
        first = {
            (thing, person)
            for thing, _ in due
            for person in thing.animal.owners
            if self._why_not(thing, person, now) == ""
        }
        readers = {person for _, person in first}
        decided = {thing for thing, _ in due}
        for animal in self.animals:
            if readers & set(animal.owners):
                soon = [found for found in self._due(animal, now, now + WEEK) if found[0] not in decided]
                # What was told just now keeps its own day.
                due += [
                    (thing, step) for thing, step in soon if not any(_heard(thing, one, now) for one in animal.owners)
                ]
        self._decide(due, now)
        self._deliver(now)

    # What is due

    def _due(self, animal: Animal, now: datetime, until: datetime) -> list[tuple[Thing, int]]:
        return [
            (thing, step)
            for thing in self._open(animal, now)
            if (step := self._next(thing, now)) is not None and moment(thing.due_on, step) <= until
        ]

    def _open(self, animal: Animal, now: datetime) -> list[Thing]:
        current = [self._thing(animal, *found) for found in ([] if animal.is_dead else _current(animal, now))]
        return [thing for thing in current if animal.owners and not is_booked(animal, thing, now)]

    def _thing(self, animal: Animal, rule: str, subject: str, cycle: str, due_on: date) -> Thing:
        known = self.things[animal, rule, subject]
        thing = next((one for one in known if one.cycle == cycle), None)
        if thing is None:
            gone = [one for one in known if not _was_done(one) and abs(one.due_on - due_on) <= timedelta(days=45)]
            thing = min(gone, key=lambda one: abs(one.due_on - due_on), default=None)
            if thing is None:
                thing = Thing(animal, rule, subject, cycle, due_on)
                known.append(thing)
            thing.cycle = cycle
        thing.due_on = due_on
        if thing.decided_for is not None and due_on >= thing.decided_for + timedelta(days=60):
            thing.last_step = thing.decided_for = None
        return thing

    def _next(self, thing: Thing, now: datetime) -> int | None:
        """The step that is to be told next; what lies too far back is forgotten."""
        left = [step for step in STEPS[thing.rule] if thing.last_step is None or step > thing.last_step]
        come = [step for step in left if moment(thing.due_on, step) <= now]
        if not come:
            return left[0] if left else None
        if thing.due_on + timedelta(days=come[-1]) >= now.astimezone(PLACE).date() - FORGOTTEN:
            return come[-1]
        thing.last_step, thing.decided_for = come[-1], thing.due_on
        return next((step for step in left if step > come[-1]), None)

    # Deciding and sending

    def _why_not(self, thing: Thing, person: Person, now: datetime) -> str:
        if not person.wants:
            return "NO_CONSENT"
        if not person.mailbox:
            return "NO_ADDRESS"
        if person.is_dead_letter:
            return "ADDRESS_UNDELIVERABLE"
        return "TOLD_RECENTLY" if _heard(thing, person, now) else ""

    def _decide(self, due: list[tuple[Thing, int]], now: datetime) -> None:
        by_mailbox: dict[str, list[Item]] = defaultdict(list)
        for thing, step in due:
            thing.last_step, thing.decided_for = step, thing.due_on
            for person in thing.animal.owners:
                why_not = self._why_not(thing, person, now)
                if why_not:
                    self.withheld[
                        Withheld(why_not, str(person.id), thing.animal.name, thing.rule, thing.subject, step)
                    ] += 1
                    continue
                by_mailbox[person.mailbox.lower()].append(Item(thing, person, step, thing.due_on))
        for mailbox, items in by_mailbox.items():
            for item in items:
                item.thing.heard[item.person] = now
            reader = min((item.person for item in items), key=lambda person: person.id)
            self.letters.append(Letter(mailbox, reader, by_day(now, reader), items))

    def _deliver(self, now: datetime) -> None:
        for letter in [letter for letter in self.letters if letter.not_before <= now]:
            if by_day(now, letter.reader) > now:
                letter.not_before = by_day(now, letter.reader)
                continue
            self.letters.remove(letter)
            true = [item for item in letter.items if self._holds(item, now)]
            for item in letter.items:
                if item in true:
                    item.thing.heard[item.person] = now
                else:
                    item.thing.heard.pop(item.person, None)
            if true:
                self.sent.append(
                    [
                        Told(
                            now, letter.mailbox, item.thing.animal.name, item.thing.rule, item.thing.subject, item.step
                        )
                        for item in true
                    ]
                )

    def _holds(self, item: Item, now: datetime) -> bool:
        thing, person = item.thing, item.person
        is_reached = person.wants and person.mailbox and not person.is_dead_letter
        is_open = thing in self._open(thing.animal, now) and thing.due_on == item.due_on
        return bool(is_reached and is_open and person in thing.animal.owners)


def moment(due_on: date, step: int) -> datetime:
    """When a step is told."""
    return datetime.combine(due_on + timedelta(days=step), time(OPENS), PLACE)


def by_day(now: datetime, reader: Person) -> datetime:
    """The first moment from now on at which she is not disturbed."""
    local = now.astimezone(reader.clock)
    if OPENS <= local.hour < CLOSES:
        return now
    day = local.date() if local.hour < OPENS else local.date() + timedelta(days=1)
    return datetime.combine(day, time(OPENS), reader.clock)


def is_booked(animal: Animal, thing: Thing, now: datetime) -> bool:
    """Whether a visit for it is to come, neither too early nor too late, or was until a day ago and nobody said more."""
    if thing.rule not in (DOSE, DENTAL, SENIOR):
        return False
    earliest = thing.due_on - timedelta(days=max(60, -STEPS[thing.rule][0]))
    latest = max(thing.due_on, now.astimezone(PLACE).date()) + timedelta(days=60)
    return any(
        visit.service == thing.rule
        and visit.status in LIVE
        and visit.ends_at + A_DAY > now
        and earliest <= visit.starts_at.astimezone(PLACE).date() <= latest
        for visit in animal.visits
    )


def later(day: date, months: int) -> date:
    """So many months later, on the last day of a month that has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _heard(thing: Thing, person: Person, now: datetime) -> bool:
    """Whether she heard of it just now, or will from a letter that waits."""
    return person in thing.heard and now - thing.heard[person] < RECENT


def _current(animal: Animal, now: datetime) -> Iterator[tuple[str, str, str, date]]:
    dose = animal.last_dose
    if dose is not None:
        yield DOSE, "RABIES", str(dose.id), later(dose.on, 12)
    if animal.species in ("DOG", "CAT"):
        cleaned = [visit for visit in animal.visits if visit.service == DENTAL and visit.status == "COMPLETED"]
        if cleaned:
            last = max(cleaned, key=lambda visit: (visit.starts_at, visit.id))
            yield DENTAL, "", str(last.id), later(last.starts_at.astimezone(PLACE).date(), 12)
    if animal.species == "DOG" and animal.born_on is not None:
        due_on = later(animal.born_on, 96)
        if not _was_seen(animal, due_on):
            yield SENIOR, "", "0", due_on
    for step in animal.steps:
        if step.state == "OPEN" and step.goes_on:
            yield STEP, str(step.id), "0", step.due_on
    today = now.astimezone(PLACE).date()
    for prescription in animal.prescriptions:
        last_on = prescription.repeats[-1] if prescription.repeats else prescription.on
        due_on = last_on + timedelta(days=prescription.days)
        has_left = len(prescription.repeats) < prescription.allowed and not prescription.is_stopped
        if has_left and prescription.valid_until >= max(due_on, today):
            yield REPEAT, str(prescription.id), str(len(prescription.repeats)), due_on


def _was_seen(animal: Animal, due_on: date) -> bool:
    return any(
        visit.service == SENIOR
        and visit.status == "COMPLETED"
        and visit.starts_at.astimezone(PLACE).date() >= due_on - timedelta(days=60)
        for visit in animal.visits
    )


def _was_done(thing: Thing) -> bool:
    """Whether its cycle ended since it was done; else what it was counted from is gone, or it is not due any more."""
    animal = thing.animal
    if thing.rule == DOSE:
        counted_from = next((dose for dose in animal.doses if str(dose.id) == thing.cycle), None)
        return counted_from is not None and counted_from.stands
    if thing.rule == DENTAL:
        return True  # a completed visit stays completed, so only a later one begins another cycle
    if thing.rule == REPEAT:
        prescription = next(one for one in animal.prescriptions if str(one.id) == thing.subject)
        return len(prescription.repeats) > int(thing.cycle)
    return True
