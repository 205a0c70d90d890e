"""Day sheets."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import models
from graph.reading.shape import itself, many, said, shape
from graph.roles import STAFF
from graph.types.appointment import Appointment
from graph.types.location import Location
from resolvers import appointments

if TYPE_CHECKING:
    from graph.context import Context


def _of_that_day(_context: Context, given: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
    return appointments.touching(given["period"])


@shape(models.Location, STAFF)
class DaySheet:
    """What is planned at a location on one day."""

    on: date = said("The day, on the calendar of the location.", "on")
    location: Location = itself("The location.")
    appointments: list[Appointment] = many(
        "Everything that is planned or was planned that day, soonest first.",
        models.Appointment,
        "location",
        order=("starts_at",),
        narrow=_of_that_day,
    )
    cursor: str = said(
        "Where the stream of changes stood before this was read: give it to `after` of `scheduleChanged`,"
        " and nothing that happens from then on is missed.",
        "cursor",
    )
