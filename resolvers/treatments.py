"""Treatments: recording what a pet was given here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import EventKind, Treatment
from models.text import line as one_line
from models.text import named
from models.words import search_words
from resolvers import lines
from resolvers.access import Deed

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from models.recorded import Recorded
    from resolvers.lines import Line, Place
    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Given:
    """What was given, how much as it was measured, by which route, of which lot, and by whom: who records it, if null."""

    name: str
    amount: str = ""
    route: str = ""
    lot: str = ""
    given_by_id: UUID | None = None


async def record(viewer: Viewer, line: Line, given: Given, *, key: str, now: datetime) -> UUID:
    """Record a medicine, fluid or dressing that was given; its key.

    Raises:
        NotFound, AlreadySigned, RecordLocked, EnteredInError: see `lines.write_down`; or whoever is named is not there.
        InvalidInput: a text makes no sense.
    """

    async def made(place: Place) -> Recorded:
        columns = {
            "name": named(given.name, path=("name",)),
            "amount": one_line(given.amount, path=("amount",)),
            "route": one_line(given.route, path=("route",)),
            "lot": one_line(given.lot, path=("lot",)),
        }
        return Treatment(
            **place.columns,
            **columns,
            given_by_id=await lines.by(viewer, given.given_by_id, path="givenById"),
            words=search_words(*columns.values()),
        )

    deed, kind = Deed.RECORD_TREATMENT, EventKind.TREATMENT_RECORDED
    return await lines.write_down(viewer, deed, line, given, made, kind=kind, key=key, now=now)
