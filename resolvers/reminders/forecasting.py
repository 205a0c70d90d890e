"""Forecasting: what a rule would make due, without writing anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from models import Pet
from resolvers.locks import look
from resolvers.reminders import animals, sources
from resolvers.reminders.animals import Places
from resolvers.reminders.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Collection

    from models import Location, ReminderRuleVersion, RuleKind

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Forecast:
    """Something that would be due: for which pet, what of it, counted from what, on which day at its place, and why."""

    pet_id: UUID
    subject: str
    cycle: str
    due_on: date
    sentence: str
    location_id: UUID


async def forecast(
    version: ReminderRuleVersion,
    kind: RuleKind,
    *,
    now: datetime,
    service_ids: Collection[UUID] = (),
    location: Location | None = None,
) -> list[Forecast]:
    """What a version, which may be written down nowhere yet, makes due for every pet that fits it, by pet.

    Pets that have died, and those that nobody owns who may see them, are left out. With `location` only pets whose place
    that is. Nothing is written, and nobody is kept waiting.
    """
    terms, places = Terms(kind, version, frozenset(service_ids)), await Places.known()
    found: list[Forecast] = []
    last = UUID(int=0)
    while pets := await look(Pet, f"id IN ({_SOME})", (last,)):
        last = pets[-1].id
        known = await animals.of(pets, places)
        here = {key: one for key, one in known.items() if location is None or one.home.id == location.id}
        read = await sources.read(here, [terms], places)
        for animal in here.values():
            found += [
                Forecast(animal.id, thing.subject, thing.cycle, thing.due_on, thing.sentence, animal.home.id)
                for thing, why_not in sources.due(read, animal, terms, now=now)
                if why_not is None
            ]
    return found


_SOME = f"SELECT id FROM pet WHERE id > ? AND died_on IS NULL ORDER BY id LIMIT {_AT_ONCE}"  # noqa: S608 - our own names
