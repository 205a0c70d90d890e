"""Dates: moments and days as documents write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

_YEARS = range(1900, 2101)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?P<zone>[Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)


def with_a_zone(text: str) -> str:
    """The same text, in UTC where it says no zone, and at noon where it says only a day."""
    if _DAY.fullmatch(text):
        return f"{text}T12:00:00Z"
    found = _MOMENT.fullmatch(text)
    return f"{text}Z" if found and not found["zone"] else text


def instant_of(text: Any) -> datetime | None:
    """The moment in UTC; None when it is none, says no zone, or lies in no time that we know."""
    found = _MOMENT.fullmatch(text) if isinstance(text, str) else None
    if found is None or not found["zone"]:
        return None
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.year in _YEARS else None


def day_of(text: Any) -> date | None:
    """The day of the calendar; None when it is none, or lies in no time that we know."""
    if not isinstance(text, str) or not _DAY.fullmatch(text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in _YEARS else None
