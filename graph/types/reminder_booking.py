"""What to book for something that is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

import strawberry

from graph.ids import global_id
from graph.roles import EVERYBODY, allow
from resolvers import due

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from resolvers.viewer import Viewer


@strawberry.type(
    directives=[allow(EVERYBODY)], description="What to book for something that is due, as `freeTimes` wants it."
)
class ReminderBooking:
    """What to book for something that is due."""

    service_id: strawberry.ID = strawberry.field(description="The id of the service.")
    service_name: str = strawberry.field(description="What the service is called.")
    lasts_minutes: int = strawberry.field(description="How long the visit takes, in minutes.")
    location_id: strawberry.ID = strawberry.field(description="The id of the location where the pet usually is.")
    pet_id: strawberry.ID = strawberry.field(description="The id of the pet.")


async def bookings(viewer: Viewer, reminder_ids: Sequence[UUID]) -> Mapping[UUID, ReminderBooking]:
    """What to book for each of these reminders, with one statement."""
    return {
        key: ReminderBooking(
            service_id=strawberry.ID(global_id("Service", found.service_id)),
            service_name=found.service,
            lasts_minutes=found.lasts_minutes,
            location_id=strawberry.ID(global_id("Location", found.location_id)),
            pet_id=strawberry.ID(global_id("Pet", found.pet_id)),
        )
        for key, found in (await due.bookings(viewer, reminder_ids)).items()
    }
