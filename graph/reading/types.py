"""Types: what reading has to know of a type of the contract."""

from __future__ import annotations

from typing import Any, TypeAlias

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

Of: TypeAlias = GraphQLObjectType | GraphQLInterfaceType


def is_a_list(wrapped: Any) -> bool:
    """Whether a field's type is a list."""
    return is_list_type(get_nullable_type(wrapped))


def is_a_page(of: Any) -> bool:
    """Whether a type is a connection."""
    return isinstance(of, GraphQLObjectType) and "pageInfo" in of.fields


def object_of(definition: GraphQLField) -> GraphQLObjectType:
    """The type of the object to which a field leads."""
    named = get_named_type(definition.type)
    assert isinstance(named, GraphQLObjectType)  # noqa: S101 - edges to one row lead to objects; the contract is built so
    return named


def entry_of(definition: GraphQLField) -> Of:
    """The type of the entries of a list or a page, of which several may be mixed."""
    named = get_named_type(definition.type)
    assert isinstance(named, GraphQLObjectType | GraphQLInterfaceType)  # noqa: S101 - as above
    return named


def origin(of: Of) -> type:
    """The class that a type was made of."""
    made: type = of.extensions["strawberry-definition"].origin
    return made
