"""The deeds about what is held: who may do them, and how they are called directly."""

from __future__ import annotations

from typing import Any

from models import Reminder, ReminderReason, ReminderState
from resolvers import holding
from resolvers.access import Deed
from tests.world import NOW, World, a_check_up, a_reminder, a_rule


async def what_is_due(world: World) -> None:
    """Something that is due, and something that is held."""
    await a_reminder(world.pet, await a_rule("Dental"), subject="DUE")
    await a_check_up(world.pet, state=ReminderState.SUPPRESSED, reason=ReminderReason.HELD, held_because="Abroad.")


def join(line: Any, staff: frozenset[str]) -> None:
    """Add the lines to the table of every deed."""

    @line(Deed.HOLD_REMINDER, staff, in_own_name=True)
    async def _(_scene, viewer):
        reminder = await Reminder.get(subject="DUE")
        await holding.hold(viewer, reminder.id, "She is abroad.", key="k", now=NOW)

    @line(Deed.RESUME_REMINDER, staff)
    async def _(_scene, viewer):
        reminder = await Reminder.get(reason=ReminderReason.HELD)
        await holding.resume(viewer, reminder.id, key="k", now=NOW)
