"""The context: what every resolver may know about the request it works for."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

import strawberry

from graph.reading.room import Room
from resolvers.viewer import Audience, Viewer

if TYPE_CHECKING:
    from graph.limits import Limits
    from resolvers.ports import Ports


RecordRead: TypeAlias = Callable[[Viewer, frozenset[UUID], str | None], object]
"""Told who has read something of the records of these pets, and in an operation of which name, once it is answered.

It does nothing that takes time: the answer waits for it.
"""


def nobody_notes(_viewer: Viewer, _pets: frozenset[UUID], _operation: str | None) -> None:
    """What was read is not noted."""


class TokenInvalid(Exception):
    """The token is forged, malformed, revoked, or made for the other door."""

    sentence = "This access token is not valid here. Please sign in again."


class TokenExpired(TokenInvalid):
    """The token was good once; a refresh brings a new one."""

    sentence = "Your access has expired. Please refresh it and connect again."


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who was let in by a token, and for how long it is good."""

    viewer: Viewer
    seconds_left: float


@dataclass(frozen=True, slots=True)
class Context:
    """One request.

    `now` is aware, in UTC, and stands still while the request is answered. `origin` is the address the request came
    from, for throttles. `record_read` is told whose records were read for the answer; `room` is what is left for its texts.
    """

    viewer: Viewer
    audience: Audience
    request_id: str
    now: datetime
    origin: str
    ports: Ports
    limits: Limits
    record_read: RecordRead = nobody_notes
    room: Room = field(init=False)

    def __post_init__(self) -> None:
        """What is left is counted for each answer by itself."""
        object.__setattr__(self, "room", Room(self.limits.max_answer_chars))


Info: TypeAlias = strawberry.Info[Context, None]


def note_reading(info: Info, pets: Collection[UUID]) -> None:
    """Note that the viewer has been answered with something of the records of these pets."""
    name = info.operation.name
    info.context.record_read(info.context.viewer, frozenset(pets), name.value if name else None)
