"""Sources: of what each part of an answer is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from graphql import GraphQLField, GraphQLInterfaceType, GraphQLObjectType

if TYPE_CHECKING:
    from graph.reading.plan import Build, Level
    from models.role import Role


@dataclass(frozen=True, slots=True)
class Typename:
    """The name of the type."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A field behind a gate that does not open for this viewer."""

    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A column; one that is certain is never null where its row is there."""

    place: int
    column: Any
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Id:
    """The id of a row of this type."""

    place: int
    kind: str


@dataclass(frozen=True, slots=True)
class Call:
    """A plain function of columns."""

    places: tuple[int, ...]
    columns: tuple[Any, ...]
    function: Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Answered:
    """What a function found for the key that stands in this place."""

    child: int
    parent: int


@dataclass(frozen=True, slots=True)
class Told:
    """What the question itself told, under this name."""

    name: str


@dataclass(frozen=True, slots=True)
class Inner:
    """A joined row, which is there when there is something in this place; always when it has no place."""

    present: int | None
    made: Made


@dataclass(frozen=True, slots=True)
class Below:
    """A list of what was read in a level below, for what stands in this place."""

    child: int
    parent: int
    made: Entry


@dataclass(frozen=True, slots=True)
class Pages:
    """A page of what was read in a level below, for what stands in this place."""

    child: int
    parent: int
    connection: Connection


@dataclass(frozen=True, slots=True)
class Given:
    """Something known of a page (`total`, `has_next`, …) or of an entry in it (`cursor`)."""

    name: str


@dataclass(frozen=True, slots=True)
class Nested:
    """An object made of what is known of the page."""

    made: Made


@dataclass(frozen=True, slots=True)
class Nodes:
    """The entries of the page."""

    made: Entry


@dataclass(frozen=True, slots=True)
class Edges:
    """The entries of the page, each with its cursor."""

    made: Made


@dataclass(frozen=True, slots=True)
class Node:
    """The entry itself."""

    made: Entry


Source: TypeAlias = (
    Typename
    | Closed
    | Leaf
    | Id
    | Call
    | Answered
    | Told
    | Inner
    | Below
    | Pages
    | Given
    | Nested
    | Nodes
    | Edges
    | Node
)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One field of an answer, under the key that the client wants."""

    key: str
    details: Any
    definition: GraphQLField
    source: Source


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """How an answer of a type is made."""

    of: GraphQLObjectType
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """How an answer of one kind is made, of what was read in the level below with this number."""

    child: int
    made: Made


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """How an answer of an interface is made: by the kind that stands in one place, for the key in the other."""

    of: GraphQLInterfaceType
    key: int
    kind: int
    each: Mapping[str, Kind]


Entry: TypeAlias = Made | Mixture
"""How a row becomes an answer, by itself or in a list or page."""


@dataclass(frozen=True, slots=True, eq=False)
class Connection:
    """What a connection was asked for; `order` holds the places of what makes a cursor, where one is wanted."""

    made: Made
    level: Level
    order: tuple[int, ...]
    wants_total: bool
    build: Build
