"""Readings of records: who has looked into the record of which pet."""

from __future__ import annotations

from tortoise import fields

from models.row import Instant, Row


class RecordReading(Row):
    """Somebody read from the body of a pet's record, by the operation that a program of theirs named."""

    account_id = fields.UUIDField(null=True)
    pet_id = fields.UUIDField()
    operation = fields.TextField(default="")
    at = Instant()

    class Meta:
        table = "record_reading"
        indexes = (("pet_id", "at"),)
