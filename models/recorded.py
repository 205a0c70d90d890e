"""Recorded: what every line of a medical record has, whatever it tells."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields

from models.errored import Errored
from models.note import Note
from models.pet import Pet
from models.row import Instant
from models.staff import Staff


class Recorded(Errored):
    """A line of the record of a pet: part of a note, or standing alone.

    `at` is when it happened, `recorded_at` when it was written down. `words` is what it is found by.
    """

    pet: fields.ForeignKeyRelation[Pet] = fields.ForeignKeyField(
        "models.Pet", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    pet_id: UUID
    note: fields.ForeignKeyNullableRelation[Note] = fields.ForeignKeyField(
        "models.Note", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    note_id: UUID | None
    at = Instant()
    recorded_at = Instant()
    recorded_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    recorded_by_id: UUID | None
    words = fields.TextField(default="")

    class Meta:
        abstract = True
