"""Deaths: what was recorded of the end of a life, and all that it changed, so that it can be taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tortoise import fields

from models.pet import Pet
from models.row import Instant, Row, no_instant_yet


class Death(Row):
    """A death that was recorded. `undone_at` is when it turned out to be a mistake."""

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

    class Meta:
        table = "death"
        indexes = (("pet_id",),)


class DeathEffect(Row):
    """One row that a death changed, as it was before: JSON of the columns that were changed."""

    death: fields.ForeignKeyRelation[Death] = fields.ForeignKeyField(
        "models.Death", related_name="effects", on_delete=fields.OnDelete.RESTRICT
    )
    death_id: UUID
    subject_table = fields.CharField(max_length=32)
    subject_id = fields.UUIDField()
    before: Any = fields.TextField()

    class Meta:
        table = "death_effect"
        indexes = (("death_id",),)
