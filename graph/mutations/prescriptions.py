"""Prescribing medicines, giving repeats of them, and stopping them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import strawberry

import models
from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key, maybe_key
from graph.mutations.vitals import AT, NOTE, PET
from graph.types.prescription import Prescription
from models.refusal import (
    AllergyKnown,
    AlreadySigned,
    AlreadySo,
    EnteredInError,
    NoRepeatLeft,
    NoWeight,
    PetHasDied,
    PrescriptionEnded,
    RecordLocked,
)
from resolvers import lines, prescriptions
from resolvers.access import DEEDS, Deed
from resolvers.lines import Line
from resolvers.prescriptions import Order


@deed_input(DEEDS[Deed.PRESCRIBE])
class PrescribeInput:
    """A medicine for a pet. Owners read all of it but the dose per kilogram."""

    pet_id: strawberry.ID = said(PET)
    note_id: strawberry.ID | None = said(NOTE, default=None)
    medicine: str = said("The medicine, 1 to 200 characters.")
    strength: str | None = said("Its strength as it stands on the pack, at most 200 characters.", default=None)
    directions: str = said("How the owner gives it, 1 to 5000 characters.")
    quantity: str | None = said("How much is handed out, at most 200 characters.", default=None)
    milligrams_per_kilogram: Decimal | None = said(
        "One dose in milligrams per kilogram, with at most 3 decimals: it is reckoned from the latest weight.",
        default=None,
    )
    milligrams: Decimal | None = said(
        "One whole dose in milligrams, with at most 3 decimals; beside a dose per kilogram it is kept as it is given"
        " here, as when it was rounded to tablets.",
        default=None,
    )
    times_a_day: int | None = said("How often a day it is given, 1 to 24.", default=None)
    days: int | None = said("For how many days it is given, 1 to 366.", default=None)
    repeats_allowed: int = said("How many repeats may be given, 0 to 99.", default=0)
    valid_until: date | None = said("The last day on which a repeat may be given.", default=None)
    allergy_seen: str | None = said(
        "Why it is given although the pet is known to be allergic to it, at most 1000 characters; without it that is"
        " refused.",
        default=None,
    )
    at: datetime | None = said(AT, default=None)
    idempotency_key: str = said(KEY)


@deed_input(DEEDS[Deed.GIVE_REPEAT])
class GiveRepeatInput:
    """The next repeat of a prescription."""

    prescription_id: strawberry.ID = said("Which prescription.")
    idempotency_key: str = said(KEY)


@deed_input(DEEDS[Deed.STOP_PRESCRIPTION])
class StopPrescriptionInput:
    """A prescription of which nothing is to be given any more."""

    prescription_id: strawberry.ID = said("Which prescription.")
    because: str = said("Why, 1 to 1000 characters.")
    idempotency_key: str = said(KEY)


@payload(DEEDS[Deed.PRESCRIBE])
class Prescribed:
    """It is prescribed. Look at `weightIsStale` and `weightHasJumped` before it is handed out."""

    prescription: Prescription = said("The prescription.")


@payload(DEEDS[Deed.GIVE_REPEAT])
class RepeatGiven:
    """The repeat is written down."""

    prescription: Prescription = said("The prescription as it is now.")


@payload(DEEDS[Deed.STOP_PRESCRIPTION])
class PrescriptionStopped:
    """No repeat is given any more."""

    prescription: Prescription = said("The prescription as it is now.")


@strawberry.type
class PrescriptionMutations:
    """Prescribing medicines, giving repeats of them, and stopping them."""

    @mutation(
        Deed.PRESCRIBE, Prescribed, PetHasDied, NoWeight, AllergyKnown, AlreadySigned, RecordLocked, EnteredInError
    )
    async def prescribe(self, info: Info, input: PrescribeInput) -> object:
        """Prescribe a medicine. The weight from which a dose is reckoned is kept with it."""
        viewer = info.context.viewer
        line = Line(key("Pet", input.pet_id), maybe_key("Note", input.note_id), input.at)
        order = Order(
            medicine=input.medicine,
            directions=input.directions,
            strength=input.strength or "",
            quantity=input.quantity or "",
            milligrams_per_kilogram=input.milligrams_per_kilogram,
            milligrams=input.milligrams,
            times_a_day=input.times_a_day,
            days=input.days,
            repeats_allowed=input.repeats_allowed,
            valid_until=input.valid_until,
            allergy_seen=input.allergy_seen,
        )
        made = await prescriptions.prescribe(viewer, line, order, key=input.idempotency_key, now=info.context.now)
        return answered(Prescribed, prescription=lines.one(viewer, models.Prescription, made))

    @mutation(Deed.GIVE_REPEAT, RepeatGiven, PetHasDied, PrescriptionEnded, NoRepeatLeft, EnteredInError)
    async def give_repeat(self, info: Info, input: GiveRepeatInput) -> object:
        """Hand out the next repeat of a prescription."""
        viewer, named = info.context.viewer, key("Prescription", input.prescription_id)
        given = await prescriptions.give_repeat(viewer, named, key=input.idempotency_key, now=info.context.now)
        return answered(RepeatGiven, prescription=lines.one(viewer, models.Prescription, given))

    @mutation(Deed.STOP_PRESCRIPTION, PrescriptionStopped, AlreadySo, EnteredInError)
    async def stop_prescription(self, info: Info, input: StopPrescriptionInput) -> object:
        """Stop a prescription."""
        viewer, named = info.context.viewer, key("Prescription", input.prescription_id)
        stopped = await prescriptions.stop(
            viewer, named, input.because, key=input.idempotency_key, now=info.context.now
        )
        return answered(PrescriptionStopped, prescription=lines.one(viewer, models.Prescription, stopped))
