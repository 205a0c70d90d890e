"""Plan: what a selection needs, level by level."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphql import GraphQLObjectType, get_named_type, is_list_type
from graphql.execution.values import get_argument_values
from graphql.type import GraphQLNonNull
from tortoise.models import Model

from graph.reading.shape import READS, Column, Computed, Loaded, Many, One
from resolvers import access

if TYPE_CHECKING:
    from graph.context import Context
    from graph.reading.executor import ReadingExecutor

Row = Sequence[Any]
Below = list[Mapping[Any, Any]]
Head = Callable[[Row, Below], Any]
"""Makes one answer of one row and of what was read below it, by level and by parent."""


@dataclass(frozen=True, slots=True)
class Join:
    """A to-one edge: `alias` is the row of `model` whose key is `column`; `rule` is why the viewer sees it."""

    alias: str
    model: type[Model]
    column: str
    rule: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Child:
    """A level below: rows of its model whose `key` is in column `parent` of this level."""

    parent: int
    level: Level
    edge: Many
    arguments: dict[str, Any]
    connection: ConnectionPlan | None


@dataclass(slots=True)
class ConnectionPlan:
    """What a connection was asked for."""

    level: Level
    nodes: dict[str, Head] = field(default_factory=dict)
    edges: dict[str, dict[str, Head]] = field(default_factory=dict)
    wants_total: bool = False


@dataclass(slots=True)
class Level:
    """One statement to be: columns and joins of one table, and the levels below it."""

    model: type[Model]
    columns: list[tuple[str, Any]] = field(default_factory=list)
    joins: dict[tuple[str, str, bool], Join] = field(default_factory=dict)
    children: list[Child] = field(default_factory=list)

    def column(self, alias: str, model: type[Model], name: str) -> int:
        """The place of a column in the row; it is read once, however often it is needed."""
        found = model._meta.fields_map[name]
        wanted = (f"{alias}.{model._meta.fields_db_projection[name]}", found)
        if wanted not in self.columns:
            self.columns.append(wanted)
        return self.columns.index(wanted)


class Planner:
    """Turns the selections of one operation into levels, for one viewer."""

    def __init__(self, executor: ReadingExecutor, context: Context) -> None:
        self._executor = executor
        self._context = context

    def head(self, level: Level, of: GraphQLObjectType, selected: Any) -> Head:
        """How an answer of this type is made of a row of the level."""
        return self._head(level, of, selected, "t", level.model)

    def connection(self, of: GraphQLObjectType, selected: Any, model: type[Model]) -> ConnectionPlan:
        """What is asked of a connection, over one level for all the ways in which its nodes are selected."""
        plan = ConnectionPlan(Level(model))
        node_type = _object(of.fields["nodes"].type)
        for key, details in self._executor.selected(of, selected):
            match details[0].node.name.value:
                case "nodes":
                    plan.nodes[key] = self.head(plan.level, node_type, details)
                case "edges":
                    edge_type = _object(of.fields["edges"].type)
                    plan.edges[key] = {
                        edge_key: self.head(plan.level, node_type, nodes)
                        for edge_key, nodes in self._executor.selected(edge_type, details)
                        if nodes[0].node.name.value == "node"
                    }
                case "totalCount":
                    plan.wants_total = True
        return plan

    def _head(self, level: Level, of: GraphQLObjectType, selected: Any, alias: str, model: type[Model]) -> Head:
        made = of.extensions["strawberry-definition"].origin
        plain: list[tuple[str, Callable[[Row], Any]]] = []
        edges: list[tuple[str, Head]] = []
        for key, details in self._executor.selected(of, selected):
            name = details[0].node.name.value
            if name.startswith("__"):
                continue
            definition = of.fields[name].extensions["strawberry-definition"]
            reads = definition.metadata.get(READS) or Column(definition.python_name)
            match reads:
                case Column(path):
                    plain.append((definition.python_name, _reader(self._place(level, alias, model, path))))
                case Computed(needs, function):
                    places = [self._place(level, alias, model, path) for path in needs]
                    plain.append((definition.python_name, _function(function, places)))
                case One(key=along, is_carried=is_carried):
                    target = _object(of.fields[name].type)
                    edges.append(
                        (
                            key,
                            self._one(
                                level, alias, model, along or definition.python_name, target, details, is_carried
                            ),
                        )
                    )
                case Many():
                    edges.append((key, self._many(level, alias, model, of, details, reads)))
        return _builder(made, plain, edges)

    def _place(self, level: Level, alias: str, model: type[Model], path: str) -> int:
        *keys, name = path.split(".")
        for along in keys:
            alias, model = self._joined(level, alias, model, along, is_carried=True)
        return level.column(alias, model, name)

    def _joined(
        self, level: Level, alias: str, model: type[Model], along: str, *, is_carried: bool
    ) -> tuple[str, type[Model]]:
        wanted = (alias, along, is_carried)
        if wanted not in level.joins:
            key_field: Any = model._meta.fields_map[along]
            target: type[Model] = key_field.related_model
            name = f"j{len(level.joins)}"
            rule, values = ("", ()) if is_carried else access.sight(self._context.viewer, target, name)
            column = f"{alias}.{model._meta.fields_db_projection[key_field.source_field]}"
            level.joins[wanted] = Join(name, target, column, rule, values)
        join = level.joins[wanted]
        return join.alias, join.model

    def _one(
        self,
        level: Level,
        alias: str,
        model: type[Model],
        along: str,
        of: GraphQLObjectType,
        selected: Any,
        is_carried: bool,  # noqa: FBT001 - the third thing an edge is
    ) -> Head:
        joined, target = self._joined(level, alias, model, along, is_carried=is_carried)
        present = level.column(joined, target, "id")
        inner = self._head(level, of, selected, joined, target)
        return lambda row, below: None if row[present] is None else inner(row, below)

    def _many(
        self, level: Level, alias: str, model: type[Model], of: GraphQLObjectType, details: Any, edge: Many
    ) -> Head:
        parent = level.column(alias, model, "id")
        node = details[0].node
        found = of.fields[node.name.value]
        arguments = get_argument_values(found, node, self._executor.variable_values)
        answer = _object(found.type)
        place = len(level.children)
        if "pageInfo" in answer.fields:
            connection = self.connection(answer, details, edge.model)
            level.children.append(Child(parent, connection.level, edge, arguments, connection))
            return lambda row, below: below[place].get(row[parent]) or below[place][None]
        lower = Level(edge.model)
        level.children.append(Child(parent, lower, edge, arguments, None))
        shown = ("t", lower.model)
        if edge.via is not None:
            shown = self._joined(lower, *shown, edge.via, is_carried=True)
        head = self._head(lower, answer, details, *shown)
        return lambda row, below: [head(*found) for found in below[place].get(row[parent], ())]


def _reader(place: int) -> Callable[[Row], Any]:
    return lambda row: row[place]


def _function(function: Callable[..., Any], places: list[int]) -> Callable[[Row], Any]:
    return lambda row: function(*[row[place] for place in places])


def _builder(made: type, plain: list[tuple[str, Callable[[Row], Any]]], edges: list[tuple[str, Head]]) -> Head:
    def build(row: Row, below: Below) -> Any:
        answer: Any = object.__new__(made)
        values = vars(answer)
        for name, read in plain:
            values[name] = read(row)
        values["_loaded"] = Loaded({key: head(row, below) for key, head in edges})
        return answer

    return build


def _object(wrapped: Any) -> GraphQLObjectType:
    named = get_named_type(wrapped)
    assert isinstance(named, GraphQLObjectType)  # noqa: S101 - edges lead to objects; the contract is built so
    return named


def is_a_list(wrapped: Any) -> bool:
    """Whether a field's type is a list."""
    return is_list_type(wrapped.of_type if isinstance(wrapped, GraphQLNonNull) else wrapped)
