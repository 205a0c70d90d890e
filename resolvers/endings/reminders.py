"""What a death does to reminders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from models import EventKind, Reminder, ReminderReason, ReminderState, sql
from models.death import EndingKind
from resolvers.endings import kinds
from resolvers.events import Happening
from resolvers.locks import hold_all, look

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.row import Row
    from resolvers.endings.kinds import Dying, Undoing

_TO_COME: Final = "pet_id = ? AND state IN ('PLANNED', 'DUE', 'SENT', 'SUPPRESSED')"
_WITHDRAWN: Final = {
    "state": ReminderState.WITHDRAWN,
    "reason": ReminderReason.PET_DIED,
    "next_step_at": None,
    "look_again_at": None,
}


class Reminders:
    """Whatever is due is not due any more, for none of its owners, and screens that show it are told."""

    sentence = "Nothing that is due is told any more; when the pet lives after all, it stands as before and is looked at again."
    kind = EndingKind.REMINDER

    async def preview(self, dying: Dying) -> Sequence[Row]:
        """The reminders that would be withdrawn."""
        return await look(Reminder, _TO_COME, (dying.pet_id,))

    async def end(self, dying: Dying, done: kinds.Done) -> None:
        """Withdraw them."""
        rows = await hold_all(Reminder, _TO_COME, (dying.pet_id,))
        becomes = {**_WITHDRAWN, "changed_at": dying.now}
        await kinds.write(Reminder, [row.id for row in rows], becomes)
        after = kinds.plain(becomes)
        for row in rows:
            before = kinds.facts(row, becomes)
            done.note(kinds.table_of(Reminder), row.id, before, after)
            done.happenings.append(_happening(EventKind.REMINDER_WITHDRAWN, row, before, after))

    async def undo(self, undoing: Undoing) -> Sequence[Happening]:
        """Let those stand as before that nobody has changed since. The trail then leads to them, and they are worked out."""
        standing = await kinds.still_standing(Reminder, undoing)
        for effect, row in standing:
            row.update_from_dict(kinds.known(Reminder, effect.before))
        await sql.put([row for _, row in standing])
        return [_happening(EventKind.REMINDER_RESUMED, row, effect.after, effect.before) for effect, row in standing]


def _happening(kind: EventKind, row: Reminder, before: Mapping[str, Any], after: Mapping[str, Any]) -> Happening:
    told = ("state", "reason")
    return Happening(
        kind,
        row.id,
        row.location_id,
        before={name: before[name] for name in told},
        after={name: after[name] for name in told},
    )
