"""Asking for what is due, and for what was sent."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import strawberry

from graph.context import Info
from graph.ids import key, maybe_key
from graph.limits import bad_input
from graph.reading import Paged
from graph.reading.connection import Connection
from graph.reading.pages import After, Before, First, Last, page
from graph.roles import OWNER, STAFF, field
from graph.types.message import Message
from graph.types.reminder import Reminder
from graph.types.reminder_enums import Letter, MessageState, ReminderState
from graph.types.undeliverable_address import UndeliverableAddress
from resolvers import due, mailings
from resolvers.due import Days
from resolvers.mailings import Wanted

Where = Annotated[
    strawberry.ID, strawberry.argument(description="For pets whose place this location is. An unknown one has none.")
]
From = Annotated[
    date, strawberry.argument(name="from", description="Due on this day or later, on the calendar of the location.")
]
To = Annotated[date, strawberry.argument(description="Due on this day or before.")]


@strawberry.type
class ReminderQueries:
    """Asking for what is due, and for what was sent."""

    @field(STAFF)
    async def due_list(
        self,
        info: Info,
        location_id: Where,
        from_: From,
        to: To,
        states: Annotated[
            list[ReminderState] | None,
            strawberry.argument(
                description="Only what stands so; what is still due, told or not, when nothing is said."
            ),
        ] = None,
        rule_id: Annotated[strawberry.ID | None, strawberry.argument(description="Only by this rule.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Reminder] | None:
        """What is due at a location on these days, soonest first, whether it is told or not."""
        days, rule = _days(location_id, from_, to), maybe_key("ReminderRule", rule_id)
        rows = due.listed(info.context.viewer, days, due.STILL_TO_DO if states is None else states, rule)
        return Paged(rows, page(first=first, after=after, last=last, before=before, most=info.context.limits.max_page))  # type: ignore[return-value]

    @field(STAFF)
    async def call_list(
        self,
        info: Info,
        location_id: Where,
        from_: From,
        to: To,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Reminder] | None:
        """What is due at a location on these days and no letter tells, soonest first: call one of the owners of the pet.

        Of each, no owner is reached by e-mail: she did not agree, has no address, or nobody reads it. What is held or
        booked is not here.
        """
        rows = due.to_be_called(info.context.viewer, _days(location_id, from_, to))
        return Paged(rows, page(first=first, after=after, last=last, before=before, most=info.context.limits.max_page))  # type: ignore[return-value]

    @field(OWNER)
    async def my_reminders(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Reminder] | None:
        """What is still due for the pets of the owner, soonest first; what is booked already is among it."""
        rows = due.mine(info.context.viewer)
        return Paged(rows, page(first=first, after=after, last=last, before=before, most=info.context.limits.max_page))  # type: ignore[return-value]


@strawberry.type
class MessageQueries:
    """Asking for what was sent."""

    @field(STAFF)
    async def messages(
        self,
        info: Info,
        states: Annotated[
            list[MessageState] | None,
            strawberry.argument(description="Only those that stand so: `[DOUBTFUL, FAILED]` want somebody to look."),
        ] = None,
        letter: Annotated[Letter | None, strawberry.argument(description="Only those about this.")] = None,
        from_: Annotated[
            datetime | None,
            strawberry.argument(name="from", description="Only those that were written from this moment on."),
        ] = None,
        to: Annotated[
            datetime | None, strawberry.argument(description="Only those that were written before this moment.")
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Message] | None:
        """The letters to clients, those that were written last first."""
        rows = mailings.listed(info.context.viewer, Wanted(states, letter, from_, to))
        return Paged(rows, page(first=first, after=after, last=last, before=before, most=info.context.limits.max_page))  # type: ignore[return-value]

    @field(OWNER)
    async def my_messages(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Message] | None:
        """The letters that were sent to the owner, the latest first, also those about pets that she does not own any more."""
        rows = mailings.mine(info.context.viewer)
        return Paged(rows, page(first=first, after=after, last=last, before=before, most=info.context.limits.max_page))  # type: ignore[return-value]

    @field(STAFF)
    async def undeliverable_addresses(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[UndeliverableAddress] | None:
        """The e-mail addresses at which nothing arrives, those that were found last first."""
        rows = mailings.undeliverable(info.context.viewer)
        return Paged(rows, page(first=first, after=after, last=last, before=before, most=info.context.limits.max_page))  # type: ignore[return-value]


def _days(location_id: strawberry.ID, first: date, last: date) -> Days:
    if last < first:
        raise bad_input("The period ends before it starts.")
    return Days(key("Location", location_id), first, last)
