"""Connections: a page of rows as Relay has it."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import strawberry
from strawberry.types.lazy_type import LazyType

from graph.roles import EVERYBODY, allow

T = TypeVar("T")
_ALL = [allow(EVERYBODY)]


@strawberry.type(description="Where a page lies in its list.", directives=_ALL)
class PageInfo:
    """Where a page lies in its list."""

    has_next_page: bool = strawberry.field(description="Whether more entries follow after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there are entries before this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first entry; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last entry; null on an empty page.")


@strawberry.type(description="An entry of a list with its cursor.", directives=_ALL)
class Edge(Generic[T]):
    """An entry of a list with its cursor."""

    cursor: str = strawberry.field(description="Where this entry stands in the list; give it to `after` or `before`.")
    node: T = strawberry.field(description="The entry itself.")


@strawberry.type(description="A page of a list.", directives=_ALL)
class Connection(Generic[T]):
    """A page of a list."""

    page_info: PageInfo = strawberry.field(description="Where this page lies in the list.")
    total_count: int = strawberry.field(description="How many entries the whole list has.")
    edges: list[Edge[T]] = strawberry.field(description="The entries of the page, in order, with their cursors.")
    nodes: list[T] = strawberry.field(description="The entries of the page, in order.")


def mark_as_its_entries(schema: strawberry.Schema) -> strawberry.Schema:
    """Say of every page, and of every entry in one, that it is for whom the type of its entries is."""
    for named in schema._schema.type_map.values():
        made: Any = named.extensions.get("strawberry-definition")
        if getattr(made, "concrete_of", None) is not None and made.concrete_of.origin in (Connection, Edge):
            entry = made.type_var_map["T"]
            entry = entry.resolve_type() if isinstance(entry, LazyType) else entry
            made.directives = list(entry.__strawberry_definition__.directives)
    return schema
