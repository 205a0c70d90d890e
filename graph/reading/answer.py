"""Answer: levels are read, and rows become what the client selected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graph.reading import pages, statement
from graph.reading.connection import PageInfo, made_connection, made_edge
from graph.reading.shape import Loaded
from models import sql
from resolvers import access
from resolvers.rows import Page, Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graph.context import Context
    from graph.reading.plan import Below, Child, ConnectionPlan, Head, Level, Row


async def listed(context: Context, level: Level, head: Head, rows: Rows) -> list[Any]:
    """One answer for each of the rows."""
    found = await _run(level, *statement.whole(level, rows))
    below = await _below(context, level, found)
    return [head(row, below) for row in found]


async def by_key(context: Context, level: Level, head: Head, rows: Rows) -> dict[Any, Any]:
    """One answer for each of the rows, by its key, in their order."""
    place = level.column("t", level.model, "id")
    found = await _run(level, *statement.whole(level, rows))
    below = await _below(context, level, found)
    return {row[place]: head(row, below) for row in found}


async def connected(context: Context, plan: ConnectionPlan, rows: Rows, page: Page) -> Any:
    """One page of the rows as a connection."""
    order = _order_places(plan.level, rows)
    # What lies before a cursor is not among the rows, so there the whole list is counted by itself.
    counts_along = plan.wants_total and page.beyond is None
    along = statement.TOTAL if counts_along else ""
    found = await _run(plan.level, *statement.whole(plan.level, rows, page, total=along))
    total = found[0][-1] if counts_along and found else 0
    if plan.wants_total and not counts_along:
        total = (await sql.tuples(*statement.counted(plan.level, rows)))[0][0]
    below = await _below(context, plan.level, found[: page.size])
    return _connection(plan, found, below, page, order, total=total)


async def _below(context: Context, level: Level, found: Sequence[Row]) -> Below:
    return [await _children(context, child, found) for child in level.children]


async def _children(context: Context, child: Child, found: Sequence[Row]) -> dict[Any, Any]:
    rows = access.rows(context.viewer, child.edge.model).sorted_by(*child.edge.order)
    if child.edge.narrow is not None:
        scope, values = child.edge.narrow(context, child.arguments)
        rows = rows.narrowed(scope, *values) if scope else rows
    parents = list({row[child.parent]: None for row in found if row[child.parent] is not None})
    if child.connection is not None:
        return await _pages_of(context, child, child.connection, rows, parents)
    if not parents:
        return {}
    level = child.level
    below_rows = await _run(level, *statement.of_parents(level, rows, child.edge.key, parents), has_parent=True)
    below = await _below(context, level, below_rows)
    result: dict[Any, list[Any]] = {}
    for row in below_rows:
        result.setdefault(row[len(level.columns)], []).append((row, below))
    return result


async def _pages_of(
    context: Context, child: Child, plan: ConnectionPlan, rows: Rows, parents: list[Any]
) -> dict[Any, Any]:
    page = pages.page(
        first=child.arguments.get("first"),
        after=child.arguments.get("after"),
        last=child.arguments.get("last"),
        before=child.arguments.get("before"),
        most=context.limits.max_page,
    )
    order = _order_places(plan.level, rows)
    key, level = child.edge.key, plan.level
    totals: dict[Any, int] = {}
    by_parent: dict[Any, list[Row]] = {}
    shown: list[Row] = []
    if parents:
        counts_along = plan.wants_total and page.beyond is None
        if plan.wants_total and not counts_along:
            counts = await sql.tuples(*statement.counted_of_parents(level, rows, key, parents))
            totals = {sql.as_key(row[0]): row[1] for row in counts}
        read = statement.of_parents(level, rows, key, parents, page, total=counts_along)
        for row in await _run(level, *read, has_parent=True):
            parent = row[len(level.columns)]
            by_parent.setdefault(parent, []).append(row)
            if counts_along:
                totals[parent] = row[-1]
        shown = [row for found in by_parent.values() for row in found[: page.size]]
    below = await _below(context, level, shown)
    result = {
        parent: _connection(plan, by_parent.get(parent, []), below, page, order, total=totals.get(parent, 0))
        for parent in parents
    }
    return {**result, None: _connection(plan, [], below, page, order, total=0)}


def _connection(
    plan: ConnectionPlan,
    found: Sequence[Row],
    below: Below,
    page: Page,
    order: list[int],
    *,
    total: int | None,
) -> Any:
    has_more = len(found) > page.size
    shown = list(found[: page.size])
    if page.goes_back:
        shown.reverse()
    cursors = [pages.cursor(tuple(row[place] for place in order)) for row in shown]
    by_key: dict[str, Any] = {key: [head(row, below) for row in shown] for key, head in plan.nodes.items()}
    for key, heads in plan.edges.items():
        by_key[key] = [
            made_edge(Loaded({edge_key: head(row, below) for edge_key, head in heads.items()}), cursor)
            for row, cursor in zip(shown, cursors, strict=True)
        ]
    has_other = page.beyond is not None
    return made_connection(
        Loaded(by_key),
        total=total,
        page_info=PageInfo(
            has_next_page=has_other if page.goes_back else has_more,
            has_previous_page=has_more if page.goes_back else has_other,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        ),
    )


def _order_places(level: Level, rows: Rows) -> list[int]:
    return [level.column("t", level.model, each.column) for each in rows.order]


async def _run(level: Level, text: str, values: Sequence[Any], *, has_parent: bool = False) -> list[Row]:
    """The rows with every value as Python knows it; after the columns of the level, a parent's key and a total."""
    readers = [found.to_python_value for _, found in level.columns]
    rows: list[Row] = []
    for row in await sql.tuples(text, values):
        known: list[Any] = [read(value) for read, value in zip(readers, row, strict=False)]
        if has_parent:
            known += [sql.as_key(row[len(readers)]), row[len(readers) + 1]]
        elif len(row) > len(readers):
            known.append(row[len(readers)])
        rows.append(known)
    return rows
