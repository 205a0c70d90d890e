"""Counting: how far the reminders are behind what happened, and behind the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import sql
from resolvers.reminders import trail

if TYPE_CHECKING:
    from datetime import datetime

_BEHIND = (
    "SELECT 'PLANNED', COUNT(*) FROM event "  # noqa: S608 - only marks
    f"WHERE number > (SELECT last_number FROM reminder_progress) AND kind IN ({sql.marks(len(trail.KINDS))}) "
    "UNION ALL SELECT 'DECIDED', COUNT(*) FROM reminder WHERE next_step_at <= ?"
)


async def behind(*, now: datetime) -> dict[str, int]:
    """How many events were not planned by yet (PLANNED), and how many steps were not decided (DECIDED). One statement."""
    found = await sql.tuples(_BEHIND, (*trail.KINDS, now))
    return {str(what): int(count) for what, count in found}
