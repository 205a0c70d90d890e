"""Appointments: what is planned, and the steps it may take."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields

from models.client import Client
from models.location import Location
from models.period import Period, today_in
from models.pet import Pet
from models.refusal import StepNotAllowed
from models.room import Room
from models.row import Instant, Row
from models.service import Service
from models.staff import Staff

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo


class Status(StrEnum):
    """Where an appointment stands, apart from anything about payment."""

    REQUESTED = "REQUESTED"
    BOOKED = "BOOKED"
    CONFIRMED = "CONFIRMED"
    ARRIVED = "ARRIVED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    NO_SHOW = "NO_SHOW"


NEXT: dict[Status, frozenset[Status]] = {
    Status.REQUESTED: frozenset({Status.BOOKED, Status.CANCELLED}),
    Status.BOOKED: frozenset({Status.CONFIRMED, Status.ARRIVED, Status.CANCELLED, Status.NO_SHOW}),
    Status.CONFIRMED: frozenset({Status.ARRIVED, Status.CANCELLED, Status.NO_SHOW}),
    Status.ARRIVED: frozenset({Status.IN_PROGRESS, Status.CANCELLED}),
    Status.IN_PROGRESS: frozenset({Status.COMPLETED}),
    Status.COMPLETED: frozenset(),
    Status.CANCELLED: frozenset(),
    Status.NO_SHOW: frozenset({Status.ARRIVED}),
}
"""The steps an appointment may take; from no-show back to arrived only on the same local day."""

MOVABLE = frozenset({Status.REQUESTED, Status.BOOKED, Status.CONFIRMED})
MOST_COMING = 20
MOST_COMING_UNKNOWN = 5
"""How many visits an owner can have to come when she books online; a client the practice does not know yet, fewer."""
ONLINE_AHEAD = timedelta(days=366)
"""How far ahead owners can book online."""
BUSY = frozenset(Status) - {Status.REQUESTED, Status.CANCELLED, Status.NO_SHOW}
COMING = frozenset({Status.REQUESTED, Status.BOOKED, Status.CONFIRMED})
NOT_OVER = COMING | {Status.ARRIVED, Status.IN_PROGRESS}
"""Those that are still to come, or go on."""


class Appointment(Row):
    """A planned visit of one pet to one vet in one room."""

    pet: fields.ForeignKeyRelation[Pet] = fields.ForeignKeyField(
        "models.Pet", related_name="appointments", on_delete=fields.OnDelete.RESTRICT
    )
    pet_id: UUID
    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField(
        "models.Client", related_name="appointments", on_delete=fields.OnDelete.RESTRICT
    )
    client_id: UUID
    service: fields.ForeignKeyRelation[Service] = fields.ForeignKeyField(
        "models.Service", related_name="appointments", on_delete=fields.OnDelete.RESTRICT
    )
    service_id: UUID
    location: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name="appointments", on_delete=fields.OnDelete.RESTRICT
    )
    location_id: UUID
    vet: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="appointments", on_delete=fields.OnDelete.RESTRICT
    )
    vet_id: UUID
    room: fields.ForeignKeyRelation[Room] = fields.ForeignKeyField(
        "models.Room", related_name="appointments", on_delete=fields.OnDelete.RESTRICT
    )
    room_id: UUID
    starts_at = Instant()
    ends_at = Instant()
    status = fields.CharEnumField(Status, max_length=16)
    reason = fields.TextField(default="")
    words = fields.TextField(default="", db_default="")
    cancelled_because = fields.TextField(default="")
    created_at = Instant()

    class Meta:
        table = "appointment"
        indexes = (("location_id", "starts_at"), ("pet_id", "starts_at"), ("client_id", "starts_at"))

    @property
    def visit(self) -> Period:
        """When the visit is planned."""
        return Period(self.starts_at, self.ends_at)

    def step_to(self, status: Status, *, now: datetime, clock: ZoneInfo) -> None:
        """Take the step to another status.

        Raises:
            StepNotAllowed: no such step leads from where the appointment stands, or it is a step back from
                no-show on another day.
        """
        if status not in NEXT[self.status]:
            raise StepNotAllowed(_what_can_be_done(self.status), path=("appointmentId",))
        if self.status is Status.NO_SHOW and today_in(clock, now) != today_in(clock, self.starts_at):
            raise StepNotAllowed(path=("appointmentId",))
        self.status = status

    def move_to(self, visit: Period, *, vet_id: UUID, room_id: UUID) -> None:
        """Plan the same appointment for another time; a confirmed one has to be confirmed anew.

        Raises:
            StepNotAllowed: it has begun, ended or was cancelled.
        """
        self.must_be_movable()
        if self.status is Status.CONFIRMED:
            self.status = Status.BOOKED
        self.starts_at, self.ends_at = visit.starts_at, visit.ends_at
        self.vet_id, self.room_id = vet_id, room_id

    def come_back(self, status: Status) -> None:
        """Stand again where it stood before it was cancelled, when the reason for that was a mistake.

        Raises:
            StepNotAllowed: it is not cancelled, or was not to come.
        """
        if self.status is not Status.CANCELLED or status not in COMING:
            raise StepNotAllowed(_what_can_be_done(self.status), path=("appointmentId",))
        self.status, self.cancelled_because = status, ""

    def must_be_movable(self) -> None:
        """Refuse to move what has begun, ended or was cancelled.

        Raises:
            StepNotAllowed: it is not requested, booked or confirmed.
        """
        if self.status not in MOVABLE:
            raise StepNotAllowed(_what_can_be_done(self.status), path=("appointmentId",))


_STANDS = {status: status.value.lower().replace("_", " ") for status in Status} | {
    Status.NO_SHOW: "marked as a no-show"
}
_STEPS = {
    Status.BOOKED: "agreed",
    Status.CONFIRMED: "confirmed",
    Status.ARRIVED: "checked in",
    Status.IN_PROGRESS: "started",
    Status.COMPLETED: "completed",
    Status.CANCELLED: "cancelled",
    Status.NO_SHOW: "marked as a no-show",
}


def _what_can_be_done(standing: Status) -> str:
    steps = [_STEPS[status] for status in Status if status in NEXT[standing]]
    if not steps:
        return f"This appointment is {_STANDS[standing]} and cannot be changed any more."
    return f"This appointment is {_STANDS[standing]}. From there it can be {' or '.join(steps)}."
