"""Asking for the schedule: days, appointments, free times."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Annotated, Any, TypeAlias

import strawberry

from graph import free_times as shown
from graph.context import Info
from graph.ids import key, maybe_key
from graph.limits import bad_input
from graph.reading import Paged, Shown
from graph.reading.connection import Connection
from graph.reading.pages import After, Before, First, Last, page
from graph.roles import EVERYBODY, OWNER, STAFF, field
from graph.selected import selects
from graph.types.appointment import Appointment
from graph.types.day_sheet import DaySheet
from graph.types.free_time import FreeTime
from models.period import Period
from models.refusal import NotFound
from resolvers import appointments, free_times, trail
from resolvers.free_times import Search

_Day: TypeAlias = Callable[..., Awaitable[Any]]


@strawberry.type
class AppointmentQueries:
    """Asking for the schedule."""

    @field(STAFF)
    async def day(
        self,
        info: Info,
        location_id: Annotated[strawberry.ID, strawberry.argument(description="Where.")],
        on: Annotated[date, strawberry.argument(description="The day, on the calendar of the location.")],
    ) -> DaySheet | None:
        """The day sheet of a location; null when there is no such location."""
        viewer, location = info.context.viewer, key("Location", location_id)
        # Before anything else is read: a change may be seen twice, and none is missed.
        cursor = await _cursor(info) if selects(info, "cursor") else ""

        async def shown(day: _Day, otherwise: Callable[[], Awaitable[Shown | None]] | None) -> Shown | None:
            try:
                rows, period = await day(viewer, location, on)
            except NotFound:
                return None
            return Shown(rows, "DaySheet", {"on": on, "period": period, "cursor": cursor}, otherwise)

        return await shown(appointments.day, lambda: shown(appointments.day_again, None))  # type: ignore[return-value]

    @field(STAFF)
    async def appointments(
        self,
        info: Info,
        starts_before: Annotated[datetime, strawberry.argument(description="Those that start before this moment.")],
        ends_after: Annotated[datetime, strawberry.argument(description="Those that end after this moment.")],
        location_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those at this location.")
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Appointment] | None:
        """The appointments that touch a period, soonest first."""
        if starts_before <= ends_after:
            raise bad_input("The period ends before it starts.")
        period = Period(ends_after, starts_before)
        rows = appointments.during(info.context.viewer, period, location_id=maybe_key("Location", location_id))
        return Paged(rows, page(first=first, after=after, last=last, before=before, most=info.context.limits.max_page))  # type: ignore[return-value]

    # A month is searched and up to a thousand starts are answered: 25 such in one document, or 6 with their vets.
    @field(EVERYBODY, metadata={"cost": 1, "size": 200})
    async def free_times(
        self,
        info: Info,
        service_id: Annotated[strawberry.ID, strawberry.argument(description="For what.")],
        location_id: Annotated[strawberry.ID, strawberry.argument(description="Where.")],
        from_: Annotated[
            date, strawberry.argument(name="from", description="The first day, on the calendar of the location.")
        ],
        to: Annotated[date, strawberry.argument(description="The last day, included; at most 31 days in all.")],
        pet_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="For which pet, so that its own visits are kept free."),
        ] = None,
        vet_id: Annotated[strawberry.ID | None, strawberry.argument(description="Only with this vet.")] = None,
    ) -> list[FreeTime] | None:
        """When a service can be had, soonest first, one entry a start; null when something named does not exist."""
        viewer = info.context.viewer
        search = Search(
            service_id=key("Service", service_id),
            location_id=key("Location", location_id),
            first=from_,
            last=to,
            pet_id=maybe_key("Pet", pet_id),
            vet_id=maybe_key("Staff", vet_id),
        )
        try:
            _, free = await free_times.found(viewer, search, now=info.context.now)
        except NotFound:
            return None
        return shown.shown(viewer, free)

    @field(OWNER)
    async def my_appointments(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Appointment] | None:
        """The appointments of the owner's pets, latest first."""
        rows = appointments.mine(info.context.viewer)
        return Paged(rows, page(first=first, after=after, last=last, before=before, most=info.context.limits.max_page))  # type: ignore[return-value]

    @field(EVERYBODY)
    async def changes_cursor(self, info: Info) -> str | None:
        """Where the stream of changes stands now.

        Ask for it in a request of its own before you load what you show, and give it to `after` of a subscription:
        then nothing that happens from then on is missed.
        """
        return await _cursor(info)


async def _cursor(info: Info) -> str:
    return trail.cursor(await trail.latest(), info.context.ports.vault)
