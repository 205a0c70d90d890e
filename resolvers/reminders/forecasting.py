"""Forecasting: what a rule would make due, without writing anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Collection

    from models import Location, ReminderRuleVersion, RuleKind


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
    """What a version, which may be written down nowhere yet, makes due for every pet that fits it, by pet and day.

    Pets that have died, and those that nobody owns who may see them, are left out. With `location` only pets whose place
    that is. Nothing is written, and nobody is kept waiting.
    """
    raise NotImplementedError
