"""Prescriptions: medicines for a pet, the dose and the weight it was reckoned from, and what was repeated of them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final
from uuid import UUID

from tortoise import fields

from models.recorded import Recorded
from models.refusal import AlreadySo, InvalidInput, NoRepeatLeft, PrescriptionEnded
from models.row import Instant, Row, no_instant_yet
from models.staff import Staff
from models.vital import Vital

if TYPE_CHECKING:
    from datetime import date, datetime

    from models.refusal import Path

MOST_MICROGRAMS: Final = 1_000_000_000
"""A kilogram: nobody gives more at once."""


class Prescription(Recorded):
    """A medicine that a vet prescribed. Doses are in micrograms, weights in grams.

    The weight that the dose was reckoned from is written down with it: it stays what it was, whatever is weighed
    later. `weight_is_stale` says that it was too old, `weight_has_jumped` that it differs too much from the one before.
    """

    medicine = fields.TextField()
    strength = fields.TextField(default="")
    directions = fields.TextField()
    micrograms_per_kilogram = fields.BigIntField(null=True)
    micrograms = fields.BigIntField(null=True)
    times_a_day = fields.SmallIntField(null=True)
    days = fields.SmallIntField(null=True)
    quantity = fields.TextField(default="")
    weight: fields.ForeignKeyNullableRelation[Vital] = fields.ForeignKeyField(
        "models.Vital", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    weight_id: UUID | None
    weight_grams = fields.IntField(null=True)
    weight_is_stale = fields.BooleanField(default=False)
    weight_has_jumped = fields.BooleanField(default=False)
    repeats_allowed = fields.SmallIntField(default=0)
    repeats_given = fields.SmallIntField(default=0)
    valid_until = fields.DateField(null=True)
    prescribed_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    prescribed_by_id: UUID
    stopped_at = no_instant_yet()
    stopped_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    stopped_by_id: UUID | None
    stopped_because = fields.TextField(default="")

    class Meta:
        table = "prescription"
        indexes = (("pet_id", "at"), ("note_id",))

    def repeat(self, *, today: date) -> int:
        """Give one repeat more; its number, from 1.

        Raises:
            EnteredInError: it is marked so.
            PrescriptionEnded: it was stopped, or is not valid on that day any more.
            NoRepeatLeft: as many were given as are allowed.
        """
        self.must_stand()
        if self.stopped_at is not None or (self.valid_until is not None and today > self.valid_until):
            raise PrescriptionEnded
        if self.repeats_given >= self.repeats_allowed:
            raise NoRepeatLeft
        number: int = self.repeats_given + 1
        self.repeats_given = number
        return number

    def stop(self, because: str, *, by: UUID, now: datetime) -> None:
        """Stop it: nothing is given of it any more.

        Raises:
            EnteredInError: it is marked so.
            AlreadySo: it was stopped before.
        """
        self.must_stand()
        if self.stopped_at is not None:
            raise AlreadySo
        self.stopped_at, self.stopped_by_id, self.stopped_because = now, by, because


def dose(micrograms_per_kilogram: int, grams: int) -> int:
    """The micrograms of one dose for a pet of that weight, rounded to whole ones."""
    return (micrograms_per_kilogram * grams + 500) // 1000


def micrograms(milligrams: Decimal, *, path: Path) -> int:
    """A dose in micrograms.

    Raises:
        InvalidInput: it is not above 0, above a kilogram, or no whole number of micrograms.
    """
    exact = milligrams * 1000 if milligrams.is_finite() else Decimal(0)
    if not 0 < exact <= MOST_MICROGRAMS or exact != exact.to_integral_value():
        raise InvalidInput("Please give a dose from 0.001 mg up, with at most 3 decimals.", path=path)
    return int(exact)


class PrescriptionRepeat(Row):
    """A repeat that was handed out: the first one has number 1."""

    prescription: fields.ForeignKeyRelation[Prescription] = fields.ForeignKeyField(
        "models.Prescription", related_name="repeats", on_delete=fields.OnDelete.RESTRICT
    )
    prescription_id: UUID
    number = fields.SmallIntField()
    given_at = Instant()
    given_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    given_by_id: UUID

    class Meta:
        table = "prescription_repeat"
        unique_together = (("prescription", "number"),)
