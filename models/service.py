"""Services: what the practice offers, how long it takes, and who and what it needs."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from tortoise import fields

from models.period import Period
from models.pet import Species
from models.room import Room
from models.row import Row, Words
from models.staff import Staff


class Service(Row):
    """Something that can be booked.

    `species` is empty when every species is seen. `is_farewell` marks end-of-life care: letters about it
    are plain, and it is bookable online only where the practice says so.
    """

    name = fields.TextField()
    fold = fields.TextField()
    description = fields.TextField(default="")
    lasts_minutes = fields.SmallIntField()
    buffer_before_minutes = fields.SmallIntField(default=0)
    buffer_after_minutes = fields.SmallIntField(default=0)
    lead_minutes = fields.IntField(default=0)
    species = Words(default=list)
    is_bookable_online = fields.BooleanField(default=False)
    is_open_to_new_clients = fields.BooleanField(default=False)
    owner_may_choose_vet = fields.BooleanField(default=True)
    is_farewell = fields.BooleanField(default=False)
    is_offered = fields.BooleanField(default=True)

    class Meta:
        table = "service"

    def visit(self, starts_at: datetime) -> Period:
        """The visit itself, when it starts then."""
        return Period(starts_at, starts_at + timedelta(minutes=self.lasts_minutes))

    def with_buffers(self, visit: Period) -> Period:
        """The time for which vet and room are taken by that visit."""
        return visit.widened(
            before=timedelta(minutes=self.buffer_before_minutes), after=timedelta(minutes=self.buffer_after_minutes)
        )

    def is_for(self, species: Species) -> bool:
        """Whether pets of that species are seen for it."""
        return not self.species or species.value in self.species


class ServiceStaff(Row):
    """Somebody of the staff who can do a service."""

    service: fields.ForeignKeyRelation[Service] = fields.ForeignKeyField(
        "models.Service", related_name="staff_rows", on_delete=fields.OnDelete.CASCADE
    )
    service_id: UUID
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="service_rows", on_delete=fields.OnDelete.RESTRICT
    )
    staff_id: UUID

    class Meta:
        table = "service_staff"
        unique_together = (("service_id", "staff_id"),)


class ServiceRoom(Row):
    """A room in which a service can be done."""

    service: fields.ForeignKeyRelation[Service] = fields.ForeignKeyField(
        "models.Service", related_name="room_rows", on_delete=fields.OnDelete.CASCADE
    )
    service_id: UUID
    room: fields.ForeignKeyRelation[Room] = fields.ForeignKeyField(
        "models.Room", related_name="service_rows", on_delete=fields.OnDelete.RESTRICT
    )
    room_id: UUID

    class Meta:
        table = "service_room"
        unique_together = (("service_id", "room_id"),)
