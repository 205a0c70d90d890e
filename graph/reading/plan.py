"""Plan: what one selection needs of the database, and of what each part of its answer is made."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from graphql import GraphQLField, GraphQLObjectType
from tortoise.models import Model

if TYPE_CHECKING:
    from graph.reading.arguments import Arguments
    from graph.reading.shape import Many
    from models.role import Role
    from resolvers.rows import Order

Row: TypeAlias = Sequence[Any]
Build: TypeAlias = Callable[..., Any]
"""A compiled builder: it makes answers of rows and of what was made below them, and raises where one has a flaw."""

_MOST_TEXTS = 64


# What a level reads


@dataclass(frozen=True, slots=True)
class Join:
    """A to-one edge: `alias` is the row of `model` whose key is `column`.

    One that is not carried is joined with the viewer's own rule for the model.
    """

    alias: str
    model: type[Model]
    column: str
    is_carried: bool


@dataclass(frozen=True, slots=True)
class Child:
    """A level below: rows of its model whose `edge.key` is what stands in place `parent` of this level.

    In the rows of the level below, that key stands in place `place`. `build` makes the answers, by key.
    """

    parent: int
    place: int
    level: Level
    edge: Many
    order: tuple[Order, ...]
    arguments: Arguments
    connection: Connection | None
    build: Build


@dataclass(frozen=True, slots=True)
class Asked:
    """What a function is asked for all rows of a level, by the keys that stand in this place.

    A timed one is told the moment too.
    """

    parent: int
    function: Any
    is_timed: bool = False


@dataclass(slots=True)
class Level:
    """One statement to be: columns and joins of one table, and the levels below it.

    `texts` keeps its SQL, by everything that decides how it reads.
    """

    model: type[Model]
    columns: list[tuple[str, Any]] = field(default_factory=list)
    joins: dict[tuple[str, str, bool], Join] = field(default_factory=dict)
    children: list[Child | Asked] = field(default_factory=list)
    texts: dict[Hashable, str] = field(default_factory=dict)

    def column(self, alias: str, model: type[Model], name: str) -> int:
        """The place of a column in the row; it is read once, however often it is needed."""
        wanted = (f"{alias}.{model._meta.fields_db_projection[name]}", model._meta.fields_map[name])
        if wanted not in self.columns:
            self.columns.append(wanted)
        return self.columns.index(wanted)

    def is_own(self, place: int) -> bool:
        """Whether the key of the row itself stands there, not that of a row it points to."""
        return self.columns[place][0] == "t.id"

    def keep(self, key: Hashable, text: str) -> str:
        """Keep the SQL that is right for this key; when there are too many, begin anew."""
        if len(self.texts) >= _MOST_TEXTS:
            self.texts.clear()
        self.texts[key] = text
        return text


# Of what an answer is made


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
    made: Made


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

    made: Made


@dataclass(frozen=True, slots=True)
class Edges:
    """The entries of the page, each with its cursor."""

    made: Made


@dataclass(frozen=True, slots=True)
class Node:
    """The entry itself."""

    made: Made


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
class Connection:
    """What a connection was asked for; `order` holds the places of what makes a cursor, where one is wanted."""

    made: Made
    level: Level
    order: tuple[int, ...]
    wants_total: bool
    build: Build


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """All that is known of one selection before anything is read.

    A plan is guarded when a gate in it does not open for the viewer. `holds` keeps alive the part of the document by
    which it is known, and with that all of it: `size` is how many characters it has.
    """

    level: Level
    made: Made
    connection: Connection | None
    build: Build
    is_guarded: bool
    size: int
    holds: Any
