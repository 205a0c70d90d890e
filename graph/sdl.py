"""The contract in words: printed for review and for client code generators, and compared with what was promised."""

from __future__ import annotations

import graphql
import strawberry
from graphql import GraphQLError, build_schema, find_breaking_changes
from strawberry.printer import print_schema

from graph.views import pruned, view_of
from resolvers.viewer import Audience


def printed(schema: strawberry.Schema, view: Audience | None = None) -> str:
    """The unified contract with its marks, or the plain contract of one view, in SDL and ending in a new line."""
    if view is None:
        return print_schema(schema).strip() + "\n"
    return graphql.print_schema(view_of(schema, view).graphql).strip() + "\n"


def breaking_changes(committed: str, schema: strawberry.Schema) -> list[str]:
    """What the code would take away from clients of the committed contract, one sentence each; none when it only grew.

    The views are compared, not the unified contract: taking OWNER from a mark breaks the owner view and nothing else.
    """
    if not committed.strip():
        return []
    try:
        promised = build_schema(committed)
    except (GraphQLError, TypeError) as error:
        return [f"The committed contract cannot be read: {error}"]
    present = build_schema(printed(schema))
    found: dict[str, list[str]] = {}
    for view in Audience:
        for change in find_breaking_changes(pruned(promised, view), pruned(present, view)):
            found.setdefault(change.description, []).append(view)
    return [f"In the {' and the '.join(views)} view: {sentence}" for sentence, views in found.items()]
