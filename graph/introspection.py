"""Introspection: how many objects it answers at most in one view, which is what it costs there.

The rules in `graph.limits` let a document ask once for each list of each type, and of the types that these refer to for
no more than how they are called and wrapped. So the answer is never larger than the schema, and its size can be added up.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLType,
    GraphQLWrappingType,
    is_abstract_type,
)

SCHEMA, TYPE = "__schema", "__type"
ROOTS = (SCHEMA, TYPE)
PARTS = frozenset({"fields", "inputFields", "enumValues", "interfaces", "possibleTypes", "isOneOf"})
"""What is told of a type in its own place only; the last since Strawberry fails on it where a type is wrapped."""

REFERENCES = frozenset({"type", "ofType", "interfaces", "possibleTypes"})
"""Where a type is only referred to."""


def prices(schema: GraphQLSchema) -> Mapping[str, int]:
    """What each root of introspection costs in this schema, whatever is asked of it: the objects in its largest answer."""
    described = {name: _described(schema, named) for name, named in schema.type_map.items()}
    roots = [each for each in (schema.query_type, schema.mutation_type, schema.subscription_type) if each]
    directives = sum(1 + _arguments(directive.args) for directive in schema.directives)
    whole = 1 + sum(described.values()) + sum(described[root.name] for root in roots) + directives
    return MappingProxyType({SCHEMA: whole, TYPE: max(described.values())})


def _described(schema: GraphQLSchema, named: GraphQLNamedType) -> int:
    """The objects that tell of a type, with all that it is made of."""
    objects = 1
    if isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
        fields = named.fields.values()
        objects += sum(1 + _reference(field.type) + _arguments(field.args) for field in fields) + len(named.interfaces)
    if isinstance(named, GraphQLInputObjectType):
        objects += sum(1 + _reference(field.type) for field in named.fields.values())
    if isinstance(named, GraphQLEnumType):
        objects += len(named.values)
    if is_abstract_type(named):
        objects += len(schema.get_possible_types(named))
    return objects


def _arguments(given: Mapping[str, GraphQLArgument]) -> int:
    return sum(1 + _reference(argument.type) for argument in given.values())


def _reference(to: GraphQLType) -> int:
    """The objects that name a type: itself, and each list or non-null around it."""
    return 1 + (_reference(to.of_type) if isinstance(to, GraphQLWrappingType) else 0)
