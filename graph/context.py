"""The context: what every resolver may know about the request it works for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

import strawberry

from resolvers.viewer import Audience, Viewer

if TYPE_CHECKING:
    from graph.limits import Limits
    from resolvers.ports import Ports


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
    from, for throttles.
    """

    viewer: Viewer
    audience: Audience
    request_id: str
    now: datetime
    origin: str
    ports: Ports
    limits: Limits


Info: TypeAlias = strawberry.Info[Context, None]
