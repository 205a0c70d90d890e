"""Roots: what an operation asks for at its top, each field with its resolver, found once for each selection."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

import strawberry
from graphql import GraphQLField, GraphQLObjectType, get_nullable_type, is_scalar_type
from graphql.pyutils import Path

from graph.reading.arguments import Arguments
from graph.roles import gate, refuse_unless_allowed

if TYPE_CHECKING:
    from graph.reading.executor import ReadingExecutor


@dataclass(frozen=True, slots=True, eq=False)
class Root:
    """A field of the root, under the key that the client wants. Without a definition it is `__typename`."""

    key: str
    details: Any
    nodes: Any
    parent: GraphQLObjectType
    path: Path
    definition: GraphQLField | None
    arguments: Arguments | None
    asked: Callable[[Any, dict[str, Any]], Awaitable[Any]] | None
    """What its resolver answers, given graphql-core's info and the arguments."""


def roots(executor: ReadingExecutor) -> tuple[Root, ...] | None:
    """What the executor's operation asks for; None when that is the schema itself, which graphql-core tells.

    Raises:
        GraphQLError: `@skip` or `@include` is given null.
    """
    top: Any = executor.schema.get_root_type(executor.operation.operation)
    found: list[Root] = []
    for key, details in executor.top():
        nodes = [each.node for each in details]
        name = nodes[0].name.value
        path = Path(None, key, top.name)
        if name == "__typename":
            found.append(Root(key, details, nodes, top, path, None, None, None))
            continue
        definition = top.fields.get(name)
        if definition is None:
            return None
        arguments = Arguments(definition, details[0])
        found.append(Root(key, details, nodes, top, path, definition, arguments, _asked(definition)))
    return tuple(found)


def _asked(definition: GraphQLField) -> Callable[[Any, dict[str, Any]], Awaitable[Any]]:
    """How the field's resolver is asked: at once, when it takes its arguments as they are, else as graphql-core does."""
    field = definition.extensions["strawberry-definition"]
    resolver, roles = field.base_resolver, gate(definition)
    is_plain = all(is_scalar_type(get_nullable_type(each.type)) for each in definition.args.values())
    if not is_plain or roles is None or not _takes_self_and_info(resolver):
        return lambda info, given: _as_graphql_core_does(definition, info, given)
    function: Any = resolver.wrapped_func
    names = {name: each.extensions["strawberry-definition"].python_name for name, each in definition.args.items()}

    async def asked(info: Any, given: dict[str, Any]) -> Any:
        refuse_unless_allowed(info.context.viewer, roles)
        named = {names[name]: value for name, value in given.items()}
        return await function(None, info=strawberry.Info(info, field), **named)

    return asked


def _takes_self_and_info(resolver: Any) -> bool:
    """Whether it is a method like all of ours."""
    if resolver is None or not inspect.iscoroutinefunction(resolver.wrapped_func):
        return False
    return resolver.self_parameter is not None and "info" in inspect.signature(resolver.wrapped_func).parameters


async def _as_graphql_core_does(definition: GraphQLField, info: Any, given: dict[str, Any]) -> Any:
    assert definition.resolve is not None  # noqa: S101 - every field of a root has a resolver
    answer = definition.resolve(None, info, **given)
    return await answer if isawaitable(answer) else answer
