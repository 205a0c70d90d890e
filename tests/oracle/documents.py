"""Random documents: selections by hypothesis-graphql, with arguments of ours, in everything a client may dress them in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from random import Random
from typing import Any

import graphql
import hypothesis
from graphql import FieldNode, InlineFragmentNode, SelectionNode, SelectionSetNode
from hypothesis import HealthCheck, Phase, strategies
from hypothesis_graphql import nodes, queries

from resolvers.viewer import Audience
from tests.oracle.arguments import Arguments
from tests.oracle.drawn import drawn_once
from tests.oracle.kinds import SCHEMAS

_TURNS = ("@include(if: $yes)", "@skip(if: $no)", "@include(if: $no)", "@skip(if: $yes)")
# Arguments are drawn by us, from the rows; whatever stands here is never read.
_NOTHING = strategies.just(nodes.Null)


Given = tuple[str, str, Sequence[str], dict[str, str]]
"""A type, a field of it, the kinds that are asked about behind it, and its arguments with the variables that have them."""


@dataclass(frozen=True, slots=True)
class Document:
    """What is asked, and the values of its variables.

    `given` says to which arguments of which field they are given, so that others can be drawn in their place.
    """

    text: str
    variables: dict[str, Any] = field(default_factory=dict)
    given: tuple[Given, ...] = ()


@dataclass(frozen=True, slots=True)
class Selected:
    """What is selected of a type: the fields, the fragments they need, the variables they declare, and their values."""

    inside: str
    fragments: str
    declared: str
    variables: dict[str, Any]


@lru_cache(1_000)
def selections(audience: Audience, root: str, many: int, seed: int = 0) -> Sequence[FieldNode]:
    """Ways to select from a root field, drawn by chance: the same in every run."""
    return drawn_once((str(audience), root, many, seed), SCHEMAS[audience], lambda: _drawn(audience, root, many, seed))


def _drawn(audience: Audience, root: str, many: int, seed: int) -> list[FieldNode]:
    schema, found = SCHEMAS[audience], list[FieldNode]()
    scalars = {name: _NOTHING for name, each in schema.type_map.items() if isinstance(each, graphql.GraphQLScalarType)}
    strategy = queries(schema, fields=[root], custom_scalars=scalars, print_ast=lambda document: document)

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=many,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(strategy)
    def drawn(document: Any) -> None:
        found.append(document.definitions[0].selection_set.selections[0])

    drawn()
    return found


class Writer:
    """Writes random documents for one view; `many` selections of each root field are drawn."""

    def __init__(
        self, audience: Audience, arguments: Arguments, chance: Random, *, many: int = 20, seed: int = 0
    ) -> None:
        self.schema = SCHEMAS[audience]
        self._arguments = arguments
        self._chance = chance
        assert self.schema.query_type
        self._root = self.schema.query_type
        self._selections = {name: selections(audience, name, many, seed) for name in self._root.fields}
        self._pool: dict[str, list[Sequence[SelectionNode]]] = {}
        for each in self._selections.values():
            self._collect(self._root, each)
        # Anything has an id: so more is asked by that than in any other way.
        self._names = [*self._root.fields, "node", "node"]
        self._begin()

    def document(self) -> Document:
        """A document that asks for one thing, or for a few."""
        self._begin()
        fields = " ".join(each for _ in range(self._chance.choice((1, 1, 2, 2, 3))) for each in self._asked())
        name = self._chance.choice(("", "", " Q"))
        switches = "_: __typename @skip(if: $no) @include(if: $yes)"
        head = ", ".join(["$yes: Boolean = true", "$no: Boolean!", *self._declared])
        text = f"query{name} ({head}) {{ {switches} {fields} }} {' '.join(self._fragments)}"
        return Document(text, {"no": False, **self._variables}, tuple(self._told))

    def again(self, document: Document) -> Document:
        """The same text with other values, as far as they are variables."""
        variables = dict(document.variables)
        for of, name, kinds, given in document.given:
            drawn = self._arguments.drawn(self._chance, of, name, kinds)
            variables |= {variable: drawn[each] for each, variable in given.items() if each in drawn}
        return Document(document.text, variables, document.given)

    def selection(self, of: str) -> Selected:
        """What is selected of a type, by itself."""
        self._begin()
        kind = self.schema.type_map[of]
        # What chance has never led to is asked for all that is plain in it.
        every = self._pool.get(of) or [_plain_fields(kind)]
        inside = " ".join(self._several(kind, self._chance.choice(every))[1:-1] for _ in range(2))
        # Used even where nothing else uses them.
        inside = f"{{ id {inside} __typename @skip(if: $no) @include(if: $yes) }}"
        declared = ", ".join(["$yes: Boolean = true", "$no: Boolean!", *self._declared])
        return Selected(inside, " ".join(self._fragments), declared, {"no": False, **self._variables})

    def _collect(self, of: Any, selected: Sequence[SelectionNode]) -> None:
        """Keep whatever is selected of any object, to be mixed into others."""
        for each in selected:
            if isinstance(each, InlineFragmentNode):
                assert each.type_condition
                inner: Any = self.schema.type_map[each.type_condition.name.value]
            else:
                assert isinstance(each, FieldNode)
                inner = graphql.get_named_type(of.fields[each.name.value].type)
            if each.selection_set is not None:
                if isinstance(inner, graphql.GraphQLObjectType):
                    self._pool.setdefault(inner.name, []).append(each.selection_set.selections)
                self._collect(inner, each.selection_set.selections)

    def _begin(self) -> None:
        self._fragments: list[str] = []
        self._declared: list[str] = []
        self._variables: dict[str, Any] = {}
        self._told: list[Given] = []
        self._number = 0

    def _new(self, letter: str) -> str:
        self._number += 1
        return f"{letter}{self._number}"

    def _is(self, share: float) -> bool:
        return self._chance.random() < share

    def _asked(self) -> Iterator[str]:
        """A root field, sometimes asked twice under one name, so that the two have to be merged."""
        name = self._chance.choice(self._names)
        kind: Any = graphql.get_named_type(self._root.fields[name].type)
        times = 2 if name != "node" and not graphql.is_leaf_type(kind) and self._is(0.4) else 1
        every = [self._chance.choice(self._selections[name]).selection_set for _ in range(times)]
        given = self._given(self._root, name, _kinds(every[0]))
        key = self._new("r")
        for selected in every:
            yield f"{key}: {name}{given} {self._several(kind, selected.selections) if selected else ''}"

    # Selections

    def _several(self, of: Any, selected: Sequence[SelectionNode], *, mixes: bool = True) -> str:
        is_page = of.name.endswith("Connection")
        more = self._pool.get(of.name) if mixes and self._is(0.6 if is_page else 0.2) else None
        # Of a page alone, most would only count what there is.
        rows = self._rows(of) if mixes and is_page and self._is(0.5) else ()
        # Fields that are selected twice have to be merged, and what is added leads further on.
        every = (*selected, *(self._chance.choice(more) if more else ()), *rows)
        parts = [self._written(of, each, is_beside=not mixes) for each in every]
        if self._is(0.2):
            parts.insert(self._chance.randint(0, len(parts)), "__typename")
        return f"{{ {' '.join(parts)} }}"

    def _rows(self, of: Any) -> Sequence[SelectionNode]:
        """What is asked of the rows on a page."""
        kind: Any = graphql.get_named_type(of.fields["nodes"].type)
        every = self._pool.get(kind.name) or [_plain_fields(kind)]
        inside = SelectionSetNode(selections=tuple(self._chance.choice(every)))
        return [FieldNode(name=graphql.NameNode(value="nodes"), selection_set=inside)]

    def _written(self, of: Any, node: SelectionNode, *, is_beside: bool) -> str:
        if isinstance(node, InlineFragmentNode):
            assert node.type_condition
            name = node.type_condition.name.value
            # Beside what is selected of other kinds, where one word must not mean two things.
            return self._on(name, self._several(self.schema.type_map[name], node.selection_set.selections, mixes=False))
        assert isinstance(node, FieldNode)
        return self._dressed(of, self._field(of, node, is_beside=is_beside))

    def _on(self, name: str, inside: str) -> str:
        """What is selected of one type, in place or as a fragment with a name."""
        if self._is(0.8):
            return f"... on {name} {inside}"
        fragment = self._new("F")
        self._fragments.append(f"fragment {fragment} on {name} {inside}")
        return f"...{fragment}"

    def _field(self, of: Any, node: FieldNode, *, is_beside: bool) -> str:
        """A field; one with other fields inside may be asked twice, each time for a part of them.

        Beside fields of other kinds it has a name of its own, where one of those means something else by that word.
        """
        name, given = node.name.value, ""
        kind: Any = graphql.get_named_type(of.fields[name].type)
        key = node.alias.value if node.alias else None
        if of.fields[name].args:
            given, key = self._given(of, name), self._new("a")
        elif self._is(0.15):
            key = self._new("a")
        elif is_beside and name in ambiguous(self.schema):
            key = f"{name}Of{of.name}"
        head = f"{key}: {name}{given}" if key else f"{name}{given}"
        if node.selection_set is None:
            return f"{head} %s"
        inside = node.selection_set.selections
        if len(inside) > 1 and isinstance(kind, graphql.GraphQLObjectType) and self._is(0.2):
            cut = self._chance.randint(1, len(inside) - 1)
            return f"{head} {self._several(kind, inside[:cut])} {head} %s {self._several(kind, inside[cut - 1 :])}"
        return f"{head} %s {self._several(kind, inside)}"

    def _dressed(self, of: Any, written: str) -> str:
        """The field as it is, or with a directive, or in a fragment of one kind or another."""
        # What is left out tells nothing, so most of it stays.
        switch = self._chance.choice(_TURNS[:2] if self._is(0.6) else _TURNS[2:])
        match self._chance.randint(0, 24):
            case 0 | 1:
                return written % switch
            case 2:
                return f"... {switch} {{ {written % ''} }}"
            case 3:
                return f"... {{ {written % ''} }}"
            case 4:
                return self._on(of.name, f"{{ {written % ''} }}")
            case 5:
                name = self._new("F")
                self._fragments.append(f"fragment {name} on {of.name} {{ {written % ''} }}")
                return f"...{name} {switch} ...{name}"
            case 6 | 7:
                name = written.split(maxsplit=1)[0].split("(", maxsplit=1)[0]
                wider = [each for each in of.interfaces if name in each.fields]
                if wider:
                    return self._on(self._chance.choice(wider).name, f"{{ {written % ''} }}")
        return written % ""

    # Arguments

    def _given(self, of: Any, name: str, kinds: Sequence[str] = ()) -> str:
        arguments = of.fields[name].args
        if not arguments:
            return ""
        drawn, variables = self._arguments.drawn(self._chance, of.name, name, kinds), dict[str, str]()
        told = [f"{each}: {self._value(arguments[each].type, value, each, variables)}" for each, value in drawn.items()]
        self._told.append((of.name, name, kinds, variables))
        return f"({', '.join(told)})" if told else ""

    def _value(self, kind: Any, value: Any, argument: str, variables: dict[str, str]) -> str:
        """A value as it stands in the document, or a variable that has it, by itself or by default."""
        plain = literal(kind, value)
        if self._is(0.5):
            return plain
        name = self._new("v")
        if self._is(0.2) and value is not None:
            self._declared.append(f"${name}: {kind} = {plain}")
        else:
            self._declared.append(f"${name}: {kind}")
            self._variables[name] = value
            variables[argument] = name
        return f"${name}"


def _plain_fields(of: Any) -> Sequence[SelectionNode]:
    names = [name for name, each in of.fields.items() if graphql.is_leaf_type(graphql.get_named_type(each.type))]
    asked: Any = graphql.parse(f"{{ {' '.join(names)} }}", no_location=True).definitions[0]
    selected: Sequence[SelectionNode] = asked.selection_set.selections
    return selected


def _kinds(selected: SelectionSetNode | None) -> list[str]:
    """The kinds of which something is asked right here."""
    every = selected.selections if selected else ()
    on = [each.type_condition for each in every if isinstance(each, InlineFragmentNode)]
    return [each.name.value for each in on if each]


@cache
def ambiguous(schema: graphql.GraphQLSchema) -> set[str]:
    """The words by which two kinds of one interface mean something of different types."""
    means: dict[tuple[str, str], set[str]] = defaultdict(set)
    for each in schema.type_map.values():
        if isinstance(each, graphql.GraphQLInterfaceType):
            for of in schema.get_implementations(each).objects:
                for name, field in of.fields.items():
                    means[each.name, name].add(str(field.type))
    return {name for (_, name), types in means.items() if len(types) > 1}


def literal(kind: Any, value: Any) -> str:
    """A value of this type as it stands in a document."""
    if value is None:
        return "null"
    if isinstance(value, list):
        return f"[{', '.join(literal(kind, each) for each in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    is_word = isinstance(graphql.get_named_type(kind), graphql.GraphQLEnumType)
    return str(value) if is_word or isinstance(value, int) else graphql.print_ast(nodes.String(value))
