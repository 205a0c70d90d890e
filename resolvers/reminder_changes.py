"""Changes of reminders: what an event says about something due to somebody who has it on a screen."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from models import EventKind, Reminder, sql
from resolvers import access

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from resolvers.viewer import Viewer


class ReminderChangeKind(StrEnum):
    """What happened to a reminder."""

    PLANNED = "PLANNED"
    CHANGED = "CHANGED"
    DUE = "DUE"
    SENT = "SENT"
    SUPPRESSED = "SUPPRESSED"
    RESUMED = "RESUMED"
    COMPLETED = "COMPLETED"
    WITHDRAWN = "WITHDRAWN"


KINDS: Final[Mapping[EventKind, ReminderChangeKind]] = {
    EventKind[f"REMINDER_{kind.name}"]: kind for kind in ReminderChangeKind
}
"""The events that are about a reminder."""


async def place_of(viewer: Viewer, reminder_id: UUID) -> UUID | None:
    """The location where the reminder is now; None where the viewer does not see it. One statement."""
    condition, values = access.sight(viewer, Reminder, "t")
    found = await sql.tuples(
        f"SELECT t.location_id FROM reminder t WHERE t.id = ? AND ({condition})",  # noqa: S608 - our own names
        (reminder_id, *values),
    )
    return sql.as_key(found[0][0]) if found else None
