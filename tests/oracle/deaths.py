"""Deaths: what one would end, found by looking at every row."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import models
from models import refusal
from tests.oracle.kinds import Thing
from tests.world import NOW

if TYPE_CHECKING:
    from tests.oracle.oracle import Oracle

TO_COME = ("REQUESTED", "BOOKED", "CONFIRMED")


def known_of(oracle: Oracle, pet: Any) -> dict[str, Any] | None:
    """What is known of the death of a pet."""
    for death in (each.row for each in oracle.all("Death", pet_id=pet.id, undone_at=None)):
        names = [
            getattr(one.row, "display_name", None)
            for account in oracle.records.rows[models.Account]
            if account.id == death.recorded_by_account_id
            for one in (oracle.one("Staff", account.staff_id), oracle.one("Client", account.client_id))
            if one
        ]
        return {
            "diedOn": death.died_on,
            "recordedAt": death.recorded_at,
            "recordedBy": next(iter(names), None),
            "isReportedByOwner": death.is_reported_by_owner,
        }
    return None


def preview(oracle: Oracle, pet_id: UUID | None, died_on: date) -> dict[str, Any] | None:
    """What would end if the pet had died on that day."""
    found = oracle.all("Pet", id=pet_id)
    if not found:
        return None
    pet = found[0].row
    mine = oracle.all("Ownership", pet_id=pet.id, client_id=oracle.viewer.client_id)
    if oracle.viewer.is_owner and not any(each.row.may_consent for each in mine):
        raise refusal.RightNeeded
    if pet.died_on is not None:
        raise refusal.PetHasDied
    if died_on > NOW.date() + timedelta(days=1) or (pet.born_on and died_on < pet.born_on):
        raise refusal.InvalidInput
    visits = [row for row in oracle.records.rows[models.Appointment] if row.pet_id == pet.id]
    coming = [row for row in visits if row.status in TO_COME and not _is_long_ago(oracle, row, died_on)]
    others = [
        {"kind": kind, "count": len(rows), "things": [_thing(kind, oracle, row) for row in rows if _sees(oracle, row)]}
        for kind, rows in _others(oracle, pet, {row.id for row in visits}).items()
        if rows
    ]
    return {
        "appointments": [Thing("Appointment", row) for row in sorted(coming, key=lambda row: (row.starts_at, row.id))],
        "others": others,
    }


def _is_long_ago(oracle: Oracle, visit: Any, died_on: date) -> bool:
    if visit.ends_at > NOW:
        return False
    began: datetime = visit.starts_at.astimezone(ZoneInfo(oracle.row_behind(visit, "Location").zone))
    return began.date() < died_on


def _others(oracle: Oracle, pet: Any, visits: set[UUID]) -> dict[str, list[Any]]:
    rows = {model: sorted(held, key=lambda row: row.id) for model, held in oracle.records.rows.items()}
    plans = [row for row in rows[models.TreatmentPlan] if row.pet_id == pet.id]
    of_hers = {plan.id for plan in plans}
    told: dict[UUID, set[UUID]] = {}  # of which pets each letter that waits tells
    for notice in rows[models.ReminderNotice]:
        reminder = oracle.records.one(models.Reminder, notice.reminder_id)
        if notice.outcome == "WAITING" and reminder:
            told.setdefault(notice.message_id, set()).add(reminder.pet_id)
    return {
        "LETTER": [
            row
            for row in rows[models.Message]
            if row.state == "WAITING" and (row.appointment_id in visits or told.get(row.id) == {pet.id})
        ],
        "TREATMENT_PLAN": [plan for plan in plans if plan.state == "ACTIVE"],
        "TREATMENT_STEP": [row for row in rows[models.TreatmentStep] if row.plan_id in of_hers and row.state == "OPEN"],
        "PRESCRIPTION": [
            row
            for row in rows[models.Prescription]
            if row.pet_id == pet.id
            and row.stopped_at is None
            and row.errored_at is None
            and row.repeats_given < row.repeats_allowed
        ],
        "REMINDER": [
            row for row in rows[models.Reminder] if row.pet_id == pet.id and row.state not in ("COMPLETED", "WITHDRAWN")
        ],
        "VACCINATION_DUE": [
            row
            for row in rows[models.VaccinationDue]
            if row.pet_id == pet.id and (row.lapses_on is None or row.lapses_on > NOW.date())
        ],
    }


def _sees(oracle: Oracle, row: Any) -> bool:
    """Whether the viewer is told of it: of a letter, when she may see whom it is for."""
    if isinstance(row, models.Message):
        return bool(oracle.all("Client", id=row.client_id))
    return any(each.row.id == row.id for each in oracle.all(type(row).__name__))


def _thing(kind: str, oracle: Oracle, row: Any) -> dict[str, Any]:
    match kind:
        case "LETTER":
            to = oracle.row_behind(row, "Client").display_name
            return {"what": row.letter.value, "at": row.not_before, "on": None, "to": to}
        case "TREATMENT_PLAN":
            return {"what": row.title, "at": None, "on": row.starts_on, "to": None}
        case "TREATMENT_STEP":
            return {"what": row.what, "at": None, "on": row.due_on, "to": None}
        case "REMINDER":
            rule = oracle.records.one(models.ReminderRule, row.rule_id)
            return {"what": rule and rule.name, "at": None, "on": row.due_on, "to": None}
        case "VACCINATION_DUE":
            return {"what": row.target.value, "at": None, "on": row.due_on, "to": None}
    return {"what": row.medicine, "at": None, "on": row.valid_until, "to": None}
