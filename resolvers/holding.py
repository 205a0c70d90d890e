"""Holding: nobody is told of something that is due, until somebody of the staff lets it go on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from models import EventKind, Pet, Reminder, ReminderReason, ReminderState, sql
from models.refusal import AlreadySo, NotFound, PetHasDied, ReminderEnded
from models.text import named
from resolvers import access, events, reminders, retries
from resolvers.access import Deed
from resolvers.changes import write
from resolvers.events import Happening
from resolvers.locks import hold as held_row
from resolvers.locks import hold_all

if TYPE_CHECKING:
    from datetime import datetime
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
        why = named(because, path=("because",))
        async with in_transaction():
            await retry.keep(reminder=found.id)
            reminder = await _still_due(found)
            if reminder.reason is ReminderReason.HELD:
                raise AlreadySo(path=("reminderId",))
            held = {
                "state": ReminderState.SUPPRESSED,
                "reason": ReminderReason.HELD,
                "held_because": why,
                "held_by_id": by,
            }
            happening = await _changed(reminder, EventKind.REMINDER_SUPPRESSED, {**held, **_NOTHING_COMES}, now)
            await events.record(viewer, happening, now=now)
        return {"reminder": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["reminder"])


async def resume(viewer: Viewer, reminder_id: UUID | None, *, key: str, now: datetime) -> UUID:
    """Let it go on: it stands where it would if nobody had held it, and is told from the next step on.

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
            reminder = await _still_due(found)
            if reminder.reason is not ReminderReason.HELD:
                raise AlreadySo(path=("reminderId",))
            happening = await _changed(reminder, EventKind.REMINDER_RESUMED, _LET_GO, now)
            # What has come meanwhile, a visit that is booked or another dose, is not known to the reminder itself.
            since = await reminders.work_out([reminder.pet_id], now=now)
            await events.record_all(viewer, [happening, *since], now=now)
        return {"reminder": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["reminder"])


_NOTHING_COMES: Final[Mapping[str, Any]] = {"appointment_id": None, "next_step_at": None}
_LET_GO: Final[Mapping[str, Any]] = {
    "state": ReminderState.PLANNED,
    "reason": ReminderReason.NOT_YET,
    "held_because": "",
    "held_by_id": None,
}


async def _still_due(found: Reminder) -> Reminder:
    """The reminder of a living pet that is still due, held after its pet, with the pet's others in the order of their keys."""
    pet = await held_row(Pet, found.pet_id)
    try:
        pet.must_be_alive()
    except PetHasDied as refusal:
        refusal.path = ("reminderId",)
        raise
    held = {each.id: each for each in await hold_all(Reminder, "pet_id = ?", (found.pet_id,))}
    reminder = held.get(found.id)
    if reminder is None:
        raise NotFound(path=("reminderId",))
    if reminder.state in _ENDED:
        raise ReminderEnded(path=("reminderId",))
    return reminder


async def _changed(reminder: Reminder, kind: EventKind, columns: Mapping[str, Any], now: datetime) -> Happening:
    """What it says now is written, and told."""
    change = await write(reminder, columns)
    await write(reminder, {"changed_at": now})
    return Happening(kind, reminder.id, reminder.location_id, before=change.before, after=change.after)
