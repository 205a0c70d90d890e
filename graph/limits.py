"""Limits: how much one document may ask for. Each has a safe default in the settings and a clear refusal here.

Everything that this file counts is counted on the parsed document alone, before the slower rules of GraphQL look at it, and in
time that grows with the length of the text, whatever its fragments do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    Visitor,
    visit,
)

from graph.introspection import PARTS, REFERENCES, ROOTS


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a request may ask for; `max_page` is the largest page, counted in the cost when a client names none.

    What a subscription asks for is read anew at every change, so it may cost less. A level is one list below another: below
    what may be of many kinds there is one for each of them, which must be planned even where nothing is found. The
    characters of an answer are those of the texts in it, counted while they are read (`graph.reading.room`).
    """

    max_body_bytes: int = 262_144
    max_document_chars: int = 20_000
    max_tokens: int = 2_000
    max_depth: int = 12
    max_aliases: int = 30
    max_directives: int = 30
    max_cost: int = 5_000
    max_subscription_cost: int = 500
    max_page: int = 100
    max_levels: int = 1_000
    max_answer_chars: int = 5_000_000
    deadline_seconds: float = 15.0


def exceeded(limit: str, sentence: str, *, requested: int, allowed: int) -> GraphQLError:
    """The refusal of a request that asks for too much."""
    given = {"code": "LIMIT_EXCEEDED", "limit": limit, "requested": requested, "allowed": allowed}
    return GraphQLError(sentence, extensions=given)


def bad_input(sentence: str, **more: Any) -> GraphQLError:
    """The refusal of a request that does not make sense as GraphQL."""
    return GraphQLError(sentence, extensions={"code": "BAD_INPUT", **more})


def measured(document: DocumentNode, limits: Limits, is_alone: Callable[[str, str], bool]) -> list[GraphQLError]:
    """What is too much in a document.

    `is_alone` tells of a root field, given the kind of operation and its name, whether a document may hold it once only.
    """
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    return [
        *_counted(document, fragments, limits),
        *_too_deep(operations, fragments, limits.max_depth),
        *_not_alone(operations, fragments, is_alone),
    ]


def root_fields(
    operation: OperationDefinitionNode | FieldNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[FieldNode]:
    """The fields an operation asks of the root, or a field of its answer, through fragments, each fragment once."""
    seen: set[str] = set()
    waiting = [operation.selection_set] if operation.selection_set else []
    while waiting:
        for selection in waiting.pop().selections:
            if isinstance(selection, FieldNode):
                yield selection
            elif isinstance(selection, InlineFragmentNode):
                waiting.append(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in seen:
                seen.add(selection.name.value)
                if selection.name.value in fragments:
                    waiting.append(fragments[selection.name.value].selection_set)


def response_name(field: FieldNode) -> str:
    """The name under which a field's answer stands."""
    return field.alias.value if field.alias else field.name.value


class _Counter(Visitor):
    """Counts aliases and directives, finds introspection, and notices a NUL character, which no database can keep."""

    def __init__(self) -> None:
        super().__init__()
        self.aliases = 0
        self.directives = 0
        self.introspection: list[FieldNode] = []
        self.nul: StringValueNode | None = None

    def enter_field(self, node: FieldNode, *_args: Any) -> None:
        self.aliases += node.alias is not None
        if node.name.value in ROOTS:
            self.introspection.append(node)

    def enter_directive(self, _node: DirectiveNode, *_args: Any) -> None:
        self.directives += 1

    def enter_string_value(self, node: StringValueNode, *_args: Any) -> None:
        if "\0" in node.value:
            self.nul = node


def _counted(
    document: DocumentNode, fragments: Mapping[str, FragmentDefinitionNode], limits: Limits
) -> Iterator[GraphQLError]:
    counter = _Counter()
    visit(document, counter)
    if counter.aliases > limits.max_aliases:
        sentence = f"This document has {counter.aliases} aliases; at most {limits.max_aliases} are allowed."
        yield exceeded("aliases", sentence, requested=counter.aliases, allowed=limits.max_aliases)
    if counter.directives > limits.max_directives:
        sentence = f"This document has {counter.directives} directives; at most {limits.max_directives} are allowed."
        yield exceeded("directives", sentence, requested=counter.directives, allowed=limits.max_directives)
    yield from _introspected(counter.introspection, fragments)
    if counter.nul is not None:
        yield bad_input("A text in this document holds a NUL character, which cannot be kept. Please leave it out.")


def _introspected(asked: list[FieldNode], fragments: Mapping[str, FragmentDefinitionNode]) -> Iterator[GraphQLError]:
    """Introspection is asked for once, and nothing in it twice: few words under many names would answer without end."""
    for name in ROOTS:
        times = sum(field.name.value == name for field in asked)
        if times > 1:
            sentence = f"This document asks {times} times for `{name}`; please ask once."
            yield exceeded("introspection", sentence, requested=times, allowed=1)
    below = list(_asked_below(asked, fragments))
    aliases = len({id(field) for field, _ in below if field.alias})
    if aliases:
        sentence = f"This document has {aliases} aliases inside `__schema` or `__type`, where none are allowed."
        yield exceeded("aliases", sentence, requested=aliases, allowed=0)
    named = next((field.name.value for field, refers in below if refers and field.name.value in PARTS), None)
    if named:
        yield bad_input(
            f"Please ask for the `{named}` of a type in `__type` or `types`, not where another refers to it."
        )


def _asked_below(
    asked: list[FieldNode], fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[tuple[FieldNode, bool]]:
    """The fields at any depth, each with whether it is asked where another type refers to its own.

    Each fragment is looked at once as either.
    """
    seen: set[tuple[str, bool]] = set()
    waiting = [(field.selection_set, False) for field in asked if field.selection_set]
    while waiting:
        selection_set, refers = waiting.pop()
        for selection in selection_set.selections:
            if isinstance(selection, FragmentSpreadNode):
                name = selection.name.value
                if (name, refers) not in seen and name in fragments:
                    waiting.append((fragments[name].selection_set, refers))
                seen.add((name, refers))
                continue
            if isinstance(selection, FieldNode):
                yield selection, refers
            if isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
                is_reference = isinstance(selection, FieldNode) and selection.name.value in REFERENCES
                waiting.append((selection.selection_set, refers or is_reference))


def _too_deep(
    operations: list[OperationDefinitionNode], fragments: Mapping[str, FragmentDefinitionNode], allowed: int
) -> Iterator[GraphQLError]:
    known: dict[str, int] = {}

    def fragment_depth(name: str) -> int:
        if name not in known:
            known[name] = 0  # A fragment inside itself adds nothing; the rules of GraphQL refuse it later.
            known[name] = depth(fragments[name].selection_set) if name in fragments else 0
        return known[name]

    def depth(selection_set: SelectionSetNode | None) -> int:
        deepest = 0
        for selection in selection_set.selections if selection_set else ():
            if isinstance(selection, FieldNode):
                # Introspection is deep by nature and has a rule of its own.
                inside = 0 if selection.name.value in ROOTS else depth(selection.selection_set)
                deepest = max(deepest, 1 + inside)
            elif isinstance(selection, InlineFragmentNode):
                deepest = max(deepest, depth(selection.selection_set))
            elif isinstance(selection, FragmentSpreadNode):
                deepest = max(deepest, fragment_depth(selection.name.value))
        return deepest

    deepest = max((depth(operation.selection_set) for operation in operations), default=0)
    if deepest > allowed:
        sentence = f"This document is nested {deepest} levels deep; at most {allowed} are allowed."
        yield exceeded("depth", sentence, requested=deepest, allowed=allowed)


def _not_alone(
    operations: list[OperationDefinitionNode],
    fragments: Mapping[str, FragmentDefinitionNode],
    is_alone: Callable[[str, str], bool],
) -> Iterator[GraphQLError]:
    attempts = sum(
        len({response_name(each) for each in root_fields(operation, fragments) if is_alone(kind, each.name.value)})
        for operation in operations
        for kind in (operation.operation.value,)
    )
    if attempts > 1:
        sentence = f"This document holds {attempts} attempts to sign in or the like; please send them one at a time."
        yield exceeded("attempts", sentence, requested=attempts, allowed=1)
