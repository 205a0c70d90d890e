"""Holding what is due, so that nobody is told of it."""

from __future__ import annotations

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key
from graph.roles import STAFF
from graph.types.reminder import Reminder
from models.refusal import AlreadySo, PetHasDied, ReminderEnded
from resolvers import due, holding
from resolvers.access import Deed


@deed_input(STAFF)
class HoldReminderInput:
    """Something that is due and of which nobody is to be told."""

    reminder_id: strawberry.ID = said("Which reminder; it must still be due.")
    because: str = said("Why, 1 to 200 characters; owners do not see it.")
    idempotency_key: str = said(KEY)


@deed_input(STAFF)
class ResumeReminderInput:
    """Something that is due and of which people may be told again."""

    reminder_id: strawberry.ID = said("Which reminder; somebody must hold it.")
    idempotency_key: str = said(KEY)


@payload(STAFF)
class ReminderHeld:
    """Nobody is told of it until it is resumed; a letter that waits is not sent with it."""

    reminder: Reminder = said("The reminder as it is now.")


@payload(STAFF)
class ReminderResumed:
    """It is told again, from the next step on; what was left out meanwhile is not made up for."""

    reminder: Reminder = said("The reminder as it is now.")


@strawberry.type
class ReminderMutations:
    """Holding what is due."""

    @mutation(Deed.HOLD_REMINDER, ReminderHeld, PetHasDied, ReminderEnded, AlreadySo)
    async def hold_reminder(self, info: Info, input: HoldReminderInput) -> object:
        """Tell nobody of something that is due, until it is resumed: held in the name of whoever is signed in."""
        viewer, reminder_id = info.context.viewer, key("Reminder", input.reminder_id)
        held = await holding.hold(viewer, reminder_id, input.because, key=input.idempotency_key, now=info.context.now)
        return answered(ReminderHeld, reminder=due.one(viewer, held))

    @mutation(Deed.RESUME_REMINDER, ReminderResumed, PetHasDied, ReminderEnded, AlreadySo)
    async def resume_reminder(self, info: Info, input: ResumeReminderInput) -> object:
        """Let something that is held be told again."""
        viewer, reminder_id = info.context.viewer, key("Reminder", input.reminder_id)
        resumed = await holding.resume(viewer, reminder_id, key=input.idempotency_key, now=info.context.now)
        return answered(ReminderResumed, reminder=due.one(viewer, resumed))
