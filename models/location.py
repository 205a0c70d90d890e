"""Locations: the places where the practice sees pets."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise import fields

from models.legal_entity import LegalEntity
from models.refusal import LocationClosed
from models.row import Row

if TYPE_CHECKING:
    from datetime import date


class Location(Row):
    """A place where the practice sees pets, on the wall clock of its own zone.

    `region` is the subdivision of its country whose law counts there (`US-NY`), "" where none is known. What is done
    there is invoiced by its legal entity.
    """

    name = fields.TextField()
    fold = fields.TextField()
    zone = fields.CharField(max_length=64)
    currency = fields.CharField(max_length=3)
    street = fields.TextField(default="")
    postal_code = fields.TextField(default="")
    city = fields.TextField(default="")
    country = fields.CharField(max_length=2, default="")
    region = fields.CharField(max_length=6, default="", db_default="")
    phone = fields.TextField(default="")
    phone_e164 = fields.CharField(max_length=16, null=True)
    email = fields.TextField(default="", db_default="")
    closed_on = fields.DateField(null=True)
    legal_entity: fields.ForeignKeyNullableRelation[LegalEntity] = fields.ForeignKeyField(
        "models.LegalEntity", related_name="locations", on_delete=fields.OnDelete.RESTRICT, null=True
    )
    legal_entity_id: UUID | None

    class Meta:
        table = "location"

    @property
    def clock(self) -> ZoneInfo:
        """The zone of the clock on its wall."""
        return ZoneInfo(self.zone)

    def must_be_open_on(self, day: date) -> None:
        """Refuse a day on or after its closing for good.

        Raises:
            LocationClosed: the location takes no appointments on that day.
        """
        if self.closed_on is not None and day >= self.closed_on:
            raise LocationClosed(path=("locationId",))


class OpeningHours(Row):
    """A stretch of one weekday (1 Monday … 7 Sunday) in which a location is open, in minutes of the local day."""

    location: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name="opening_hours", on_delete=fields.OnDelete.RESTRICT
    )
    location_id: UUID
    weekday = fields.SmallIntField()
    from_minute = fields.SmallIntField()
    until_minute = fields.SmallIntField()

    class Meta:
        table = "opening_hours"
