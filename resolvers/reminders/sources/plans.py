"""Plans: the steps of treatment plans that have a day."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from models import PlanState, StepState, sql
from resolvers.reminders.cycles import Thing
from resolvers.reminders.sources.days import day, day_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from models import Reminder
    from resolvers.reminders.animals import Animal
    from resolvers.reminders.terms import Terms

_STEPS = (
    "SELECT p.pet_id, s.id, s.due_on, s.state, s.settled_at, p.state FROM treatment_step s "
    "JOIN treatment_plan p ON p.id = s.plan_id WHERE p.kind = 'TREATMENT' AND s.due_on IS NOT NULL "
    "AND p.pet_id IN ({pets}) ORDER BY s.due_on, s.id"
)
# What exactly is to be done is for the staff to read: owners see the plans that are theirs to follow, and no others.
_SENTENCE: Final = "It is planned for this day in the treatment plan."


class Plans:
    """Steps that are open, in plans that go on."""

    def __init__(self, due: Mapping[UUID, Sequence[tuple[str, date]]], done: Mapping[str, datetime]) -> None:
        self._due = due
        self._done = done

    @classmethod
    async def read(cls, animals: Mapping[UUID, Animal]) -> Plans:
        """The steps with a day in the treatment plans of these pets."""
        due: dict[UUID, list[tuple[str, date]]] = defaultdict(list)
        done: dict[str, Any] = {}
        rows = await sql.tuples(_STEPS.replace("{pets}", sql.marks(len(animals))), list(animals))
        for pet, step, due_on, state, settled_at, plan in rows:
            if state == StepState.DONE:
                done[str(step)] = settled_at
            elif state == StepState.OPEN and plan == PlanState.ACTIVE:
                due[sql.as_key(pet)].append((str(step), day(due_on)))
        return cls(due, done)

    def due(self, animal: Animal, terms: Terms) -> Iterable[Thing]:
        """Each step by itself: it is due once."""
        return [Thing(animal.id, step, "0", due_on, _SENTENCE) for step, due_on in self._due.get(animal.id, ())]

    def done_on(self, reminder: Reminder, animal: Animal, terms: Terms) -> date | None:
        """The day on which the step was settled as done."""
        settled_at = self._done.get(reminder.subject)
        return None if settled_at is None else day_at(animal.home, settled_at)
