"""Visits: what happened, as against appointments, which are what was planned."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from graph.reading.shape import batched, column, many, one, shape
from graph.roles import STAFF
from graph.types.charge import Charge, of_visits
from graph.types.history_entry import HistoryEntry
from graph.types.location import Location
from graph.types.node import id_of
from graph.types.staff import Staff
from models import HistoryKind

if TYPE_CHECKING:
    from graph.types.appointment import Appointment
    from graph.types.document import Document
    from graph.types.note import Note
    from graph.types.pet import Pet
    from graph.types.treatment_plan import TreatmentPlan


@shape(models.Visit, STAFF, pet="pet_id", kind=HistoryKind.VISIT)
class Visit(HistoryEntry):
    """A pet was seen, with an appointment or without one; its record is made of the notes in it.

    Once its record is locked nothing in it changes and nothing comes to it but signatures and addenda.
    """

    id: strawberry.ID = id_of("Visit")
    at: datetime = column("When it began.")
    ended_at: datetime | None = column("When it ended; null while the pet is here.")
    reason: str = column("Why the pet came; empty when nobody said.", body=True)
    created_at: datetime = column("When its record was opened.")
    locked_at: datetime | None = column("Since when its record is locked; null while it is open.")
    locked_by: Staff | None = one("Who locked it; null while it is open, and where it locked by itself.", carried=True)
    errored_at: datetime | None = column("When it was marked as entered in error; null when it was not.")
    errored_by: Staff | None = one("Who marked it as entered in error; null when nobody did.", carried=True)
    errored_because: str = column("Why it was entered in error; empty when it was not.")
    pet: Annotated[Pet, strawberry.lazy("graph.types.pet")] = one("Which pet.", carried=True)
    appointment: Annotated[Appointment, strawberry.lazy("graph.types.appointment")] | None = one(
        "The appointment that it was planned by; null without one.", carried=True
    )
    location: Location = one("Where.", carried=True)
    vet: Staff = one("With whom.", carried=True)
    notes: list[Annotated[Note, strawberry.lazy("graph.types.note")]] = many(
        "What was written about it, oldest first; what was entered in error is among it, and marked so.",
        models.Note,
        "visit",
        order=("created_at",),
        size=3,
    )
    documents: list[Annotated[Document, strawberry.lazy("graph.types.document")]] = many(
        "The documents about it, oldest first; what was entered in error is among them, and marked so.",
        models.Document,
        "visit",
        order=("at",),
    )
    plans: list[Annotated[TreatmentPlan, strawberry.lazy("graph.types.treatment_plan")]] = many(
        "The treatment plans that come from it, oldest first.", models.TreatmentPlan, "visit", order=("created_at",)
    )
    charges: list[Charge] = batched(
        "What was done and stands on no invoice, in the order in which it was done; what was dropped is among it.",
        of_visits,
    )
