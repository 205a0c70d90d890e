"""Page planner: the selection of a connection becomes what is known of its page, over one level for its entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from graphql import GraphQLField, GraphQLObjectType
from tortoise.models import Model

from graph.reading import builders
from graph.reading.sources import Connection, Edges, Entry, Given, Made, Nested, Node, Nodes, Part, Source, Typename
from graph.reading.types import Of, entry_of, object_of

if TYPE_CHECKING:
    from graph.reading.executor import ReadingExecutor
    from graph.reading.plan import Level
    from resolvers.rows import Order

Planned: TypeAlias = Callable[["Level", Of, Any, str, type[Model]], Entry]
"""Says how an answer of a type is made, given what is selected of it, of the row that has an alias in a level."""

_PAGE_INFO = {
    "hasNextPage": "has_next",
    "hasPreviousPage": "has_previous",
    "startCursor": "start",
    "endCursor": "end",
}
_CURSORS = {"startCursor", "endCursor"}


class PagePlanner:
    """Plans connections; `entry` plans what is selected of their entries."""

    def __init__(self, executor: ReadingExecutor, entry: Planned, small: builders.Small) -> None:
        self._executor = executor
        self._entry = entry
        self._small = small

    def connection(self, level: Level, of: Any, details: Any, order: Sequence[Order]) -> Connection:
        """What is asked of a connection of this type, over rows in this order."""
        made = self._page(level, of, details)
        selected = _names(made)
        wants_cursors = bool(selected & {"cursor", *_CURSORS})
        places = tuple(level.column("t", level.model, each.column) for each in order) if wants_cursors else ()
        wants_total = "totalCount" in selected
        build = builders.of_page(made, level, self._small, with_total=wants_total)
        return Connection(made, level, places, wants_total, build)

    def _page(self, level: Level, of: GraphQLObjectType, details: Any) -> Made:
        """What is asked of a connection, over one level for all the ways in which its entries are selected."""
        parts: list[Part] = []
        for key, selected in self._executor.selected(of, details):
            name = selected[0].node.name.value
            definition = self._executor.schema.get_field(of, name)
            assert definition is not None  # noqa: S101 - as above
            parts.append(Part(key, selected, definition, self._of_page(level, definition, name, selected)))
        return Made(of, tuple(parts))

    def _of_page(self, level: Level, definition: GraphQLField, name: str, details: Any) -> Source:
        match name:
            case "__typename":
                return Typename()
            case "totalCount":
                return Given("total")
            case "cursor":
                return Given("cursor")
            case "pageInfo":
                return Nested(self._page(level, object_of(definition), details))
            case "nodes":
                return Nodes(self._entry(level, entry_of(definition), details, "t", level.model))
            case "node":
                return Node(self._entry(level, entry_of(definition), details, "t", level.model))
            case "edges":
                return Edges(self._page(level, object_of(definition), details))
        return Given(_PAGE_INFO[name])


def _names(made: Made) -> set[str]:
    """The names of what is asked of a page, and of its entries and its place."""
    found: set[str] = set()
    for part in made.parts:
        found.add(part.details[0].node.name.value)
        if isinstance(part.source, Nested | Edges):
            found |= _names(part.source.made)
    return found
