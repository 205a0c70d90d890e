"""Explain: what reading would do for a document, told without reading a row.

Only the resolvers of queries know which rows they mean, so they are run; what they hand over is planned, its statements
are written, and nothing is read. Where one hands over nothing (no such location, no free time), and for mutations and
subscriptions, which are never run, any rows of the promised type are planned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from graphql import (
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    InlineFragmentNode,
    OperationType,
    get_named_type,
    is_abstract_type,
)
from graphql.execution.collect_fields import collect_fields

from graph.reading import pages, statement
from graph.reading.arguments import Arguments
from graph.reading.executor import ReadingExecutor
from graph.reading.explained import Computed, Joined, Root, Shows, Shut, Step
from graph.reading.pages import Paged, Picked, Shown
from graph.reading.plan import (
    Answered,
    Below,
    Call,
    Child,
    Closed,
    Edges,
    Inner,
    Level,
    Made,
    Nested,
    Node,
    Nodes,
    Pages,
    Plan,
)
from graph.reading.planner import Planner, is_a_list
from graph.reading.read import rides
from graph.reading.shape import shapes
from graph.roles import gate, opens
from models.refusal import Refusal
from resolvers import access
from resolvers.rows import Page, Rows

if TYPE_CHECKING:
    from graph.reading.plan import Connection
    from resolvers.viewer import Viewer

MEANT = UUID(int=0x9)
"""It stands for the row that a field means, where only running it would tell which."""
PARENTS = (UUID(int=0xA), UUID(int=0xB))
"""They stand for the rows above a level, of which nothing has been read."""


class Explainer(ReadingExecutor):
    """Executes without reading: rows are noted where they are handed over, and answered with nothing."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.noted: dict[tuple[int, ...], Any] = {}

    async def read(self, return_type: Any, details: Any, path: Any, result: Any) -> Any:
        """Nothing: the rows are noted."""
        self.noted.setdefault(_nodes(details), result)

    def top(self) -> list[tuple[str, Any]]:
        """The fields of the root, by the key under which the client wants them."""
        of: Any = self.schema.get_root_type(self.operation.operation)
        found = collect_fields(
            self.schema, self.fragments, self.variable_values, of, self.operation, hide_suggestions=True
        )
        return list(found.grouped_field_set.items())

    async def root(self, key: str, details: Any) -> Root:
        """What one field of the root reads."""
        of: Any = self.schema.get_root_type(self.operation.operation)
        definition: Any = self.schema.get_field(of, details[0].node.name.value)
        teller = _Teller(self)
        viewer = self.context_value.viewer
        roles = gate(definition)
        if roles is not None and not opens(viewer, roles):
            return Root(key, (), (Shut(key, roles),), (), {})
        before = len(self.collected_errors.errors)
        if self.operation.operation is OperationType.QUERY:
            await self.answered_alone(key)
        errors = tuple(self.collected_errors.errors[before:])
        steps = () if errors else tuple(teller.steps(definition.type, details, key))
        return Root(key, steps, tuple(teller.shut), errors, _given(self, definition, details))


class _Teller:
    """Tells the steps of one field of the root."""

    def __init__(self, executor: Explainer) -> None:
        self._executor = executor
        self._viewer: Viewer = executor.context_value.viewer
        self.shut: list[Shut] = []
        self._said: Mapping[str, Any] = {}  # what the question itself tells of its rows

    def steps(self, wrapped: Any, details: Any, field: str) -> Iterator[tuple[Step, bool]]:
        """The steps of a field, each with whether the rows are known that are meant."""
        noted = self._executor.noted.get(_nodes(details))
        of: Any = get_named_type(wrapped)
        if noted is not None or _model(of) is not None or _is_page(of):
            rows = noted if noted is not None else self._any_rows(wrapped, of)
            yield self._step(wrapped, of, details, field, rows), noted is not None
            return
        for kind in self._kinds(of, details):
            if is_abstract_type(of) and _model(kind) is not None:
                shown = f"{field} on {kind.name}"
                yield self._step(wrapped, kind, details, shown, self._any_rows(wrapped, kind)), False
                continue
            for key, selected in self._executor.selected(kind, details):
                definition = self._executor.schema.get_field(kind, selected[0].node.name.value)
                roles = gate(definition) if definition else None
                below = f"{field}.{key}"
                if roles is not None and not opens(self._viewer, roles):
                    self.shut.append(Shut(below, roles))
                elif definition is not None:
                    yield from self.steps(definition.type, selected, below)

    def _kinds(self, of: Any, details: Any) -> list[GraphQLObjectType]:
        """The types of object that a field may answer with; of an interface, those that the client names."""
        if not is_abstract_type(of):
            return [of] if isinstance(of, GraphQLObjectType) else []
        possible = self._executor.schema.get_possible_types(of)
        named = set(_named(self._executor.fragments, [each.node for each in details]))
        return [each for each in possible if each.name in named]

    def _any_rows(self, wrapped: Any, of: Any) -> Any:
        """Rows of the type, for want of those that are meant."""
        if _is_page(of):
            entry = get_named_type(of.fields["nodes"].type)
            return Paged(access.rows(self._viewer, _model(entry)), Page(pages.USUAL_SIZE))
        model = _model(of)
        if is_a_list(wrapped):
            return access.rows(self._viewer, model)
        return access.rows(self._viewer, model).only(MEANT)

    def _step(self, wrapped: Any, of: Any, details: Any, field: str, rows: Any) -> Step:
        planner = Planner(self._executor, self._viewer)
        match rows:
            case Paged(inner, page):
                plan = planner.page(of, details, inner.model, inner.order)
                counts = plan.connection is not None and plan.connection.wants_total
                return self._whole(plan, field, Shows.PAGE, inner, page, counts=counts)
            case Picked(inner, _):
                return self._whole(planner.by_key(of, details, inner.model), field, Shows.PICKED, inner)
            case Shown():
                self._said, shown = rows.said, self._executor.schema.type_map[rows.kind]
                return self._whole(planner.list(shown, details, rows.rows.model), field, Shows.ONE, rows.rows)  # type: ignore[arg-type]
        way = Shows.LIST if is_a_list(wrapped) else Shows.ONE
        return self._whole(planner.list(of, details, rows.model), field, way, rows)

    def _whole(
        self, plan: Plan, field: str, way: Shows, rows: Rows, page: Page | None = None, *, counts: bool = False
    ) -> Step:
        level = plan.level
        number = rides(level, rows)
        riding = None if number is None else level.children[number]
        try:
            if isinstance(riding, Child):
                rider = statement.Rider(riding, *self._narrowed(riding)[1:], rows.key)
                statements = [statement.with_rider(level, self._viewer, rows, rider, page, counts=counts)]
            else:
                statements = [statement.whole(level, self._viewer, rows, page, counts=counts)]
        except (GraphQLError, Refusal) as error:
            return self._told(field, way, level, plan.made, plan.connection, [], page, refused=error)
        if counts and page is not None and page.beyond is not None:
            statements.append(statement.counted(level, rows))
        return self._told(field, way, level, plan.made, plan.connection, statements, page, riding=riding)

    def _narrowed(self, child: Child) -> tuple[Mapping[str, Any], str, Sequence[Any]]:
        """What is given to an edge, and what else must hold of its rows."""
        given = {**self._said, **child.arguments.given(self._executor.variable_values)}
        try:
            narrowed, asked = child.edge.narrow(self._executor.context_value, given) if child.edge.narrow else ("", ())
        except KeyError:  # what only the question could tell, which has handed over no rows
            narrowed, asked = "", ()
        return given, narrowed, asked

    def _child(self, child: Any, made: Made, field: str, *, of_one: bool, rides: bool) -> Step:
        way = Shows.PAGE if child.connection is not None else Shows.LIST
        context, viewer, page = self._executor.context_value, self._viewer, None
        parents = PARENTS[:1] if of_one else PARENTS
        try:
            given, narrowed, asked = self._narrowed(child)
            if child.connection is not None:
                sizes = {name: given.get(name) for name in ("first", "after", "last", "before")}
                page = pages.page(**sizes, most=context.limits.max_page)
            statements = [] if rides else [statement.of_parents(child, viewer, narrowed, asked, parents, page)]
        except (GraphQLError, Refusal) as error:
            return self._told(field, way, child.level, made, child.connection, [], page, refused=error)
        if child.connection is not None and child.connection.wants_total and page is not None and page.beyond:
            statements.append(statement.counted_of_parents(child, viewer, narrowed, asked, parents))
        return self._told(field, way, child.level, made, child.connection, statements, page)

    def _told(
        self,
        field: str,
        way: Shows,
        level: Level,
        made: Made,
        connection: Connection | None,
        statements: Sequence[statement.Statement],
        page: Page | None,
        refused: GraphQLError | Refusal | None = None,
        riding: Any = None,
    ) -> Step:
        parts = list(_parts(made, ""))
        return Step(
            field=field,
            kind=_entry(made).name,
            table=level.model._meta.db_table,
            shows=way,
            columns=tuple(text for text, _ in level.columns),
            joins=tuple(
                Joined(each.alias, each.model._meta.db_table, each.column, each.is_carried)
                for each in level.joins.values()
            ),
            computed=tuple(
                Computed(name, tuple(level.columns[place][0] for place in source.places))
                for name, source in parts
                if isinstance(source, Call)
            ),
            asked=tuple(name for name, source in parts if isinstance(source, Answered)),
            shut=tuple(Shut(name, source.roles) for name, source in parts if isinstance(source, Closed)),
            total=connection is not None and connection.wants_total,
            cursors=connection is not None and bool(connection.order),
            statements=tuple((text, tuple(values)) for text, values in statements),
            page=page,
            refused=refused,
            below=tuple(
                self._child(
                    level.children[source.child],
                    _made_of(source),
                    name,
                    of_one=way is Shows.ONE,
                    rides=level.children[source.child] is riding,
                )
                for name, source in parts
                if isinstance(source, Below | Pages)
            ),
        )


def _parts(made: Made, before: str) -> Iterator[tuple[str, Any]]:
    """Every field that is made of a row, by its path from the row, as deep as the joined rows go."""
    for part in made.parts:
        match part.source:
            case Nested(inner) | Nodes(inner) | Edges(inner) | Node(inner):
                yield from _parts(inner, before)
            case Inner(_, inner):
                yield from _parts(inner, f"{before}{part.key}.")
            case source:
                yield f"{before}{part.key}", source


def _made_of(source: Below | Pages) -> Made:
    return source.made if isinstance(source, Below) else source.connection.made


def _entry(made: Made) -> GraphQLObjectType:
    """The type of the rows: of a page, that of its entries."""
    if not _is_page(made.of):
        return made.of
    entry: Any = get_named_type(made.of.fields["nodes"].type)
    assert isinstance(entry, GraphQLObjectType)  # noqa: S101 - pages are of objects
    return entry


def _is_page(of: Any) -> bool:
    return isinstance(of, GraphQLObjectType) and "pageInfo" in of.fields


def _model(of: Any) -> Any:
    """The model of a type that shows rows; None of any other."""
    definition = getattr(of, "extensions", {}).get("strawberry-definition")
    return shapes().get(getattr(definition, "origin", object))


def _named(fragments: Any, nodes: Iterable[Any]) -> Iterator[str]:
    """The types that these selections are narrowed to."""
    for node in nodes:
        for each in node.selection_set.selections if node.selection_set else ():
            if isinstance(each, FragmentSpreadNode):
                inner = fragments[each.name.value].definition
            elif isinstance(each, InlineFragmentNode):
                inner = each
            else:
                continue
            if inner.type_condition is not None:
                yield inner.type_condition.name.value
            yield from _named(fragments, [inner])


def _nodes(details: Any) -> tuple[int, ...]:
    return tuple(id(each.node) for each in details)


def _given(executor: Explainer, definition: Any, details: Any) -> dict[str, Any]:
    """The arguments of a field, as they are given."""
    try:
        return dict(Arguments(definition, details[0]).given(executor.variable_values))
    except GraphQLError:
        return {}
