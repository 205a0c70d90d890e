"""Steps: what is planned for a field that hands over rows, told level below level, each with its statements as sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from graphql import GraphQLError, get_named_type

from graph.reading import gathering, pages, statement
from graph.reading.explained import Computed, Joined, Shows, Shut, Step
from graph.reading.gathering import Gathering
from graph.reading.pages import Paged, Picked, Shown
from graph.reading.plan import Child, Plan
from graph.reading.planner import Planner
from graph.reading.read import rides
from graph.reading.sources import (
    Answered,
    Below,
    Call,
    Closed,
    Edges,
    Entry,
    Inner,
    Kind,
    Mixture,
    Nested,
    Node,
    Nodes,
    Pages,
)
from graph.reading.types import is_a_list, is_a_page
from models.refusal import Refusal

if TYPE_CHECKING:
    from graph.reading.executor import ReadingExecutor
    from graph.reading.plan import Join, Level
    from graph.reading.sources import Connection
    from resolvers.rows import Page, Rows
    from resolvers.viewer import Viewer

PARENTS = (UUID(int=0xA), UUID(int=0xB))
"""They stand for the rows above a level, of which nothing has been read."""


class Steps:
    """The steps of one field of the root."""

    def __init__(self, executor: ReadingExecutor) -> None:
        self._executor = executor
        self._viewer: Viewer = executor.context_value.viewer
        self._most = executor.context_value.limits.max_page
        self._read: set[int] = set()  # the children, by identity, that are read by the statement of the rows above
        self._said: Mapping[str, Any] = {}  # what the question itself tells of its rows

    def of(self, wrapped: Any, of: Any, details: Any, field: str, rows: Any) -> Step:
        """The step of a field of this type that hands over these rows, and those below it."""
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
        number = rides(level, rows) if page is None else None
        riding = None if number is None else level.children[number]
        try:
            if gathering.gathers_all(level, rows):
                gathered = Gathering.of(level, self._viewer, rows, page, self._narrowed, counts=counts, most=self._most)
                statements = self._all_of(gathered)
            elif isinstance(riding, Child):
                rider = statement.Rider(riding, *self._narrowed(riding)[1:], rows.key)
                statements = [statement.with_rider(level, self._viewer, rows, rider)]
                self._read = {id(riding)}
            else:
                statements = [statement.whole(level, self._viewer, rows, page, counts=counts)]
                if counts and page is not None and page.beyond is not None:
                    statements.append(statement.counted(level, rows))
                if gathering.gathers_below(level):
                    statements += self._all_of(self._below(level))
        except (GraphQLError, Refusal) as error:
            return self._told(field, way, level, plan.made, plan.connection, [], page, refused=error)
        return self._told(field, way, level, plan.made, plan.connection, statements, page)

    def _all_of(self, gathered: Gathering) -> list[statement.Statement]:
        self._read = set(gathered.wishes)
        return gathered.statements()

    def _below(self, level: Level) -> Gathering:
        """What reads all levels below rows of which nothing is known."""
        kinds = {child.kind for child in level.children if isinstance(child, Child)}
        rows = [
            [kind if place == level.kind else parent for place in range(len(level.columns))]
            for kind in kinds
            for parent in PARENTS
        ]
        return Gathering.below(level, self._viewer, rows, self._narrowed, most=self._most)

    def _narrowed(self, child: Child) -> tuple[Mapping[str, Any], str, Sequence[Any]]:
        """What is given to an edge, and what else must hold of its rows."""
        given = {**self._said, **child.given(self._executor.variable_values)}
        try:
            narrowed, asked = child.edge.narrow(self._executor.context_value, given) if child.edge.narrow else ("", ())
        except KeyError:  # what only the question could tell, which has handed over no rows
            narrowed, asked = "", ()
        return given, narrowed, asked

    def _child(self, child: Any, made: Entry, field: str, *, of_one: bool) -> Step:
        """The step of a list below; what is read with the rows above has no statement of its own."""
        way = Shows.PAGE if child.connection is not None else Shows.LIST
        context, viewer, page = self._executor.context_value, self._viewer, None
        parents = PARENTS[:1] if of_one else PARENTS
        try:
            given, narrowed, asked = self._narrowed(child)
            if child.connection is not None:
                page = pages.given(given, context.limits.max_page)
            statements = [statement.of_parents(child, viewer, narrowed, asked, parents, page)]
            if child.connection is not None and child.connection.wants_total and page is not None and page.beyond:
                statements.append(statement.counted_of_parents(child, viewer, narrowed, asked, parents))
        except (GraphQLError, Refusal) as error:
            return self._told(field, way, child.level, made, child.connection, [], page, refused=error)
        statements = [] if id(child) in self._read else statements
        return self._told(field, way, child.level, made, child.connection, statements, page)

    def _told(
        self,
        field: str,
        way: Shows,
        level: Level,
        made: Entry,
        connection: Connection | None,
        statements: Sequence[statement.Statement],
        page: Page | None,
        refused: GraphQLError | Refusal | None = None,
    ) -> Step:
        parts = list(_parts(made, ""))
        return Step(
            field=field,
            kind=_entry(made).name,
            table=level.model._meta.db_table,
            shows=way,
            columns=tuple(text for text, _ in level.columns),
            joins=tuple(
                Joined(each.alias, each.model._meta.db_table, _along(each), each.is_carried)
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
                )
                for name, source in parts
                if isinstance(source, Below | Pages | Kind)
            ),
        )


def _parts(made: Entry, before: str) -> Iterator[tuple[str, Any]]:
    """Every field that is made of a row, by its path from the row, as deep as the joined rows go; and every kind."""
    if isinstance(made, Mixture):
        yield from ((f"{before}on {kind.made.of.name}", kind) for kind in made.each.values())
        return
    for part in made.parts:
        match part.source:
            case Nested(inner) | Nodes(inner) | Edges(inner) | Node(inner):
                yield from _parts(inner, before)
            case Inner(_, inner):
                yield from _parts(inner, f"{before}{part.key}.")
            case source:
                yield f"{before}{part.key}", source


def _made_of(source: Below | Pages | Kind) -> Entry:
    return source.connection.made if isinstance(source, Pages) else source.made


def _entry(made: Entry) -> Any:
    """The type of the rows: of a page, that of its entries."""
    if not is_a_page(made.of):
        return made.of
    return get_named_type(made.of.fields["nodes"].type)


def _along(join: Join) -> str:
    """By which column a row is joined; where that is not its key, by which of its own."""
    return join.column if join.by == "id" else f"{join.column}, which its {join.by} says"
