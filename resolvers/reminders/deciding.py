"""Deciding: who is told of what is due, and why not, when the moment of a step has come.

Each decision is a notice: about one person, one step and one channel, and there is never a second. Everything that one
mailbox is told at once goes into one letter. Whoever gets a letter hears in it also of what her other pets would be
reminded of within a week.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from tortoise.transactions import in_transaction

from models import (
    Channel,
    Letter,
    Message,
    MessageState,
    NoticeOutcome,
    NoticeReason,
    Purpose,
    Reminder,
    ReminderNotice,
    quiet_hours,
    sql,
)
from models.contact import domain
from models.reminder import OPEN
from resolvers import access, letters, reach
from resolvers.access import Deed
from resolvers.reminders import households, keeping, planning, working_out

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from resolvers.reach import Reach
    from resolvers.reminders.animals import Place
    from resolvers.reminders.keeping import Changes
    from resolvers.reminders.working_out import Worked
    from resolvers.viewer import Viewer

PULLED_FORWARD: Final = timedelta(days=7)
"""Whoever gets a letter is told at once of what she would hear within that time."""
TOLD_RECENTLY: Final = timedelta(days=3)
"""Nobody is told of the same thing twice within that time."""
AT_ONCE: Final = 150
"""How many reminders a transaction decides, beside those of the same households: others who write wait for it, on SQLite."""

_DUE: Final = "SELECT pet_id FROM reminder WHERE next_step_at <= ? ORDER BY next_step_at, id LIMIT ?"
_RECENTLY: Final = (
    "SELECT n.reminder_id, n.client_id FROM reminder_notice n JOIN reminder r ON r.id = n.reminder_id "
    "WHERE n.outcome IN ('SENT', 'WAITING', 'DOUBTFUL') AND COALESCE(n.settled_at, n.decided_at) > ? "
    "AND r.pet_id IN ({pets})"
)


@dataclass(frozen=True, slots=True)
class Decided:
    """How many reminders were decided, how many letters were written for them, and how many people are not told."""

    reminders: int = 0
    letters: int = 0
    withheld: int = 0
    is_more: bool = False
    """Whether there may be more to decide."""

    def __add__(self, other: Decided) -> Decided:
        return Decided(
            self.reminders + other.reminders,
            self.letters + other.letters,
            self.withheld + other.withheld,
            other.is_more,
        )


async def decide_due(viewer: Viewer, *, now: datetime, most: int = 1000) -> Decided:
    """Decide the steps whose moment has come, oldest first, some `most` reminders; call again while there is more.

    Raises:
        Forbidden, SignedOut: only the practice's own machinery may.
    """
    access.may(viewer, Deed.PLAN_REMINDERS)
    total = Decided(is_more=True)
    while total.is_more and total.reminders < most:
        total += await _some(viewer, now)
    return total


async def _some(viewer: Viewer, now: datetime) -> Decided:
    if not await sql.tuples(_DUE, (now, 1)):
        return Decided()
    async with in_transaction():
        await planning.hold_progress()
        due = {sql.as_key(pet) for (pet,) in await sql.tuples(_DUE, (now, AT_ONCE))}
        if not due:
            return Decided()
        pets = await households.around(due, until=now + PULLED_FORWARD)
        worked = await working_out.look(pets, now=now)
        deciding = await _Deciding.begun(worked)
        deciding.decide()
        changes = deciding.written()
        await changes.write()
        await keeping.record(viewer, changes.happenings, now=now)
    withheld = sum(notice.outcome is NoticeOutcome.WITHHELD for notice in changes.notices)
    return Decided(deciding.count, len(changes.messages), withheld, is_more=True)


@dataclass(slots=True)
class _Deciding:
    """One decision: the reminders of some households, and whom each of their owners can be reached by."""

    worked: Worked
    reached: Mapping[UUID, Reach]
    recently: Collection[tuple[UUID, UUID]]
    notices: list[ReminderNotice] = field(default_factory=list)
    homes: dict[UUID, Place] = field(default_factory=dict)
    count: int = 0

    @classmethod
    async def begun(cls, worked: Worked) -> _Deciding:
        """Who can be reached, and who was told of what a short while ago."""
        owners = {client for animal in worked.animals.values() for client in animal.owner_ids}
        text = _RECENTLY.replace("{pets}", sql.marks(len(worked.animals)))
        recently: set[tuple[UUID, UUID]] = set()
        if worked.animals:
            rows = await sql.tuples(text, (worked.now - TOLD_RECENTLY, *worked.animals))
            recently = {(sql.as_key(reminder), sql.as_key(client)) for reminder, client in rows}
        return cls(worked, await reach.of(owners, Purpose.CARE), recently)

    def decide(self) -> None:
        """Decide what is due now, and then what is pulled forward for those who get a letter."""
        now = self.worked.now
        waiting = [row for row in self.worked.ledger.rows if row.state in OPEN and row.next_step_at is not None]
        due = [row for row in waiting if row.next_step_at and row.next_step_at <= now]
        for row in due:
            self._decide(row)
        told = {notice.client_id for notice in self.notices if notice.outcome is NoticeOutcome.WAITING}
        theirs = {animal.id for animal in self.worked.animals.values() if not told.isdisjoint(animal.owner_ids)}
        decided = {row.id for row in due}
        for row in waiting:
            if row.id not in decided and row.pet_id in theirs and self._is_soon(row):
                self._decide(row)

    def _is_soon(self, row: Reminder) -> bool:
        """Whether it would be told within a week, and was not told just now: that step keeps its own day."""
        is_near = row.next_step_at is not None and row.next_step_at <= self.worked.now + PULLED_FORWARD
        return is_near and not any(
            (row.id, owner) in self.recently for owner in self.worked.animals[row.pet_id].owner_ids
        )

    def _decide(self, row: Reminder) -> None:
        worked = self.worked
        animal = worked.animals[row.pet_id]
        step = worked.coming(row).step
        assert step is not None  # noqa: S101 - it has a moment
        notices = [self._notice(row, step, client) for client in animal.owner_ids]
        self.notices += notices
        self.homes[row.id] = animal.home
        self.count += 1
        row.last_step, row.told_due_on = step, row.due_on
        if any(notice.outcome is NoticeOutcome.WAITING for notice in notices):
            worked.told.add((row.id, row.round))
        worked.next_step(row)
        row.state, row.reason = working_out.stands(row, worked.told)

    def _notice(self, row: Reminder, step: int, client_id: UUID) -> ReminderNotice:
        worked, reached = self.worked, self.reached[client_id]
        why_not = reached.why_not
        if why_not is None and (row.id, client_id) in self.recently:
            why_not = NoticeReason.TOLD_RECENTLY
        return ReminderNotice(
            reminder_id=row.id, round=row.round, step=step, channel=Channel.EMAIL, client_id=client_id,
            outcome=NoticeOutcome.WITHHELD if why_not else NoticeOutcome.WAITING,
            reason=why_not or NoticeReason.STEP_REACHED,
            rule_version=worked.terms[row.rule_id].version.number, due_on=row.due_on,
            consent_source=reached.consent_source, consent_at=reached.consent_at, decided_at=worked.now,
            settled_at=worked.now if why_not else None,
        )  # fmt: skip

    def written(self) -> Changes:
        """What is to be written of all that: one letter a mailbox."""
        changes = self.worked.ledger.changed(self.worked.now)
        by_mailbox: dict[str, list[ReminderNotice]] = defaultdict(list)
        for notice in self.notices:
            if notice.outcome is NoticeOutcome.WAITING:
                by_mailbox[self.reached[notice.client_id].mailbox].append(notice)
        for told in by_mailbox.values():
            message = self._letter(told)
            changes.messages.append(message)
            for notice in told:
                notice.message_id = message.id
        changes.notices += [*self.worked.too_late, *self.notices]
        return changes

    def _letter(self, told: Sequence[ReminderNotice]) -> Message:
        worked, to = self.worked, self.reached[min(notice.client_id for notice in told)]
        clock = to.clock(self.homes[told[0].reminder_id].clock)
        return Message(
            letter=Letter.CARE_REMINDER, state=MessageState.WAITING, client_id=to.client_id, to_address=to.address,
            to_domain=domain(to.address), language=to.language, template_version=letters.VERSION,
            purpose=Purpose.CARE, channel=Channel.EMAIL, consent_source=to.consent_source, consent_at=to.consent_at,
            created_at=worked.now,
            not_before=quiet_hours.not_before(worked.now, clock, opens=worked.opens, closes=worked.closes),
        )  # fmt: skip
