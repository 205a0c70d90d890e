"""Appointments, live: what an event says about the schedule to somebody who has it open."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from models import Appointment, EventKind, Location, sql
from models.period import Period, day_in, must_be_foreseeable
from models.refusal import InvalidInput
from resolvers import access

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from uuid import UUID

    from resolvers.rows import Rows
    from resolvers.trail import Happened
    from resolvers.viewer import Viewer


class ChangeKind(StrEnum):
    """What happened to an appointment."""

    BOOKED = "BOOKED"
    MOVED = "MOVED"
    CONFIRMED = "CONFIRMED"
    ARRIVED = "ARRIVED"
    STARTED = "STARTED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    NO_SHOW = "NO_SHOW"
    RESTORED = "RESTORED"


KINDS: Final[Mapping[EventKind, ChangeKind]] = {EventKind[f"APPOINTMENT_{kind.name}"]: kind for kind in ChangeKind}
"""The events that are about an appointment."""


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the schedule that somebody has open: a location, and a stretch of its days."""

    location_id: UUID
    period: Period

    def holds(self, location_id: Any, visit: Period) -> bool:
        """Whether a visit there and then is inside."""
        return bool(location_id == self.location_id) and self.period.overlaps(visit)


async def window(viewer: Viewer, location_id: UUID | None, first: date, last: date) -> Window:
    """The days from `first` to `last`, both included, on the calendar of the location.

    Raises:
        NotFound: the viewer cannot see the location.
        InvalidInput: no calendar of ours has those years, or the last day comes before the first.
    """
    must_be_foreseeable(first, path="from")
    must_be_foreseeable(last, path="to")
    if last < first:
        raise InvalidInput("The last day comes before the first. Please swap them.", path=("to",))
    location = await access.find(viewer, Location, location_id, path="locationId")
    return Window(location.id, Period(day_in(location.clock, first).starts_at, day_in(location.clock, last).ends_at))


async def visible_visit(viewer: Viewer, appointment_id: UUID) -> tuple[UUID, Period] | None:
    """Where and when the appointment is now; none when the viewer does not see it. One statement."""
    condition, values = access.sight(viewer, Appointment, "t")
    found = await sql.tuples(
        f"SELECT t.location_id, t.starts_at, t.ends_at FROM appointment t WHERE t.id = ? AND ({condition})",
        (appointment_id, *values),
    )
    if not found:
        return None
    location_id, starts_at, ends_at = found[0]
    return sql.as_key(location_id), Period(sql.as_instant(starts_at), sql.as_instant(ends_at))


def touched(happened: Happened, opened: Window, now_at: tuple[UUID, Period] | None) -> bool:
    """Whether the event concerns this part of the schedule: the visit is in it, came into it, or left it."""
    visits = [(happened.location_id, visit) for visit in (happened.old, happened.new) if visit is not None]
    return any(opened.holds(*visit) for visit in (*visits, *([now_at] if now_at else ())))


def one_within(viewer: Viewer, appointment_id: UUID, opened: Window) -> Rows:
    """The appointment with this key, as long as it is in this part of the schedule."""
    return access.rows(
        viewer,
        Appointment,
        "{t}.id = ? AND {t}.location_id = ? AND {t}.starts_at < ? AND {t}.ends_at > ?",
        appointment_id,
        opened.location_id,
        opened.period.ends_at,
        opened.period.starts_at,
    )
