"""Cycles: which reminders of a pet and a rule go on, which are done, and which were not meant to be.

Of each subject only the current cycle is open. One that was done is completed; when what it was counted from is gone, or
nothing is due any more, it is withdrawn. What is current again is open again. A new cycle takes over a reminder that was
withdrawn and was due at about the same time, with all that was told of it: so a dose that is voided and entered again
tells nobody twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from models import ReminderReason, ReminderState
from models.reminder import STANDING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from models import Reminder

ABOUT_THE_SAME_TIME: Final = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that is due for a pet: what of it, counted from what, when, and why. From `lapses_on` on it is not."""

    pet_id: UUID
    subject: str
    cycle: str
    due_on: date
    sentence: str
    lapses_on: date | None = None


def turn(
    rows: Sequence[Reminder],
    things: Iterable[tuple[Thing, ReminderReason | None]],
    *,
    done_on: Callable[[Reminder], date | None],
) -> list[tuple[Reminder | None, Thing]]:
    """Close what does not go on among the reminders of one pet and rule; which reminder each thing has that does.

    Each thing comes with why nobody is told of it, None where somebody is; one without a reminder is a new one.
    """
    found = list(things)
    current = {(thing.subject, thing.cycle) for thing, _ in found}
    for row in rows:
        if row.state in STANDING and (row.subject, row.cycle) not in current:
            done = done_on(row)
            if done is None:
                withdraw(row, ReminderReason.NO_LONGER_DUE)
            else:
                _complete(row, done)
    kept = {(row.subject, row.cycle): row for row in rows}
    pairs: list[tuple[Reminder | None, Thing]] = []
    for thing, why_not in found:
        own = kept.get((thing.subject, thing.cycle))
        if why_not is None:
            pairs.append((own or _taken_over(thing, rows, current), thing))
        elif own is not None and own.state in STANDING:
            withdraw(own, why_not)
    return pairs


def withdraw(row: Reminder, reason: ReminderReason) -> None:
    """It is not due any more."""
    _close(row, ReminderState.WITHDRAWN, reason)


def _complete(row: Reminder, done_on: date) -> None:
    _close(row, ReminderState.COMPLETED, ReminderReason.DONE)
    row.done_on = done_on


def _close(row: Reminder, state: ReminderState, reason: ReminderReason) -> None:
    row.state, row.reason = state, reason
    row.next_step_at = row.look_again_at = None
    row.held_because, row.held_by_id = "", None


def _taken_over(thing: Thing, rows: Sequence[Reminder], current: set[tuple[str, str]]) -> Reminder | None:
    """The withdrawn reminder that goes on in the new cycle: the one that was due nearest to it."""
    near = [
        row
        for row in rows
        if row.state is ReminderState.WITHDRAWN
        and row.subject == thing.subject
        and (row.subject, row.cycle) not in current
        and abs(row.due_on - thing.due_on) <= ABOUT_THE_SAME_TIME
    ]
    taken = min(near, key=lambda row: (abs(row.due_on - thing.due_on), row.id), default=None)
    if taken is not None:
        taken.cycle = thing.cycle
    return taken
