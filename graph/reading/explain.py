"""Explain: what reading would do for a document, told without reading a row.

Only the resolvers of queries know which rows they mean, so they are run; what they hand over is planned, its statements
are written, and nothing is read. Where one hands over nothing (no such location, no free time), and for mutations and
subscriptions, which are never run, any rows of the promised type are planned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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

from graph.reading import pages
from graph.reading.arguments import Arguments
from graph.reading.executor import ReadingExecutor
from graph.reading.explained import Root, Shut, Step
from graph.reading.pages import Paged
from graph.reading.shape import MIXED, SHAPES
from graph.reading.steps import Steps
from graph.reading.types import is_a_list, is_a_page
from graph.roles import gate, opens
from resolvers import access
from resolvers.rows import Page

if TYPE_CHECKING:
    from resolvers.viewer import Viewer

MEANT = UUID(int=0x9)
"""It stands for the row that a field means, where only running it would tell which."""


class Explainer(ReadingExecutor):
    """Executes without reading: rows are noted where they are handed over, and answered with nothing."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.noted: dict[tuple[int, ...], Any] = {}

    async def read(self, return_type: Any, details: Any, path: Any, result: Any) -> Any:
        """Nothing: the rows are noted."""
        self.noted.setdefault(_nodes(details), result)

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
            for each in self._roots() or ():
                if each.key == key:
                    await self._root(each)
        errors = tuple(self.collected_errors.errors[before:])
        steps = () if errors else tuple(teller.steps(definition.type, details, key))
        return Root(key, steps, tuple(teller.shut), errors, _given(self, definition, details))


class _Teller:
    """Tells the steps of one field of the root."""

    def __init__(self, executor: Explainer) -> None:
        self._executor = executor
        self._viewer: Viewer = executor.context_value.viewer
        self.shut: list[Shut] = []
        self._steps = Steps(executor)

    def steps(self, wrapped: Any, details: Any, field: str) -> Iterator[tuple[Step, bool]]:
        """The steps of a field, each with whether the rows are known that are meant."""
        noted = self._executor.noted.get(_nodes(details))
        of: Any = get_named_type(wrapped)
        if noted is not None or _model(of) is not None or is_a_page(of):
            rows = noted if noted is not None else self._any_rows(wrapped, of)
            yield self._steps.of(wrapped, of, details, field, rows), noted is not None
            return
        for kind in self._kinds(of, details):
            if is_abstract_type(of) and _model(kind) is not None:
                shown = f"{field} on {kind.name}"
                yield self._steps.of(wrapped, kind, details, shown, self._any_rows(wrapped, kind)), False
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
        schema = self._executor.schema
        possible = schema.get_possible_types(of)
        named = [schema.type_map[name] for name in _named(self._executor.fragments, [each.node for each in details])]
        # What is asked of another interface may be asked of anything that has both; of each, when it has more of its own.
        narrower = [each for each in named if is_abstract_type(each) and each is not of]
        return [each for each in possible if each in named or any(schema.is_sub_type(one, each) for one in narrower)]

    def _any_rows(self, wrapped: Any, of: Any) -> Any:
        """Rows of the type, for want of those that are meant."""
        if is_a_page(of):
            entry = get_named_type(of.fields["nodes"].type)
            return Paged(access.rows(self._viewer, _model(entry)), Page(pages.USUAL_SIZE))
        model = _model(of)
        if is_a_list(wrapped):
            return access.rows(self._viewer, model)
        return access.rows(self._viewer, model).only(MEANT)


def _model(of: Any) -> Any:
    """The model of a type that shows rows; None of any other."""
    origin = getattr(getattr(of, "extensions", {}).get("strawberry-definition"), "origin", object)
    return MIXED[origin].model if origin in MIXED else SHAPES.get(origin)


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
