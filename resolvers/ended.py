"""Ended: what a death ends, or what came back, told so that a person knows what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import models
from models import sql
from models.death import EndingKind
from resolvers import access

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from resolvers.rows import Rows
    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing: in whose words it is what, at which moment or on which day it was due, and to whom it was to go."""

    what: str
    at: datetime | None
    on: date | None
    to: str | None


@dataclass(frozen=True, slots=True)
class Things:
    """Everything of one kind: how many there are, and those that the viewer may see, the oldest first."""

    kind: EndingKind
    count: int
    things: tuple[Thing, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """Everything: appointments as rows that the viewer sees, with their keys; and the rest by kind, none left out."""

    appointments: Rows
    appointment_ids: tuple[UUID, ...]
    others: tuple[Things, ...]


async def told(viewer: Viewer, ids: Mapping[EndingKind, Sequence[UUID]]) -> Ended:
    """What stands behind those keys, one statement a kind."""
    visits = sorted(ids.get(EndingKind.APPOINTMENT, ()))
    scope = f"{{t}}.id IN ({sql.marks(len(visits))})" if visits else access.NOTHING
    rows = access.rows(viewer, models.Appointment, scope, *visits).sorted_by("starts_at")
    others = [await _things(viewer, kind, ids[kind]) for kind in _TOLD if ids.get(kind)]
    return Ended(rows, await _soonest_first(rows) if visits else (), tuple(others))


async def _soonest_first(rows: Rows) -> tuple[UUID, ...]:
    found = await sql.tuples(
        f"SELECT t.id FROM appointment t WHERE {rows.scope.replace('{t}', 't')} ORDER BY t.starts_at, t.id", rows.values
    )
    return tuple(sql.as_key(key) for (key,) in found)


@dataclass(frozen=True, slots=True)
class _Telling:
    """How a kind is told: SQL over `t`, and the row by which it is decided who sees it, under its alias."""

    said: str
    source: str
    seen_by: Any
    alias: str = "t"


_TOLD: Final = {
    EndingKind.LETTER: _Telling(
        "t.letter AS what, t.not_before AS at, NULL AS day, c.display_name AS whom",
        "message t JOIN client c ON c.id = t.client_id",
        models.Client,  # a letter is told to whoever may see the person it goes to
        "c",
    ),
    EndingKind.TREATMENT_PLAN: _Telling(
        "t.title AS what, NULL AS at, t.starts_on AS day, NULL AS whom", "treatment_plan t", models.TreatmentPlan
    ),
    EndingKind.TREATMENT_STEP: _Telling(
        "t.what AS what, NULL AS at, t.due_on AS day, NULL AS whom", "treatment_step t", models.TreatmentStep
    ),
    EndingKind.PRESCRIPTION: _Telling(
        "t.medicine AS what, NULL AS at, t.valid_until AS day, NULL AS whom", "prescription t", models.Prescription
    ),
    EndingKind.REMINDER: _Telling(
        "u.name AS what, NULL AS at, t.due_on AS day, NULL AS whom",
        "reminder t JOIN reminder_rule u ON u.id = t.rule_id",
        models.Reminder,
    ),
    EndingKind.VACCINATION_DUE: _Telling(
        "t.target AS what, NULL AS at, t.due_on AS day, NULL AS whom", "vaccination_due t", models.VaccinationDue
    ),
}


async def _things(viewer: Viewer, kind: EndingKind, ids: Sequence[UUID]) -> Things:
    telling = _TOLD[kind]
    condition, values = access.sight(viewer, telling.seen_by, telling.alias)
    rows = await sql.fetch(
        f"SELECT {telling.said} FROM {telling.source} WHERE t.id IN ({sql.marks(len(ids))}) AND ({condition}) "
        "ORDER BY t.id",
        (*ids, *values),
    )
    return Things(kind, len(ids), tuple(_thing(row) for row in rows))


def _thing(row: Mapping[str, Any]) -> Thing:
    at, day = row["at"], row["day"]
    return Thing(row["what"], None if at is None else sql.as_instant(at), sql.as_date(day), row["whom"])
