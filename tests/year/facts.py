"""Facts: people, their animals, and what happens to them in a year; nothing of it knows a database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

PLACE = ZoneInfo("Europe/Berlin")
OPENS, CLOSES = 8, 20
DOSE, DENTAL, SENIOR, STEP, REPEAT = "Dose", "Dental", "Senior check", "Follow-up", "Repeat"

STEPS: dict[str, tuple[int, ...]] = {
    DOSE: (-30, -7, 0, 14), DENTAL: (-14, 7), SENIOR: (-14,), STEP: (0, 4), REPEAT: (-5, 0),
}  # fmt: skip
"""The rules of the practice, and on which days they tell."""
LIVE = ("BOOKED", "CONFIRMED", "ARRIVED", "IN_PROGRESS")


@dataclass(eq=False)
class Person:
    """Somebody who owns animals. `wants` is what she said about letters of care; None when she said nothing."""

    id: UUID
    mailbox: str
    wants: bool | None = None
    zone: str = ""
    is_dead_letter: bool = False

    @property
    def clock(self) -> ZoneInfo:
        return ZoneInfo(self.zone) if self.zone else PLACE


@dataclass(eq=False)
class Dose:
    id: UUID
    on: date
    stands: bool = True


@dataclass(eq=False)
class Visit:
    id: UUID
    service: str
    starts_at: datetime
    ends_at: datetime
    status: str = "BOOKED"


@dataclass(eq=False)
class Step:
    id: UUID
    plan_id: UUID
    due_on: date
    state: str = "OPEN"
    goes_on: bool = True


@dataclass(eq=False)
class Prescription:
    id: UUID
    on: date
    days: int
    allowed: int
    valid_until: date
    repeats: list[date] = field(default_factory=list)
    is_stopped: bool = False


@dataclass(eq=False)
class Animal:
    id: UUID
    name: str
    species: str
    born_on: date | None
    owners: list[Person]
    is_dead: bool = False
    doses: list[Dose] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    prescriptions: list[Prescription] = field(default_factory=list)

    @property
    def last_dose(self) -> Dose | None:
        standing = [dose for dose in self.doses if dose.stands]
        return max(standing, key=lambda dose: (dose.on, dose.id), default=None)
