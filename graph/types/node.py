"""Nodes: everything that has an id of its own."""

from __future__ import annotations

from typing import Any

import strawberry

from graph.reading.shape import identity
from graph.roles import EVERYBODY, allow


@strawberry.interface(directives=[allow(EVERYBODY)], description="Something with an id of its own.")
class Node:
    """Something with an id of its own."""

    id: strawberry.ID = strawberry.field(description="The id: opaque, unique among all things, and the same for ever.")


def id_of(kind: str) -> Any:
    """The field `id` of a type."""
    return identity("The id: opaque, unique among all things, and the same for ever.", kind)
