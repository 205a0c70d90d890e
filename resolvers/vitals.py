"""Vital signs: recording them, and reading them as a series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import EventKind, Vital, VitalKind, VitalSource, VitalUnit, sql
from models.vital import change_percent, readable, thousandths
from models.words import search_words
from resolvers import lines
from resolvers.access import Deed

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal
    from uuid import UUID

    from models.recorded import Recorded
    from resolvers.lines import Line, Place
    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Measurement:
    """What somebody read off an instrument, and how it is known."""

    kind: VitalKind
    value: Decimal
    unit: VitalUnit
    source: VitalSource = VitalSource.MEASURED


async def record(viewer: Viewer, line: Line, measured: Measurement, *, key: str, now: datetime) -> UUID:
    """Record a vital sign, in a note or alone; its key.

    A weight is held against the one before it in time. One that is written down later, and happened earlier, changes
    nothing about those after it: they say what was known when they were written down.

    Raises:
        NotFound, AlreadySigned, RecordLocked, EnteredInError: see `lines.write_down`.
        InvalidInput: the unit does not belong to it, or no living animal has that value.
    """
    return await _record(viewer, Deed.RECORD_VITAL, line, measured, key=key, now=now)


async def record_weight(viewer: Viewer, line: Line, measured: Measurement, *, key: str, now: datetime) -> UUID:
    """Record what the scale in the waiting room shows: a weight that stands alone; its key.

    Raises:
        NotFound: the pet is not there.
        InvalidInput: it is no unit of weight, or no living animal weighs that.
    """
    return await _record(viewer, Deed.RECORD_WEIGHT, line, measured, key=key, now=now)


async def weights_until(pet_id: UUID, moment: datetime, *, most: int) -> list[Vital]:
    """The last weights of a pet that were taken until that moment and are no errors, the latest first."""
    found = await sql.fetch(
        "SELECT * FROM vital WHERE pet_id = ? AND kind = 'WEIGHT' AND at <= ? AND errored_at IS NULL "
        "ORDER BY at DESC, id DESC LIMIT ?",
        (pet_id, moment, most),
    )
    return [sql.loaded(Vital, row) for row in found]


async def _record(viewer: Viewer, deed: Deed, line: Line, measured: Measurement, *, key: str, now: datetime) -> UUID:
    async def made(place: Place) -> Recorded:
        given = readable(measured.value)
        kept = thousandths(measured.kind, measured.value, measured.unit)
        change = None
        if measured.kind is VitalKind.WEIGHT:
            before = await weights_until(place.pet.id, place.at, most=1)
            change = change_percent(before[0].thousandths, kept) if before else None
        return Vital(
            **place.columns,
            kind=measured.kind,
            thousandths=kept,
            given=given,
            unit=measured.unit,
            source=measured.source,
            change_percent=change,
            words=search_words(measured.kind.value.replace("_", " "), given),
        )

    return await lines.write_down(viewer, deed, line, measured, made, kind=EventKind.VITAL_RECORDED, key=key, now=now)
