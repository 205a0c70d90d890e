"""Visits: what happened, as against appointments, which are what was planned."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields

from models.appointment import Appointment
from models.errored import Errored
from models.location import Location
from models.pet import Pet
from models.refusal import RecordLocked
from models.row import Instant, no_instant_yet
from models.staff import Staff

if TYPE_CHECKING:
    from datetime import datetime


class Visit(Errored):
    """A pet was seen, with an appointment or without one, and its record is made of the notes that belong to it.

    A locked one takes nothing any more, and what belongs to it keeps its words: who was wrong, or has more to say,
    writes an addendum. Whoever locked it is null when the practice's own clock did.
    """

    pet: fields.ForeignKeyRelation[Pet] = fields.ForeignKeyField(
        "models.Pet", related_name="visits", on_delete=fields.OnDelete.RESTRICT
    )
    pet_id: UUID
    appointment: fields.OneToOneNullableRelation[Appointment] = fields.OneToOneField(
        "models.Appointment", related_name="record", on_delete=fields.OnDelete.RESTRICT, null=True
    )
    appointment_id: UUID | None
    location: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    location_id: UUID
    vet: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    vet_id: UUID
    at = Instant()
    ended_at = no_instant_yet()
    reason = fields.TextField(default="")
    words = fields.TextField(default="")
    created_at = Instant()
    locked_at = no_instant_yet()
    locked_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    locked_by_id: UUID | None

    class Meta:
        table = "visit"
        indexes = (("pet_id", "at"),)

    def must_be_open(self) -> None:
        """Refuse to write into what is locked, or was opened by mistake.

        Raises:
            RecordLocked: the record of this visit is locked.
            EnteredInError: the visit is marked so.
        """
        self.must_stand()
        if self.locked_at is not None:
            raise RecordLocked

    def lock(self, *, by: UUID | None, now: datetime) -> None:
        """Lock the record: from now on it keeps its words.

        Raises:
            RecordLocked: it is locked already.
        """
        self.must_be_open()
        self.locked_at, self.locked_by_id = now, by

    def was_an_error(self, because: str, *, by: UUID | None, now: datetime) -> None:
        """Mark it as opened by mistake; unless it is locked, it lets go of its appointment.

        Raises:
            EnteredInError: it is marked so already.
        """
        super().was_an_error(because, by=by, now=now)
        if self.locked_at is None:
            self.appointment_id = None
