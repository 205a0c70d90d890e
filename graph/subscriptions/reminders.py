"""Watching what is due."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from graph.context import Info
from graph.ids import global_id, key
from graph.live.watch import Watch
from graph.roles import OWNER, STAFF, subscription
from graph.subscriptions.appointments import WHOSE, After
from graph.types.reminder_change import ReminderChange
from models import Location
from resolvers import access, due, reminder_changes, trail
from resolvers.reminder_changes import ReminderChangeKind

if TYPE_CHECKING:
    from resolvers.ports import Vault
    from resolvers.rows import Rows
    from resolvers.trail import Happened
    from resolvers.viewer import Viewer


@strawberry.type
class ReminderSubscriptions:
    """Watching what is due."""

    @subscription(STAFF)
    async def reminder_changed(
        self,
        info: Info,
        location_id: Annotated[strawberry.ID, strawberry.argument(description="Where.")],
        after: After = None,
    ) -> AsyncIterator[ReminderChange | None]:
        """Every change to what is due at a location, in the order in which it was made: its due list stays true by itself.

        What moves to another location comes once more, as null. Ends with RESYNC_REQUIRED when it cannot be told what has
        changed since the cursor, or when changes are not taken as fast as they come: then load the list again.
        `changesCursor` is where to begin.
        """
        viewer, vault = info.context.viewer, info.context.ports.vault
        place = await access.find(viewer, Location, key("Location", location_id), path="locationId")

        async def shown(viewer: Viewer, happened: Happened) -> ReminderChange | None:
            change = reminder_changes.KINDS[happened.kind]  # type: ignore[index]  # only these are watched
            # An event says where it was then; what has moved since is asked where it is now.
            if await reminder_changes.place_of(viewer, happened.subject_id) == place.id:
                return _change(happened, due.one(viewer, happened.subject_id), vault)
            return _change(happened, None, vault) if change is ReminderChangeKind.CHANGED else None

        return Watch(kinds=_KINDS, after=after, shown=shown)  # type: ignore[return-value]

    @subscription(OWNER)
    async def my_reminder_changed(self, info: Info, after: After = None) -> AsyncIterator[ReminderChange | None]:
        """Every change to what is due for the owner's pets, in the order in which it was made.

        Ends with RESYNC_REQUIRED when it cannot be told what has changed since the cursor, and when a pet becomes hers
        or stops being hers: then load them again.
        """
        viewer, vault = info.context.viewer, info.context.ports.vault

        async def shown(viewer: Viewer, happened: Happened) -> ReminderChange | None:
            return _change(happened, due.one(viewer, happened.subject_id), vault)

        return Watch(  # type: ignore[return-value]
            kinds=_KINDS, client_id=viewer.client_id, unsettled_by=WHOSE, after=after, shown=shown
        )


_KINDS = frozenset(reminder_changes.KINDS)


def _change(happened: Happened, rows: Rows | None, vault: Vault) -> ReminderChange:
    reminder: Any = rows
    return ReminderChange(
        cursor=trail.cursor(happened.place, vault),
        kind=reminder_changes.KINDS[happened.kind],  # type: ignore[index]  # only these are watched
        at=happened.at,
        reminder_id=strawberry.ID(global_id("Reminder", happened.subject_id)),
        reminder=reminder,
    )
