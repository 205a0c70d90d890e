"""What a death does to letters that still wait, and to what they tell; and which are still true when it is undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models import (
    Appointment,
    Letter,
    Message,
    MessageState,
    NoticeOutcome,
    NoticeReason,
    ReminderNotice,
    Status,
    sql,
)
from models.death import EndingKind, StayedBecause
from resolvers.endings import kinds
from resolvers.endings.kinds import BECAUSE
from resolvers.locks import hold_all, look

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from models.row import Row
    from resolvers.endings.kinds import Dying, Effect, Undoing
    from resolvers.events import Happening

_LETTERS: Final = (
    "state = 'WAITING' AND (appointment_id IN (SELECT id FROM appointment WHERE pet_id = ?) OR (id IN "
    "(SELECT n.message_id FROM reminder r JOIN reminder_notice n ON n.reminder_id = r.id "
    "WHERE r.pet_id = ? AND n.outcome = 'WAITING') AND NOT EXISTS (SELECT 1 FROM reminder_notice other "
    "JOIN reminder theirs ON theirs.id = other.reminder_id WHERE other.message_id = message.id "
    "AND other.outcome = 'WAITING' AND theirs.pet_id <> ?)))"
)
_STILL_DUE: Final = (
    "SELECT n.id, n.message_id, m.state FROM reminder_notice n JOIN reminder r ON r.id = n.reminder_id "
    "JOIN message m ON m.id = n.message_id WHERE r.state <> 'WITHDRAWN' AND r.due_on = n.due_on AND n.id IN ({notices})"
)
_NOTICES: Final = "outcome = 'WAITING' AND reminder_id IN (SELECT id FROM reminder WHERE pet_id = ?)"


class Letters:
    """Those about the pet alone are not sent, to none of its owners; one that tells of others too goes on about them."""

    sentence = (
        "No letter about the pet that still waits is sent, to none of its owners, and from one about several pets it is "
        "left out; what is still true waits again."
    )
    kind = EndingKind.LETTER

    async def preview(self, dying: Dying) -> Sequence[Row]:
        """The letters that would be withdrawn."""
        return await look(Message, _LETTERS, (dying.pet_id,) * 3)

    async def end(self, dying: Dying, done: kinds.Done) -> None:
        """Withdraw them, and what letters would tell of the pet."""
        withdrawn = {"state": MessageState.WITHDRAWN, "reason": BECAUSE, "locked_until": None}
        letters = await hold_all(Message, _LETTERS, (dying.pet_id,) * 3)
        notices = await hold_all(ReminderNotice, _NOTICES, (dying.pet_id,))
        # A code in it is gone for good.
        await kinds.write(Message, [letter.id for letter in letters], {**withdrawn, "secret": None})
        for letter in letters:
            done.note(kinds.table_of(Message), letter.id, kinds.facts(letter, withdrawn), kinds.plain(withdrawn))
        untold = {
            "outcome": NoticeOutcome.WITHDRAWN, "reason": NoticeReason.PET_DIED, "settled_at": dying.now,
        }  # fmt: skip
        await kinds.write(ReminderNotice, [notice.id for notice in notices], untold)
        for notice in notices:
            done.note(kinds.table_of(ReminderNotice), notice.id, kinds.facts(notice, untold), kinds.plain(untold))

    async def undo(self, undoing: Undoing) -> Sequence[Happening]:
        """Let those wait again that are still true, now that what they are about has come back where it could.

        Who may hear of it, and at which address, is looked at again when a letter is sent, as always.
        """
        standing = await kinds.still_standing(Message, undoing)
        notices = await kinds.still_standing(ReminderNotice, undoing)
        untrue = await _untrue([letter for _, letter in standing], undoing)
        due = await _still_due([notice.id for _, notice in notices])
        told = {message for message, _ in due.values()}
        untrue |= {row.id for _, row in standing if row.letter is Letter.CARE_REMINDER and row.id not in told}
        await _restore(Message, standing, untrue, undoing)
        # A letter about several pets may have been sent meanwhile.
        waiting = {row.id for _, row in standing if row.id not in untrue}
        again = {key for key, (message, waits) in due.items() if waits or message in waiting}
        await _restore(ReminderNotice, notices, {row.id for _, row in notices} - again, undoing)
        return []


async def _restore(
    model: type[Row], standing: Sequence[tuple[Effect, Row]], untrue: set[UUID], undoing: Undoing
) -> None:
    undoing.stayed |= {effect.id: StayedBecause.NO_LONGER_TRUE for effect, row in standing if row.pk in untrue}
    await kinds.restore(model, [effect for effect, row in standing if row.pk not in untrue])


async def _still_due(notice_ids: Sequence[UUID]) -> dict[UUID, tuple[UUID, bool]]:
    """Those whose reminder came back and says what they would tell, with their letter, and whether that still waits."""
    if not notice_ids:
        return {}
    rows = await sql.tuples(_STILL_DUE.replace("{notices}", sql.marks(len(notice_ids))), notice_ids)
    return {sql.as_key(key): (sql.as_key(message), state == MessageState.WAITING) for key, message, state in rows}


async def _untrue(letters: Sequence[Message], undoing: Undoing) -> set[UUID]:
    """The letters about visits that are not true any more, and those that were written once more since and may be told once."""
    told = await _told_since(letters)
    ids = sorted({letter.appointment_id for letter in letters if letter.appointment_id is not None})
    if not ids:
        return told
    visits = {visit.id: visit for visit in await look(Appointment, f"id IN ({sql.marks(len(ids))})", ids)}
    return told | {
        letter.id
        for letter in letters
        if letter.appointment_id is not None and not _is_true(letter.letter, visits[letter.appointment_id], undoing)
    }


async def _told_since(letters: Sequence[Message]) -> set[UUID]:
    """Those in whose place another of the same key waits or was sent, as the one that was withdrawn had made room."""
    once = {letter.dedupe_key: letter.id for letter in letters if letter.dedupe_key}
    if not once:
        return set()
    text = (
        f"SELECT dedupe_key FROM message WHERE dedupe_key IN ({sql.marks(len(once))}) "  # noqa: S608 - only marks
        "AND state NOT IN ('WITHDRAWN', 'WITHHELD', 'FAILED')"
    )
    return {once[key] for (key,) in await sql.tuples(text, tuple(once))}


def _is_true(letter: Letter, visit: Appointment, undoing: Undoing) -> bool:
    if letter is Letter.APPOINTMENT_CANCELLED:
        return visit.status is Status.CANCELLED
    if letter is Letter.APPOINTMENT_MISSED:
        return visit.status is Status.NO_SHOW
    return visit.status in (Status.BOOKED, Status.CONFIRMED) and visit.starts_at > undoing.now
