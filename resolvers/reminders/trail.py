"""The trail: which pets what happened concerns, as far as it may change what is due for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from models import EventKind, sql

if TYPE_CHECKING:
    from collections.abc import Mapping

_AT_ONCE: Final = 200
_SKIPPED_AT_LEAST: Final = 1000

# What is named by its table is about the row that the event is about, and leads from there to a pet.
_NARROW: Final[Mapping[str, tuple[EventKind, ...]]] = {
    "pet": (
        EventKind.PET_REGISTERED, EventKind.PET_AMENDED, EventKind.PET_DIED, EventKind.DEATH_UNDONE, EventKind.PET_IMPORTED,
    ),
    "ownership": (EventKind.OWNERSHIP_ADDED, EventKind.OWNERSHIP_AMENDED, EventKind.OWNERSHIP_ENDED),
    "appointment": (
        EventKind.APPOINTMENT_BOOKED, EventKind.APPOINTMENT_MOVED, EventKind.APPOINTMENT_CONFIRMED,
        EventKind.APPOINTMENT_ARRIVED, EventKind.APPOINTMENT_STARTED, EventKind.APPOINTMENT_COMPLETED,
        EventKind.APPOINTMENT_CANCELLED, EventKind.APPOINTMENT_NO_SHOW, EventKind.APPOINTMENT_RESTORED,
    ),
    "vaccination": (
        EventKind.VACCINATION_RECORDED, EventKind.VACCINATION_AMENDED, EventKind.VACCINATION_VOIDED,
    ),
    "treatment_plan": (
        EventKind.TREATMENT_PLANNED, EventKind.TREATMENT_STEP_ADDED, EventKind.TREATMENT_STEP_SETTLED,
        EventKind.TREATMENT_PLAN_COMPLETED, EventKind.TREATMENT_PLAN_STOPPED, EventKind.TREATMENT_PLAN_RESUMED,
    ),
    "prescription": (
        EventKind.PRESCRIBED, EventKind.REPEAT_GIVEN, EventKind.PRESCRIPTION_STOPPED, EventKind.PRESCRIPTION_RESUMED,
        EventKind.LINE_ENTERED_IN_ERROR,
    ),
    "procedure": (EventKind.PROCEDURE_RECORDED, EventKind.LINE_ENTERED_IN_ERROR),
    "visit": (EventKind.VISIT_OPENED, EventKind.VISIT_IN_ERROR),
    "note": (EventKind.NOTE_IN_ERROR,),
}  # fmt: skip
_OF_AN_ACCOUNT: Final = (EventKind.ACCOUNT_LINKED,)
WIDE: Final = frozenset(
    {
        EventKind.PROTOCOL_ACTIVATED,
        EventKind.PROTOCOL_DEACTIVATED,
        EventKind.VACCINE_AMENDED,
        EventKind.LOCATION_ADDED,
        EventKind.LOCATION_AMENDED,
        EventKind.REMINDER_RULE_ADDED,
        EventKind.REMINDER_RULE_AMENDED,
        EventKind.REMINDER_RULE_SWITCHED_ON,
        EventKind.REMINDER_RULE_SWITCHED_OFF,
        EventKind.REMINDER_SETTINGS_AMENDED,
    }
)
"""What may change what is due for every pet."""

KINDS: Final = sorted({kind for kinds in _NARROW.values() for kind in kinds} | {*_OF_AN_ACCOUNT} | WIDE)
"""What may change what is due for any pet; nothing else is of concern."""
# Keys are of one kind in all tables, so a row is found by its key in the table to which it belongs, and in no other.
_PETS: Final = ", ".join("pet.id" if table == "pet" else f"{table}.pet_id" for table in _NARROW)
_JOINED: Final = " ".join(f"LEFT JOIN {table} ON {table}.id = e.subject_id" for table in _NARROW)
_HAPPENED: Final = (
    f"SELECT e.number, e.kind, COALESCE({_PETS}, hers.pet_id) AS pet_id FROM "  # noqa: S608 - our own names
    f"(SELECT number, kind, subject_id FROM event WHERE number > ? AND kind IN ({sql.marks(len(KINDS))}) "
    f"ORDER BY number LIMIT {_AT_ONCE}) e {_JOINED} "
    "LEFT JOIN account ON account.id = e.subject_id "
    "LEFT JOIN ownership hers ON hers.client_id = account.client_id AND hers.ends_on IS NULL ORDER BY e.number"
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the trail: how far it reaches, the pets that it concerns, and whether it may concern every pet."""

    last_number: int
    pet_ids: frozenset[UUID]
    is_wide: bool


async def after(number: int) -> Stretch | None:
    """What happened after the event of that number, a few hundred events at most; None when it is nothing of concern.

    What concerns nothing that is due is passed over, now and then.
    """
    [(last,)] = await sql.tuples("SELECT COALESCE(MAX(number), 0) FROM event")
    rows = await sql.tuples(_HAPPENED, (number, *KINDS))
    if not rows:
        passed = last - number
        return Stretch(last, frozenset(), is_wide=False) if passed >= _SKIPPED_AT_LEAST else None
    numbers = {row[0] for row in rows}
    pets = frozenset(sql.as_key(pet) for _, _, pet in rows if pet is not None)
    reached = max(numbers) if len(numbers) == _AT_ONCE else max(last, *numbers)
    return Stretch(reached, pets, is_wide=any(kind in WIDE for _, kind, _ in rows))
