"""Deaths, what they end, and what comes back."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.roles import EVERYBODY, STAFF, allow
from graph.types.enums import described
from models.death import EndingKind, StayedBecause

if TYPE_CHECKING:
    from graph.types.appointment import Appointment

described(
    EndingKind,
    "A kind of thing that the death of a pet ends. More may come.",
    {
        EndingKind.APPOINTMENT: "An appointment that was to come: it is cancelled.",
        EndingKind.LETTER: "A letter that was waiting to be sent: it is withdrawn.",
        EndingKind.TREATMENT_PLAN: "A treatment plan that was going on: it is stopped.",
        EndingKind.TREATMENT_STEP: "An open step of a treatment plan: it is skipped.",
        EndingKind.PRESCRIPTION: "A prescription that could still be repeated: it is stopped.",
        EndingKind.VACCINATION_DUE: "A vaccination that is due: nobody waits for it any more.",
        EndingKind.REMINDER: "A reminder of care that is due: nobody is told of it any more.",
    },
)
described(
    StayedBecause,
    "Why something did not come back when a death was undone. More may come.",
    {
        StayedBecause.TIME_HAS_PASSED: "Its time has passed.",
        StayedBecause.TIME_IS_TAKEN: "The vet, the room or the pet has something else at that time now.",
        StayedBecause.NOT_OFFERED: "The vet has left, the room is not used any more, or the location is closed then.",
        StayedBecause.OUTSIDE_HOURS: "The location is not open, or the vet not at work there, for all of that time now.",
        StayedBecause.NO_LONGER_TRUE: "What the letter says is not true any more.",
        StayedBecause.CHANGED_SINCE: "Somebody, or what it belongs to, has changed it since; or it was sent nevertheless.",
    },
)


@strawberry.type(directives=[allow(EVERYBODY)], description="The death of a pet.")
class Death:
    """The death of a pet."""

    died_on: date = strawberry.field(description="When it died.")
    recorded_at: datetime | None = strawberry.field(
        description="When the practice learned of it.", directives=[allow(STAFF)]
    )
    recorded_by: str | None = strawberry.field(
        description="The name of who recorded it; null when nobody in particular did.", directives=[allow(STAFF)]
    )
    is_reported_by_owner: bool | None = strawberry.field(
        description="Whether an owner reported it, and not the practice.", directives=[allow(STAFF)]
    )


@strawberry.type(directives=[allow(EVERYBODY)], description="One thing that a death ends, or that came back.")
class EndedThing:
    """One thing that a death ends."""

    what: str = strawberry.field(
        description=(
            "What it is: of a plan its title, of a step what was to be done, of a prescription the medicine, of"
            " what is due the disease; of a"
            " letter one of `APPOINTMENT_BOOKED`, `APPOINTMENT_MOVED`, `APPOINTMENT_CANCELLED` and `COMING_VISIT`, or"
            " another word in capitals that may come."
        )
    )
    at: datetime | None = strawberry.field(description="Of a letter, when it was to be sent; else null.")
    on: date | None = strawberry.field(
        description="Of a plan its first day, of a step when it is due, of a prescription how long it is good, of a dose when it"
        " is due; or null."
    )
    to: str | None = strawberry.field(description="Of a letter, the name of whom it is for; else null.")


@strawberry.type(directives=[allow(EVERYBODY)], description="What a death ends of one kind.")
class EndedThings:
    """What a death ends of one kind."""

    kind: EndingKind = strawberry.field(description="Which kind; appointments stand by themselves.")
    count: int = strawberry.field(description="How many there are, those included that are not the viewer's to see.")
    things: list[EndedThing] = strawberry.field(
        description="Those that are the viewer's to see, the oldest first; an owner sees letters to herself alone.",
        metadata={"size": 10},
    )


@strawberry.type(directives=[allow(EVERYBODY)], description="Everything that a death ends, or that came back.")
class Ended:
    """Everything that a death ends."""

    appointments: list[Annotated[Appointment, strawberry.lazy("graph.types.appointment")]] = strawberry.field(
        description="The appointments, soonest first.", metadata={"size": 5}
    )
    others: list[EndedThings] = strawberry.field(
        description="Everything else by kind, each kind of which there is something.", metadata={"size": 5}
    )


@strawberry.type(directives=[allow(STAFF)], description="What did not come back, for one reason.")
class StayedEnded:
    """What did not come back, for one reason."""

    because: StayedBecause = strawberry.field(description="Why.")
    what: Ended = strawberry.field(description="What: of the appointments somebody has to be called.")
