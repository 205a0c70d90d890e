"""Changes of reminders, as they are pushed."""

from __future__ import annotations

from datetime import datetime

import strawberry

from graph.roles import EVERYBODY, allow
from graph.types.enums import described
from graph.types.reminder import Reminder
from resolvers.reminder_changes import ReminderChangeKind

described(
    ReminderChangeKind,
    "What happened to a reminder.",
    {
        ReminderChangeKind.PLANNED: "Something new is due.",
        ReminderChangeKind.CHANGED: "It is due on another day, or at another location.",
        ReminderChangeKind.DUE: "A day for telling its owners has come, and none of them is reached by letter.",
        ReminderChangeKind.SENT: "A letter about it was sent.",
        ReminderChangeKind.SUPPRESSED: "A visit for it was booked, or the practice holds it.",
        ReminderChangeKind.RESUMED: "It is told again: its visit fell through, or it is not held any more.",
        ReminderChangeKind.COMPLETED: "It was done.",
        ReminderChangeKind.WITHDRAWN: "It is not due any more.",
    },
)


@strawberry.type(
    directives=[allow(EVERYBODY)],
    description=(
        "Something that happened to a reminder. It may come twice, and never not at all: put `reminder` in the place of"
        " whatever you show under `reminderId`, or take that away where it is null."
    ),
)
class ReminderChange:
    """Something that happened to a reminder."""

    cursor: str = strawberry.field(
        description="Where the stream stands after this change; give it to `after` when the connection was lost."
    )
    kind: ReminderChangeKind = strawberry.field(description="What happened.")
    at: datetime = strawberry.field(description="When it happened.")
    reminder_id: strawberry.ID = strawberry.field(description="To which reminder.")
    reminder: Reminder | None = strawberry.field(
        description="The reminder as it is now, which may be newer than this change; null when you do not see it any"
        " more, and when it is at another location now."
    )
