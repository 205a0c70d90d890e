"""Asking for the history of all pets at once."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from graph.context import Info
from graph.reading import Paged
from graph.reading.connection import Connection
from graph.reading.pages import After, Before, First, Last, page
from graph.roles import STAFF, field
from graph.types.history_entry import HistoryEntry
from models import HistoryKind
from resolvers import histories
from resolvers.histories import Wanted


@strawberry.type
class HistoryQueries:
    """Asking for the history of all pets at once."""

    # The index of words is asked twice, for some hundredths of a second: a hundred times in one document at the most.
    @field(STAFF, metadata={"cost": 49})
    async def history(
        self,
        info: Info,
        search: Annotated[
            str,
            strawberry.argument(
                description="What to look for: at most eight words, each of which begins a word; case and accents do not"
                " count. Fewer than two characters, or more than a hundred, find nothing."
            ),
        ],
        kinds: Annotated[
            list[HistoryKind] | None, strawberry.argument(description="Only entries of these kinds.")
        ] = None,
        from_: Annotated[
            datetime | None, strawberry.argument(name="from", description="Only those from this moment on.")
        ] = None,
        to: Annotated[datetime | None, strawberry.argument(description="Only those before this moment.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[HistoryEntry] | None:
        """Whatever stands in the history of any pet and has these words, latest first."""
        wanted = Wanted(None if kinds is None else tuple(kinds), from_, to)
        rows = await histories.search(info.context.viewer, search, wanted)
        return Paged(rows, page(first=first, after=after, last=last, before=before, most=info.context.limits.max_page))  # type: ignore[return-value]
