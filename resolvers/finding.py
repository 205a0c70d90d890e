"""Finding: rows of several tables that a deed names, looked for by one statement."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from models import sql
from models.refusal import NotFound, RightNeeded
from resolvers import access

if TYPE_CHECKING:
    from uuid import UUID

    from tortoise.models import Model

    from models.ownership import Right
    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Named:
    """A row that somebody named in the field `path`; an owner needs the `right`, if one is said, to go on with it."""

    model: type[Model]
    id: UUID | None
    path: str
    right: Right | None = None


async def found(viewer: Viewer, *named: Named) -> list[Any]:
    """The rows, each an instance of its model, in the order in which they were named.

    Raises:
        NotFound: the first of them that is not there, or not the viewer's to see.
        RightNeeded: she may see it, but this is for another owner to do.
    """
    columns, joins, holds = [], [], []
    values: list[Any] = []
    right_values: list[Any] = []
    for number, each in enumerate(named):
        if each.id is None:
            raise NotFound(path=(each.path,))
        alias = f"t{number}"
        sees, asked = access.sight(viewer, each.model, alias)
        columns += [f"{alias}.{column}" for column in _columns(each.model)]
        joins.append(f"LEFT JOIN {each.model._meta.db_table} {alias} ON {alias}.id = ? AND ({sees})")  # noqa: SLF001 - Tortoise says it nowhere else
        values += (each.id, *asked)
        held, asked = access.holding(viewer, each.model, each.right, alias)
        holds.append(f"({held})")
        right_values += asked
    text = f"SELECT {', '.join([*columns, *holds])} FROM (SELECT 1 AS one) o {' '.join(joins)}"  # noqa: S608 - our own names
    row = (await sql.tuples(text, [*right_values, *values]))[0]
    rows, start, may_do = [], 0, row[len(columns) :]
    for each, may in zip(named, may_do, strict=True):
        of_it = _columns(each.model)
        end = start + len(of_it)
        theirs = dict(zip(of_it, row[start:end], strict=True))
        if theirs["id"] is None:
            raise NotFound(path=(each.path,))
        if not may:
            raise RightNeeded(path=(each.path,))
        rows.append(sql.loaded(each.model, theirs))
        start = end
    return rows


@cache
def _columns(model: type[Model]) -> tuple[str, ...]:
    return tuple(model._meta.fields_db_projection.values())  # noqa: SLF001 - as above
