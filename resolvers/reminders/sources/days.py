"""Days: dates and moments that were read by raw SQL, as days of the calendar."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from models import sql

if TYPE_CHECKING:
    from resolvers.reminders.animals import Place


def day(value: Any) -> date:
    """A date that is never null."""
    found = sql.as_date(value)
    assert found is not None  # noqa: S101 - the column says so
    return found


def day_at(place: Place, value: Any) -> date:
    """The date of a moment on the calendar of the place."""
    return place.today(sql.as_instant(value))
