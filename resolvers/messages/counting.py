"""Counting: how many letters should have gone out by now, and of how many nobody knows whether they arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import sql

if TYPE_CHECKING:
    from datetime import datetime


async def counted(*, now: datetime) -> dict[str, int]:
    """How many letters could go out now (WAITING), and how many are in doubt (DOUBTFUL). One statement."""
    found = await sql.tuples(
        "SELECT 'WAITING', COUNT(*) FROM message WHERE state = 'WAITING' AND not_before <= ? "
        "UNION ALL SELECT 'DOUBTFUL', COUNT(*) FROM message WHERE state = 'DOUBTFUL'",
        (now,),
    )
    return {str(state): int(count) for state, count in found}
