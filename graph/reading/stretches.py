"""Stretches: rows that were found become pages of those below which they stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from graph.reading import pages, values
from graph.reading.found import Stretch

if TYPE_CHECKING:
    from graph.reading.plan import Child, Row
    from graph.reading.sources import Connection
    from resolvers.rows import Page


def by_parent(child: Child, parents: Sequence[Any], rows: Sequence[Row]) -> Iterable[tuple[Any, Sequence[Row]]]:
    """The rows below each of these parents."""
    if len(parents) == 1:
        return [(parents[0], rows)]
    found: dict[Any, list[Row]] = {parent: [] for parent in parents}
    for row in rows:
        found[row[child.place]].append(row)
    return found.items()


def stretch(connection: Connection, found: Sequence[Row], page: Page, total: int | None) -> Stretch:
    """The page of what was found; without a total, it stands at the end of every row where it is wanted."""
    has_more = len(found) > page.size
    has_other = page.beyond is not None
    shown = found[: page.size] if has_more else found
    if page.goes_back:
        shown = shown[::-1]
    if total is None:
        total = found[0][-1] if connection.wants_total and found else 0
    columns = [(place, values.known(connection.level.columns[place][1])) for place in connection.order]
    cursors = [
        pages.cursor(tuple(row[place] if known is None else known(row[place]) for place, known in columns))
        for row in (shown if columns else ())
    ]
    return Stretch(
        shown,
        total,
        has_next=has_other if page.goes_back else has_more,
        has_previous=has_more if page.goes_back else has_other,
        cursors=cursors,
    )
