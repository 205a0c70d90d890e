"""Asking for the terms of diagnoses."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.reading import Paged
from graph.reading.connection import Connection
from graph.reading.pages import After, Before, First, Last, page
from graph.roles import STAFF, field
from graph.types.problem import DiagnosisTerm
from resolvers import diagnosis_terms


@strawberry.type
class DiagnosisQueries:
    """Asking for the terms of diagnoses."""

    @field(STAFF)
    async def diagnosis_terms(
        self,
        info: Info,
        search: Annotated[
            str | None,
            strawberry.argument(
                description=(
                    "Only terms in use, in which each of the first 8 words is found, or of which it is the code. Every"
                    " term when nothing is said."
                )
            ),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[DiagnosisTerm] | None:
        """The practice's own list of diagnoses, by name."""
        viewer = info.context.viewer
        rows = diagnosis_terms.listed(viewer) if search is None else diagnosis_terms.searched(viewer, search)
        return Paged(rows, page(first=first, after=after, last=last, before=before, most=info.context.limits.max_page))  # type: ignore[return-value]
