"""Reading the schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import Appointment, Location
from models.period import Period, day_in, must_be_foreseeable
from resolvers import access

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from resolvers.rows import Rows
    from resolvers.viewer import Viewer


def one(viewer: Viewer, appointment_id: UUID | None) -> Rows:
    """The appointment with this key."""
    return access.rows(viewer, Appointment, "{t}.id = ?", appointment_id)


def mine(viewer: Viewer) -> Rows:
    """The appointments of the viewer's own pets, latest first."""
    return access.rows(viewer, Appointment).sorted_by("-starts_at")


def during(viewer: Viewer, period: Period, *, location_id: UUID | None = None) -> Rows:
    """The appointments that touch the period, soonest first; at one location or at all."""
    rows = access.rows(viewer, Appointment, "{t}.starts_at < ? AND {t}.ends_at > ?", period.ends_at, period.starts_at)
    if location_id is not None:
        rows = rows.narrowed("{t}.location_id = ?", location_id)
    return rows.sorted_by("starts_at")


async def day(viewer: Viewer, location_id: UUID | None, on: date) -> tuple[Location, Rows]:
    """The location, and its appointments of that local day, soonest first.

    Raises:
        NotFound: the viewer cannot see the location.
        InvalidInput: no calendar of ours has that year.
    """
    must_be_foreseeable(on, path="on")
    location = await access.find(viewer, Location, location_id, path="locationId")
    return location, during(viewer, day_in(location.clock, on), location_id=location.id)
