"""Recording what a pet must not be given, and that it may be given again."""

from __future__ import annotations

from datetime import datetime

import strawberry

import models
from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key, maybe_key
from graph.mutations.vitals import AT, NOTE, PET
from graph.types.allergy import Allergy
from graph.types.record_enums import Severity
from models.refusal import AlreadySigned, AlreadySo, EnteredInError, RecordLocked
from resolvers import allergies, lines
from resolvers.access import DEEDS, Deed
from resolvers.allergies import Reaction
from resolvers.lines import Line


@deed_input(DEEDS[Deed.RECORD_ALLERGY])
class RecordAllergyInput:
    """Something that a pet reacts to."""

    pet_id: strawberry.ID = said(PET)
    note_id: strawberry.ID | None = said(NOTE, default=None)
    substance: str = said(
        "To what, 1 to 200 characters. A medicine in whose name one of its words of three letters or more stands is"
        " refused when it is prescribed."
    )
    reaction: str | None = said("How it reacts, at most 200 characters.", default=None)
    severity: Severity = said("How badly.", default=Severity.UNKNOWN)
    at: datetime | None = said(AT, default=None)
    idempotency_key: str = said(KEY)


@deed_input(DEEDS[Deed.END_ALLERGY])
class EndAllergyInput:
    """Something that a pet does not react to any more."""

    allergy_id: strawberry.ID = said("Which allergy.")
    because: str = said("How that is known, 1 to 1000 characters.")
    idempotency_key: str = said(KEY)


@payload(DEEDS[Deed.RECORD_ALLERGY])
class AllergyRecorded:
    """Whoever prescribes it from now on is told."""

    allergy: Allergy = said("The allergy.")


@payload(DEEDS[Deed.END_ALLERGY])
class AllergyEnded:
    """It may be prescribed again."""

    allergy: Allergy = said("The allergy as it is now.")


@strawberry.type
class AllergyMutations:
    """Recording what a pet must not be given, and that it may be given again."""

    @mutation(Deed.RECORD_ALLERGY, AllergyRecorded, AlreadySigned, RecordLocked, EnteredInError)
    async def record_allergy(self, info: Info, input: RecordAllergyInput) -> object:
        """Record something that a pet reacts to."""
        viewer = info.context.viewer
        line = Line(key("Pet", input.pet_id), maybe_key("Note", input.note_id), input.at)
        reaction = Reaction(input.substance, input.reaction or "", input.severity)
        made = await allergies.record(viewer, line, reaction, key=input.idempotency_key, now=info.context.now)
        return answered(AllergyRecorded, allergy=lines.one(viewer, models.Allergy, made))

    @mutation(Deed.END_ALLERGY, AllergyEnded, AlreadySo, EnteredInError)
    async def end_allergy(self, info: Info, input: EndAllergyInput) -> object:
        """Write down that a pet does not react to something any more, or never did."""
        viewer, named = info.context.viewer, key("Allergy", input.allergy_id)
        ended = await allergies.end(viewer, named, input.because, key=input.idempotency_key, now=info.context.now)
        return answered(AllergyEnded, allergy=lines.one(viewer, models.Allergy, ended))
