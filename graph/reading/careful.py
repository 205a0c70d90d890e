"""Careful: the same answer made step by step, so that what goes wrong is told in its place and the rest still arrives.

As the specification has it: a field with an error is null; where it must not be null, the nearest thing around it is
that may be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from graphql import GraphQLNonNull, get_nullable_type
from graphql.pyutils import Path

from graph.ids import global_id
from graph.reading import plan, sources, values
from graph.reading.found import Answers, Failed, Listed, Stretch, Stretches
from graph.reading.sources import (
    Below,
    Call,
    Closed,
    Edges,
    Entry,
    Given,
    Id,
    Inner,
    Leaf,
    Made,
    Mixture,
    Nested,
    Node,
    Nodes,
    Pages,
    Part,
    Typename,
)
from graph.roles import refuse_unless_allowed
from models import sql

if TYPE_CHECKING:
    from graph.reading.executor import ReadingExecutor
    from graph.reading.found import Found
    from graph.reading.plan import Level, Row


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer is made: at a row, or at a page of rows, of which an entry has a number."""

    level: Level
    below: Sequence[Found]
    row: Row = ()
    page: Stretch | None = None
    number: int = 0
    told: Mapping[str, Any] = field(default_factory=dict)


class ToldInPlace:
    """Whatever goes wrong inside is told in its place, as graphql-core tells it; there, null stands for the answer.

    Raises (at the end of the block):
        GraphQLError: it went wrong, and the answer may not be null.
    """

    def __init__(self, executor: ReadingExecutor, wrapped: Any, details: Any, path: Path) -> None:
        self._executor = executor
        self._place = wrapped, details, path

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if not isinstance(error, Exception):
            return False
        self._executor.handle_field_error(error, *self._place)
        return True


class Careful:
    """Makes the answers of one request."""

    def __init__(self, executor: ReadingExecutor) -> None:
        self._executor = executor

    def list(self, made: Entry, wrapped: Any, details: Any, places: Iterable[Place], path: Path) -> list[Any]:
        """An answer for each place.

        Raises:
            GraphQLError: one of them cannot be made, and may not be null.
        """
        nullable: Any = get_nullable_type(wrapped)
        item = nullable.of_type
        answers: list[Any] = []
        for number, place in enumerate(places):
            at = path.add_key(number, None)
            answers.append(None)
            with ToldInPlace(self._executor, item, details, at):
                answers[number] = self.object(made, place, at)
        return answers

    def object(self, made: Entry, place: Place, path: Path) -> dict[str, Any]:
        """The answer for one place.

        Raises:
            GraphQLError: something in it cannot be made, and may not be null.
        """
        if isinstance(made, Mixture):
            kind = made.each[place.row[made.kind]]
            return self.object(kind.made, _of_kind(place, kind.child, place.row[made.key]), path)
        return {part.key: self._field(made, part, place, Path(path, part.key, made.of.name)) for part in made.parts}

    def _field(self, made: Made, part: Part, place: Place, path: Path) -> Any:
        wrapped, answer = part.definition.type, None
        with ToldInPlace(self._executor, wrapped, part.details, path):
            answer = self._answer(made, part, place, path)
            if answer is None and isinstance(wrapped, GraphQLNonNull):
                name = part.details[0].node.name.value
                raise TypeError(f"Cannot return null for non-nullable field {made.of.name}.{name}.")
        return answer

    def _answer(self, made: Made, part: Part, place: Place, path: Path) -> Any:
        match part.source:
            case Inner(present, inner):
                is_absent = present is not None and place.row[present] is None
                return None if is_absent else self.object(inner, place, path)
            case Below(child, parent, inner):
                return self._below(part, inner, place, place.below[child], place.row[parent], path)
            case Pages(child, parent, connection):
                found = _unless_failed(place.below[child])
                assert isinstance(found, Stretches)  # noqa: S101 - what a connection reads is pages
                stretch = found.by_parent[place.row[parent]]
                return self.object(connection.made, Place(connection.level, found.below, page=stretch), path)
            case Nested(inner):
                return self.object(inner, place, path)
            case Nodes(inner) | Edges(inner):
                return self.list(inner, part.definition.type, part.details, _entries(place), path)
            case Node(inner):
                return self.object(inner, place, path)
        return self._completed(made, part, self._known(made, part, place), path)

    def _below(self, part: Part, inner: Entry, place: Place, found: Found, parent: Any, path: Path) -> Any:
        child = place.level.children[part.source.child]  # type: ignore[union-attr]
        found = _unless_failed(found)
        assert isinstance(child, plan.Child)  # noqa: S101 - rows are read for it
        assert isinstance(found, Listed)  # noqa: S101 - what a list reads is rows
        places = (Place(child.level, found.below, row) for row in found.rows if row[child.place] == parent)
        return self.list(inner, part.definition.type, part.details, places, path)

    def _known(self, made: Made, part: Part, place: Place) -> Any:
        """What a field is before it is printed.

        Raises:
            GraphQLError: its gate does not open.
            Exception: its function does not take what it is given.
        """
        match part.source:
            case Typename():
                return made.of.name
            case Closed(roles):
                return refuse_unless_allowed(self._executor.context_value.viewer, roles)
            case Leaf(at, column, _):
                return _known(column, place.row[at])
            case Id(at, kind):
                return global_id(kind, sql.as_key(place.row[at]))
            case sources.Answered(child, parent):
                answers = place.below[child]
                assert isinstance(answers, Answers)  # noqa: S101 - what a function is asked has answers
                return answers.get(place.row[parent])
            case sources.Told(name):
                return place.told[name]
            case Call(places, columns, function):
                given = zip(places, columns, strict=True)
                return function(*[_known(column, place.row[at]) for at, column in given])
            case Given(name):
                assert place.page is not None  # noqa: S101 - it is known of a page
                return _of_page(place.page, place.number, name)
        raise TypeError(f"{part.source} is no value.")

    def _completed(self, made: Made, part: Part, value: Any, path: Path) -> Any:
        nodes = [each.node for each in part.details]
        info = self._executor.build_resolve_info(part.definition, nodes, made.of, path)
        return self._executor.complete_value(part.definition.type, part.details, info, path, value, None)


def _of_kind(place: Place, number: int, key: Any) -> Place:
    """The place of a row in the level of its kind."""
    child, found = place.level.children[number], place.below[number]
    assert isinstance(child, plan.Child)  # noqa: S101 - rows are read for it
    assert isinstance(found, Listed)  # noqa: S101 - what a kind reads is rows
    return Place(child.level, found.below, next(row for row in found.rows if row[child.place] == key))


def _entries(place: Place) -> Iterable[Place]:
    assert place.page is not None  # noqa: S101 - a page has entries
    return [replace(place, row=row, number=number) for number, row in enumerate(place.page.rows)]


def _of_page(page: Stretch, number: int, name: str) -> Any:
    match name:
        case "total":
            return page.total
        case "has_next":
            return page.has_next
        case "has_previous":
            return page.has_previous
        case "start":
            return page.cursors[0] if page.cursors else None
        case "end":
            return page.cursors[-1] if page.cursors else None
    return page.cursors[number]


def _unless_failed(found: Found) -> Found:
    if isinstance(found, Failed):
        raise found.error
    return found


def _known(column: Any, value: Any) -> Any:
    convert = values.known(column)
    return value if convert is None else convert(value)
