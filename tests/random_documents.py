"""Random documents: everything a client may write to select something, mixed by chance."""

from __future__ import annotations

from itertools import count
from random import Random
from typing import Any

import graphql

SWITCHES: dict[str, Any] = {"yes": True, "no": False}
_HEAD = "query ($yes: Boolean = true, $no: Boolean!)"
_PAGES = ("", "(first: 1)", "(first: 2)", "(last: 2)", "(first: 100)", "(first: 0)", "(first: 1, last: 1)")
_VISITS = (*_PAGES, "(when: PAST)", "(when: COMING, first: 2)", "(when: null, last: 1)", "(when: PAST, last: 3)")


class Documents:
    """Writes documents for one view. `asked` are the root fields with their arguments, by name."""

    def __init__(self, schema: graphql.GraphQLSchema, seed: int, asked: dict[str, list[str]]) -> None:
        self._schema = schema
        self._random = Random(seed)
        self._asked = asked
        self._fragments: list[str] = []
        self._names = count()

    def document(self) -> str:
        """A document that asks for one or two things."""
        self._fragments, self._names = [], count()
        root = self._schema.query_type
        assert root
        fields = []
        names = sorted(name for name in self._asked if name in root.fields)
        for _ in range(self._random.choice((1, 1, 2))):
            name = self._random.choice(names)
            given = self._random.choice(self._asked[name])
            inside = self._selection(graphql.get_named_type(root.fields[name].type), 4)
            fields.append(f"r{next(self._names)}: {name}{given} {inside}")
        return f"{_HEAD} {{ _: __typename @skip(if: $no) @include(if: $yes) {' '.join(fields)} }} {' '.join(self._fragments)}"

    def _selection(self, of: Any, depth: int) -> str:
        if isinstance(of, graphql.GraphQLInterfaceType):
            members = self._schema.get_implementations(of).objects
            chosen = self._random.sample(list(members), min(4, len(members)))
            return (
                "{ id __typename "
                + " ".join(f"... on {each} {self._selection(each, depth - 1)}" for each in chosen)
                + "}"
            )
        parts = [self._field(of, depth) for _ in range(self._random.randint(1, 5))]
        return "{ " + " ".join(["__typename", *parts] if self._random.random() < 0.2 else parts) + " }"

    def _field(self, of: Any, depth: int) -> str:
        names = sorted(of.fields)
        if depth <= 0:
            leaves = [name for name in names if graphql.is_leaf_type(graphql.get_named_type(of.fields[name].type))]
            if not leaves:
                return "__typename"
            names = leaves
        name = self._random.choice(names)
        field = of.fields[name]
        named = graphql.get_named_type(field.type)
        given = self._random.choice(_VISITS if "when" in field.args else _PAGES) if "first" in field.args else ""
        inside = "" if graphql.is_leaf_type(named) else self._selection(named, depth - 1)
        alias = f"a{next(self._names)}: " if given or self._random.random() < 0.3 else ""
        if "first" in field.args and not alias:
            alias = f"a{next(self._names)}: "
        return self._dressed(of, f"{alias}{name}{given}%s {inside}")

    def _dressed(self, of: Any, field: str) -> str:
        """The field as it is, or with a directive, or in a fragment of one kind or another."""
        switch = self._random.choice(("@include(if: $yes)", "@include(if: $no)", "@skip(if: $no)", "@skip(if: $yes)"))
        match self._random.randint(0, 9):
            case 0:
                return field % f" {switch}"
            case 1:
                return f"... {switch} {{ __typename {field % ''} }}"
            case 2:
                return f"... on {of} {{ {field % ''} }}"
            case 3:
                name = f"F{next(self._names)}"
                self._fragments.append(f"fragment {name} on {of} {{ {field % ''} }}")
                return f"...{name} {self._random.choice(('', switch))}"
        return field % ""
