"""Vital signs."""

from __future__ import annotations

import strawberry

import models
from graph.reading.shape import column, computed, shape
from graph.roles import STAFF
from graph.types.node import id_of
from graph.types.record_enums import VitalKind, VitalSource, VitalUnit
from graph.types.record_line import RecordLine
from models import HistoryKind
from models.vital import KEPT_IN, has_jumped


def plain(thousandths: int | None) -> float | None:
    """A number that is kept in thousandths."""
    return None if thousandths is None else thousandths / 1000


def _kept_in(kind: VitalKind, unit: VitalUnit) -> VitalUnit:
    return KEPT_IN.get(kind, unit)


@shape(models.Vital, STAFF, pet="pet_id", kind=HistoryKind.VITAL)
class Vital(RecordLine):
    """One measurement of a pet."""

    id: strawberry.ID = id_of("Vital")
    kind: VitalKind = column("What was measured.")
    value: float = computed("The value in `valueUnit`, exact to three decimals.", plain, "thousandths", body=True)
    value_unit: VitalUnit = computed(
        "The unit of `value`: the same for all of a kind, but for scores, which are kept as they were given.",
        _kept_in,
        "kind",
        "unit",
    )
    given: str = column("The number as it was read off the instrument: show this one.", body=True)
    unit: VitalUnit = column("The unit of `given`.")
    source: VitalSource = column("How it is known.")
    change_percent: int | None = column(
        "Of a weight, by how many percent it differs from the one before it in time, as that was known when it was"
        " written down: rounded away from zero; null for the first, and for all else."
    )
    has_jumped: bool = computed(
        "Whether a weight differs by more than 20 % from the one before: look again before a dose is reckoned from it.",
        has_jumped,
        "change_percent",
    )
