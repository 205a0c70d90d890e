"""Holding: nobody is told of something that is due, until somebody of the staff lets it go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import EventKind, Pet, Reminder, ReminderReason, ReminderState, sql
from models.refusal import AlreadySo, PetHasDied, ReminderEnded
from models.text import named
from resolvers import access, events, retries
from resolvers.access import Deed
from resolvers.changes import write
from resolvers.events import Happening
from resolvers.locks import hold as held_row

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any
    from uuid import UUID

    from resolvers.retries import Outcome
    from resolvers.viewer import Viewer

_ENDED = (ReminderState.COMPLETED, ReminderState.WITHDRAWN)


async def hold(viewer: Viewer, reminder_id: UUID | None, because: str, *, key: str, now: datetime) -> UUID:
    """Tell nobody of it, whatever comes, until it is let go on; in the name of whoever is signed in.

    Raises:
        NotFound: the reminder is not the viewer's to see.
        PetHasDied: its pet has died.
        ReminderEnded: it was done, or is not due any more.
        AlreadySo: somebody holds it already.
        InvalidInput: the reason makes no sense.
    """
    access.may(viewer, Deed.HOLD_REMINDER)
    asked = {"reminder": str(reminder_id), "because": because}
    retry = retries.asked(viewer, Deed.HOLD_REMINDER, key, asked, now=now)

    async def work() -> Outcome:
        by = access.the_person(viewer)
        found = await access.find(viewer, Reminder, reminder_id, path="reminderId")
        reason = named(because, path=("because",))
        async with in_transaction():
            await retry.keep(reminder=found.id)
            reminder = await _open(found)
            if reminder.held_because:
                raise AlreadySo(path=("reminderId",))
            stands = {"state": ReminderState.SUPPRESSED, "reason": ReminderReason.HELD, "next_step_at": None}
            held = {"held_because": reason, "held_by_id": by, **stands}
            await _write(viewer, reminder, EventKind.REMINDER_SUPPRESSED, held, now=now)
        return {"reminder": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["reminder"])


async def resume(viewer: Viewer, reminder_id: UUID | None, *, key: str, now: datetime) -> UUID:
    """Let it go on: it is told again as if nobody had held it, from the next step on.

    Raises:
        NotFound: the reminder is not the viewer's to see.
        PetHasDied: its pet has died.
        ReminderEnded: it was done, or is not due any more.
        AlreadySo: nobody holds it.
    """
    access.may(viewer, Deed.RESUME_REMINDER)
    retry = retries.asked(viewer, Deed.RESUME_REMINDER, key, {"reminder": str(reminder_id)}, now=now)

    async def work() -> Outcome:
        found = await access.find(viewer, Reminder, reminder_id, path="reminderId")
        async with in_transaction():
            await retry.keep(reminder=found.id)
            reminder = await _open(found)
            if not reminder.held_because:
                raise AlreadySo(path=("reminderId",))
            # Whatever has come meanwhile, a visit or a step, is looked at as soon as anybody does.
            stands = {**_as_before(reminder), "look_again_at": now}
            let_go = {"held_because": "", "held_by_id": None, **stands}
            await _write(viewer, reminder, EventKind.REMINDER_RESUMED, let_go, now=now)
        return {"reminder": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["reminder"])


async def _open(found: Reminder) -> Reminder:
    """The reminder of a living pet that is still due, held after its pet."""
    pet = await held_row(Pet, found.pet_id)
    try:
        pet.must_be_alive()
    except PetHasDied as refusal:
        refusal.path = ("reminderId",)
        raise
    reminder = await held_row(Reminder, found.id, path=("reminderId",))
    if reminder.state in _ENDED:
        raise ReminderEnded(path=("reminderId",))
    return reminder


def _as_before(reminder: Reminder) -> Mapping[str, Any]:
    """Where it stands when nobody holds it, as far as it knows by itself."""
    if reminder.told_at is not None:
        return {"state": ReminderState.SENT, "reason": ReminderReason.TOLD}
    if reminder.last_step is not None:
        return {"state": ReminderState.DUE, "reason": ReminderReason.STEP_REACHED}
    return {"state": ReminderState.PLANNED, "reason": ReminderReason.NOT_YET}


async def _write(
    viewer: Viewer, reminder: Reminder, kind: EventKind, columns: Mapping[str, Any], *, now: datetime
) -> None:
    change = await write(reminder, {**columns, "changed_at": now})
    happening = Happening(kind, reminder.id, reminder.location_id, before=change.before, after=change.after)
    await events.record(viewer, happening, now=now)
