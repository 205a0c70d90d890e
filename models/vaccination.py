"""Vaccinations: the doses that pets were given, here or elsewhere."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields

from models.location import Location
from models.pet import Pet
from models.refusal import AlreadyVoided
from models.row import Instant, Row, folded, no_instant_yet
from models.staff import Staff
from models.vaccine import Vaccine
from models.visit import Visit

if TYPE_CHECKING:
    from datetime import datetime


class DoseSource(StrEnum):
    """How a dose is known."""

    RECORDED = "RECORDED"
    IMPORTED = "IMPORTED"
    ELSEWHERE = "ELSEWHERE"


class Vaccination(Row):
    """A dose of a vaccine. It is never deleted: one that was not given is voided, by whom and why.

    `given_on` is a day of the calendar at the place, and `at` its noon. `expires_on` stands on the vial. `words` is
    what it is found by.
    """

    pet: fields.ForeignKeyRelation[Pet] = fields.ForeignKeyField(
        "models.Pet", related_name="vaccinations", on_delete=fields.OnDelete.RESTRICT
    )
    pet_id: UUID
    visit: fields.ForeignKeyNullableRelation[Visit] = fields.ForeignKeyField(
        "models.Visit", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    visit_id: UUID | None
    vaccine: fields.ForeignKeyRelation[Vaccine] = fields.ForeignKeyField(
        "models.Vaccine", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    vaccine_id: UUID
    lot = fields.TextField(default="")
    lot_fold = fields.TextField(default="")
    expires_on = fields.DateField(null=True)
    given_on = fields.DateField()
    at = Instant()
    given_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    given_by_id: UUID | None
    location: fields.ForeignKeyNullableRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    location_id: UUID | None
    body_site = fields.TextField(default="")
    tag = fields.TextField(default="")
    source = fields.CharEnumField(DoseSource, max_length=16, default=DoseSource.RECORDED)
    words = fields.TextField(default="")
    recorded_at = Instant()
    voided_at = no_instant_yet()
    voided_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    voided_by_id: UUID | None
    voided_because = fields.TextField(default="")

    class Meta:
        table = "vaccination"
        indexes = (("pet_id", "given_on"), ("visit_id",))

    def must_stand(self) -> None:
        """Refuse to work with what was voided.

        Raises:
            AlreadyVoided: it was.
        """
        if self.voided_at is not None:
            raise AlreadyVoided(path=("vaccinationId",))

    def void(self, because: str, *, by: UUID | None, now: datetime) -> None:
        """Say that it does not stand; it stays where it is.

        Raises:
            AlreadyVoided: it was voided before.
        """
        self.must_stand()
        self.voided_at, self.voided_by_id, self.voided_because = now, by, because


def lot_fold(lot: str) -> str:
    """The lot as it is compared: no case, and nothing but letters and digits."""
    return "".join(character for character in folded(lot) if character.isalnum())
