"""Planner: a selection becomes levels, and says of what each part of its answer is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import GraphQLField, GraphQLObjectType, get_named_type, get_nullable_type, is_leaf_type, is_list_type
from tortoise.models import Model

from graph.reading import builders
from graph.reading.arguments import Arguments
from graph.reading.plan import (
    Answered,
    Asked,
    Below,
    Call,
    Child,
    Closed,
    Connection,
    Edges,
    Given,
    Id,
    Inner,
    Join,
    Leaf,
    Level,
    Made,
    Nested,
    Node,
    Nodes,
    Pages,
    Part,
    Plan,
    Source,
    Told,
    Typename,
)
from graph.reading.shape import READS, Batched, Column, Computed, Identity, Itself, Many, One, Said
from graph.reading.small import Small
from graph.roles import gate, opens
from resolvers.rows import Order, sorted_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graph.reading.executor import ReadingExecutor
    from resolvers.viewer import Viewer

_PAGE_INFO = {
    "hasNextPage": "has_next",
    "hasPreviousPage": "has_previous",
    "startCursor": "start",
    "endCursor": "end",
}
_CURSORS = {"startCursor", "endCursor"}


class Planner:
    """Plans one selection, for everybody who goes through the same gates."""

    def __init__(self, executor: ReadingExecutor, viewer: Viewer) -> None:
        self._executor = executor
        self._viewer = viewer
        self._small = Small(executor, viewer)
        self._is_guarded = False

    def list(self, of: GraphQLObjectType, details: Any, model: type[Model]) -> Plan:
        """How rows become answers of this type."""
        level = Level(model)
        made = self._made(level, of, details, "t", model)
        return self._plan(level, made, None, builders.of_list(made, level, self._small.made), details)

    def by_key(self, of: GraphQLObjectType, details: Any, model: type[Model]) -> Plan:
        """How rows become answers of this type, each in a list under its key, which stands first in its row."""
        level = Level(model)
        key = level.column("t", model, "id")
        made = self._made(level, of, details, "t", model)
        return self._plan(level, made, None, builders.by_key(made, level, self._small.made, key), details)

    def page(self, of: GraphQLObjectType, details: Any, model: type[Model], order: Sequence[Order]) -> Plan:
        """How rows in this order become a connection of this type."""
        level = Level(model)
        connection = self._connection(level, of, details, order)
        return self._plan(level, connection.made, connection, connection.build, details)

    def _plan(self, level: Level, made: Made, connection: Connection | None, build: Any, details: Any) -> Plan:
        operation = self._executor.operation
        size = len(operation.loc.source.body) if operation.loc else 0
        return Plan(
            level, made, connection, build, self._is_guarded or self._small.is_guarded, size, (operation, details)
        )

    # Objects

    def _made(self, level: Level, of: GraphQLObjectType, details: Any, alias: str, model: type[Model]) -> Made:
        """How an answer of this type is made of the row that has this alias."""
        parts: list[Part] = []
        for key, selected in self._selected(of, details):
            name = selected[0].node.name.value
            definition = self._executor.schema.get_field(of, name)
            assert definition is not None  # noqa: S101 - the document was checked against this very schema
            source = self._source(level, of, definition, selected, alias, model)
            parts.append(Part(key, selected, definition, source))
        return Made(of, tuple(parts))

    def _source(
        self,
        level: Level,
        of: GraphQLObjectType,
        definition: GraphQLField,
        details: Any,
        alias: str,
        model: type[Model],
    ) -> Source:
        if details[0].node.name.value == "__typename":
            return Typename()
        roles = gate(definition)
        if roles is not None and not opens(self._viewer, roles):
            self._is_guarded = True
            return Closed(roles)
        strawberrys = definition.extensions["strawberry-definition"]
        reads = strawberrys.metadata.get(READS) or Column(strawberrys.python_name)
        if isinstance(reads, One | Many | Itself):
            return self._edge(level, definition, details, alias, model, reads)
        match reads:
            case Column(path):
                return self._leaf(level, definition, alias, model, path)
            case Identity(kind):
                return Id(level.column(alias, model, "id"), kind)
            case Computed(needs, function):
                found = [self._found(level, alias, model, path) for path in needs]
                return Call(tuple(place for place, _, _ in found), tuple(column for _, column, _ in found), function)
            case Batched(ask, is_timed):
                parent = level.column(alias, model, "id")
                level.children.append(Asked(parent, ask, is_timed))
                return Answered(len(level.children) - 1, parent)
            case Said(told):
                return Told(told)
        raise TypeError(f"{of}.{strawberrys.python_name} is read in a way that reading does not know.")

    def _leaf(self, level: Level, definition: GraphQLField, alias: str, model: type[Model], path: str) -> Source:
        place, column, is_certain = self._found(level, alias, model, path)
        if is_leaf_type(get_nullable_type(definition.type)):
            return Leaf(place, column, is_certain)
        return Call((place,), (column,), _itself)

    def _found(self, level: Level, alias: str, model: type[Model], path: str) -> tuple[int, Any, bool]:
        """Where a column stands, what it is, and whether it is never null where the row with this alias is there."""
        *keys, name = path.split(".")
        is_certain = True
        for along in keys:
            alias, model, is_there = self._joined(level, alias, model, along, is_carried=True)
            is_certain = is_certain and is_there
        column: Any = model._meta.fields_map[name]
        return level.column(alias, model, name), column, is_certain and not column.null

    def _joined(
        self, level: Level, alias: str, model: type[Model], along: str, *, is_carried: bool
    ) -> tuple[str, type[Model], bool]:
        """The alias and the model of the row that a foreign key leads to, and whether there always is one."""
        wanted = (alias, along, is_carried)
        key: Any = model._meta.fields_map[along]
        if wanted not in level.joins:
            column = f"{alias}.{model._meta.fields_db_projection[key.source_field]}"
            level.joins[wanted] = Join(f"j{len(level.joins)}", key.related_model, column, is_carried)
        join = level.joins[wanted]
        return join.alias, join.model, is_carried and not key.null

    # Edges

    def _edge(
        self,
        level: Level,
        definition: GraphQLField,
        details: Any,
        alias: str,
        model: type[Model],
        edge: One | Many | Itself,
    ) -> Source:
        if isinstance(edge, Many):
            return self._many(level, alias, model, definition, details, edge)
        of = _object(definition)
        if isinstance(edge, Itself):
            return Inner(None, self._made(level, of, details, alias, model))
        along = edge.key or definition.extensions["strawberry-definition"].python_name
        return self._one(level, alias, model, along, of, details, is_carried=edge.is_carried)

    def _one(
        self,
        level: Level,
        alias: str,
        model: type[Model],
        along: str,
        of: GraphQLObjectType,
        details: Any,
        *,
        is_carried: bool,
    ) -> Inner:
        joined, target, is_there = self._joined(level, alias, model, along, is_carried=is_carried)
        present = None if is_there else level.column(joined, target, "id")
        return Inner(present, self._made(level, of, details, joined, target))

    def _many(
        self, level: Level, alias: str, model: type[Model], definition: GraphQLField, details: Any, edge: Many
    ) -> Source:
        parent = level.column(alias, model, "id")
        lower = Level(edge.model)
        key: Any = edge.model._meta.fields_map[edge.key]
        place = lower.column("t", edge.model, key.source_field)
        given = Arguments(definition, details[0])
        order = sorted_by(edge.order)
        of = _object(definition)
        if is_a_page(of):
            connection = self._connection(lower, of, details, order)
            level.children.append(Child(parent, place, lower, edge, order, given, connection, connection.build))
            return Pages(len(level.children) - 1, parent, connection)
        shown, target = "t", edge.model
        if edge.via is not None:
            shown, target, is_there = self._joined(lower, shown, target, edge.via, is_carried=True)
            assert is_there  # noqa: S101 - a row of a join table stands for another
        made = self._made(lower, of, details, shown, target)
        build = builders.by_key(made, lower, self._small.made, place)
        level.children.append(Child(parent, place, lower, edge, order, given, None, build))
        return Below(len(level.children) - 1, parent, made)

    # Connections

    def _connection(self, level: Level, of: GraphQLObjectType, details: Any, order: Sequence[Order]) -> Connection:
        made = self._page(level, of, details)
        selected = _names(made)
        wants_cursors = bool(selected & {"cursor", *_CURSORS})
        places = tuple(level.column("t", level.model, each.column) for each in order) if wants_cursors else ()
        wants_total = "totalCount" in selected
        build = builders.of_page(made, level, self._small.made, with_total=wants_total)
        return Connection(made, level, places, wants_total, build)

    def _page(self, level: Level, of: GraphQLObjectType, details: Any) -> Made:
        """What is asked of a connection, over one level for all the ways in which its entries are selected."""
        parts: list[Part] = []
        for key, selected in self._selected(of, details):
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
                return Nested(self._page(level, _object(definition), details))
            case "nodes":
                return Nodes(self._made(level, _object(definition), details, "t", level.model))
            case "node":
                return Node(self._made(level, _object(definition), details, "t", level.model))
            case "edges":
                return Edges(self._page(level, _object(definition), details))
        return Given(_PAGE_INFO[name])

    def _selected(self, of: GraphQLObjectType, details: Any) -> Sequence[tuple[str, Any]]:
        return self._executor.selected(of, details)


def _names(made: Made) -> set[str]:
    """The names of what is asked of a page, and of its entries and its place."""
    found: set[str] = set()
    for part in made.parts:
        found.add(part.details[0].node.name.value)
        if isinstance(part.source, Nested | Edges):
            found |= _names(part.source.made)
    return found


def _object(definition: GraphQLField) -> GraphQLObjectType:
    named = get_named_type(definition.type)
    assert isinstance(named, GraphQLObjectType)  # noqa: S101 - edges lead to objects; the contract is built so
    return named


def _itself(value: Any) -> Any:
    return value


def is_a_list(wrapped: Any) -> bool:
    """Whether a field's type is a list."""
    return is_list_type(get_nullable_type(wrapped))


def is_a_page(of: Any) -> bool:
    """Whether a type is a connection."""
    return isinstance(of, GraphQLObjectType) and "pageInfo" in of.fields
