"""Busy times: the stretches in which a vet, a room or a pet is taken."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.appointment import Appointment
from models.row import Instant, Row


class Resource(StrEnum):
    """What can be taken."""

    VET = "VET"
    ROOM = "ROOM"
    PET = "PET"


LONGEST = timedelta(days=3)
"""Longer than any stretch: a visit of a day at the most, its buffers, and the hour of a clock that is put back."""


class BusyTime(Row):
    """A stretch in which a resource is taken: the database refuses two exclusive ones that overlap."""

    resource = fields.CharEnumField(Resource, max_length=8)
    resource_id = fields.UUIDField()
    starts_at = Instant()
    ends_at = Instant()
    is_exclusive = fields.BooleanField(default=True)
    appointment: fields.ForeignKeyNullableRelation[Appointment] = fields.ForeignKeyField(
        "models.Appointment", related_name="busy_times", on_delete=fields.OnDelete.RESTRICT, null=True
    )
    appointment_id: UUID | None

    class Meta:
        table = "busy_time"
        indexes = (("resource_id", "starts_at"), ("appointment_id",))
