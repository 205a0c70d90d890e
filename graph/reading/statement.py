"""Statement: one level as SQL, with the viewer's own rule on every row it touches.

The text is kept with its level, by the way in which rows are asked for. Who asks, and for what, are values alone.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import orjson
from tortoise import fields

from graph.reading import pages, texts
from graph.reading.texts import Way
from models import sql
from resolvers import access
from resolvers.rows import Page

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from graph.reading.plan import Child, Level
    from resolvers.rows import Order, Rows
    from resolvers.viewer import Viewer

Statement = tuple[str, list[Any]]


class Rider(NamedTuple):
    """A list below the one row that has this key, read beside it; `narrowed` and its values are what else must hold of it."""

    child: Child
    narrowed: str
    values: Sequence[Any]
    key: Any


def whole(level: Level, viewer: Viewer, rows: Rows, page: Page | None = None, *, counts: bool = False) -> Statement:
    """The rows, in their order; of a page, one more than its size, to see whether there are more.

    What counts has a last column more: how many rows there are in all, or null where the page lies beyond a cursor.
    """
    way, asked = of_all(level, viewer, rows, page, counts=counts)
    text = level.texts.get(way) or level.keep(way, sql.numbered(texts.whole(level, way)))
    return text, sql.bound(asked)


def of_parents(
    child: Child, viewer: Viewer, narrowed: str, values: Sequence[Any], parents: Sequence[Any], page: Page | None = None
) -> Statement:
    """The rows of every parent, each in order; with a last column as above, for each parent.

    Of a series that has an end, the rows stand the other way round.
    """
    level, is_one = child.level, len(parents) == 1
    given = parents[0] if is_one else _several(parents)
    way, asked = below(child, viewer, narrowed, values, page, given=(given,), has_one_parent=is_one)
    text = level.texts.get(way) or level.keep(way, sql.numbered(texts.of_parents(level, way)))
    return text, sql.bound(asked)


def with_rider(level: Level, viewer: Viewer, rows: Rows, rider: Rider) -> Statement:
    """The one row there is, and beside it its rows of a level below, in their order.

    There is one line for each row of the level below; where there is none, there is one with nulls.
    """
    way, asked = of_all(level, viewer, rows)
    child, narrowed, values, key = rider
    riding, asked_below = below(child, viewer, narrowed, values, given=(key,), has_one_parent=True)
    known: Hashable = (way, riding, child.place)
    text = level.texts.get(known) or level.keep(known, sql.numbered(texts.with_rider(level, way, child, riding)))
    return text, sql.bound([*asked, *asked_below])


def counted(level: Level, rows: Rows) -> Statement:
    """How many rows there are in all."""
    return sql.numbered(texts.counted(level, Way(rows.scope, (), ()))), sql.bound(rows.values)


def counted_of_parents(
    child: Child, viewer: Viewer, narrowed: str, values: Sequence[Any], parents: Sequence[Any]
) -> Statement:
    """How many rows each parent has in all."""
    level = child.level
    way, asked = counted_below(child, viewer, narrowed, values, given=(_several(parents),))
    known: Hashable = ("counted", way)
    text = level.texts.get(known) or level.keep(known, sql.numbered(texts.counted_of_parents(child, way)))
    return text, sql.bound(asked)


# The ways, each with its values


def of_all(
    level: Level, viewer: Viewer, rows: Rows, page: Page | None = None, *, counts: bool = False, is_named: bool = False
) -> tuple[Way, list[Any]]:
    """How all of the rows are asked for, or a page of them, and with which values."""
    rules, asked = _rules(level, viewer)
    way = Way(rows.scope, rows.order, rules, *_paged(page), counts, is_named=is_named)
    return way, [*asked, *rows.values, *_beyond(level, rows.order, page)]


def below(
    child: Child,
    viewer: Viewer,
    narrowed: str,
    values: Sequence[Any],
    page: Page | None = None,
    *,
    given: Sequence[Any],
    has_one_parent: bool = False,
    above: str = "",
    is_named: bool = False,
) -> tuple[Way, list[Any]]:
    """How the rows below others are asked for: `given` is the key of the one, all keys, or the values in `above`."""
    level = child.level
    if child.edge.most is not None and child.connection is None:
        page = Page(child.edge.most - 1, goes_back=True)
    rules, asked = _rules(level, viewer)
    scope, seen = _scope(child, viewer, narrowed)
    counts = child.connection is not None and child.connection.wants_total
    parent = level.columns[child.place][0]
    way = Way(scope, child.order, rules, *_paged(page), counts, parent, has_one_parent, above, is_named)
    return way, [*asked, *given, *seen, *values, *_beyond(level, child.order, page)]


def counted_below(
    child: Child,
    viewer: Viewer,
    narrowed: str,
    values: Sequence[Any],
    *,
    given: Sequence[Any],
    has_one_parent: bool = False,
    above: str = "",
    is_named: bool = False,
) -> tuple[Way, list[Any]]:
    """How it is asked how many rows there are below others, which are said as for `below`."""
    scope, seen = _scope(child, viewer, narrowed)
    parent = child.level.columns[child.place][0]
    way = Way(scope, (), (), parent=parent, has_one_parent=has_one_parent, above=above, is_named=is_named)
    return way, [*given, *seen, *values]


def _rules(level: Level, viewer: Viewer) -> tuple[tuple[str, ...], list[Any]]:
    """Why the viewer sees the rows that are joined, as far as that is not said by the row they belong to."""
    rules: list[str] = []
    values: list[Any] = []
    for join in level.joins.values():
        if not join.is_carried:
            rule, asked = access.sight(viewer, join.model, join.alias)
            rules.append(rule)
            values += asked
    return tuple(rules), values


def _scope(child: Child, viewer: Viewer, narrowed: str) -> tuple[str, tuple[Any, ...]]:
    rule, asked = access.sight(viewer, child.edge.model, "{t}")
    return (f"({rule}) AND ({narrowed})" if narrowed else rule), asked


def _paged(page: Page | None) -> tuple[bool, bool, bool]:
    return (False, False, False) if page is None else (True, page.goes_back, page.beyond is not None)


def _beyond(level: Level, order: Sequence[Order], page: Page | None) -> tuple[Any, ...]:
    if page is None:
        return ()
    if page.beyond is None:
        return (page.size + 1,)
    pages.must_fit(page.beyond, _kinds(level, order))
    return (*page.beyond, page.size + 1)


def _kinds(level: Level, order: Sequence[Order]) -> tuple[type, ...]:
    """What a cursor of this order holds."""
    held: list[type] = []
    for each in order:
        found = level.model._meta.fields_map[each.column]
        held.append(next((kind for of, kind in _HELD.items() if isinstance(found, of)), str))
    return tuple(held)


_HELD: dict[type, type] = {
    fields.UUIDField: UUID,
    fields.DatetimeField: datetime,
    fields.DateField: date,
    fields.IntField: int,
}


def _several(keys: Sequence[Any]) -> Any:
    return list(keys) if sql.is_postgres() else orjson.dumps(keys).decode()
