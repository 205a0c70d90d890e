"""Planner: a selection becomes levels, and says of what each part of its answer is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_nullable_type,
    is_leaf_type,
)
from tortoise.fields.relational import BackwardFKRelation
from tortoise.models import Model

from graph.reading import builders
from graph.reading.arguments import Arguments
from graph.reading.page_planner import PagePlanner
from graph.reading.plan import Asked, Child, Join, Level, Plan
from graph.reading.shape import (
    BODY,
    KINDS,
    MIXED,
    READS,
    RECORDS,
    SHAPES,
    Batched,
    Column,
    Computed,
    Identity,
    Itself,
    Many,
    One,
    Said,
)
from graph.reading.small import Small
from graph.reading.sources import (
    Answered,
    Below,
    Call,
    Closed,
    Connection,
    Entry,
    Id,
    Inner,
    Kind,
    Leaf,
    Made,
    Mixture,
    Pages,
    Part,
    Source,
    Told,
    Typename,
)
from graph.reading.types import Of, entry_of, is_a_page, object_of, origin
from graph.roles import gate, mark, opens
from resolvers.rows import Order, sorted_by

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from graph.reading.executor import ReadingExecutor
    from resolvers.viewer import Viewer


class Planner:
    """Plans one selection, for everybody who goes through the same gates."""

    def __init__(self, executor: ReadingExecutor, viewer: Viewer) -> None:
        self._executor = executor
        self._viewer = viewer
        self._small = Small(executor, viewer)
        self._pages = PagePlanner(executor, self._entry, self._small.made)
        self._is_guarded = False
        self._reads_records = False

    def list(self, of: Of, details: Any, model: type[Model]) -> Plan:
        """How rows become answers of this type."""
        level = self._level(model)
        made = self._entry(level, of, details, "t", model)
        return self._plan(level, made, None, builders.of_list(made, level, self._small.made), details)

    def by_key(self, of: Of, details: Any, model: type[Model]) -> Plan:
        """How rows become answers of this type, each in a list under its key, which stands first in its row."""
        level = self._level(model)
        key = level.column("t", model, "id")
        made = self._entry(level, of, details, "t", model)
        return self._plan(level, made, None, builders.by_key(made, level, self._small.made, key), details)

    def page(self, of: GraphQLObjectType, details: Any, model: type[Model], order: Sequence[Order]) -> Plan:
        """How rows in this order become a connection of this type."""
        level = self._level(model)
        connection = self._connection(level, of, details, order)
        return self._plan(level, connection.made, connection, connection.build, details)

    def _level(self, model: type[Model]) -> Level:
        self._executor.count_level()
        return Level(model)

    def _plan(self, level: Level, made: Entry, connection: Connection | None, build: Any, details: Any) -> Plan:
        operation = self._executor.operation
        return Plan(
            level,
            made,
            connection,
            build,
            is_guarded=self._is_guarded or self._small.is_guarded,
            reads_records=self._reads_records,
            size=len(operation.loc.source.body) if operation.loc else 0,
            holds=(operation, details),
        )

    # Objects

    def _entry(self, level: Level, of: Of, details: Any, alias: str, model: type[Model]) -> Entry:
        """How an answer of this type is made of the row that has this alias."""
        if isinstance(of, GraphQLInterfaceType):
            return self._mixture(level, of, details)
        return self._made(level, of, details, alias, model)

    def _mixture(self, level: Level, of: GraphQLInterfaceType, details: Any) -> Mixture:
        """How an answer is made that is of one of several kinds: each is read in a level of its own."""
        mixed = MIXED[origin(of)]
        key, level.kind = level.column("t", mixed.model, "id"), level.column("t", mixed.model, mixed.by)
        shown = self._shown(level, of)
        kinds = {kind: self._kind(level, key, each, details, kind) for kind, each in shown.items()}
        return Mixture(of, key, level.kind, kinds)

    def _shown(self, level: Level, of: GraphQLInterfaceType) -> Mapping[str, GraphQLObjectType]:
        """The types of each kind; what the view does not have, or is not for this viewer, is none of the rows."""
        possible = self._executor.schema.get_possible_types(of)
        shown = {KINDS[origin(each)].value: each for each in possible if opens(self._viewer, mark(each) or frozenset())}
        mixed = MIXED[origin(of)]
        column: Any = mixed.model._meta.fields_map[mixed.by]
        others = [f"'{kind.value}'" for kind in column.enum_type if kind.value not in shown]
        level.only = f"{{t}}.{mixed.by} NOT IN ({', '.join(others)})" if others else ""
        return shown

    def _kind(self, level: Level, key: int, of: GraphQLObjectType, details: Any, kind: str) -> Kind:
        model = SHAPES[origin(of)]
        lower = self._level(model)
        place = lower.column("t", model, "id")
        made = self._made(lower, of, details, "t", model)
        build = builders.by_key(made, lower, self._small.made, place)
        level.children.append(Child(key, place, lower, Many(model, "id", ()), sorted_by(()), None, None, build, kind))
        return Kind(len(level.children) - 1, made)

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
        if strawberrys.metadata.get(BODY):
            self._reads_records = True
            pet = RECORDS[origin(of)]
            level.pets.add(self._found(level, alias, model, pet)[0])
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
            case Batched(ask, is_timed, is_told):
                parent = level.column(alias, model, "id")
                level.children.append(Asked(parent, ask, is_timed, is_told))
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
        self, level: Level, alias: str, model: type[Model], along: str, *, is_carried: bool, which: str = ""
    ) -> tuple[str, type[Model], bool]:
        """The alias and the model of the row that an edge leads to, and whether there always is one.

        It leads along a foreign key, or back along one: that no two rows share, or to `which` of them.
        """
        wanted = (alias, along, is_carried)
        key: Any = model._meta.fields_map[along]
        if wanted not in level.joins:
            target, name = key.related_model, f"j{len(level.joins)}"
            if isinstance(key, BackwardFKRelation):
                by = target._meta.fields_db_projection[key.relation_field]
                the_one = which.format(t=alias, one=name)
                level.joins[wanted] = Join(name, target, f"{alias}.id", is_carried, by, the_one)
            else:
                column = f"{alias}.{model._meta.fields_db_projection[key.source_field]}"
                level.joins[wanted] = Join(name, target, column, is_carried)
        join = level.joins[wanted]
        is_there = is_carried and not isinstance(key, BackwardFKRelation) and not key.null
        return join.alias, join.model, is_there

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
        of = object_of(definition)
        if isinstance(edge, Itself):
            return Inner(None, self._made(level, of, details, alias, model))
        along = edge.key or definition.extensions["strawberry-definition"].python_name
        joined, target, is_there = self._joined(
            level, alias, model, along, is_carried=edge.is_carried, which=edge.which
        )
        present = None if is_there else level.column(joined, target, "id")
        return Inner(present, self._made(level, of, details, joined, target))

    def _many(
        self, level: Level, alias: str, model: type[Model], definition: GraphQLField, details: Any, edge: Many
    ) -> Source:
        parent = level.column(alias, model, "id")
        lower = self._level(edge.model)
        key: Any = edge.model._meta.fields_map[edge.key]
        place = lower.column("t", edge.model, key.source_field)
        given = Arguments(definition, details[0])
        order = sorted_by(edge.order)
        of = entry_of(definition)
        if is_a_page(of):
            connection = self._connection(lower, of, details, order)
            level.children.append(Child(parent, place, lower, edge, order, given, connection, connection.build))
            return Pages(len(level.children) - 1, parent, connection)
        shown, target = "t", edge.model
        if edge.via is not None:
            shown, target, is_there = self._joined(lower, shown, target, edge.via, is_carried=True)
            assert is_there  # noqa: S101 - a row of a join table stands for another
        made = self._entry(lower, of, details, shown, target)
        build = builders.by_key(made, lower, self._small.made, place)
        level.children.append(Child(parent, place, lower, edge, order, given, None, build))
        return Below(len(level.children) - 1, parent, made)

    def _connection(self, level: Level, of: Any, details: Any, order: Sequence[Order]) -> Connection:
        entry = entry_of(of.fields["nodes"])
        if isinstance(entry, GraphQLInterfaceType):
            self._shown(level, entry)  # which decides how many there are, also where none is selected
        return self._pages.connection(level, of, details, order)

    def _selected(self, of: GraphQLObjectType, details: Any) -> Sequence[tuple[str, Any]]:
        return self._executor.selected(of, details)


def _itself(value: Any) -> Any:
    return value
