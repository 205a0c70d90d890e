"""Roles: the only place that decides who sees which part of the contract, said by `@allow(roles: [...])`.

A mark does two things. It decides in which view a part exists (`views`), and at run time it is the early gate on
every root field and on every field that is narrower than its type. Which *rows* somebody sees is decided below, in
`resolvers.access`; a view is only the door.

Type files say it in Strawberry's own words:

    @strawberry.type(directives=[allow(STAFF, OWNER)])
    class Pet:
        name: str
        alerts: list[str] | None = strawberry.field(directives=[allow(STAFF)])

        @field(STAFF)
        def weight(self) -> Decimal | None: ...

Parts that the signed out may use carry `ANYONE` beside the roles in whose view they live: `allow(ANYONE, STAFF)`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import strawberry
from graphql import EnumValueNode, GraphQLError, GraphQLField, ListValueNode
from strawberry.schema_directive import Location
from strawberry.types.field import StrawberryField

from models.refusal import Forbidden, Refusal, SignedOut
from models.role import STAFF_ROLES, Role
from resolvers.viewer import Audience, Viewer

ANYONE = (Role.ANYONE,)
OWNER = (Role.OWNER,)
STAFF = (Role.RECEPTIONIST, Role.NURSE, Role.VET, Role.MANAGER)
CLINICAL = (Role.NURSE, Role.VET)
EVERYBODY = (*OWNER, *STAFF)

_GATE = "gate"
_DESCRIPTIONS = {
    Role.ANYONE: "Nobody is signed in: sign-in, refresh, registration and accepting an invitation, nothing else.",
    Role.OWNER: "A pet owner, in the mobile app or the web portal.",
    Role.RECEPTIONIST: "Works at the front desk.",
    Role.NURSE: "Works as a veterinary nurse.",
    Role.VET: "Works as a veterinarian.",
    Role.MANAGER: "Runs the practice: its locations, services and staff.",
    Role.AGENT: "Reserved for programs that act on behalf of somebody.",
    Role.SYSTEM: "Reserved for the practice's own machinery.",
}

strawberry.enum(Role, name="Role", description="What somebody is to the practice.")
for _value in Role.__strawberry_definition__.values:  # type: ignore[attr-defined]
    _value.description = _DESCRIPTIONS[_value.value]


@strawberry.schema_directive(
    name="allow",
    description=(
        "Who may use this part of the contract. A part that is allowed to no role of the staff does not exist in the"
        " staff view, and one that is not allowed to OWNER does not exist in the owner view. A field, argument or value"
        " without a mark takes that of the type it belongs to."
    ),
    locations=[
        Location.OBJECT,
        Location.FIELD_DEFINITION,
        Location.INTERFACE,
        Location.UNION,
        Location.ENUM,
        Location.ENUM_VALUE,
        Location.INPUT_OBJECT,
        Location.INPUT_FIELD_DEFINITION,
        Location.ARGUMENT_DEFINITION,
    ],
)
class Allow:
    """The directive `@allow`; made by `allow(...)`."""

    roles: list[Role] = strawberry.directive_field(name="roles")


class Marked(Protocol):
    """A part of a graphql-core schema: a type, a field, an argument, an enum value."""

    extensions: dict[str, Any]
    ast_node: Any


def allow(*roles: Role | Iterable[Role]) -> Allow:
    """The mark for these roles; printed in one order, each once."""
    chosen: set[Role] = set()
    for role in roles:
        chosen |= {role} if isinstance(role, Role) else set(role)
    return Allow(roles=[role for role in Role if role in chosen])


def field(*roles: Role | Iterable[Role], **more: Any) -> Callable[[Callable[..., Any]], StrawberryField]:
    """A field with a resolver, for these roles; the resolver's docstring is its public description.

    `more` is handed to `strawberry.field`. For queries and mutations alike:

        @field(STAFF, OWNER)
        async def pet(self, info: Info, id: strawberry.ID) -> Pet | None:
    """

    def made(resolver: Callable[..., Any]) -> StrawberryField:
        description = inspect.cleandoc(resolver.__doc__) if resolver.__doc__ else None
        given = {"description": description, **more}
        made_field: StrawberryField = strawberry.field(resolver, directives=[allow(*roles)], **given)
        return made_field

    return made


def subscription(*roles: Role | Iterable[Role], **more: Any) -> Callable[[Callable[..., Any]], StrawberryField]:
    """A field of the subscription root, for these roles; its resolver says what is watched (`graph.live.watch`)."""

    def made(resolver: Callable[..., Any]) -> StrawberryField:
        description = inspect.cleandoc(resolver.__doc__) if resolver.__doc__ else None
        made_field: StrawberryField = strawberry.subscription(
            resolver, directives=[allow(*roles)], description=description, **more
        )
        return made_field

    return made


def mark(part: Marked) -> frozenset[Role] | None:
    """The roles a part is marked with, from its code or else from its SDL; None without a mark."""
    definition = part.extensions.get("strawberry-definition")
    for directive in getattr(definition, "directives", None) or ():
        if isinstance(directive, Allow):
            return frozenset(directive.roles)
    for node in getattr(part.ast_node, "directives", None) or ():
        if node.name.value == "allow":
            listed = [argument.value for argument in node.arguments if isinstance(argument.value, ListValueNode)]
            names = {item.value for value in listed for item in value.values if isinstance(item, EnumValueNode)}
            return frozenset(role for role in Role if role in names)
    return None


def lives_in(view: Audience, roles: frozenset[Role]) -> bool:
    """Whether a part for these roles exists in the view."""
    return bool(roles & doorkeepers(view))


def doorkeepers(view: Audience) -> frozenset[Role]:
    """The roles that come through this door."""
    return STAFF_ROLES if view is Audience.STAFF else frozenset(OWNER)


def gated_by(extensions: Mapping[str, Any], roles: frozenset[Role]) -> dict[str, Any]:
    """What the schema says of a field, and that the early gate for these roles stands before it."""
    return {**extensions, _GATE: roles}


def gate(field: GraphQLField) -> frozenset[Role] | None:
    """For whom the gate before a field of a view opens; None when it has none."""
    return field.extensions.get(_GATE)


def opens(viewer: Viewer, roles: frozenset[Role]) -> bool:
    """Whether the gate for these roles opens for the viewer."""
    return viewer.is_system or Role.ANYONE in roles or bool(viewer.roles & roles)


def refuse_unless_allowed(viewer: Viewer, roles: frozenset[Role]) -> None:
    """The early gate.

    Raises:
        GraphQLError: with the code SIGNED_OUT when the part needs somebody and nobody is signed in, FORBIDDEN when
            the viewer has none of the roles anywhere.
    """
    if not opens(viewer, roles):
        raise spoken(Forbidden() if viewer.is_signed_in else SignedOut())


def spoken(refusal: Refusal) -> GraphQLError:
    """A refusal as a top-level error of the answer."""
    extensions: Mapping[str, Any] = {"code": refusal.code}
    if refusal.path:
        extensions = {**extensions, "path": list(refusal.path)}
    return GraphQLError(refusal.message, original_error=refusal, extensions=dict(extensions))
