"""Views: the unified schema seen through one door, with everything else cut away.

What a view lacks does not exist there: not in introspection, not in suggestions, not in errors. The cut is made on the
graphql-core schema that Strawberry has built, because only there do arguments, values and whole types have one shape.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import strawberry
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    is_introspection_type,
    is_required_argument,
    is_required_input_field,
    validate_schema,
)

from graph.contract import flaws, roots
from graph.introspection import prices
from graph.roles import Marked, gated_by, lives_in, mark, refuse_unless_allowed
from models.role import Role
from resolvers.viewer import Audience

T = TypeVar("T")


class View(strawberry.Schema):
    """The schema behind one door; executes, introspects and prints what lives there and nothing else.

    `prices` are what each root of introspection costs here.
    """

    def __init__(self, unified: strawberry.Schema, cut: GraphQLSchema) -> None:
        # Not super().__init__: building from the classes again would apply every field extension a second time.
        self.__dict__.update(unified.__dict__)
        self._schema = cut
        self.prices = prices(cut)
        vars(cut)["_strawberry_schema"] = self

    @property
    def graphql(self) -> GraphQLSchema:
        """The graphql-core schema of this view."""
        return self._schema


@cache
def view_of(schema: strawberry.Schema, audience: Audience) -> View:
    """What lives behind one door; cut and looked over once, for nobody changes it.

    Raises:
        TypeError: when the unified schema breaks a rule of the contract; the message names every part at fault.
    """
    faults = flaws(schema._schema)  # noqa: SLF001 - Strawberry has no public name for the schema it built
    if faults:
        raise TypeError("The contract is not sound:\n" + "\n".join(f"  - {fault}" for fault in faults))
    cut = pruned(schema._schema, audience)  # noqa: SLF001
    errors = validate_schema(cut)
    if errors:
        sentences = "\n".join(f"  - {error.message}" for error in errors)
        raise TypeError(f"The {audience} view is not a valid schema:\n{sentences}")
    return View(schema, cut)


def pruned(schema: GraphQLSchema, audience: Audience) -> GraphQLSchema:
    """A copy of the schema without what does not live in the view; gates stand on its root and narrower fields.

    Object types that are reached through an interface only (`node(id:)`) are kept when their mark says so.
    """
    copier = _Copier(schema, audience)
    reached: set[str] = set()
    while True:
        view = GraphQLSchema(
            query=copier.root(schema.query_type),
            mutation=copier.root(schema.mutation_type),
            subscription=copier.root(schema.subscription_type),
            types=[copier.type(schema.type_map[name]) for name in schema.type_map if name in reached],
            directives=[directive for directive in schema.directives if directive.name != "allow"],
            description=schema.description,
            extensions=dict(schema.extensions),
        )
        implementers = {
            implementer.name
            for interface in view.type_map.values()
            if isinstance(interface, GraphQLInterfaceType)
            for implementer in schema.get_implementations(schema.type_map[interface.name]).objects  # type: ignore[arg-type]
            if implementer.name not in view.type_map and copier.keeps_type(implementer)
        }
        if not implementers:
            return view
        reached |= implementers


class _Copier:
    """Copies the types of a schema as one view has them, each once."""

    def __init__(self, schema: GraphQLSchema, audience: Audience) -> None:
        self._audience = audience
        self._roots = roots(schema)
        self._copies: dict[str, GraphQLNamedType] = {}

    def keeps_type(self, named: GraphQLNamedType) -> bool:
        roles = mark(named)
        return roles is None or lives_in(self._audience, roles)

    def keeps(self, part: Marked, otherwise: frozenset[Role]) -> bool:
        """Whether a part lives here; `otherwise` are the roles of what it belongs to."""
        roles = mark(part)
        return lives_in(self._audience, otherwise if roles is None else roles)

    def root(self, original: GraphQLObjectType | None) -> GraphQLObjectType | None:
        """The view's own root type; None when none of its fields lives here."""
        if original is None or not any(self.keeps(field, frozenset()) for field in original.fields.values()):
            return None
        return self.type(original)

    def type(self, original: T) -> T:
        """The view's own copy of a type, however it is wrapped."""
        if isinstance(original, GraphQLList):
            return GraphQLList(self.type(original.of_type))  # type: ignore[return-value]
        if isinstance(original, GraphQLNonNull):
            return GraphQLNonNull(self.type(original.of_type))  # type: ignore[return-value]
        if not isinstance(original, GraphQLNamedType) or _is_ready_made(original):
            return original
        if original.name not in self._copies:
            self._copies[original.name] = self._copy(original)
        return self._copies[original.name]  # type: ignore[return-value]

    def _copy(self, original: GraphQLNamedType) -> GraphQLNamedType:
        match original:
            case GraphQLObjectType() | GraphQLInterfaceType():
                return self._composite(original)
            case GraphQLUnionType():
                return self._union(original)
            case GraphQLInputObjectType():
                return self._input(original)
            case GraphQLEnumType():
                return self._enum(original)
        raise TypeError(f"{original.name} is a kind of type that views do not know.")

    def _composite(self, original: GraphQLObjectType | GraphQLInterfaceType) -> GraphQLNamedType:
        given: dict[str, Any] = {**original.to_kwargs()}
        roles = mark(original) or frozenset()
        given["fields"] = lambda: {
            name: self._field(original, field) for name, field in original.fields.items() if self.keeps(field, roles)
        }
        given["interfaces"] = lambda: [self.type(each) for each in original.interfaces if self.keeps_type(each)]
        return type(original)(**given)

    def _field(self, parent: GraphQLNamedType, field: GraphQLField) -> GraphQLField:
        given: dict[str, Any] = {**field.to_kwargs()}
        inherited = mark(parent) or frozenset()
        roles = mark(field) or inherited
        given["type_"] = self.type(field.type)
        given["args"] = {
            name: self._argument(argument) for name, argument in field.args.items() if self.keeps(argument, roles)
        }
        lost = [name for name, arg in field.args.items() if name not in given["args"] and is_required_argument(arg)]
        if lost:
            raise TypeError(f"The {self._audience} view cannot hide the required argument {lost[0]}.")
        if parent.name in self._roots or not inherited <= roles:
            given["extensions"] = gated_by(field.extensions, roles)
            given["resolve"] = _gated(field.resolve, roles)
            given["subscribe"] = _gated(field.subscribe, roles)
        return GraphQLField(**given)

    def _argument(self, argument: GraphQLArgument) -> GraphQLArgument:
        given: dict[str, Any] = {**argument.to_kwargs(), "type_": self.type(argument.type)}
        return GraphQLArgument(**given)

    def _union(self, original: GraphQLUnionType) -> GraphQLUnionType:
        given: dict[str, Any] = {**original.to_kwargs()}
        given["types"] = lambda: [self.type(member) for member in original.types if self.keeps_type(member)]
        if original.resolve_type is not None:
            # Strawberry looks the answer up among the members of the union it knows: the original one.
            resolve = original.resolve_type
            given["resolve_type"] = lambda value, info, _union: resolve(value, info, original)
        return GraphQLUnionType(**given)

    def _input(self, original: GraphQLInputObjectType) -> GraphQLInputObjectType:
        given: dict[str, Any] = {**original.to_kwargs()}
        roles = mark(original) or frozenset()

        def fields() -> dict[str, GraphQLInputField]:
            kept = {name: field for name, field in original.fields.items() if self.keeps(field, roles)}
            lost = [
                name for name, each in original.fields.items() if name not in kept and is_required_input_field(each)
            ]
            if lost:
                raise TypeError(f"The {self._audience} view cannot hide the required input {original.name}.{lost[0]}.")
            return {name: self._input_field(field) for name, field in kept.items()}

        given["fields"] = fields
        return type(original)(**given)

    def _input_field(self, field: GraphQLInputField) -> GraphQLInputField:
        given: dict[str, Any] = {**field.to_kwargs(), "type_": self.type(field.type)}
        return GraphQLInputField(**given)

    def _enum(self, original: GraphQLEnumType) -> GraphQLEnumType:
        # Strawberry's enum type cannot be built from `to_kwargs`, and accepts members of the Python enum: copy it.
        twin = object.__new__(type(original))
        vars(twin).update({name: value for name, value in vars(original).items() if name != "_value_lookup"})
        roles = mark(original)
        if roles is not None:
            twin.values = {name: value for name, value in original.values.items() if self.keeps(value, roles)}
        return twin


def _is_ready_made(named: GraphQLNamedType) -> bool:
    """Whether every view has this very type: scalars, and what introspection is made of."""
    return isinstance(named, GraphQLScalarType) or is_introspection_type(named)


def _gated(resolve: Callable[..., Any] | None, roles: frozenset[Role]) -> Callable[..., Any] | None:
    """The same resolver behind the early gate."""
    if resolve is None:
        return None

    def resolve_if_allowed(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        refuse_unless_allowed(info.context.viewer, roles)
        return resolve(source, info, **arguments)

    return resolve_if_allowed
