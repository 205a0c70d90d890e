"""Asking for records: visits, what notes begin with, and who has looked into what."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.ids import key
from graph.reading import Paged
from graph.reading.connection import Connection
from graph.reading.pages import After, Before, First, Last, page
from graph.roles import STAFF, field
from graph.types.note import NoteTemplate
from graph.types.record_reading import RecordReading
from graph.types.visit import Visit
from models.role import Role
from resolvers import note_templates, readings, visits


@strawberry.type
class RecordQueries:
    """Asking for records."""

    @field(STAFF)
    async def visit(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which visit.")]
    ) -> Visit | None:
        """One visit; null when there is no such visit."""
        return visits.one(info.context.viewer, key("Visit", id))  # type: ignore[return-value]

    @field(STAFF)
    async def note_templates(self, info: Info) -> list[NoteTemplate] | None:
        """What notes can begin with, by name; what is out of use as well."""
        return note_templates.listed(info.context.viewer)  # type: ignore[return-value]

    @field(Role.MANAGER)
    async def record_readings(
        self,
        info: Info,
        pet_id: Annotated[strawberry.ID, strawberry.argument(description="Of which pet.")],
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[RecordReading] | None:
        """Who has been answered with something of the record of a pet, latest first; none for an unknown pet.

        A reading is here about a second after its answer. Whoever reads the same of a pet several times within that
        second has read it once.
        """
        rows = readings.of_pet(info.context.viewer, key("Pet", pet_id))
        return Paged(rows, page(first=first, after=after, last=last, before=before, most=info.context.limits.max_page))  # type: ignore[return-value]
