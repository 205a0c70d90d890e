"""Services: what was done at visits, again after some months, or once at an age."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING
from uuid import UUID

from models import sql
from models.span import months
from resolvers.reminders.cycles import Thing
from resolvers.reminders.sources.days import day_at
from resolvers.reminders.steps import visits_from

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from models import Reminder
    from resolvers.reminders.animals import Animal, Places
    from resolvers.reminders.terms import Terms

# A procedure has no place of its own: its day is taken from the clock of the pet's place.
_DONE = (
    "SELECT a.pet_id, a.id, a.service_id, a.starts_at AS at, a.location_id, 1 AS is_visit FROM appointment a "
    "WHERE a.status = 'COMPLETED' AND a.pet_id IN ({pets}) AND a.service_id IN ({services}) "
    "UNION ALL SELECT p.pet_id, p.id, p.service_id, p.at, NULL, 0 FROM procedure p "
    "WHERE p.errored_at IS NULL AND p.pet_id IN ({pets}) AND p.service_id IN ({services})"
)


@dataclass(frozen=True, slots=True)
class _Deed:
    """A service that was done: on which day, and whether at an appointment."""

    id: str
    service_id: UUID
    on: date
    is_visit: bool


class Done:
    """What was done for pets, the oldest first."""

    def __init__(self, by_pet: Mapping[UUID, Sequence[_Deed]]) -> None:
        self._by_pet = by_pet

    @classmethod
    async def read(cls, animals: Mapping[UUID, Animal], services: Collection[UUID], places: Places) -> Done:
        """The visits and procedures of these pets, with those services."""
        if not services:
            return cls({})
        pets = list(animals)
        text = _DONE.replace("{pets}", sql.marks(len(pets))).replace("{services}", sql.marks(len(services)))
        rows = await sql.fetch(text, (*pets, *services, *pets, *services))
        by_pet: dict[UUID, list[_Deed]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: (sql.as_instant(row["at"]), str(row["id"]))):
            animal = animals[sql.as_key(row["pet_id"])]
            at = (row["location_id"] and places.by_id.get(sql.as_key(row["location_id"]))) or animal.home
            deed = _Deed(str(row["id"]), sql.as_key(row["service_id"]), day_at(at, row["at"]), bool(row["is_visit"]))
            by_pet[animal.id].append(deed)
        return cls(by_pet)

    def of(self, pet_id: UUID, service_ids: Collection[UUID]) -> list[_Deed]:
        """What was done for the pet with one of these services."""
        return [deed for deed in self._by_pet.get(pet_id, ()) if deed.service_id in service_ids]


class Intervals:
    """A service that is due so many months after it was last done, or for the first time at an age."""

    def __init__(self, done: Done) -> None:
        self._done = done

    def due(self, animal: Animal, terms: Terms) -> Iterable[Thing]:
        """The next time; none where it was never done, and it does not begin by itself."""
        done, version = self._done.of(animal.id, terms.service_ids), terms.version
        if done and version.every_months:
            span = months(version.every_months)
            sentence = f"It is due {span.words} after it was last done."
            return [Thing(animal.id, "", done[-1].id, span.after(done[-1].on), sentence)]
        if done or not version.first_age_months or animal.born_on is None:
            return []
        span = months(version.first_age_months)
        sentence = f"It is due for the first time at the age of {span.words}."
        return [Thing(animal.id, "", "0", span.after(animal.born_on), sentence)]

    def done_on(self, reminder: Reminder, animal: Animal, terms: Terms) -> date | None:
        """The day on which it was done again, while that from which it was counted stands."""
        done = self._done.of(animal.id, terms.service_ids)
        if reminder.cycle == "0":
            return done[0].on if done else None
        later = [after for before, after in pairwise(done) if before.id == reminder.cycle]
        return later[0].on if later else None


class Ages:
    """An age that a pet reaches, once, unless what is done then was done shortly before."""

    def __init__(self, done: Done) -> None:
        self._done = done

    def due(self, animal: Animal, terms: Terms) -> Iterable[Thing]:
        """The day on which it reaches the age, until it was seen for that."""
        due_on = _at_the_age(animal, terms)
        if due_on is None or self._seen(animal, terms, due_on) is not None:
            return []
        sentence = f"It is due at the age of {months(terms.version.first_age_months).words}."
        return [Thing(animal.id, "", "0", due_on, sentence)]

    def done_on(self, reminder: Reminder, animal: Animal, terms: Terms) -> date | None:
        """The day of the first visit that counts for it."""
        due_on = _at_the_age(animal, terms)
        return None if due_on is None else self._seen(animal, terms, due_on)

    def _seen(self, animal: Animal, terms: Terms, due_on: date) -> date | None:
        visits = (deed.on for deed in self._done.of(animal.id, terms.service_ids) if deed.is_visit)
        # A visit that silenced it is the one that does it.
        earliest = visits_from(terms.steps, due_on)
        return next((on for on in visits if on >= earliest), None)


def _at_the_age(animal: Animal, terms: Terms) -> date | None:
    age = terms.version.first_age_months
    return None if animal.born_on is None or not age else months(age).after(animal.born_on)
