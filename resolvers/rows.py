"""Rows: which rows somebody asked for, before anything is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from uuid import UUID

    from tortoise.models import Model

    from resolvers.viewer import Viewer


class Order(NamedTuple):
    """One column by which rows are sorted."""

    column: str
    descends: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of ordered rows: at most `size` after (or, going backward, before) the row with these values."""

    size: int
    beyond: tuple[Any, ...] | None = None
    goes_back: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table that a viewer may see; only `access` makes it.

    `scope` is SQL over the alias `{t}` with `?` for each of `values`: its text is a known shape, and what the
    viewer asked for is in the values alone. `order` always ends in the key. Where there can be but one row, `key` is
    its key.
    """

    viewer: Viewer
    model: type[Model]
    scope: str
    values: tuple[Any, ...]
    order: tuple[Order, ...]
    key: UUID | None = None

    def narrowed(self, scope: str, *values: Any) -> Rows:
        """Those of the rows for which `scope` holds as well."""
        scope = f"({self.scope}) AND ({scope})"
        return Rows(self.viewer, self.model, scope, (*self.values, *values), self.order, self.key)

    def only(self, key: UUID | None) -> Rows:
        """The one of the rows with this key."""
        scope = f"({self.scope}) AND ({{t}}.id = ?)"
        return Rows(self.viewer, self.model, scope, (*self.values, key), self.order, key)

    def sorted_by(self, *columns: str) -> Rows:
        """The same rows in another order; a leading minus sorts downward, and the key comes last."""
        return Rows(self.viewer, self.model, self.scope, self.values, sorted_by(columns), self.key)


@cache
def sorted_by(columns: tuple[str, ...]) -> tuple[Order, ...]:
    """The order of these columns; a leading minus sorts downward, and the key comes last."""
    order = tuple(Order(column.lstrip("-"), column.startswith("-")) for column in columns)
    return (*order, Order("id", order[-1].descends if order else False))
