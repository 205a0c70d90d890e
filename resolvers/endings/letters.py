"""Which letters are still true when a death is undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import Appointment, Letter, Status, sql
from models.death import StayedBecause
from resolvers.locks import look

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from models import Message
    from resolvers.endings.kinds import Undoing


async def no_longer_true(undoing: Undoing, letters: Sequence[Message]) -> Mapping[UUID, StayedBecause]:
    """The letters that are not true any more, now that the appointments that could come back have done so.

    Who may hear of it, and at which address, is looked at again when a letter is sent, as always.
    """
    ids = sorted({letter.appointment_id for letter in letters if letter.appointment_id is not None})
    if not ids:
        return {}
    visits = {visit.id: visit for visit in await look(Appointment, f"id IN ({sql.marks(len(ids))})", ids)}
    return {
        letter.id: StayedBecause.NO_LONGER_TRUE
        for letter in letters
        if letter.appointment_id is not None and not _is_true(letter.letter, visits[letter.appointment_id], undoing)
    }


def _is_true(letter: Letter, visit: Appointment, undoing: Undoing) -> bool:
    if letter is Letter.APPOINTMENT_CANCELLED:
        return visit.status is Status.CANCELLED
    return visit.status in (Status.BOOKED, Status.CONFIRMED) and visit.starts_at > undoing.now
