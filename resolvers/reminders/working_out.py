"""Working out: what is due for some pets, as the facts are now."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final
from uuid import UUID

import structlog

from models import (
    Channel,
    NoticeOutcome,
    NoticeReason,
    Pet,
    Practice,
    Reminder,
    ReminderNotice,
    ReminderReason,
    ReminderState,
    sql,
)
from models.appointment import NOT_OVER
from models.period import MINUTES_A_DAY, on_the_wall
from models.reminder import STANDING
from resolvers.locks import hold_all
from resolvers.reminders import animals, cycles, sources, steps, terms
from resolvers.reminders.animals import Animal, Places
from resolvers.reminders.cycles import Thing
from resolvers.reminders.keeping import Ledger
from resolvers.reminders.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from resolvers.events import Happening

AHEAD: Final = timedelta(days=60)
"""So long after the later of today and the due day, a visit that is booked still is for what is due."""
GRACE: Final = timedelta(hours=24)
"""So long after the end of a visit somebody may still say what came of it."""
A_NEW_ROUND: Final = timedelta(days=60)
"""When something is due so much later than was told, everything is told anew."""

_LOOK_AGAIN: Final = timedelta(days=1)
"""When what could not be worked out is looked at again."""

_log = structlog.get_logger("vetdesk.reminders")

# A farewell counts whenever it was: somebody may have forgotten to say that the pet has died.
_BOOKED = (
    "SELECT a.pet_id, a.id, a.service_id, a.location_id, a.starts_at, a.ends_at, a.created_at, s.is_farewell "  # noqa: S608 - only marks
    "FROM appointment a JOIN service s ON s.id = a.service_id WHERE a.pet_id IN ({pets}) AND "
    f"((a.status IN ({sql.marks(len(NOT_OVER))}) AND a.ends_at > ?) "
    "OR (s.is_farewell AND a.status NOT IN ('CANCELLED', 'NO_SHOW'))) ORDER BY a.starts_at, a.id"
)
_TOLD = (
    "SELECT DISTINCT n.reminder_id, n.round FROM reminder_notice n JOIN reminder r ON r.id = n.reminder_id "
    "WHERE n.outcome IN ('SENT', 'WAITING', 'DOUBTFUL') AND r.pet_id IN ({pets})"
)


@dataclass(frozen=True, slots=True)
class Booked:
    """A visit to come, on which day of the place, when it ends, and since when it is booked; or a farewell, also a past one."""

    id: UUID
    service_id: UUID
    on: date
    ends_at: datetime
    since: datetime
    is_farewell: bool


@dataclass(slots=True)
class Worked:
    """Some pets as they are now, held, and their reminders as they should be; nothing of it is written yet.

    `terms` are those in force, by rule. `too_late` are the steps that came and went without anybody being told.
    """

    now: datetime
    opens: int
    closes: int
    places: Places
    animals: Mapping[UUID, Animal]
    terms: Mapping[UUID, Terms]
    ledger: Ledger
    booked: Mapping[UUID, Sequence[Booked]] = field(default_factory=dict)
    told: set[tuple[UUID, int]] = field(default_factory=set)
    too_late: list[ReminderNotice] = field(default_factory=list)

    def coming(self, row: Reminder) -> steps.Coming:
        """Which step of an open reminder comes next."""
        clock, asked = self.animals[row.pet_id].home.clock, self.terms[row.rule_id]
        return steps.coming(asked.steps, row.last_step, row.due_on, clock=clock, opens=self.opens, now=self.now)

    def next_step(self, row: Reminder) -> None:
        """Set which step of an open reminder comes next, and pass over what is too late."""
        animal, found = self.animals[row.pet_id], self.coming(row)
        row.next_step_at = found.at
        if found.missed is None:
            return
        row.last_step, row.told_due_on = found.missed, row.due_on
        if row.planned_at < steps.moment(row.due_on, found.missed, animal.home.clock, self.opens):
            self.too_late += [self.withheld(row, found.missed, each) for each in animal.owner_ids]

    def withheld(self, row: Reminder, step: int, client_id: UUID) -> ReminderNotice:
        """The decision that a person is not told of a step, because it is too late for it."""
        return ReminderNotice(
            reminder_id=row.id, round=row.round, step=step, channel=Channel.EMAIL, client_id=client_id,
            outcome=NoticeOutcome.WITHHELD, reason=NoticeReason.TOO_LATE,
            rule_version=self.terms[row.rule_id].version.number, due_on=row.due_on, decided_at=self.now,
            settled_at=self.now,
        )  # fmt: skip


async def work_out(pet_ids: Iterable[UUID], *, now: datetime) -> list[Happening]:
    """Work out the reminders of these pets anew, inside the transaction of a deed; the pets are held until that is done.

    What has happened to reminders is for the deed to record, last and with what it did itself.
    """
    worked = await look(pet_ids, now=now)
    changes = worked.ledger.changed(now)
    changes.notices += worked.too_late
    await changes.write()
    return changes.happenings


async def look(pet_ids: Iterable[UUID], *, now: datetime) -> Worked:
    """The reminders of these pets as they should be now, with as many statements for hundreds of pets as for one.

    The pets are held, and then their reminders, each in the order of their keys.
    """
    ids = sorted(set(pet_ids))
    practice, marks = await Practice.first(), sql.marks(len(ids))
    pets = await hold_all(Pet, f"id IN ({marks})", ids) if ids else []
    rows = await hold_all(Reminder, f"pet_id IN ({marks})", ids) if ids else []
    places = await Places.known()
    worked = Worked(
        now=now,
        opens=practice.letters_from if practice else 0,
        closes=practice.letters_until if practice else MINUTES_A_DAY,
        places=places,
        animals=await animals.of([pet for pet in pets if pet.died_on is None], places),
        terms={each.version.rule_id: each for each in await terms.in_force()},
        ledger=Ledger(rows),
    )
    for row in rows:
        if row.state in STANDING and row.pet_id not in worked.animals:
            cycles.withdraw(row, ReminderReason.PET_DIED)
        elif row.state in STANDING and row.rule_id not in worked.terms:
            cycles.withdraw(row, ReminderReason.RULE_OFF)
    if worked.animals and worked.terms:
        await _settle(worked)
    return worked


async def _settle(worked: Worked) -> None:
    ids, marks = list(worked.animals), sql.marks(len(worked.animals))
    read = await sources.read(worked.animals, worked.terms.values(), worked.places)
    worked.booked = await _bookings(worked, ids, marks)
    worked.told = {
        (sql.as_key(reminder), number) for reminder, number in await sql.tuples(_TOLD.replace("{pets}", marks), ids)
    }
    by_rule: dict[tuple[UUID, UUID], list[Reminder]] = defaultdict(list)
    for each in worked.ledger.rows:
        by_rule[each.pet_id, each.rule_id].append(each)
    for animal in worked.animals.values():
        for asked in worked.terms.values():
            own = by_rule.get((animal.id, asked.version.rule_id), [])
            try:
                _settle_one(worked, own, animal, asked, read)
            except (ArithmeticError, LookupError, ValueError) as error:
                _put_aside(worked, animal, asked, error)


def _settle_one(worked: Worked, own: Sequence[Reminder], animal: Animal, asked: Terms, read: sources.Sources) -> None:
    things = sources.due(read, animal, asked, now=worked.now)
    if not own and not things:
        return
    done_on = partial(read[asked.kind].done_on, animal=animal, terms=asked)
    for kept, thing in cycles.turn(own, things, done_on=done_on):
        row = _new(worked, thing, animal, asked) if kept is None else kept
        _stand(worked, row, thing, animal, asked)


def _put_aside(worked: Worked, animal: Animal, asked: Terms, error: Exception) -> None:
    """Tell nobody of what cannot be worked out, until it can be, and keep no other pet waiting for that."""
    rule_id = asked.version.rule_id
    _log.error("reminders_not_worked_out", pet=str(animal.id), rule=str(rule_id), error=type(error).__name__)
    for row in worked.ledger.rows:
        if row.pet_id == animal.id and row.rule_id == rule_id and row.state in STANDING:
            row.next_step_at, row.look_again_at = None, worked.now + _LOOK_AGAIN


async def _bookings(worked: Worked, ids: Sequence[UUID], marks: str) -> Mapping[UUID, Sequence[Booked]]:
    found: dict[UUID, list[Booked]] = defaultdict(list)
    for row in await sql.fetch(_BOOKED.replace("{pets}", marks), (*ids, *sorted(NOT_OVER), worked.now - GRACE)):
        place = worked.places.by_id[sql.as_key(row["location_id"])]
        found[sql.as_key(row["pet_id"])].append(
            Booked(
                sql.as_key(row["id"]),
                sql.as_key(row["service_id"]),
                place.today(sql.as_instant(row["starts_at"])),
                sql.as_instant(row["ends_at"]),
                sql.as_instant(row["created_at"]),
                bool(row["is_farewell"]),
            )
        )
    return found


def _new(worked: Worked, thing: Thing, animal: Animal, asked: Terms) -> Reminder:
    row = Reminder(
        pet_id=animal.id, rule_id=asked.version.rule_id, version_id=asked.version.id, subject=thing.subject,
        cycle=thing.cycle, location_id=animal.home.id, due_on=thing.due_on, sentence=thing.sentence,
        state=ReminderState.PLANNED, reason=ReminderReason.NOT_YET, planned_at=worked.now, changed_at=worked.now,
    )  # fmt: skip
    worked.ledger.add(row)
    return row


def _stand(worked: Worked, row: Reminder, thing: Thing, animal: Animal, asked: Terms) -> None:
    """Let a reminder that goes on say what is due now, and stand where it should."""
    is_held = row.state is ReminderState.SUPPRESSED and row.reason is ReminderReason.HELD
    row.due_on, row.sentence = thing.due_on, thing.sentence
    row.version_id, row.location_id, row.done_on = asked.version.id, animal.home.id, None
    if row.told_due_on is not None and row.due_on - row.told_due_on >= A_NEW_ROUND:
        row.round, row.last_step, row.told_due_on = row.round + 1, None, None
    today = animal.home.today(worked.now)
    horizon = max(row.due_on, today) + AHEAD
    visits = worked.booked.get(animal.id, ())
    # A visit that is too early for it never counts, however long one waits: only what is too far ahead is looked at again.
    earliest = steps.visits_from(asked.steps, row.due_on)
    fitting = [
        visit
        for visit in visits
        if visit.service_id in asked.service_ids and not visit.is_farewell and visit.on >= earliest
    ]
    # Around a farewell nobody is reminded of anything.
    farewell = next((visit for visit in visits if visit.is_farewell), None)
    booked = farewell or next((visit for visit in fitting if visit.on <= horizon), None)
    again = [on_the_wall(thing.lapses_on, 0, animal.home.clock)] if thing.lapses_on else []
    row.appointment_id = row.next_step_at = None
    if booked is not None and not is_held:
        row.state, row.reason = ReminderState.SUPPRESSED, ReminderReason.BOOKED
        row.appointment_id = booked.id
        if farewell is None:
            row.booked_at = row.booked_at or booked.since
        again.append(booked.ends_at + GRACE)
    elif not is_held:
        worked.next_step(row)
        row.state, row.reason = stands(row, worked.told)
        # A visit that lies too far ahead counts as soon as it does not any more.
        again += [on_the_wall(visit.on - AHEAD, 0, animal.home.clock) for visit in fitting[:1]]
    row.look_again_at = min((at.astimezone(UTC) for at in again if at > worked.now), default=None)


def stands(row: Reminder, told: Collection[tuple[UUID, int]]) -> tuple[ReminderState, ReminderReason]:
    """Where an open reminder stands that is neither held nor booked, given which are told of in which round."""
    if (row.id, row.round) in told:
        return ReminderState.SENT, ReminderReason.TOLD
    if row.last_step is not None:
        return ReminderState.DUE, ReminderReason.STEP_REACHED
    return ReminderState.PLANNED, ReminderReason.NOT_YET
