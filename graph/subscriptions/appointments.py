"""Watching the schedule."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from graph.context import Info
from graph.ids import global_id, key
from graph.live.watch import Watch
from graph.roles import OWNER, STAFF, subscription
from graph.types.appointment_change import AppointmentChange
from models import EventKind
from resolvers import appointments, trail

if TYPE_CHECKING:
    from resolvers.ports import Vault
    from resolvers.rows import Rows
    from resolvers.trail import Happened
    from resolvers.viewer import Viewer

After = Annotated[
    str | None,
    strawberry.argument(
        description=(
            "Everything that happened after this cursor, then whatever happens: of a change you got, or of what you"
            " loaded. Without it, whatever happens from now on."
        )
    ),
]


@strawberry.type
class AppointmentSubscriptions:
    """Watching the schedule."""

    @subscription(STAFF)
    async def schedule_changed(
        self,
        info: Info,
        location_id: Annotated[strawberry.ID, strawberry.argument(description="Where.")],
        from_: Annotated[
            date, strawberry.argument(name="from", description="The first day, on the calendar of the location.")
        ],
        to: Annotated[date, strawberry.argument(description="The last day, included.")],
        after: After = None,
    ) -> AsyncIterator[AppointmentChange | None]:
        """Every change to what is planned at a location on these days, in the order in which it was made.

        An appointment that leaves these days comes once more, as null. Ends with RESYNC_REQUIRED when it cannot be told
        what has changed since the cursor, or when changes are not taken as fast as they come: then load the days again.
        """
        viewer, vault = info.context.viewer, info.context.ports.vault
        opened = await appointments.window(viewer, key("Location", location_id), from_, to)

        async def shown(viewer: Viewer, happened: Happened) -> AppointmentChange | None:
            now_at = await appointments.visible_visit(viewer, happened.subject_id)
            if not appointments.touched(happened, opened, now_at):
                return None
            is_inside = now_at is not None and opened.holds(*now_at)
            rows = appointments.one_within(viewer, happened.subject_id, opened) if is_inside else None
            return _change(happened, rows, vault)

        return Watch(kinds=_KINDS, location_id=opened.location_id, after=after, shown=shown)  # type: ignore[return-value]

    @subscription(OWNER)
    async def my_appointment_changed(self, info: Info, after: After = None) -> AsyncIterator[AppointmentChange | None]:
        """Every change to an appointment of the owner's pets, whoever made it, in the order in which it was made.

        Ends with RESYNC_REQUIRED when it cannot be told what has changed since the cursor, and when a pet becomes hers
        or stops being hers: then load them again.
        """
        viewer, vault = info.context.viewer, info.context.ports.vault

        async def shown(viewer: Viewer, happened: Happened) -> AppointmentChange | None:
            if await appointments.visible_visit(viewer, happened.subject_id) is None:
                return None
            return _change(happened, appointments.one(viewer, happened.subject_id), vault)

        return Watch(  # type: ignore[return-value]
            kinds=_KINDS, client_id=viewer.client_id, unsettled_by=WHOSE, after=after, shown=shown
        )


_KINDS = frozenset(appointments.KINDS)
WHOSE = frozenset(
    {
        EventKind.OWNERSHIP_ADDED,
        EventKind.OWNERSHIP_AMENDED,
        EventKind.OWNERSHIP_ENDED,
        EventKind.ACCOUNT_LINKED,
        EventKind.ACCOUNT_UNLINKED,
    }
)
"""What changes whose pets they are, or who she is."""


def _change(happened: Happened, rows: Rows | None, vault: Vault) -> AppointmentChange:
    appointment: Any = rows
    return AppointmentChange(
        cursor=trail.cursor(happened.place, vault),
        kind=appointments.KINDS[happened.kind],  # type: ignore[index]  # only these are watched
        at=happened.at,
        appointment_id=strawberry.ID(global_id("Appointment", happened.subject_id)),
        appointment=appointment,
    )
