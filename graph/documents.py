"""Documents: what clients ask, parsed, measured and checked once for each view and text."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    GraphQLSyntaxError,
    InlineFragmentNode,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    parse,
    print_ast,
    specified_rules,
    validate,
)
from graphql.validation.rules import overlapping_fields_can_be_merged
from graphql.validation.validate import ValidationAbortedError
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from graph.cost import Weight, fixed, weighed
from graph.limits import Limits, bad_input, exceeded, measured, root_fields
from graph.variables import Variables
from graph.views import View

_RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
# A parsed document takes about 150 times its text, so this keeps some 75 MB at the most.
_KEPT_CHARACTERS = 500_000
_MAX_ERRORS = 5
# How many comparisons of fields with the same name one document may cost. The library's own number is five times as
# high, and takes 700 ms to reach.
_MAX_COMPARISONS = 100_000
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = _MAX_COMPARISONS
_TOO_MANY_TOKENS = re.compile(r"Document contains more than \d+ (tokens|comments)")


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One operation of a document; its cost is known where no variable has a say in it, that of introspection always.

    `ignores_token` when every field it asks for is of the signed out: sign-in, refresh and the like. `switches` are the
    variables by which `@skip` and `@include` decide what is selected. `kept` is what was found out of it when it was
    executed: it is forgotten together with it.
    """

    node: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Variables
    name: str | None
    kind: OperationType
    ignores_token: bool
    weights: tuple[Weight, ...]
    cost: int | None
    introspection: int
    switches: tuple[str, ...]
    kept: dict[Any, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """What one text asks; with `errors` there are no operations to run."""

    text: str
    tree: DocumentNode
    errors: tuple[GraphQLError, ...]
    operations: Mapping[str | None, Operation]

    def operation(self, name: str | None) -> Operation:
        """The operation of this name, or the only one.

        Raises:
            GraphQLError: there is none of this name, or several and no name was given.
        """
        if name:
            if name not in self.operations:
                raise bad_input(f'There is no operation named "{name}" in this document.')
            return self.operations[name]
        if len(self.operations) > 1:
            raise bad_input("This document has several operations. Please say which one to run with `operationName`.")
        if not self.operations:
            raise bad_input("There is no operation in this document.")
        return next(iter(self.operations.values()))


class Documents:
    """Reads documents for one view, and remembers the latest ones."""

    def __init__(self, view: View, limits: Limits, *, introspection: bool) -> None:
        self._schema = view.graphql
        self._prices = view.prices
        self._limits = limits
        self._rules = _RULES if introspection else (*_RULES, NoSchemaIntrospectionCustomRule)
        self._known: OrderedDict[str, Document] = OrderedDict()
        self.characters = 0
        self.hits = 0
        self.misses = 0

    def __len__(self) -> int:
        return len(self._known)

    def read(self, text: str) -> Document:
        """What the text asks, with the errors it has.

        Raises:
            GraphQLError: the text is too long, or cannot be parsed.
        """
        if text in self._known:
            self.hits += 1
            self._known.move_to_end(text)
            return self._known[text]
        self.misses += 1
        document = self._read(text)
        self._known[text] = document
        self.characters += len(text)
        while self.characters > _KEPT_CHARACTERS:
            forgotten, _ = self._known.popitem(last=False)
            self.characters -= len(forgotten)
        return document

    def _read(self, text: str) -> Document:
        tree = self._parsed(text)
        errors = measured(tree, self._limits, self._is_alone)
        if not errors:
            errors = validate(self._schema, tree, self._rules, max_errors=_MAX_ERRORS, hide_suggestions=True)
        operations = {} if errors else self._operations(tree)
        return Document(text, tree, tuple(map(_in_words, errors)), operations)

    def _parsed(self, text: str) -> DocumentNode:
        allowed = self._limits.max_document_chars
        if len(text) > allowed:
            sentence = f"This document has {len(text)} characters; at most {allowed} are allowed."
            raise exceeded("documentCharacters", sentence, requested=len(text), allowed=allowed)
        tokens = self._limits.max_tokens
        try:
            # Comments are tokens too, but kept apart by the parser.
            return parse(text, max_lexical_tokens=tokens, max_comments=tokens)
        except GraphQLSyntaxError as error:
            if not _TOO_MANY_TOKENS.search(error.message):
                raise
        sentence = f"This document has more than {tokens} tokens; at most {tokens} are allowed."
        raise exceeded("tokens", sentence, requested=tokens + 1, allowed=tokens)

    def _operations(self, tree: DocumentNode) -> dict[str | None, Operation]:
        fragments = {each.name.value: each for each in tree.definitions if isinstance(each, FragmentDefinitionNode)}
        parts = [
            each for each in tree.definitions if isinstance(each, OperationDefinitionNode | FragmentDefinitionNode)
        ]
        switches = tuple(sorted({name for each in parts for name in _switches(each.selection_set)}))
        return {
            operation.name: operation
            for node in tree.definitions
            if isinstance(node, OperationDefinitionNode)
            for operation in (self._operation(node, fragments, switches),)
        }

    def _operation(
        self,
        node: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        switches: tuple[str, ...],
    ) -> Operation:
        asked = {each.name.value for each in root_fields(node, fragments)} - {"__typename"}
        weights = weighed(self._schema, node, fragments, most=self._limits.max_page, prices=self._prices)
        declared = {each.variable.name.value: print_ast(each.type) for each in node.variable_definitions or ()}
        truths = {name for name, of in declared.items() if of in ("Boolean", "Boolean!")}
        return Operation(
            node=node,
            fragments=fragments,
            variables=Variables(self._schema, node),
            name=node.name.value if node.name else None,
            kind=node.operation,
            ignores_token=bool(asked)
            and all(self._said(node.operation.value, name).get("token") == "ignored" for name in asked),
            weights=weights,
            cost=fixed(weights),
            introspection=sum(self._prices.get(name, 0) for name in asked),
            # What has the name of a switch here may be something else there, as long as a client likes.
            switches=tuple(each for each in switches if each in truths),
        )

    def _is_alone(self, kind: str, name: str) -> bool:
        return self._said(kind, name).get("alone") is True

    def _said(self, kind: str, name: str) -> Mapping[object, object]:
        """The metadata of a root field; empty when there is none such."""
        root = self._schema.get_root_type(OperationType(kind))
        found: GraphQLField | None = root.fields.get(name) if root else None
        definition = found.extensions.get("strawberry-definition") if found else None
        return getattr(definition, "metadata", None) or {}


def _switches(selection_set: SelectionSetNode) -> Iterator[str]:
    """The variables that decide what is selected here and below; only `@skip` and `@include` take any."""
    for selection in selection_set.selections:
        for directive in selection.directives or ():
            yield from (
                each.value.name.value for each in directive.arguments or () if isinstance(each.value, VariableNode)
            )
        if isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
            yield from _switches(selection.selection_set)


def _in_words(error: GraphQLError) -> GraphQLError:
    """The error as it is, but for the one that says nothing: the rules gave up."""
    if isinstance(error, ValidationAbortedError) and error.message == "Validation aborted.":
        sentence = "This document repeats itself too often to be checked. Please ask for each field once."
        return exceeded("comparisons", sentence, requested=_MAX_COMPARISONS + 1, allowed=_MAX_COMPARISONS)
    return error
