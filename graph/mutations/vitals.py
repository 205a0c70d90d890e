"""Recording vital signs."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import strawberry

import models
from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key, maybe_key
from graph.types.record_enums import VitalKind, VitalSource, VitalUnit
from graph.types.vital import Vital
from models.refusal import AlreadySigned, EnteredInError, RecordLocked
from resolvers import lines, vitals
from resolvers.access import DEEDS, Deed
from resolvers.lines import Line
from resolvers.vitals import Measurement

PET = "Which pet."
NOTE = "The draft to which it belongs, a note about this pet; it stands alone when nothing is said."
AT = "When it happened, not in the future; now when nothing is said."
_VALUE = "The number as it stands on the instrument, at most 12 characters and 4 decimals."
_SOURCE = "How it is known."


@deed_input(DEEDS[Deed.RECORD_WEIGHT])
class RecordWeightInput:
    """What a pet weighs."""

    pet_id: strawberry.ID = said(PET)
    value: Decimal = said(f"{_VALUE} Above 0, at most 2000 kg.")
    unit: VitalUnit = said("Kilograms, grams or pounds.", default=VitalUnit.KILOGRAM)
    source: VitalSource = said(_SOURCE, default=VitalSource.MEASURED)
    at: datetime | None = said(AT, default=None)
    idempotency_key: str = said(KEY)


@deed_input(DEEDS[Deed.RECORD_VITAL])
class RecordVitalInput:
    """What was measured on a pet."""

    pet_id: strawberry.ID = said(PET)
    note_id: strawberry.ID | None = said(NOTE, default=None)
    kind: VitalKind = said("What was measured.")
    value: Decimal = said(
        f"{_VALUE} A weight up to 2000 kg, a temperature from 10 to 50 °C, a pulse from 1 to 1500, breaths up to 500;"
        " a score no more than its scale has."
    )
    unit: VitalUnit = said("Its unit, one that belongs to what was measured.")
    source: VitalSource = said(_SOURCE, default=VitalSource.MEASURED)
    at: datetime | None = said(AT, default=None)
    idempotency_key: str = said(KEY)


@payload(DEEDS[Deed.RECORD_WEIGHT])
class WeightRecorded:
    """The weight is written down. Look at `hasJumped`: it may be a slip of the hand."""

    vital: Vital = said("The weight.")


@payload(DEEDS[Deed.RECORD_VITAL])
class VitalRecorded:
    """The measurement is written down. Of a weight look at `hasJumped`: it may be a slip of the hand."""

    vital: Vital = said("The measurement.")


@strawberry.type
class VitalMutations:
    """Recording vital signs."""

    @mutation(Deed.RECORD_WEIGHT, WeightRecorded)
    async def record_weight(self, info: Info, input: RecordWeightInput) -> object:
        """Record a weight that belongs to no note, as the scale in the waiting room shows it."""
        viewer = info.context.viewer
        line = Line(key("Pet", input.pet_id), at=input.at)
        measured = Measurement(VitalKind.WEIGHT, input.value, input.unit, input.source)
        made = await vitals.record_weight(viewer, line, measured, key=input.idempotency_key, now=info.context.now)
        return answered(WeightRecorded, vital=lines.one(viewer, models.Vital, made))

    @mutation(Deed.RECORD_VITAL, VitalRecorded, AlreadySigned, RecordLocked, EnteredInError)
    async def record_vital(self, info: Info, input: RecordVitalInput) -> object:
        """Record a vital sign. What is kept is the number that was read off; it is never converted back."""
        viewer = info.context.viewer
        line = Line(key("Pet", input.pet_id), maybe_key("Note", input.note_id), input.at)
        measured = Measurement(input.kind, input.value, input.unit, input.source)
        made = await vitals.record(viewer, line, measured, key=input.idempotency_key, now=info.context.now)
        return answered(VitalRecorded, vital=lines.one(viewer, models.Vital, made))
