"""Statement: one level as SQL, with the viewer's own rule on every row it touches.

The text depends on what was selected, on the rules, and on the way in which a page is asked for; it is kept with its
level. Who asks, and for what, are values alone.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import orjson
from tortoise import fields

from graph.reading import pages
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
    """A list below that is read beside its rows; `narrowed` and its values are what else must hold of it.

    With a key, it is all below the one row that has it.
    """

    child: Child
    narrowed: str
    values: Sequence[Any]
    key: Any = None


class _Way(NamedTuple):
    """In which way rows are asked for: all that decides how the text reads, apart from the level."""

    scope: str
    order: tuple[Order, ...]
    rules: tuple[str, ...]
    is_page: bool = False
    goes_back: bool = False
    is_beyond: bool = False
    counts: bool = False
    parent: str | None = None
    has_one_parent: bool = False


def whole(level: Level, viewer: Viewer, rows: Rows, page: Page | None = None, *, counts: bool = False) -> Statement:
    """The rows, in their order; of a page, one more than its size, to see whether there are more.

    What counts has a last column more: how many rows there are in all, or null where the page lies beyond a cursor.
    """
    rules, asked = _rules(level, viewer)
    way = _Way(rows.scope, rows.order, rules, *_paged(page), counts)
    text = level.texts.get(way) or level.keep(way, sql.numbered(_whole(level, way)))
    return text, sql.bound([*asked, *rows.values, *_beyond(level, rows.order, page)])


def of_parents(
    child: Child, viewer: Viewer, narrowed: str, values: Sequence[Any], parents: Sequence[Any], page: Page | None = None
) -> Statement:
    """The rows of every parent, each in order; with a last column as above, for each parent.

    Of a series that has an end, the rows stand the other way round.
    """
    level = child.level
    if child.edge.most is not None and child.connection is None:
        page = Page(child.edge.most - 1, goes_back=True)
    rules, asked = _rules(level, viewer)
    scope, seen = _scope(child, viewer, narrowed)
    order = child.order
    counts = child.connection is not None and child.connection.wants_total
    is_one = len(parents) == 1
    way = _Way(scope, order, rules, *_paged(page), counts, level.columns[child.place][0], is_one)
    text = level.texts.get(way) or level.keep(way, sql.numbered(_of_parents(level, way)))
    given = parents[0] if is_one else _several(parents)
    return text, sql.bound([*asked, given, *seen, *values, *_beyond(level, order, page)])


def with_rider(
    level: Level, viewer: Viewer, rows: Rows, rider: Rider, page: Page | None = None, *, counts: bool = False
) -> Statement:
    """The rows (or a page of them, as `whole` gives it), and beside each its rows of a level below, in their order.

    There is one line for each row of the level below; what stands beside a row that has none is null.
    """
    rules, asked = _rules(level, viewer)
    below, seen_below = _rules(rider.child.level, viewer)
    scope, seen = _scope(rider.child, viewer, rider.narrowed)
    child, is_one = rider.child, rider.key is not None
    way = _Way(rows.scope, rows.order, rules, *_paged(page), counts, f"c{child.parent}")
    riding = _Way(scope, child.order, below, parent=child.level.columns[child.place][0], has_one_parent=is_one)
    known: Hashable = (way, riding, child.place)
    text = level.texts.get(known) or level.keep(known, sql.numbered(_with_rider(level, way, child, riding)))
    key = (rider.key,) if is_one else ()
    own = [*asked, *rows.values, *_beyond(level, rows.order, page)]
    return text, sql.bound([*own, *seen_below, *key, *seen, *rider.values])


def counted(level: Level, rows: Rows) -> Statement:
    """How many rows there are in all."""
    text = f"SELECT COUNT(*) FROM {level.model._meta.db_table} t WHERE {_scoped(level, rows.scope)}"
    return sql.numbered(text), sql.bound(rows.values)


def counted_of_parents(
    child: Child, viewer: Viewer, narrowed: str, values: Sequence[Any], parents: Sequence[Any]
) -> Statement:
    """How many rows each parent has in all."""
    level = child.level
    scope, seen = _scope(child, viewer, narrowed)
    way: Hashable = ("counted", scope)
    text = level.texts.get(way)
    if text is None:
        parent, column = level.columns[child.place]
        table = level.model._meta.db_table
        there = _scoped(level, scope)
        shown = _read(parent, column)
        text = f"SELECT {shown}, COUNT(*) FROM {table} t WHERE {_one_of(parent)} AND {there} GROUP BY {parent}"
        text = level.keep(way, sql.numbered(text))
    return text, sql.bound([_several(parents), *seen, *values])


def ordered(level: Level, order: Sequence[Order], *, goes_back: bool = False) -> str:
    """The order as SQL; text by its code points, the same on both databases."""
    return ", ".join(f"{_sorted(level, each.column)} {_direction(each, goes_back=goes_back)}" for each in order)


def kinds(level: Level, order: Sequence[Order]) -> tuple[type, ...]:
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


# The texts


def _whole(level: Level, way: _Way) -> str:
    # What lies before a cursor is not among the rows, so there the whole list is counted by itself.
    total = "" if not way.counts else ", NULL" if way.is_beyond else ", COUNT(*) OVER ()"
    order = ordered(level, way.order, goes_back=way.goes_back)
    if _is_paged_first(level, way):
        table = level.model._meta.db_table
        page = f"(SELECT t.* FROM {table} t WHERE {_condition(level, way)} ORDER BY {order} LIMIT ?)"
        return f"SELECT {_columns(level)} FROM {_tables(level, way, page)} ORDER BY {order}"
    return (
        f"SELECT {_columns(level)}{total} FROM {_tables(level, way)} WHERE {_condition(level, way)} "
        f"ORDER BY {order}{' LIMIT ?' if way.is_page else ''}"
    )


def _is_paged_first(level: Level, way: _Way) -> bool:
    """Whether the page is cut before anything is joined: else a database that expects few rows joins all there are."""
    if not way.is_page or way.counts or not level.joins:
        return False
    is_joined = any(not join.is_carried for join in level.joins.values())
    return not is_joined and all("." not in each.column for each in way.order)


def _of_parents(level: Level, way: _Way) -> str:
    order = ordered(level, way.order, goes_back=way.goes_back)
    condition = _condition(level, way)
    if way.has_one_parent or not way.is_page:
        total = "" if not way.counts else ", NULL" if way.is_beyond else ", COUNT(*) OVER ()"
        within = f"{way.parent} = ?" if way.has_one_parent else _one_of(str(way.parent))
        return (
            f"SELECT {_columns(level)}{total} FROM {_tables(level, way)} WHERE {within} AND ({condition}) "
            f"ORDER BY {order}{' LIMIT ?' if way.is_page else ''}"
        )
    names = [f"c{place}" for place in range(len(level.columns))]
    columns = ", ".join(f"{text} AS {name}" for (text, _), name in zip(level.columns, names, strict=True))
    total = "NULL" if way.is_beyond else f"COUNT(*) OVER (PARTITION BY {way.parent})"
    shown = ", ".join([*_all_read(names, level), *(["total"] if way.counts else [])])
    return (
        f"SELECT {shown} FROM (SELECT {columns}{f', {total} AS total' if way.counts else ''}, "
        f"row_number() OVER (PARTITION BY {way.parent} ORDER BY {order}) AS place FROM {_tables(level, way)} "
        f"WHERE {_one_of(str(way.parent))} AND ({condition})) paged WHERE place <= ? ORDER BY place"
    )


def _with_rider(level: Level, way: _Way, child: Child, riding: _Way) -> str:
    below = child.level
    sorted_by = () if riding.has_one_parent else way.order  # one row is in order
    columns = [f"{text} AS c{at}" for at, (text, _) in enumerate(level.columns)]
    names = _all_read([f"c{at}" for at in range(len(columns))], level)
    if way.counts:
        columns.append("NULL AS total" if way.is_beyond else "COUNT(*) OVER () AS total")
        names.append("total")
    columns += [f"{_sorted(level, each.column)} AS p{at}" for at, each in enumerate(sorted_by)]
    own = f"SELECT {', '.join(columns)} FROM {_tables(level, way)} WHERE {_condition(level, way)}"
    if way.is_page:
        own += f" ORDER BY {ordered(level, way.order, goes_back=way.goes_back)} LIMIT ?"
    beside = [f"{text} AS r{at}" for at, (text, _) in enumerate(below.columns)]
    names += _all_read([f"r{at}" for at in range(len(beside))], below)
    beside += [f"{_sorted(below, each.column)} AS o{at}" for at, each in enumerate(riding.order)]
    within = f"{riding.parent} = ? AND " if riding.has_one_parent else ""
    rides = f"SELECT {', '.join(beside)} FROM {_tables(below, riding)} WHERE {within}({_condition(below, riding)})"
    joined = "1 = 1" if riding.has_one_parent else f"riding.r{child.place} = own.{way.parent}"
    order = [f"p{at} {_direction(each, goes_back=way.goes_back)}" for at, each in enumerate(sorted_by)]
    order += [f"o{at} {_direction(each)}" for at, each in enumerate(riding.order)]
    return (
        f"SELECT {', '.join(names)} FROM ({own}) own LEFT JOIN ({rides}) riding ON {joined} ORDER BY {', '.join(order)}"
    )


def _direction(order: Order, *, goes_back: bool = False) -> str:
    return "DESC" if order.descends != goes_back else "ASC"


def _columns(level: Level) -> str:
    return ", ".join(_all_read([expression for expression, _ in level.columns], level)) or "1"


def _all_read(texts: Sequence[str], level: Level) -> list[str]:
    return [_read(text, column) for text, (_, column) in zip(texts, level.columns, strict=True)]


def _read(text: str, column: Any) -> str:
    """A column as it is read: a key as text on either database, for it is looked up and printed far sooner than a UUID."""
    return f"CAST({text} AS text)" if isinstance(column, fields.UUIDField) and sql.is_postgres() else text


def _tables(level: Level, way: _Way, page: str = "") -> str:
    text = f"{page or level.model._meta.db_table} t"
    rules = iter(way.rules)
    for join in level.joins.values():
        rule = "" if join.is_carried else f" AND ({next(rules)})"
        rule += f" AND {join.which}" if join.which else ""
        text += f" LEFT JOIN {join.model._meta.db_table} {join.alias} ON {join.alias}.{join.by} = {join.column}{rule}"
    return text


def _condition(level: Level, way: _Way) -> str:
    scope = _scoped(level, way.scope)
    if not way.is_beyond:
        return scope
    # Every order sorts all its columns the same way, so one comparison of tuples says what lies beyond.
    sign = "<" if way.order[0].descends != way.goes_back else ">"
    columns = ", ".join(_sorted(level, each.column) for each in way.order)
    return f"{scope} AND ({columns}) {sign} ({sql.marks(len(way.order))})"


def _scoped(level: Level, scope: str) -> str:
    only = f" AND {level.only}" if level.only else ""
    return f"({scope}){only}".format(t="t")


def _one_of(column: str) -> str:
    if sql.is_postgres():
        return f"{column} = ANY(CAST(? AS uuid[]))"
    return f"{column} IN (SELECT value FROM json_each(?))"


def _sorted(level: Level, path: str) -> str:
    """A column of the row, or of the row it stands for (`staff.fold`), as it is sorted."""
    *along, name = path.split(".")
    alias, model = "t", level.model
    if along:
        join = level.joins[alias, along[0], True]
        alias, model = join.alias, join.model
    found = model._meta.fields_map[name]
    column = f"{alias}.{model._meta.fields_db_projection[name]}"
    is_text = isinstance(found, fields.TextField | fields.CharField)
    return f'{column} COLLATE "C"' if is_text and sql.is_postgres() else column


# The values


def _rules(level: Level, viewer: Viewer) -> tuple[tuple[str, ...], list[Any]]:
    """Why the viewer sees the rows that are joined, as far as that is not said by the row they belong to."""
    texts: list[str] = []
    values: list[Any] = []
    for join in level.joins.values():
        if not join.is_carried:
            rule, asked = access.sight(viewer, join.model, join.alias)
            texts.append(rule)
            values += asked
    return tuple(texts), values


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
    pages.must_fit(page.beyond, kinds(level, order))
    return (*page.beyond, page.size + 1)


def _several(keys: Sequence[Any]) -> Any:
    return list(keys) if sql.is_postgres() else orjson.dumps(keys).decode()
