"""Procedures: recording what was done to a pet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import EventKind, Procedure, Service
from models.text import line as one_line
from models.text import named, prose
from models.words import search_words
from resolvers import access, lines
from resolvers.access import Deed

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from models.recorded import Recorded
    from resolvers.lines import Line, Place
    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, by whom: whoever records it, when nobody is named. Without a name it is that of the service."""

    name: str = ""
    service_id: UUID | None = None
    site: str = ""
    details: str = ""
    done_by_id: UUID | None = None


async def record(viewer: Viewer, line: Line, done: Done, *, key: str, now: datetime) -> UUID:
    """Record a procedure; its key.

    Raises:
        NotFound, AlreadySigned, RecordLocked, EnteredInError: see `lines.write_down`; or somebody or something named is
            not there.
        InvalidInput: a text makes no sense.
    """

    async def made(place: Place) -> Recorded:
        service = await access.find(viewer, Service, done.service_id, path="serviceId") if done.service_id else None
        columns = {
            "name": named(done.name or (service.name if service else ""), path=("name",)),
            "site": one_line(done.site, path=("site",)),
            "details": prose(done.details, path=("details",)),
        }
        return Procedure(
            **place.columns,
            **columns,
            service_id=done.service_id,
            done_by_id=await lines.by(viewer, done.done_by_id, path="doneById"),
            words=search_words(*columns.values()),
        )

    deed, kind = Deed.RECORD_PROCEDURE, EventKind.PROCEDURE_RECORDED
    return await lines.write_down(viewer, deed, line, done, made, kind=kind, key=key, now=now)
