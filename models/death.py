"""Deaths: what was recorded of the end of a life, and all that it changed, so that it can be taken back."""

from __future__ import annotations

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields

from models.pet import Pet
from models.row import Instant, Row, no_instant_yet


class EndingKind(StrEnum):
    """A kind of thing that a death ends."""

    APPOINTMENT = "APPOINTMENT"
    LETTER = "LETTER"
    TREATMENT_PLAN = "TREATMENT_PLAN"
    TREATMENT_STEP = "TREATMENT_STEP"
    PRESCRIPTION = "PRESCRIPTION"
    VACCINATION_DUE = "VACCINATION_DUE"
    REMINDER = "REMINDER"


class StayedBecause(StrEnum):
    """Why something that a death ended did not come back when the death turned out to be a mistake."""

    TIME_HAS_PASSED = "TIME_HAS_PASSED"
    TIME_IS_TAKEN = "TIME_IS_TAKEN"
    NOT_OFFERED = "NOT_OFFERED"
    OUTSIDE_HOURS = "OUTSIDE_HOURS"
    NO_LONGER_TRUE = "NO_LONGER_TRUE"
    CHANGED_SINCE = "CHANGED_SINCE"


class Death(Row):
    """A death that was recorded. `undone_at` is when it turned out to be a mistake.

    `stayed` is JSON: why each of its effects that did not come back then has stayed, by the key of the effect.
    """

    pet: fields.ForeignKeyRelation[Pet] = fields.ForeignKeyField(
        "models.Pet", related_name="deaths", on_delete=fields.OnDelete.RESTRICT
    )
    pet_id: UUID
    died_on = fields.DateField()
    is_reported_by_owner = fields.BooleanField(default=False)
    recorded_by_account_id = fields.UUIDField(null=True)
    recorded_at = Instant()
    undone_at = no_instant_yet()
    undone_because = fields.TextField(default="")
    stayed: Any = fields.TextField(default="{}")

    class Meta:
        table = "death"
        indexes = (("pet_id",),)


class DeathEffect(Row):
    """One row that a death changed: JSON of the columns that were changed, as they were before and as it left them.

    Of a row that it took away, `before` holds all columns and `after` none.
    """

    death: fields.ForeignKeyRelation[Death] = fields.ForeignKeyField(
        "models.Death", related_name="effects", on_delete=fields.OnDelete.RESTRICT
    )
    death_id: UUID
    subject_table = fields.CharField(max_length=32)
    subject_id = fields.UUIDField()
    before: Any = fields.TextField()
    after: Any = fields.TextField()

    class Meta:
        table = "death_effect"
        indexes = (("death_id",),)
