"""Prescriptions: what was handed out is used up, and may be repeated."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from models import sql
from resolvers.reminders.cycles import Thing
from resolvers.reminders.sources.days import day_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from models import Reminder
    from resolvers.reminders.animals import Animal
    from resolvers.reminders.terms import Terms

_PRESCRIPTIONS = (
    "SELECT p.pet_id, p.id, p.at, p.days, p.repeats_given, p.repeats_allowed, p.valid_until, p.stopped_at, r.number, r.given_at "
    "FROM prescription p LEFT JOIN prescription_repeat r ON r.prescription_id = p.id "
    "WHERE p.errored_at IS NULL AND p.days IS NOT NULL AND p.repeats_allowed > 0 AND p.pet_id IN ({pets}) "
    "ORDER BY p.id, r.number"
)


@dataclass(slots=True)
class _Prescription:
    """One that stands: when it was first handed out, and when each repeat was, by its number."""

    id: str
    at: Any
    days: int
    given: int
    allowed: int
    valid_until: date | None
    is_stopped: bool
    repeats: dict[int, Any] = field(default_factory=dict)


class Prescriptions:
    """Medicines of which there are repeats left, counted from the day on which they were handed out last."""

    def __init__(self, by_pet: Mapping[UUID, Sequence[_Prescription]]) -> None:
        self._by_pet = by_pet
        self._by_id = {one.id: one for every in by_pet.values() for one in every}

    @classmethod
    async def read(cls, animals: Mapping[UUID, Animal]) -> Prescriptions:
        """The prescriptions of these pets that may, or might, be repeated."""
        found: dict[str, _Prescription] = {}
        by_pet: dict[UUID, list[_Prescription]] = defaultdict(list)
        text = _PRESCRIPTIONS.replace("{pets}", sql.marks(len(animals)))
        for row in await sql.fetch(text, list(animals)):
            key = str(row["id"])
            if key not in found:
                found[key] = _Prescription(
                    key, row["at"], row["days"], row["repeats_given"], row["repeats_allowed"],
                    sql.as_date(row["valid_until"]), row["stopped_at"] is not None,
                )  # fmt: skip
                by_pet[sql.as_key(row["pet_id"])].append(found[key])
            if row["number"] is not None:
                found[key].repeats[row["number"]] = row["given_at"]
        return cls(by_pet)

    def due(self, animal: Animal, terms: Terms) -> Iterable[Thing]:
        """The next repeat of each prescription that is valid on the day on which it is used up; it lapses with that."""
        for one in self._by_pet.get(animal.id, ()):
            if one.is_stopped or one.given >= one.allowed:
                continue
            due_on = day_at(animal.home, one.repeats.get(one.given, one.at)) + timedelta(days=one.days)
            if one.valid_until is None or due_on <= one.valid_until:
                sentence = f"What was handed out lasts {one.days} {'day' if one.days == 1 else 'days'}."
                lapses_on = one.valid_until and one.valid_until + timedelta(days=1)
                yield Thing(animal.id, one.id, str(one.given), due_on, sentence, lapses_on)

    def done_on(self, reminder: Reminder, animal: Animal, terms: Terms) -> date | None:
        """The day of the repeat that followed."""
        one = self._by_id.get(reminder.subject)
        given_at = one.repeats.get(int(reminder.cycle) + 1) if one is not None else None
        return None if given_at is None else day_at(animal.home, given_at)
