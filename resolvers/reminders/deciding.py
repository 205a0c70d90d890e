"""Deciding: who is told of what is due, and why not, when the moment of a step has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Decided:
    """How many reminders were decided, how many letters were written for them, and how many people are not told."""

    reminders: int = 0
    letters: int = 0
    withheld: int = 0


async def decide_due(viewer: Viewer, *, now: datetime, most: int = 1000) -> Decided:
    """Decide the steps whose moment has come, oldest first, some `most` reminders; none decided means that none is left.

    Raises:
        Forbidden, SignedOut: only the practice's own machinery may.
    """
    raise NotImplementedError
