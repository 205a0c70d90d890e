"""Quiet hours: when nobody is disturbed by a letter that can wait."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo


def not_before(at: datetime, clock: ZoneInfo, *, opens: int, closes: int) -> datetime:
    """The first moment from `at` on that is between these minutes of the day on the reader's clock; `closes` is outside."""
    local = at.astimezone(clock)
    today = local.date()
    if at < _moment(today, opens, clock):
        return _moment(today, opens, clock)
    if at < _moment(today, closes, clock):
        return at
    return _moment(today + timedelta(days=1), opens, clock)


def is_quiet(at: datetime, clock: ZoneInfo, *, opens: int, closes: int) -> bool:
    """Whether nobody should be disturbed at that moment."""
    return not_before(at, clock, opens=opens, closes=closes) > at


def _moment(day: date, minute: int, clock: ZoneInfo) -> datetime:
    """That minute on the wall, in UTC; one that the clock skips is the same moment by the clock before it."""
    midnight = datetime.combine(day, time(), clock)
    wall = midnight.replace(hour=minute // 60, minute=minute % 60) if minute < 1440 else midnight + timedelta(days=1)
    return wall.astimezone(UTC)
