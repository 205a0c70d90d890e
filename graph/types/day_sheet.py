"""Day sheets."""

from __future__ import annotations

from datetime import date

import strawberry

from graph.roles import STAFF, allow
from graph.types.appointment import Appointment
from graph.types.location import Location


@strawberry.type(directives=[allow(STAFF)], description="What is planned at a location on one day.")
class DaySheet:
    """What is planned at a location on one day."""

    on: date = strawberry.field(description="The day, on the calendar of the location.")
    location: Location = strawberry.field(description="The location.")
    appointments: list[Appointment] = strawberry.field(
        description="Everything that is planned or was planned that day, soonest first."
    )
    cursor: str = strawberry.field(
        description=(
            "Where the stream of changes stood before this was read: give it to `after` of `scheduleChanged`,"
            " and nothing that happens from then on is missed."
        )
    )
