"""Connections: a page of rows as Relay has it."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import strawberry

from graph.reading.shape import Loaded, at
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

    @strawberry.field(description="The entry itself.")  # type: ignore[untyped-decorator]
    def node(self, info: strawberry.Info) -> T:
        """The entry itself."""
        return at(self, info)  # type: ignore[no-any-return]


@strawberry.type(description="A page of a list.", directives=_ALL)
class Connection(Generic[T]):
    """A page of a list."""

    page_info: PageInfo = strawberry.field(description="Where this page lies in the list.")
    total_count: int = strawberry.field(description="How many entries the whole list has.")

    @strawberry.field(description="The entries of the page, in order, with their cursors.")  # type: ignore[untyped-decorator]
    def edges(self, info: strawberry.Info) -> list[Edge[T]]:
        """The entries with their cursors."""
        return at(self, info)  # type: ignore[no-any-return]

    @strawberry.field(description="The entries of the page, in order.")  # type: ignore[untyped-decorator]
    def nodes(self, info: strawberry.Info) -> list[T]:
        """The entries."""
        return at(self, info)  # type: ignore[no-any-return]


def made_edge(loaded: Loaded, cursor: str) -> Any:
    """An edge that holds what was read for it."""
    edge = object.__new__(Edge)
    vars(edge).update(_loaded=loaded, cursor=cursor)
    return edge


def made_connection(loaded: Loaded, *, total: int | None, page_info: PageInfo) -> Any:
    """A connection that holds what was read for it."""
    connection = object.__new__(Connection)
    vars(connection).update(_loaded=loaded, total_count=total, page_info=page_info)
    return connection
