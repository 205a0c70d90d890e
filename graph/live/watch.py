"""Watch: what a subscription wants to hear of, said by its resolver before anything has happened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from models import EventKind
    from resolvers.trail import Happened
    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Watch:
    """Events of these kinds: at one location, or about what one client owns.

    `shown` is what one of them shows to a viewer, read through `access` at that moment: the root value of the answer,
    or None when the event does not concern what is watched, or is not the viewer's to know of. `after` is the cursor to
    go on from. What is watched for a client is never shared with anybody.
    """

    kinds: frozenset[EventKind]
    shown: Callable[[Viewer, Happened], Awaitable[Any | None]]
    location_id: UUID | None = None
    client_id: UUID | None = None
    after: str | None = None

    def may_concern(self, happened: Happened) -> bool:
        """Whether the event could be of interest, as far as that can be told without reading a row."""
        return happened.kind in self.kinds and self.location_id in (None, happened.location_id)
