"""The deeds of whoever plans reminders: who may do them, and how they are called directly."""

from __future__ import annotations

from typing import Any

from resolvers import reminders
from resolvers.access import Deed
from tests.world import NOW


def join(line: Any) -> None:
    """Add the lines to the table of every deed."""

    @line(Deed.PLAN_REMINDERS)
    async def _(_scene, viewer):
        await reminders.plan_due(viewer, now=NOW)
        await reminders.decide_due(viewer, now=NOW)
