"""Lines of a record: what everything has in common that is written down about a pet."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.reading.shape import column, one
from graph.roles import STAFF, allow
from graph.types.history_entry import HistoryEntry
from graph.types.pet import Pet
from graph.types.staff import Staff

if TYPE_CHECKING:
    from graph.types.note import Note


@strawberry.interface(
    directives=[allow(STAFF)],
    description=(
        "Something that was written down in the record of a pet, in a note or by itself. It is never deleted: what was"
        " a mistake is marked as entered in error and stays."
    ),
)
class RecordLine(HistoryEntry):
    """Something that was written down in the record of a pet."""

    pet: Pet = one("Which pet.", carried=True)
    note: Annotated[Note, strawberry.lazy("graph.types.note")] | None = one(
        "The note to which it belongs; null when it stands alone.", STAFF, carried=True
    )
    at: datetime = column("When it happened.")
    recorded_at: datetime | None = column("When it was written down.", STAFF)
    recorded_by: Staff | None = one("Who wrote it down; null for what was imported.", STAFF, carried=True)
    errored_at: datetime | None = column("When it was marked as entered in error; null while it stands.", STAFF)
    errored_by: Staff | None = one("Who marked it so; null while it stands.", STAFF, carried=True)
    errored_because: str | None = column("Why it was a mistake; empty while it stands.", STAFF)
