"""Texts: how a level reads as SQL, which depends on what was selected, on the rules, and on the way it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tortoise import fields

from models import sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graph.reading.plan import Child, Level
    from resolvers.rows import Order


class Way(NamedTuple):
    """In which way rows are asked for: all that decides how the text reads, apart from the level.

    Of a level below, `parent` is the column that says below which row: below one whose key is given, below those with
    the keys that `above` finds as SQL, or below all that are given. What is named hands its columns on as they are, as
    `c0`, `c1` …, with a `total` where it counts and with a `place` where each parent has a page of its own.
    """

    scope: str
    order: tuple[Order, ...]
    rules: tuple[str, ...]
    is_page: bool = False
    goes_back: bool = False
    is_beyond: bool = False
    counts: bool = False
    parent: str | None = None
    has_one_parent: bool = False
    above: str = ""
    is_named: bool = False

    @property
    def has_pages(self) -> bool:
        """Whether each of many parents has a page of its own."""
        return self.is_page and self.parent is not None and not self.has_one_parent


def whole(level: Level, way: Way) -> str:
    """The rows, in their order."""
    order = _ordered(level, way.order, goes_back=way.goes_back)
    if _is_paged_first(level, way):
        table = level.model._meta.db_table
        page = f"(SELECT t.* FROM {table} t WHERE {_condition(level, way)} ORDER BY {order} LIMIT ?)"
        return f"SELECT {_columns(level, way)} FROM {_tables(level, way, page)} ORDER BY {order}"
    return (
        f"SELECT {_columns(level, way)}{_total(way)} FROM {_tables(level, way)} WHERE {_condition(level, way)} "
        f"ORDER BY {order}{' LIMIT ?' if way.is_page else ''}"
    )


def _is_paged_first(level: Level, way: Way) -> bool:
    """Whether the page is cut before anything is joined: else a database that expects few rows joins all there are."""
    if not way.is_page or way.counts or not level.joins:
        return False
    is_joined = any(not join.is_carried for join in level.joins.values())
    return not is_joined and all("." not in each.column for each in way.order)


def of_parents(level: Level, way: Way) -> str:
    """The rows of one parent or of several, each in order."""
    order = _ordered(level, way.order, goes_back=way.goes_back)
    condition, within = _condition(level, way), _within(way)
    if not way.has_pages:
        return (
            f"SELECT {_columns(level, way)}{_total(way)} FROM {_tables(level, way)} WHERE {within} AND ({condition}) "
            f"ORDER BY {order}{' LIMIT ?' if way.is_page else ''}"
        )
    names = [f"c{place}" for place in range(len(level.columns))]
    columns = ", ".join(f"{text} AS {name}" for (text, _), name in zip(level.columns, names, strict=True))
    total = "NULL" if way.is_beyond else f"COUNT(*) OVER (PARTITION BY {way.parent})"
    shown = [*(names if way.is_named else _all_read(names, level)), *(["total"] if way.counts else [])]
    shown += ["place"] if way.is_named else []
    return (
        f"SELECT {', '.join(shown)} FROM (SELECT {columns}{f', {total} AS total' if way.counts else ''}, "
        f"row_number() OVER (PARTITION BY {way.parent} ORDER BY {order}) AS place FROM {_tables(level, way)} "
        f"WHERE {within} AND ({condition})) paged WHERE place <= ? ORDER BY place"
    )


def with_rider(level: Level, way: Way, child: Child, riding: Way) -> str:
    """The one row there is, and beside it those of a level below, in their order."""
    below = child.level
    columns = [f"{text} AS c{at}" for at, (text, _) in enumerate(level.columns)]
    beside = [f"{text} AS r{at}" for at, (text, _) in enumerate(below.columns)]
    names = _all_read([f"c{at}" for at in range(len(columns))], level)
    names += _all_read([f"r{at}" for at in range(len(beside))], below)
    beside += [f"{_sorted(below, each.column)} AS o{at}" for at, each in enumerate(riding.order)]
    own = f"SELECT {', '.join(columns)} FROM {_tables(level, way)} WHERE {_condition(level, way)}"
    rides = f"SELECT {', '.join(beside)} FROM {_tables(below, riding)} WHERE {_within(riding)} AND ({_condition(below, riding)})"
    order = ", ".join(f"o{at} {_direction(each)}" for at, each in enumerate(riding.order))
    return f"SELECT {', '.join(names)} FROM ({own}) own LEFT JOIN ({rides}) riding ON 1 = 1 ORDER BY {order}"


def counted(level: Level, way: Way) -> str:
    """How many rows there are in all, as `c0`."""
    return f"SELECT COUNT(*) AS c0 FROM {level.model._meta.db_table} t WHERE {_scoped(level, way.scope)}"


def counted_of_parents(child: Child, way: Way) -> str:
    """How many rows each parent has in all: its key as `c0`, and as `c1` the number."""
    parent, column = child.level.columns[child.place]
    shown = parent if way.is_named else read(parent, column)
    table, scope = child.level.model._meta.db_table, _scoped(child.level, way.scope)
    return f"SELECT {shown} AS c0, COUNT(*) AS c1 FROM {table} t WHERE {_within(way)} AND {scope} GROUP BY {parent}"


def _ordered(level: Level, order: Sequence[Order], *, goes_back: bool = False) -> str:
    """The order as SQL; text by its code points, the same on both databases."""
    return ", ".join(f"{_sorted(level, each.column)} {_direction(each, goes_back=goes_back)}" for each in order)


def read(text: str, column: Any) -> str:
    """A column as it is read: a key as text on either database, for it is looked up and printed far sooner than a UUID."""
    return f"CAST({text} AS text)" if isinstance(column, fields.UUIDField) and sql.is_postgres() else text


def _direction(order: Order, *, goes_back: bool = False) -> str:
    return "DESC" if order.descends != goes_back else "ASC"


def _columns(level: Level, way: Way) -> str:
    if way.is_named:
        return ", ".join(f"{text} AS c{at}" for at, (text, _) in enumerate(level.columns)) or "1 AS c0"
    return ", ".join(_all_read([expression for expression, _ in level.columns], level)) or "1"


def _total(way: Way) -> str:
    # What lies before a cursor is not among the rows, so there the whole list is counted by itself.
    return "" if not way.counts else ", NULL AS total" if way.is_beyond else ", COUNT(*) OVER () AS total"


def _all_read(texts: Sequence[str], level: Level) -> list[str]:
    return [read(text, column) for text, (_, column) in zip(texts, level.columns, strict=True)]


def _tables(level: Level, way: Way, page: str = "") -> str:
    text = f"{page or level.model._meta.db_table} t"
    rules = iter(way.rules)
    for join in level.joins.values():
        rule = "" if join.is_carried else f" AND ({next(rules)})"
        rule += f" AND {join.which}" if join.which else ""
        text += f" LEFT JOIN {join.model._meta.db_table} {join.alias} ON {join.alias}.{join.by} = {join.column}{rule}"
    return text


def _within(way: Way) -> str:
    if way.has_one_parent:
        return f"{way.parent} = ?"
    if way.above:
        return f"{way.parent} = ANY(ARRAY({way.above}))"
    if sql.is_postgres():
        return f"{way.parent} = ANY(CAST(? AS uuid[]))"
    return f"{way.parent} IN (SELECT value FROM json_each(?))"


def _condition(level: Level, way: Way) -> str:
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
