"""Recording what was done to a pet, and what it was given."""

from __future__ import annotations

from datetime import datetime

import strawberry

import models
from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key, maybe_key
from graph.mutations.vitals import AT, NOTE, PET
from graph.types.treatment import Procedure, Treatment
from models.refusal import AlreadySigned, EnteredInError, RecordLocked
from resolvers import lines, procedures, treatments
from resolvers.access import DEEDS, Deed
from resolvers.lines import Line
from resolvers.procedures import Done
from resolvers.treatments import Given


@deed_input(DEEDS[Deed.RECORD_PROCEDURE])
class RecordProcedureInput:
    """Something that was done to a pet."""

    pet_id: strawberry.ID = said(PET)
    note_id: strawberry.ID | None = said(NOTE, default=None)
    name: str | None = said(
        "What was done, 1 to 200 characters; the name of the service when nothing is said.", default=None
    )
    service_id: strawberry.ID | None = said("The service that it is of the practice.", default=None)
    site: str | None = said("Where on the body, at most 200 characters.", default=None)
    details: str | None = said("How, and what was seen, at most 5000 characters.", default=None)
    done_by_id: strawberry.ID | None = said("Who did it; whoever records it when nobody is named.", default=None)
    at: datetime | None = said(AT, default=None)
    idempotency_key: str = said(KEY)


@deed_input(DEEDS[Deed.RECORD_TREATMENT])
class RecordTreatmentInput:
    """A medicine, fluid or dressing that a pet was given here."""

    pet_id: strawberry.ID = said(PET)
    note_id: strawberry.ID | None = said(NOTE, default=None)
    name: str = said("What was given, 1 to 200 characters.")
    amount: str | None = said("How much, as it was measured: `0.8 ml`; at most 200 characters.", default=None)
    route: str | None = said("How it was given: `s.c.`; at most 200 characters.", default=None)
    lot: str | None = said("The lot that stands on the pack, at most 200 characters.", default=None)
    given_by_id: strawberry.ID | None = said("Who gave it; whoever records it when nobody is named.", default=None)
    at: datetime | None = said(AT, default=None)
    idempotency_key: str = said(KEY)


@payload(DEEDS[Deed.RECORD_PROCEDURE])
class ProcedureRecorded:
    """The procedure is written down."""

    procedure: Procedure = said("The procedure.")


@payload(DEEDS[Deed.RECORD_TREATMENT])
class TreatmentRecorded:
    """The treatment is written down."""

    treatment: Treatment = said("The treatment.")


@strawberry.type
class TreatmentMutations:
    """Recording what was done to a pet, and what it was given."""

    @mutation(Deed.RECORD_PROCEDURE, ProcedureRecorded, AlreadySigned, RecordLocked, EnteredInError)
    async def record_procedure(self, info: Info, input: RecordProcedureInput) -> object:
        """Record something that was done to a pet."""
        viewer = info.context.viewer
        line = Line(key("Pet", input.pet_id), maybe_key("Note", input.note_id), input.at)
        done = Done(
            name=input.name or "",
            service_id=maybe_key("Service", input.service_id),
            site=input.site or "",
            details=input.details or "",
            done_by_id=maybe_key("Staff", input.done_by_id),
        )
        made = await procedures.record(viewer, line, done, key=input.idempotency_key, now=info.context.now)
        return answered(ProcedureRecorded, procedure=lines.one(viewer, models.Procedure, made))

    @mutation(Deed.RECORD_TREATMENT, TreatmentRecorded, AlreadySigned, RecordLocked, EnteredInError)
    async def record_treatment(self, info: Info, input: RecordTreatmentInput) -> object:
        """Record a medicine, fluid or dressing that a pet was given here."""
        viewer = info.context.viewer
        line = Line(key("Pet", input.pet_id), maybe_key("Note", input.note_id), input.at)
        given = Given(
            name=input.name,
            amount=input.amount or "",
            route=input.route or "",
            lot=input.lot or "",
            given_by_id=maybe_key("Staff", input.given_by_id),
        )
        made = await treatments.record(viewer, line, given, key=input.idempotency_key, now=info.context.now)
        return answered(TreatmentRecorded, treatment=lines.one(viewer, models.Treatment, made))
