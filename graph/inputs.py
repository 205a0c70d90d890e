"""Inputs: what a client gave, as the deeds take it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar, overload
from uuid import UUID

import strawberry

from graph.ids import key
from models.pet import Species
from models.refusal import InvalidInput
from resolvers.changes import UNSET, Unset

T = TypeVar("T")
N = TypeVar("N")
R = TypeVar("R")


@overload
def changed(value: T | None, *, null: N) -> T | N | Unset: ...


@overload
def changed(value: T | None, read: Callable[[T], R], *, null: N) -> R | N | Unset: ...


def changed(value: Any, read: Callable[[Any], Any] = lambda same: same, *, null: Any) -> Any:
    """What an amendment says of one thing: nothing when it was not given, and `null` when it was cleared."""
    if value is strawberry.UNSET:
        return UNSET
    return null if value is None else read(value)


@overload
def changed_not_cleared(value: T | None, path: str) -> T | Unset: ...


@overload
def changed_not_cleared(value: T | None, path: str, read: Callable[[T], R]) -> R | Unset: ...


def changed_not_cleared(value: Any, path: str, read: Callable[[Any], Any] = lambda same: same) -> Any:
    """What an amendment says of something that cannot be cleared.

    Raises:
        InvalidInput: it was cleared.
    """
    if value is None:
        raise InvalidInput("Please fill this in.", path=(path,))
    return changed(value, read, null=None)


def few(values: Sequence[T], most: int, *path: str) -> Sequence[T]:
    """The values, when there are no more than that.

    Raises:
        InvalidInput: there are more.
    """
    if len(values) > most:
        raise InvalidInput(f"Please name at most {most} of these.", path=path)
    return values


def species(given: Sequence[Species]) -> tuple[Species, ...]:
    """The species that were named.

    Raises:
        InvalidInput: there are more than there can be.
    """
    return tuple(few(given, len(Species), "species"))


def keys(kind: str, ids: Iterable[strawberry.ID]) -> tuple[UUID, ...]:
    """The keys behind ids of this type; a key that nothing has for one that is malformed or names another type."""
    return tuple(key(kind, text) or UUID(int=0) for text in ids)
