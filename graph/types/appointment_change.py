"""Changes of appointments, as they are pushed."""

from __future__ import annotations

from datetime import datetime

import strawberry

from graph.roles import EVERYBODY, allow
from graph.types.appointment import Appointment
from graph.types.enums import described
from resolvers.appointments import ChangeKind

described(
    ChangeKind,
    "What happened to an appointment.",
    {
        ChangeKind.BOOKED: "It was booked.",
        ChangeKind.MOVED: "It was moved to another time, or to another vet.",
        ChangeKind.CONFIRMED: "The owner has said that she will come.",
        ChangeKind.ARRIVED: "The pet is here.",
        ChangeKind.STARTED: "The visit has begun.",
        ChangeKind.COMPLETED: "The visit is over.",
        ChangeKind.CANCELLED: "It was cancelled.",
        ChangeKind.NO_SHOW: "Nobody came.",
        ChangeKind.RESTORED: "It was cancelled by mistake, and stands again where it stood.",
    },
    name="AppointmentChangeKind",
)


@strawberry.type(
    directives=[allow(EVERYBODY)],
    description=(
        "Something that happened to an appointment. It may come twice, and never not at all: put `appointment` in the"
        " place of whatever you show under `appointmentId`, or take that away where it is null."
    ),
)
class AppointmentChange:
    """Something that happened to an appointment."""

    cursor: str = strawberry.field(
        description="Where the stream stands after this change; give it to `after` when the connection was lost."
    )
    kind: ChangeKind = strawberry.field(description="What happened.")
    at: datetime = strawberry.field(description="When it happened.")
    appointment_id: strawberry.ID = strawberry.field(description="To which appointment.")
    appointment: Appointment | None = strawberry.field(
        description=(
            "The appointment as it is now, which may be newer than this change;"
            " null when it is no longer in what you watch."
        )
    )
