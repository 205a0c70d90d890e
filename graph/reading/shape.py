"""Shape: what each field of a type reads, said once, where the type is."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, TypeVar, dataclass_transform

import strawberry
from tortoise.models import Model

from graph.roles import allow
from models.role import Role

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from graph.context import Context
    from resolvers.viewer import Viewer

    Batch: TypeAlias = Callable[[Viewer, Sequence[UUID]], Awaitable[Mapping[UUID, Any]]]
    TimedBatch: TypeAlias = Callable[[Viewer, Sequence[UUID], datetime], Awaitable[Mapping[UUID, Any]]]
    ToldBatch: TypeAlias = Callable[[Viewer, Sequence[UUID], Mapping[str, Any]], Awaitable[Mapping[UUID, Any]]]
    Narrow: TypeAlias = Callable[[Context, dict[str, Any]], tuple[str, tuple[Any, ...]]]

READS = "reads"
BODY = "body"
SHAPES: dict[type, type[Model]] = {}
"""The types that show rows, each with its model."""
MIXED: dict[type, Mixed] = {}
"""The interfaces that show rows of several tables."""
KINDS: dict[type, Enum] = {}
"""The types that are shown in one of these, each with the kind under which it stands there."""
RECORDS: dict[type, str] = {}
"""The types of which some fields are the body of a pet's record, each with the column that says of which pet."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the row, or of a row it points to (`client.display_name`)."""

    path: str


@dataclass(frozen=True, slots=True)
class Identity:
    """The key of the row, as clients know it: the id of something of this type."""

    kind: str


@dataclass(frozen=True, slots=True)
class Computed:
    """A plain function of columns."""

    needs: tuple[str, ...]
    function: Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Batched:
    """What SQL cannot say: a function that finds it for all rows of a level at once, by their keys.

    One that `is_timed` is told the moment of the question too; one that `is_told`, what the question itself tells.
    """

    function: Batch | TimedBatch | ToldBatch
    is_timed: bool = False
    is_told: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What the question itself tells: it comes with the rows, and no row holds it."""

    name: str


@dataclass(frozen=True, slots=True)
class Itself:
    """The same row, as another type."""


@dataclass(frozen=True, slots=True)
class One:
    """A to-one edge along a foreign key, or back along one that no two rows share.

    A carried edge is as visible as its row; any other is joined with the target's own rule, and null where the
    viewer does not see the target. Back along one that several rows share it leads to `which` of them: SQL over `{t}`,
    the row that it starts from, and `{one}`, true of one of them at most.
    """

    key: str
    is_carried: bool
    which: str = ""


@dataclass(frozen=True, slots=True)
class Many:
    """A to-many edge: rows of `model` whose `key` points here, in an order, and for which `narrow` holds.

    `narrow` turns the context and what is given (the arguments of the field, and what the question itself told) into
    SQL over `{t}` and its values. `via` is the foreign key to follow from a row of a join table: the answers are of
    what it points to, as visible as the row itself. Of a series, the last `most` are answered, for each row above.
    """

    model: type[Model]
    key: str
    order: tuple[str, ...]
    narrow: Narrow | None = None
    via: str | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Mixed:
    """Rows of several tables: `model` has a row with the key of each, and says in the column `by` of which kind it is."""

    model: type[Model]
    by: str


Reads = Column | Identity | Computed | Batched | Said | Itself | One | Many
T = TypeVar("T")


@dataclass_transform(kw_only_default=True)
def shape(
    model: type[Model],
    *roles: Role | Iterable[Role],
    pet: str | None = None,
    kind: Enum | None = None,
    **more: Any,
) -> Callable[[type[T]], type[T]]:
    """A GraphQL type whose answers are rows of `model`, for these roles.

    Where some of its fields are the body of a record, `pet` is the column with the key of whose record it is. `kind` is
    what it is among the rows of an interface that is `mixed`.
    """

    def made(cls: type[T]) -> type[T]:
        description = _words(cls)
        made_type: type[T] = strawberry.type(cls, description=description, directives=[allow(*roles)], **more)
        SHAPES[made_type] = model
        if pet is not None:
            RECORDS[made_type] = pet
        if kind is not None:
            KINDS[made_type] = kind
        return made_type

    return made


def mixed(model: type[Model], by: str, *roles: Role | Iterable[Role]) -> Callable[[type[T]], type[T]]:
    """A GraphQL interface whose answers are rows of several tables, in the order of another one.

    Each row of `model` has the key of such a row, and its column `by` says of which kind that is; the types that
    implement the interface say of what kind they are.
    """

    def made(cls: type[T]) -> type[T]:
        made_type: type[T] = strawberry.interface(cls, description=_words(cls), directives=[allow(*roles)])
        MIXED[made_type] = Mixed(model, by)
        return made_type

    return made


def column(
    description: str,
    *roles: Role | Iterable[Role],
    of: str | None = None,
    name: str | None = None,
    body: bool = False,
) -> Any:
    """A field that is a column; of the same name, unless `of` names another. `name` is what clients call it.

    `body` as for every kind of field: whoever is answered with it has read the record of the pet.
    """
    return _field(description, roles, Column(of) if of else None, name=name, body=body)


def identity(description: str, kind: str) -> Any:
    """The field that says the id of something of this type."""
    return _field(description, (), Identity(kind))


def computed(
    description: str,
    function: Callable[..., Any],
    *needs: str,
    roles: Iterable[Role] | None = None,
    body: bool = False,
) -> Any:
    """A field that is a plain function of the columns it needs."""
    return _field(description, (roles,) if roles else (), Computed(needs, function), body=body)


def batched(
    description: str, function: Batch, *roles: Role | Iterable[Role], body: bool = False, size: int | None = None
) -> Any:
    """A field whose values a function finds for many rows at once; a row that it leaves out has null.

    `size` is how many it usually finds for a row at most, where that is a list, for the cost of an operation.
    """
    return _field(description, roles, Batched(function), body=body, size=size)


def timed(description: str, function: TimedBatch, *roles: Role | Iterable[Role]) -> Any:
    """A field as of the moment of the question: a function finds it for many rows at once, as for `batched`."""
    return _field(description, roles, Batched(function, is_timed=True))


def told(description: str, function: ToldBatch, *roles: Role | Iterable[Role]) -> Any:
    """A field that depends on what the question itself tells: a function finds it for many rows at once, as `batched`."""
    return _field(description, roles, Batched(function, is_told=True))


def said(description: str, name: str) -> Any:
    """A field that the question itself tells, under this name."""
    return _field(description, (), Said(name))


def itself(description: str) -> Any:
    """A field that is the same row as another type."""
    return _field(description, (), Itself())


def one(
    description: str, *roles: Role | Iterable[Role], key: str | None = None, carried: bool = False, which: str = ""
) -> Any:
    """A to-one edge along the foreign key of the same name, unless `key` names another; `which`: see `One`."""
    return _field(description, roles, One(key or "", carried, which))


def many(
    description: str,
    model: type[Model],
    key: str,
    *roles: Role | Iterable[Role],
    order: tuple[str, ...] = (),
    narrow: Narrow | str | None = None,
    via: str | None = None,
    body: bool = False,
    size: int | None = None,
) -> Any:
    """A to-many edge without arguments; `narrow` may be SQL alone.

    `size` is how many there usually are at most, for the cost of an operation (`graph.cost`).
    """
    narrowed = (lambda _context, _given: (narrow, ())) if isinstance(narrow, str) else narrow
    return _field(description, roles, Many(model, key, order, narrowed, via), body=body, size=size)


def unresolved() -> NoReturn:
    """What stands where a field needs a function for its arguments: rows are read by their plan, never resolved."""
    raise AssertionError("A field of a row is read, not resolved.")


def _field(
    description: str,
    roles: tuple[Any, ...],
    reads: Reads | None,
    *,
    name: str | None = None,
    body: bool = False,
    size: int | None = None,
) -> Any:
    said = {READS: reads, BODY: body or None, "size": size}
    metadata = {key: value for key, value in said.items() if value is not None}
    given: dict[str, Any] = {"description": description, "metadata": metadata, "name": name}
    if roles:
        given["directives"] = [allow(*roles)]
    return strawberry.field(**given)


def _words(cls: type) -> str:
    return inspect.cleandoc(cls.__doc__ or "")
