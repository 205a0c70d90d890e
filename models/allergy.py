"""Allergies: what a pet must not be given."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields

from models.recorded import Recorded
from models.row import no_instant_yet


class Severity(StrEnum):
    """How bad a reaction was."""

    MILD = "MILD"
    MODERATE = "MODERATE"
    SEVERE = "SEVERE"
    UNKNOWN = "UNKNOWN"


class Allergy(Recorded):
    """Something that a pet reacts to. `ended_at` is when it turned out that it does not any more."""

    substance = fields.TextField()
    reaction = fields.TextField(default="")
    severity = fields.CharEnumField(Severity, max_length=16, default=Severity.UNKNOWN)
    ended_at = no_instant_yet()

    class Meta:
        table = "allergy"
        indexes = (("pet_id", "at"),)
