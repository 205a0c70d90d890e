"""Directed documents: what a role could ask for, and for each field that chance has left out a document that finds it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

import graphql

from models.role import Role
from resolvers.viewer import Audience
from tests.oracle.arguments import Arguments
from tests.oracle.documents import Document, literal
from tests.oracle.kinds import NARROWER, OF_TYPE, SCHEMAS
from tests.oracle.oracle import Oracle

Asked = tuple[str, str]
"""A field: the name of its type and its own."""
_STEPS, _TRIES = 5, 12


@cache
def askable(audience: Audience, role: Role) -> frozenset[Asked]:
    """Every field that somebody of this role can ask of something she may see; of those that are not for her, the field."""
    return frozenset((of.name, name) for of in _types(audience, role) for name in of.fields)


@cache
def _types(audience: Audience, role: Role) -> list[graphql.GraphQLObjectType]:
    schema = SCHEMAS[audience]
    assert schema.query_type
    found = [schema.query_type]
    for of in found:
        found += [each for _, _, each in _edges(schema, of, role) if each not in found]
    return list(dict.fromkeys(found))


@cache
def _edges(schema: graphql.GraphQLSchema, of: Any, role: Role) -> list[tuple[str, str, graphql.GraphQLObjectType]]:
    """The fields that lead on from a type, what has to be said inside of them, and the types to which they lead."""
    return list(_found_edges(schema, of, role))


def _found_edges(
    schema: graphql.GraphQLSchema, of: Any, role: Role
) -> Iterator[tuple[str, str, graphql.GraphQLObjectType]]:
    for name, field in of.fields.items():
        kind = graphql.get_named_type(field.type)
        if role not in NARROWER.get((of.name, name), {role}):
            continue
        if isinstance(kind, graphql.GraphQLInterfaceType):
            for each in schema.get_implementations(kind).objects:
                if role in OF_TYPE[each.name]:
                    yield name, f"... on {each.name} ", each
        elif isinstance(kind, graphql.GraphQLObjectType) and role in OF_TYPE[kind.name]:
            yield name, "", kind


@cache
def _steps_to(schema: graphql.GraphQLSchema, role: Role, audience: Audience, wanted: str) -> dict[str, int]:
    """The least number of steps from each type to the one that is wanted."""
    near = {wanted: 0}
    for steps in range(1, _STEPS + 1):
        for of in _types(audience, role):
            if of.name not in near and any(near.get(to.name, steps) < steps for _, _, to in _edges(schema, of, role)):
                near[of.name] = steps
    return near


class Directed:
    """Finds documents for one who asks."""

    def __init__(self, oracle: Oracle, role: Role, arguments: Arguments) -> None:
        self._oracle = oracle
        self._role = role
        self._arguments = arguments
        self._chance = Random(0)

    def document(self, wanted: Asked) -> Document | None:
        """A document in which that field is asked of something that is there; None when there is none to be found."""
        for path in self._paths(wanted[0]):
            for text in self._texts(path, wanted):
                self._oracle.forget()
                self._oracle.hears(text)
                if self._oracle.asked[wanted]:
                    return Document(text)
        return None

    def _paths(self, wanted: str) -> Iterator[list[tuple[Any, str, str]]]:
        """The ways from the root to a type, the shortest ones first."""
        schema = self._oracle.schema
        near = _steps_to(schema, self._role, self._oracle.audience, wanted)
        for steps in range(_STEPS + 1):
            yield from self._paths_of(steps, schema.query_type, near)

    def _paths_of(self, steps: int, of: Any, near: dict[str, int]) -> Iterator[list[tuple[Any, str, str]]]:
        """Those that take as many steps from here; of what is too far away none is begun."""
        if near.get(of.name, _STEPS + 1) > steps:
            return
        if not steps:
            yield []
            return
        for name, on, to in _edges(self._oracle.schema, of, self._role):
            for path in self._paths_of(steps - 1, to, near):
                yield [(of, name, on), *path]

    def _texts(self, path: list[tuple[Any, str, str]], wanted: Asked) -> Iterator[str]:
        schema = self._oracle.schema
        field = schema.type_map[wanted[0]].fields[wanted[1]]  # type: ignore[attr-defined]
        is_leaf = graphql.is_leaf_type(graphql.get_named_type(field.type))
        takes = [bool(of.fields[name].args) for of, name, _ in path]
        kind = path[0][2].split()[-1] if path and path[0][2] else None
        ids = self._arguments.ids[kind] if kind else [None] * (_TRIES if any(takes) or field.args else 1)
        for each in ids:
            inside = wanted[1] + self._given(wanted[0], field, wanted[1]) + ("" if is_leaf else " { __typename }")
            for place, (of, name, on) in reversed(list(enumerate(path))):
                given = f'(id: "{each}")' if each and place == 0 else self._given(of.name, of.fields[name], name)
                inside = f"{name}{given} {{ {on}{f'{{ {inside} }}' if on else inside} }}"
            yield f"{{ {inside} }}"

    def _given(self, of: str, field: Any, name: str) -> str:
        if not field.args:
            return ""
        drawn = self._arguments.drawn(self._chance, of, name)
        told = [f"{each}: {literal(field.args[each].type, value)}" for each, value in drawn.items()]
        return f"({', '.join(told)})" if told else ""
