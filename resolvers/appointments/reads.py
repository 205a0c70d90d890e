"""Reading the schedule."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from models import Appointment, Location
from models.busy_time import LONGEST
from models.period import Period, day_in, must_be_foreseeable
from resolvers import access, locations

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from resolvers.rows import Rows
    from resolvers.viewer import Viewer


_FIRST = datetime.min.replace(tzinfo=UTC)


def one(viewer: Viewer, appointment_id: UUID | None) -> Rows:
    """The appointment with this key."""
    return access.rows(viewer, Appointment).only(appointment_id)


def mine(viewer: Viewer) -> Rows:
    """The appointments of the viewer's own pets, latest first."""
    return access.rows(viewer, Appointment).sorted_by("-starts_at")


def during(viewer: Viewer, period: Period, *, location_id: UUID | None = None) -> Rows:
    """The appointments that touch the period, soonest first; at one location or at all."""
    scope, values = touching(period)
    rows = access.rows(viewer, Appointment, scope, *values)
    if location_id is not None:
        rows = rows.narrowed("{t}.location_id = ?", location_id)
    return rows.sorted_by("starts_at")


def touching(period: Period) -> tuple[str, tuple[datetime, ...]]:
    """The condition under which an appointment touches the period, and its values.

    Those that began long before are over, and not looked at: a day costs the same after ten years as after one.
    """
    began = max(period.starts_at, _FIRST + LONGEST) - LONGEST
    return "{t}.starts_at < ? AND {t}.starts_at > ? AND {t}.ends_at > ?", (period.ends_at, began, period.starts_at)


async def day(viewer: Viewer, location_id: UUID | None, on: date) -> tuple[Rows, Period]:
    """The location, and the period that is this day on its clock.

    The clock may be the one it had when we last looked: then there is no such row. `day_again` looks anew.

    Raises:
        NotFound: the viewer cannot see the location.
        InvalidInput: no calendar of ours has that year.
    """
    must_be_foreseeable(on, path="on")
    zone = await locations.kept_zone(viewer, location_id)
    rows = access.rows(viewer, Location, "{t}.zone = ?", zone)
    return rows.only(location_id), day_in(ZoneInfo(zone), on)


async def day_again(viewer: Viewer, location_id: UUID | None, on: date) -> tuple[Rows, Period]:
    """As `day`, with the clock that the location has now."""
    locations.forget_zone(location_id)
    return await day(viewer, location_id, on)
