"""Quiet hours: when nobody is disturbed by a letter that can wait."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from models.period import on_the_wall

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo


def not_before(at: datetime, clock: ZoneInfo, *, opens: int, closes: int) -> datetime:
    """The first moment from `at` on that is between these minutes of the day on the reader's clock; `closes` is outside."""
    local = at.astimezone(clock)
    today = local.date()
    if at < on_the_wall(today, opens, clock):
        return on_the_wall(today, opens, clock)
    if at < on_the_wall(today, closes, clock):
        return at
    return on_the_wall(today + timedelta(days=1), opens, clock)
