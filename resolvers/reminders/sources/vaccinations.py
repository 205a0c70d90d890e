"""Vaccinations: the next dose against each disease, as the protocols say, and the doses that were given."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from models import Vaccine, sql
from resolvers.reminders.cycles import Thing
from resolvers.reminders.sources.days import day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from models import Reminder
    from resolvers.reminders.animals import Animal
    from resolvers.reminders.terms import Terms

_DUE = "SELECT pet_id, target, due_on, sentence, lapses_on FROM vaccination_due WHERE pet_id IN ({pets}) ORDER BY pet_id, target"
_DOSES = (
    "SELECT d.pet_id, d.id, d.given_on, v.targets FROM vaccination d JOIN vaccine v ON v.id = d.vaccine_id "
    "WHERE d.voided_at IS NULL AND d.pet_id IN ({pets}) ORDER BY d.given_on, d.id"
)
_TARGETS: Any = Vaccine._meta.fields_map["targets"]  # noqa: SLF001 - Tortoise says it nowhere else


class Vaccinations:
    """Doses that are due, counted from the latest that stands against the same disease."""

    def __init__(
        self,
        due: Mapping[UUID, Sequence[tuple[str, date, str, date | None]]],
        doses: Mapping[tuple[UUID, str], Sequence[tuple[str, date]]],
    ) -> None:
        self._due = due
        self._doses = doses

    @classmethod
    async def read(cls, animals: Mapping[UUID, Animal]) -> Vaccinations:
        """What is due for these pets, and what they were given."""
        ids, marks = list(animals), sql.marks(len(animals))
        due = defaultdict(list)
        for pet, target, due_on, sentence, lapses_on in await sql.tuples(_DUE.replace("{pets}", marks), ids):
            due[sql.as_key(pet)].append((target, day(due_on), sentence, None if lapses_on is None else day(lapses_on)))
        doses = defaultdict(list)
        for pet, dose, given_on, targets in await sql.tuples(_DOSES.replace("{pets}", marks), ids):
            for target in _TARGETS.to_python_value(targets):
                doses[sql.as_key(pet), target].append((str(dose), day(given_on)))
        return cls(due, doses)

    def due(self, animal: Animal, terms: Terms) -> Iterable[Thing]:
        """The next dose against each disease."""
        for target, due_on, sentence, lapses_on in self._due.get(animal.id, ()):
            given = self._doses.get((animal.id, target), ())
            yield Thing(animal.id, target, given[-1][0] if given else "0", due_on, sentence, lapses_on)

    def done_on(self, reminder: Reminder, animal: Animal, terms: Terms) -> date | None:
        """The day of the first dose after the one from which it was counted, while that one stands."""
        given = self._doses.get((animal.id, reminder.subject), ())
        if reminder.cycle == "0":
            return given[0][1] if given else None
        places = [place for place, (dose, _) in enumerate(given, 1) if dose == reminder.cycle]
        return given[places[0]][1] if places and places[0] < len(given) else None
