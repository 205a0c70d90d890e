"""Asking for what is due."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import strawberry

from graph.context import Info
from graph.limits import bad_input
from graph.reading import Paged
from graph.reading.connection import Connection
from graph.reading.pages import After, Before, First, Last, page
from graph.roles import STAFF, field
from graph.types.treatment_plan import TreatmentStep
from resolvers import treatment_plans


@strawberry.type
class TreatmentPlanQueries:
    """Asking for what is due."""

    @field(STAFF)
    async def due_steps(
        self,
        info: Info,
        to: Annotated[
            date, strawberry.argument(description="Those due on this day or before: today, on your own calendar.")
        ],
        from_: Annotated[
            date | None,
            strawberry.argument(
                name="from",
                description="Only those due on this day or later. All that are overdue when nothing is said.",
            ),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[TreatmentStep] | None:
        """The open steps of all treatment plans that go on, of living pets, soonest due first. Those without a day are not here."""
        if from_ is not None and to < from_:
            raise bad_input("The period ends before it starts.")
        rows = treatment_plans.due(info.context.viewer, until=to, since=from_)
        return Paged(rows, page(first=first, after=after, last=last, before=before, most=info.context.limits.max_page))  # type: ignore[return-value]
