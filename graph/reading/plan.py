"""Plan: what one selection needs of the database, level below level; of what its answer is made stands in `sources`."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from tortoise.fields import TextField
from tortoise.models import Model

if TYPE_CHECKING:
    from graphql.execution.values import VariableValues

    from graph.reading.arguments import Arguments
    from graph.reading.shape import Many
    from graph.reading.sources import Connection, Entry
    from resolvers.rows import Order

Row: TypeAlias = Sequence[Any]
Build: TypeAlias = Callable[..., Any]
"""A compiled builder: it makes answers of rows and of what was made below them, and raises where one has a flaw."""

_MOST_TEXTS = 64


@dataclass(frozen=True, slots=True)
class Join:
    """A to-one edge: `alias` is the row of `model` whose key (or what else it is found `by`) is `column`.

    One that is not carried is joined with the viewer's own rule for the model. Where several are found, it is the one for
    which `which` holds.
    """

    alias: str
    model: type[Model]
    column: str
    is_carried: bool
    by: str = "id"
    which: str = ""


@dataclass(frozen=True, slots=True)
class Child:
    """A level below: rows of its model whose `edge.key` is what stands in place `parent` of this level.

    In the rows of the level below, that key stands in place `place`. `build` makes the answers, by key. Of a kind that
    is mixed with others, it is for those rows only which have `kind` in the place that the level says.
    """

    parent: int
    place: int
    level: Level
    edge: Many
    order: tuple[Order, ...]
    arguments: Arguments | None
    connection: Connection | None
    build: Build
    kind: str | None = None

    def given(self, variables: VariableValues) -> dict[str, Any]:
        """What a client gives to the edge with these variables.

        Raises:
            GraphQLError: an argument is not what it must be.
        """
        return {} if self.arguments is None else self.arguments.given(variables)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a function is asked for all rows of a level, by the keys that stand in this place.

    A timed one is told the moment too, and one that is told, what the question itself tells.
    """

    parent: int
    function: Any
    is_timed: bool = False
    is_told: bool = False


@dataclass(slots=True)
class Level:
    """One statement to be: columns and joins of one table, and the levels below it.

    `only` is SQL over `{t}` that must hold of every row. Where rows of several kinds are mixed, the kind stands in place
    `kind`, and the rest of each row is in one of the levels below. In the places `pets` stand the keys of those pets of
    whose records a body is answered. `told` says of each place in which a text stands how often it is asked for. `texts`
    keeps its SQL, by everything that decides how it reads.
    """

    model: type[Model]
    columns: list[tuple[str, Any]] = field(default_factory=list)
    joins: dict[tuple[str, str, bool], Join] = field(default_factory=dict)
    children: list[Child | Asked] = field(default_factory=list)
    only: str = ""
    kind: int | None = None
    pets: set[int] = field(default_factory=set)
    told: dict[int, int] = field(default_factory=dict)
    texts: dict[Hashable, str] = field(default_factory=dict)
    _extent: tuple[int, int] | None = None

    @property
    def extent(self) -> tuple[int, int]:
        """How many levels are below this one, and how many columns all of them have with it. Asked once all is planned."""
        if self._extent is None:
            below = [child.level.extent for child in self.children if isinstance(child, Child)]
            levels, columns = (sum(each) for each in zip((0, 0), *below, strict=True))
            self._extent = levels + len(below), columns + len(self.columns)
        return self._extent

    def column(self, alias: str, model: type[Model], name: str) -> int:
        """The place of a column in the row; it is read once, however often it is needed."""
        wanted = (f"{alias}.{model._meta.fields_db_projection[name]}", model._meta.fields_map[name])
        if wanted not in self.columns:
            self.columns.append(wanted)
        place = self.columns.index(wanted)
        if isinstance(wanted[1], TextField):
            self.told[place] = self.told.get(place, 0) + 1
        return place

    def is_own(self, place: int) -> bool:
        """Whether the key of the row itself stands there, not that of a row it points to."""
        return self.columns[place][0] == "t.id"

    def keep(self, key: Hashable, text: str) -> str:
        """Keep the SQL that is right for this key; when there are too many, begin anew."""
        if len(self.texts) >= _MOST_TEXTS:
            self.texts.clear()
        self.texts[key] = text
        return text


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """All that is known of one selection before anything is read.

    A plan is guarded when a gate in it does not open for the viewer. It reads records when something in it is the body
    of one. `holds` keeps alive the part of the document by
    which it is known, and with that all of it: `size` is how many characters it has.
    """

    level: Level
    made: Entry
    connection: Connection | None
    build: Build
    is_guarded: bool
    reads_records: bool
    size: int
    holds: Any
