"""Prescriptions: medicines for a pet, the dose and the weight it was reckoned from, and what was repeated of them."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields

from models.recorded import Recorded
from models.row import Instant, Row, no_instant_yet
from models.staff import Staff
from models.vital import Vital


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
