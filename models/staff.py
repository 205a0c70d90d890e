"""Staff: the people who work at the practice, and what each may do where."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields

from models.location import Location
from models.role import Role
from models.row import Instant, Row


class Staff(Row):
    """Somebody who works, or worked, at the practice."""

    given_name = fields.TextField()
    family_name = fields.TextField()
    display_name = fields.TextField()
    fold = fields.TextField()
    email = fields.TextField()
    licence_number = fields.TextField(default="", db_default="")
    left_at = Instant(null=True)

    class Meta:
        table = "staff"


class StaffRole(Row):
    """A role that somebody holds at one location, or at every location when none is named."""

    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="held_roles", on_delete=fields.OnDelete.RESTRICT
    )
    staff_id: UUID
    location: fields.ForeignKeyNullableRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name="held_roles", on_delete=fields.OnDelete.RESTRICT, null=True
    )
    location_id: UUID | None
    role = fields.CharEnumField(Role, max_length=16)

    class Meta:
        table = "staff_role"
