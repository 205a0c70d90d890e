"""Planning: following the trail of what happened, so that reminders stay true to the facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Planned:
    """How many pets were looked at, and how many of their reminders are new or were changed."""

    pets: int = 0
    reminders: int = 0


async def plan_due(viewer: Viewer, *, now: datetime, most: int = 1000) -> Planned:
    """Work out anew the pets that something happened to, or time itself, some `most` of them; no pet means that none is left.

    Raises:
        Forbidden, SignedOut: only the practice's own machinery may.
    """
    raise NotImplementedError
