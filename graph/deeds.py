"""Deeds as mutations: who may, what comes back, and how a refusal is told."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from dataclasses import MISSING
from typing import Annotated, Any, TypeVar, Union

import strawberry
from strawberry.types.field import StrawberryField

from graph.context import note_reading
from graph.refusals import data_of, told
from graph.roles import allow, field
from models.refusal import IdempotencyKeyReused, InvalidInput, NotFound, Refusal
from models.role import Role
from resolvers.access import DEEDS, Deed

KEY = (
    "A key of your own making, 1 to 64 characters, new for each thing the person wants done. Send the same key again"
    " when you do not know whether a request arrived: it is done once, and you get the same outcome."
)
T = TypeVar("T")


def mutation(
    deed: Deed, payload: type, *refusals: type[Refusal], takes_key: bool = True, **more: Any
) -> Callable[[Callable[..., Any]], StrawberryField]:
    """A mutation: allowed to whom the deed is, answering its payload or one of the refusals.

    Every mutation can refuse with NotFound and InvalidInput, and one that takes a key with IdempotencyKeyReused.
    """
    always = (NotFound, InvalidInput, *((IdempotencyKeyReused,) if takes_key else ()))
    facts = tuple(dict.fromkeys((*always, *refusals)))
    roles = DEEDS[deed]

    def made(resolver: Callable[..., Any]) -> StrawberryField:
        @functools.wraps(resolver)
        async def refused_as_data(*given: Any, **named: Any) -> Any:
            try:
                return await resolver(*given, **named)
            except facts as refusal:
                info = named["info"]
                if refusal.pets:
                    note_reading(info, refusal.pets)
                return told(refusal, info.context.viewer)

        name = f"{deed.value[0].upper()}{deed.value[1:]}Result"
        members: Any = Union[(payload, *map(data_of, facts))]
        union = strawberry.union(name, description=f"What comes of `{deed.value}`.", directives=[allow(roles)])
        done = field(roles, graphql_type=Annotated[members, union] | None, **more)(refused_as_data)
        for argument in done.arguments:
            argument.description = argument.description or _first_line(argument.type)
        return done

    return made


def payload(*roles: Role | Iterable[Role]) -> Callable[[type[T]], type[T]]:
    """The answer of a deed that was done; its docstring is its description."""

    def made(cls: type[T]) -> type[T]:
        about = inspect.cleandoc(cls.__doc__ or "")
        made_type: type[T] = strawberry.type(cls, description=about, directives=[allow(*roles)])
        return made_type

    return made


def answered(made: type[T], **rows: Any) -> T:
    """The payload, whose rows are read as the client selected them."""
    return made(**rows)


def deed_input(*roles: Role | Iterable[Role]) -> Callable[[type[T]], type[T]]:
    """The input of a deed; its docstring is its description."""

    def made(cls: type[T]) -> type[T]:
        about = inspect.cleandoc(cls.__doc__ or "")
        made_type: type[T] = strawberry.input(cls, description=about, directives=[allow(*roles)])
        return made_type

    return made


def _first_line(taken: Any) -> str:
    description: str = taken.__strawberry_definition__.description
    return description.partition("\n")[0]


def said(description: str, *roles: Role | Iterable[Role], default: Any = MISSING) -> Any:
    """A field of an input."""
    given: dict[str, Any] = {} if default is MISSING else {"default": default}
    if roles:
        given["directives"] = [allow(*roles)]
    return strawberry.field(description=description, **given)
