"""Allergies: recording what a pet must not be given, and that it may be given again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import Allergy, EventKind, Severity
from models.text import line as one_line
from models.text import named
from models.words import search_words
from resolvers import lines
from resolvers.access import Deed
from resolvers.events import Happening

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from models import Pet
    from models.recorded import Recorded
    from resolvers.lines import Line, Place
    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Reaction:
    """To what a pet reacts, how, and how badly."""

    substance: str
    reaction: str = ""
    severity: Severity = Severity.UNKNOWN


async def record(viewer: Viewer, line: Line, reaction: Reaction, *, key: str, now: datetime) -> UUID:
    """Record an allergy; its key.

    Raises:
        NotFound, AlreadySigned, RecordLocked, EnteredInError: see `lines.write_down`.
        InvalidInput: a text makes no sense.
    """

    async def made(place: Place) -> Recorded:
        substance = named(reaction.substance, path=("substance",))
        how = one_line(reaction.reaction, path=("reaction",))
        words = search_words(substance, how)
        return Allergy(**place.columns, substance=substance, reaction=how, severity=reaction.severity, words=words)

    deed, kind = Deed.RECORD_ALLERGY, EventKind.ALLERGY_RECORDED
    return await lines.write_down(viewer, deed, line, reaction, made, kind=kind, key=key, now=now)


async def end(viewer: Viewer, allergy_id: UUID | None, because: str, *, key: str, now: datetime) -> UUID:
    """Write down that a pet does not react to something any more, or never did; the reason is kept in the event.

    Raises:
        NotFound: there is no such allergy.
        EnteredInError, AlreadySo: see `Allergy.end`.
        InvalidInput: no reason is given.
    """

    async def ended(allergy: Allergy, _pet: Pet) -> Happening:
        reason = named(because, path=("because",), longest=1000)
        allergy.end(now=now)
        await allergy.save(update_fields=["ended_at"])
        return Happening(EventKind.ALLERGY_ENDED, allergy.id, after={"because": reason})

    deed, said = Deed.END_ALLERGY, {"because": because}
    return await lines.change(viewer, deed, Allergy, allergy_id, said, ended, path="allergyId", key=key, now=now)
