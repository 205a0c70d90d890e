"""Watch: what a subscription wants to hear of, said by its resolver before anything has happened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
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
    go on from. What is watched for a client is never shared with anybody; events `unsettled_by` change what there is to
    watch for her, which no answer could tell: then she loads everything again.
    """

    kinds: frozenset[EventKind]
    shown: Callable[[Viewer, Happened], Awaitable[Any | None]]
    location_id: UUID | None = None
    client_id: UUID | None = None
    unsettled_by: frozenset[EventKind] = frozenset()
    after: str | None = None

    @property
    def every_kind(self) -> frozenset[EventKind]:
        """The kinds that could be of interest."""
        return self.kinds | self.unsettled_by

    def concerns(self, happened: Happened, owners: Mapping[UUID, Collection[UUID]]) -> bool:
        """Whether the event could be of interest, given whom such subjects concern as owners."""
        if happened.kind not in self.every_kind:
            return False
        if self.client_id is not None:
            return self.client_id in owners.get(happened.subject_id, ())
        return self.location_id in (None, happened.location_id)
