"""Explained: what is told of a document before anything is read: plain values, for whoever draws them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graphql import GraphQLError

    from models.refusal import Refusal
    from models.role import Role
    from resolvers.rows import Page


class Shows(StrEnum):
    """How many rows a step is about."""

    ONE = "one"
    LIST = "list"
    PAGE = "page"
    PICKED = "picked"


@dataclass(frozen=True, slots=True)
class Joined:
    """A joined row: under which alias, along which column, and whether it is as visible as the row it belongs to."""

    alias: str
    table: str
    column: str
    is_carried: bool


@dataclass(frozen=True, slots=True)
class Computed:
    """A field that is made of columns by a function."""

    field: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shut:
    """A field behind a gate that does not open, and for whom it does."""

    field: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Step:
    """One level: what it reads, with which statements, and what is below it.

    `asked` are the fields that a function answers once for all rows. Without a statement, it is read by that of the rows above.
    `refused` says why nothing can be read. `total` and `cursors` are about pages.
    """

    field: str
    kind: str
    table: str
    shows: Shows
    columns: tuple[str, ...]
    joins: tuple[Joined, ...]
    computed: tuple[Computed, ...]
    asked: tuple[str, ...]
    shut: tuple[Shut, ...]
    total: bool
    cursors: bool
    statements: tuple[tuple[str, tuple[Any, ...]], ...]
    page: Page | None
    refused: GraphQLError | Refusal | None
    below: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Root:
    """A field of the root: the levels it reads, or why none. `is_meant` says whose rows a step of it is about.

    `errors` are those its resolver raised, `given` its arguments.
    """

    field: str
    steps: tuple[tuple[Step, bool], ...]
    shut: tuple[Shut, ...]
    errors: tuple[GraphQLError, ...]
    given: dict[str, Any]
