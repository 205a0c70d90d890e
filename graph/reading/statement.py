"""Statement: one level as SQL."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tortoise import fields

from graph.reading import pages
from models import sql
from resolvers.rows import Order, Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graph.reading.plan import Level
    from resolvers.rows import Page


def whole(level: Level, rows: Rows, page: Page | None = None, *, total: str = "") -> tuple[str, list[Any]]:
    """The rows, in their order; of a page, one more than its size, to see whether there are more."""
    joins, values = _joins(level)
    scope, asked = _beyond(level, rows, page)
    text = (
        f"SELECT {_columns(level)}{total} FROM {level.model._meta.db_table} t{joins} WHERE {scope} ORDER BY "
        f"{ordered(level, rows.order, goes_back=bool(page and page.goes_back))}"
    )
    values += asked
    if page is not None:
        text += " LIMIT ?"
        values.append(page.size + 1)
    return text, values


def of_parents(
    level: Level, rows: Rows, key: str, parents: Sequence[Any], page: Page | None = None, *, total: bool = False
) -> tuple[str, list[Any]]:
    """The rows of every parent, each in order; after their columns the parent's key, and how many it has in all."""
    joins, values = _joins(level)
    scope, asked = _beyond(level, rows, page)
    parent = _pointing(level, key)
    order = ordered(level, rows.order, goes_back=bool(page and page.goes_back))
    within, keys = _one_of(parent, parents)
    columns = ", ".join(f"{expression} AS c{place}" for place, (expression, _) in enumerate(level.columns))
    text = (
        f"SELECT * FROM (SELECT {columns}{', ' if columns else ''}{parent} AS parent, "
        f"{f'COUNT(*) OVER (PARTITION BY {parent})' if total else 'NULL'} AS total, "
        f"row_number() OVER (PARTITION BY {parent} ORDER BY {order}) AS place "
        f"FROM {level.model._meta.db_table} t{joins} WHERE {within} AND ({scope})) paged"
    )
    values += [*keys, *asked]
    if page is not None:
        text += " WHERE place <= ?"
        values.append(page.size + 1)
    return f"{text} ORDER BY parent, place", values


TOTAL = ", COUNT(*) OVER () AS total"


def counted(level: Level, rows: Rows) -> tuple[str, list[Any]]:
    """How many rows there are in all."""
    return f"SELECT COUNT(*) FROM {level.model._meta.db_table} t WHERE {rows.scope.format(t='t')}", list(rows.values)


def counted_of_parents(level: Level, rows: Rows, key: str, parents: Sequence[Any]) -> tuple[str, list[Any]]:
    """How many rows each parent has in all."""
    parent = _pointing(level, key)
    within, keys = _one_of(parent, parents)
    text = (
        f"SELECT {parent}, COUNT(*) FROM {level.model._meta.db_table} t "
        f"WHERE {within} AND ({rows.scope.format(t='t')}) GROUP BY {parent}"
    )
    return text, [*keys, *rows.values]


def ordered(level: Level, order: Sequence[Order], *, goes_back: bool = False) -> str:
    """The order as SQL; text by its code points, the same on both databases."""
    return ", ".join(
        f"{_sorted(level, each.column)} {'DESC' if each.descends != goes_back else 'ASC'}" for each in order
    )


def kinds(level: Level, order: Sequence[Order]) -> tuple[type, ...]:
    """What a cursor of this order holds."""
    held: list[type] = []
    for each in order:
        found = level.model._meta.fields_map[each.column]
        held.append(UUID if isinstance(found, fields.UUIDField) else datetime if _is_instant(found) else str)
    return tuple(held)


def _pointing(level: Level, key: str) -> str:
    found: Any = level.model._meta.fields_map[key]
    return f"t.{level.model._meta.fields_db_projection[found.source_field]}"


def _columns(level: Level) -> str:
    return ", ".join(expression for expression, _ in level.columns) or "1"


def _joins(level: Level) -> tuple[str, list[Any]]:
    text = ""
    values: list[Any] = []
    for join in level.joins.values():
        rule = f" AND ({join.rule})" if join.rule else ""
        text += f" LEFT JOIN {join.model._meta.db_table} {join.alias} ON {join.alias}.id = {join.column}{rule}"
        values += join.values
    return text, values


def _beyond(level: Level, rows: Rows, page: Page | None) -> tuple[str, list[Any]]:
    scope, values = f"({rows.scope.format(t='t')})", list(rows.values)
    if page is None or page.beyond is None:
        return scope, values
    pages.must_fit(page.beyond, kinds(level, rows.order))
    # Every order sorts all its columns the same way, so one comparison of tuples says what lies beyond.
    sign = "<" if rows.order[0].descends != page.goes_back else ">"
    columns = ", ".join(_sorted(level, each.column) for each in rows.order)
    return f"{scope} AND ({columns}) {sign} ({sql.marks(len(rows.order))})", [*values, *page.beyond]


def _one_of(column: str, keys: Sequence[Any]) -> tuple[str, list[Any]]:
    if sql.is_postgres():
        return f"{column} = ANY(CAST(? AS uuid[]))", [list(keys)]
    return f"{column} IN ({sql.marks(len(keys))})", list(keys)


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


def _is_instant(found: Any) -> bool:
    return isinstance(found, fields.DatetimeField)
