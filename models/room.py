"""Rooms: where in a location a pet is seen."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields

from models.location import Location
from models.row import Row


class Room(Row):
    """A room of a location: while it is not in use nothing new is booked into it."""

    location: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name="rooms", on_delete=fields.OnDelete.RESTRICT
    )
    location_id: UUID
    name = fields.TextField()
    fold = fields.TextField()
    is_in_use = fields.BooleanField(default=True)

    class Meta:
        table = "room"
