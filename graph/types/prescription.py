"""Prescriptions, and the repeats that were given of them."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

import models
from graph.reading.shape import column, computed, many, one, shape
from graph.roles import EVERYBODY, STAFF
from graph.types.node import id_of
from graph.types.record_line import RecordLine
from graph.types.staff import Staff
from graph.types.vital import Vital, plain
from models import HistoryKind


@shape(models.PrescriptionRepeat, EVERYBODY)
class PrescriptionRepeat:
    """A repeat of a prescription that was handed out."""

    number: int = column("Which one, from 1.")
    given_at: datetime = column("When it was handed out.")
    given_by: Staff | None = one("Who handed it out.", STAFF, carried=True)


@shape(models.Prescription, EVERYBODY, pet="pet_id", kind=HistoryKind.PRESCRIPTION)
class Prescription(RecordLine):
    """A medicine that a vet prescribed for a pet.

    Owners see it once it is handed out: when its note is signed or its visit has ended, whichever comes first, and at once
    when it stands in no note. What was entered in error they do not see.
    """

    id: strawberry.ID = id_of("Prescription")
    medicine: str = column("The medicine.", body=True)
    strength: str = column("Its strength, as it stands on the pack: `1.5 mg/ml`; empty when nobody wrote it down.")
    directions: str = column("How the owner gives it.", body=True)
    quantity: str = column("How much is handed out: `10 ml`; empty when nobody wrote it down.")
    milligrams: float | None = computed("One dose in milligrams; null when it is not said so.", plain, "micrograms")
    times_a_day: int | None = column("How often a day it is given; null when the directions say.")
    days: int | None = column("For how many days it is given; null when the directions say.")
    repeats_allowed: int = column("How many repeats may be given.")
    repeats_given: int = column("How many were given.")
    repeats: list[PrescriptionRepeat] = many(
        "The repeats that were given, the first one first.",
        models.PrescriptionRepeat,
        "prescription",
        order=("number",),
        size=3,
    )
    valid_until: date | None = column("The last day on which a repeat may be given; null when no end is set.")
    stopped_at: datetime | None = column("When it was stopped; null while it was not.")
    stopped_because: str | None = column("Why it was stopped; empty while it was not.", STAFF)
    stopped_by: Staff | None = one("Who stopped it; null while it was not.", STAFF, carried=True)
    prescribed_by: Staff = one("Which vet prescribed it.", carried=True)
    milligrams_per_kilogram: float | None = computed(
        "One dose in milligrams per kilogram of body weight; null when it was not reckoned from the weight.",
        plain,
        "micrograms_per_kilogram",
        roles=STAFF,
    )
    weight: Vital | None = one(
        "The weight from which the dose was reckoned; null when it was not.", STAFF, carried=True
    )
    weight_kilograms: float | None = computed(
        "That weight in kilograms, as it was then: it stays, whatever becomes of the weight.",
        plain,
        "weight_grams",
        roles=STAFF,
    )
    weight_is_stale: bool | None = column(
        "Whether that weight was older than the practice wants it when the dose was reckoned.", STAFF
    )
    weight_has_jumped: bool | None = column(
        "Whether that weight differed by more than 20 % from the one before when the dose was reckoned.", STAFF
    )
