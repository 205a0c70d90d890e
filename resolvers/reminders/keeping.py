"""Keeping: reminders and decisions as they are written down, and what is told of that."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from models import EventKind, ReminderState, sql
from models.reminder import STANDING
from resolvers import events
from resolvers.events import Happening

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from models import Message, Reminder, ReminderNotice
    from resolvers.viewer import Viewer

_SEEN: Final = (
    "state", "reason", "due_on", "sentence", "cycle", "location_id", "round", "last_step", "next_step_at",
    "appointment_id", "done_on",
)  # fmt: skip
"""What somebody who looks at a reminder may see change."""
_KEPT: Final = (*_SEEN, "version_id", "told_due_on", "look_again_at", "booked_at", "held_because", "held_by_id")
_TOLD: Final = ("state", "reason", "due_on")
_AT_ONCE: Final = 200
_EVENTS_AT_ONCE: Final = 100  # always as many, so that the statement is known already


class Ledger:
    """The reminders of some pets: as they were when they were read, and what becomes of them."""

    def __init__(self, rows: Sequence[Reminder]) -> None:
        self.rows = list(rows)
        self._before = {row.id: _facts(row, _KEPT) for row in rows}

    def add(self, row: Reminder) -> None:
        """Take in a new one."""
        self.rows.append(row)

    def was(self, row: Reminder) -> ReminderState | None:
        """Where it stood; None for a new one."""
        before = self._before.get(row.id)
        return None if before is None else before[0]

    def changed(self, now: datetime) -> Changes:
        """What is to be written, and what has happened thereby."""
        changes = Changes()
        for row in self.rows:
            before, after = self._before.get(row.id), _facts(row, _KEPT)
            if before == after:
                continue
            changes.rows.append(row)
            if before is None:
                told = {name: getattr(row, name) for name in _TOLD}
                changes.happenings.append(Happening(EventKind.REMINDER_PLANNED, row.id, row.location_id, after=told))
            elif before[: len(_SEEN)] != after[: len(_SEEN)]:
                row.changed_at = now
                changes.happenings.append(_happening(row, dict(zip(_KEPT, before, strict=True))))
        return changes


@dataclass(slots=True)
class Changes:
    """What is written of some reminders, in the order in which rows are locked, and what has happened thereby."""

    rows: list[Reminder] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    notices: list[ReminderNotice] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)

    async def write(self) -> None:
        """Write the rows, inside the transaction that holds their pets; what has happened is for the caller to record."""
        for some in _some(self.rows, _AT_ONCE):
            await sql.put(some)
        for letters in _some(self.messages, _AT_ONCE):
            await sql.insert(letters)
        for notices in _some(self.notices, _AT_ONCE):
            # A decision that stands is never made again: the same person is told of the same step once.
            await sql.insert_new(notices, of=("reminder_id", "round", "step", "channel", "client_id"))


async def record(viewer: Viewer, happenings: Sequence[Happening], *, now: datetime) -> None:
    """Record all of it, so many at a time: the last statements of a transaction."""
    for some in _some(happenings, _EVENTS_AT_ONCE):
        await events.record_all(viewer, some, now=now)


def _happening(row: Reminder, before: dict[str, Any]) -> Happening:
    names = [name for name in _TOLD if before[name] != getattr(row, name)]
    return Happening(
        _kind(row, before["state"], before["last_step"]),
        row.id,
        row.location_id,
        before={name: before[name] for name in names},
        after={name: getattr(row, name) for name in names},
    )


def _kind(row: Reminder, was: ReminderState, last_step: int | None) -> EventKind:
    if row.state is ReminderState.COMPLETED:
        return EventKind.REMINDER_COMPLETED if was is not row.state else EventKind.REMINDER_CHANGED
    if row.state is ReminderState.WITHDRAWN:
        return EventKind.REMINDER_WITHDRAWN if was is not row.state else EventKind.REMINDER_CHANGED
    if row.state is ReminderState.SUPPRESSED:
        return EventKind.REMINDER_SUPPRESSED if was is not row.state else EventKind.REMINDER_CHANGED
    if was not in STANDING or was is ReminderState.SUPPRESSED:
        return EventKind.REMINDER_RESUMED
    is_decided = row.last_step is not None and row.last_step != last_step
    return EventKind.REMINDER_DUE if is_decided and row.state is not was else EventKind.REMINDER_CHANGED


def _facts(row: Reminder, names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in names)


def _some(rows: Sequence[Any], many: int) -> list[Sequence[Any]]:
    return [rows[start : start + many] for start in range(0, len(rows), many)]
