"""Working hours: when somebody works where, and the exceptions to it."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields

from models.location import Location
from models.row import Instant, Row
from models.staff import Staff


class WorkingHours(Row):
    """A stretch of one weekday (1 Monday … 7 Sunday) in which somebody works at a location, in local minutes."""

    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="working_hours", on_delete=fields.OnDelete.RESTRICT
    )
    staff_id: UUID
    location: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name="working_hours", on_delete=fields.OnDelete.RESTRICT
    )
    location_id: UUID
    weekday = fields.SmallIntField()
    from_minute = fields.SmallIntField()
    until_minute = fields.SmallIntField()
    starts_on = fields.DateField()
    ends_on = fields.DateField(null=True)

    class Meta:
        table = "working_hours"
        indexes = (("location_id", "staff_id"),)


class HoursException(Row):
    """A period in which a location is closed, or somebody does not work, whatever the usual hours say.

    With a location alone the whole location is closed; with staff alone that person is away everywhere; with
    both she is away from that location. Half-open, like every period.
    """

    location: fields.ForeignKeyNullableRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name="hours_exceptions", on_delete=fields.OnDelete.RESTRICT, null=True
    )
    location_id: UUID | None
    staff: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="hours_exceptions", on_delete=fields.OnDelete.RESTRICT, null=True
    )
    staff_id: UUID | None
    starts_at = Instant()
    ends_at = Instant()
    reason = fields.TextField(default="")

    class Meta:
        table = "hours_exception"
        indexes = (("ends_at",),)
