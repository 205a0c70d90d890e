"""The contract's own rules, checked whenever it is built: a part that breaks one stops the build with a sentence."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    get_named_type,
    is_introspection_type,
    is_required_argument,
    is_required_input_field,
)

from graph.roles import EVERYBODY, lives_in, mark
from models.role import Role
from resolvers.viewer import Audience

# Said by `@allow` itself, and a directive may not stand on what it is made of.
WORDS_OF_THE_MARK = frozenset({"Role"})


def roots(schema: GraphQLSchema) -> frozenset[str]:
    """The names of the root types."""
    present = (schema.query_type, schema.mutation_type, schema.subscription_type)
    return frozenset(root.name for root in present if root is not None)


def flaws(schema: GraphQLSchema) -> list[str]:
    """Every part of the unified schema that breaks a rule, as sentences; none when it is sound."""
    return [*_unmarked(schema), *_fields(schema), *_inputs(schema), *_values(schema)]


def _unmarked(schema: GraphQLSchema) -> Iterator[str]:
    for named in _types(schema):
        if named.name not in roots(schema) and mark(named) is None:
            yield f"{named.name} does not say who may use it. Give it `allow(...)`."
    for root, name, field in _output_fields(schema):
        if root.name in roots(schema) and mark(field) is None:
            yield f"{root.name}.{name} does not say who may use it. Give it `allow(...)`."


def _fields(schema: GraphQLSchema) -> Iterator[str]:
    for parent, name, field in _output_fields(schema):
        place = f"{parent.name}.{name}"
        inherited = mark(parent) or frozenset()
        roles = mark(field) or inherited
        if parent.name in roots(schema):
            if isinstance(field.type, GraphQLNonNull):
                yield f"{place} is a root field and must be nullable, so that a refusal leaves its siblings standing."
        elif not inherited <= roles and isinstance(field.type, GraphQLNonNull):
            yield f"{place} is for fewer than {parent.name} is, so it must be nullable."
        yield from _beyond(f"{place} returns", roles, get_named_type(field.type))
        for argument_name, argument in field.args.items():
            yield from _input(f"{place}({argument_name}:)", argument, roles, required=is_required_argument(argument))


def _inputs(schema: GraphQLSchema) -> Iterator[str]:
    for named in _types(schema):
        if isinstance(named, GraphQLInputObjectType):
            for name, field in named.fields.items():
                roles = mark(named) or frozenset()
                yield from _input(f"{named.name}.{name}", field, roles, required=is_required_input_field(field))


def _values(schema: GraphQLSchema) -> Iterator[str]:
    answered = {get_named_type(field.type).name for _, _, field in _output_fields(schema)}
    for named in _types(schema):
        if isinstance(named, GraphQLEnumType) and named.name in answered:
            for name, value in named.values.items():
                if mark(value) is not None:
                    yield f"{named.name}.{name} is marked, but {named.name} appears in answers and stays whole there."


def _input(
    place: str, part: GraphQLArgument | GraphQLInputField, inherited: frozenset[Role], *, required: bool
) -> Iterator[str]:
    """What is wrong with an argument or an input field; `inherited` are the roles of what it belongs to."""
    own = mark(part)
    roles = inherited if own is None else own
    for view in Audience:
        if required and lives_in(view, inherited) and not lives_in(view, roles):
            yield f"{place} is required, so the {view} view cannot hide it."
    yield from _beyond(f"{place} takes", roles, get_named_type(part.type))


def _beyond(place: str, roles: frozenset[Role], named: GraphQLNamedType) -> Iterator[str]:
    """A part may be for nobody whom its type is not for. ANYONE is no view, so it is not compared."""
    allowed = mark(named)
    if allowed is None:
        return
    strangers = (roles & frozenset(EVERYBODY)) - allowed
    if strangers:
        listed = ", ".join(role for role in Role if role in strangers)
        yield f"{place} {named.name}, which is not for {listed}. Mark one or the other."


def _types(schema: GraphQLSchema) -> Iterator[GraphQLNamedType]:
    for named in schema.type_map.values():
        if not (
            is_introspection_type(named) or isinstance(named, GraphQLScalarType) or named.name in WORDS_OF_THE_MARK
        ):
            yield named


def _output_fields(
    schema: GraphQLSchema,
) -> Iterator[tuple[GraphQLObjectType | GraphQLInterfaceType, str, GraphQLField]]:
    for named in _types(schema):
        if isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in named.fields.items():
                yield named, name, field
