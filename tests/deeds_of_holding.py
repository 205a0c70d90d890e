"""The deeds about what is held: who may do them, and how they are called directly."""

from __future__ import annotations

from typing import Any

from resolvers import holding
from resolvers.access import Deed
from tests.world import NOW, a_check_up


def join(line: Any, staff: frozenset[str]) -> None:
    """Add the lines to the table of every deed."""

    @line(Deed.HOLD_REMINDER, staff, in_own_name=True)
    async def _(scene, viewer):
        reminder = await a_check_up(scene.world.pet)
        await holding.hold(viewer, reminder.id, "She is abroad.", key="k", now=NOW)

    @line(Deed.RESUME_REMINDER, staff)
    async def _(scene, viewer):
        held = {"state": "SUPPRESSED", "reason": "HELD", "held_because": "She is abroad."}
        reminder = await a_check_up(scene.world.pet, **held)
        await holding.resume(viewer, reminder.id, key="k", now=NOW)
