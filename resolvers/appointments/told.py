"""Who is told about an appointment, and what: its recipient, its letters, its event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from models import Appointment, Channel, EventKind, Letter, NoticeReason, Purpose, Service, quiet_hours, sql
from models.appointment import COMING
from models.period import MINUTES_A_DAY
from resolvers import messages, reach
from resolvers.events import Happening
from resolvers.messages import Recipient
from resolvers.messages.still_true import SENTENCES

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from models import Message
    from models.period import Period
    from resolvers.reach import Reach

COMING_VISIT_BEFORE = timedelta(hours=24)
MISSED_VISIT_AFTER = timedelta(hours=2)
"""How long after somebody was marked as missing she is asked about it: she may only be late."""

_PURPOSE = Purpose.APPOINTMENT


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told about a visit, and how many visits are still to come for which she is told.

    Without `reach` there is nobody to tell. `opens` and `closes` are minutes of her day: between them she is written to.
    """

    reach: Reach | None = None
    pet_has_died: bool = False
    coming: int = 0
    opens: int = 0
    closes: int = MINUTES_A_DAY

    @property
    def client_id(self) -> UUID | None:
        """The client who is told."""
        return self.reach.client_id if self.reach else None


async def who(pet_id: UUID, wanted: UUID | None, *, now: datetime) -> Told:
    """Who hears about visits of the pet: the client wanted, else the owner who sees it and pays most.

    Somebody who owned it once, or may no longer see it, hears nothing more; somebody who never owned it may be wanted
    by reception, for she brings it.
    """
    coming = sorted(status.value for status in COMING)
    rows = await sql.fetch(
        f"SELECT {reach.COLUMNS}, own.letters_from, own.letters_until, "
        "(SELECT COUNT(*) FROM pet p WHERE p.id = ? AND p.died_on IS NOT NULL) AS has_died, "
        "(SELECT COUNT(*) FROM appointment a WHERE a.client_id = c.id "
        f"AND a.starts_at > ? AND a.status IN ({sql.marks(len(coming))})) AS coming "
        # Who it is comes first and is one, or what hangs on every client of the practice is looked at.
        "FROM (SELECT id FROM (SELECT o.client_id AS id, o.share FROM ownership o "
        "WHERE o.pet_id = ? AND o.ends_on IS NULL AND o.may_view "
        "UNION ALL SELECT one.id, 0 FROM client one WHERE one.id = ? "
        "AND NOT EXISTS (SELECT 1 FROM ownership was WHERE was.client_id = one.id AND was.pet_id = ?)) may_be "
        "ORDER BY CASE WHEN id = ? THEN 0 ELSE 1 END, share DESC, id LIMIT 1) who "
        f"JOIN client c ON c.id = who.id {reach.JOINED}LEFT JOIN practice own ON own.is_the_only_one",
        (pet_id, now, *coming, pet_id, wanted, pet_id, wanted, Channel.EMAIL, _PURPOSE),
    )
    if not rows:
        return Told()
    row = rows[0]
    hours = {} if row["letters_from"] is None else {"opens": row["letters_from"], "closes": row["letters_until"]}
    return Told(reach.read(row, _PURPOSE), bool(row["has_died"]), row["coming"], **hours)


async def locked(appointment_id: UUID) -> Appointment:
    """The appointment as it is now, and stays until the transaction ends."""
    lock = " FOR NO KEY UPDATE" if sql.is_postgres() else ""
    rows = await sql.fetch(f"SELECT * FROM appointment WHERE id = ?{lock}", (appointment_id,))
    return sql.loaded(Appointment, rows[0])


def letters(
    letter: Letter, appointment: Appointment, service: Service, told: Told, clock: ZoneInfo, *, now: datetime
) -> list[Message]:
    """The letter about what was done, and the one a day before the visit; why she gets the first, if she does not.

    The second waits in any case: whether she can be told of the visit is seen when it comes.
    """
    if told.reach is None:
        return []
    written = [_at_once(letter, appointment, told.reach, told, now=now)]
    coming = told_from(appointment.starts_at - COMING_VISIT_BEFORE, told, clock)
    is_later = appointment.starts_at - COMING_VISIT_BEFORE > now and coming < appointment.starts_at
    if appointment.status in COMING and is_later and not service.is_farewell and not told.pet_has_died:
        written.append(_once(Letter.COMING_VISIT, appointment, told.reach, now=now, not_before=coming))
    return written


def missed(appointment: Appointment, service: Service, told: Told, clock: ZoneInfo, *, now: datetime) -> list[Message]:
    """The letter to somebody who did not come, some hours later; none about a farewell, or a pet that has died."""
    if told.reach is None or told.pet_has_died or service.is_farewell:
        return []
    if told.reach.why_not is not None:
        return [_at_once(Letter.APPOINTMENT_MISSED, appointment, told.reach, told, now=now)]
    later = told_from(now + MISSED_VISIT_AFTER, told, clock)
    return [_once(Letter.APPOINTMENT_MISSED, appointment, told.reach, now=now, not_before=later)]


def told_from(moment: datetime, told: Told, clock: ZoneInfo) -> datetime:
    """The first moment from then on at which she is not disturbed: on her own clock, or on that of the place."""
    reader = told.reach.clock(clock) if told.reach else clock
    return quiet_hours.not_before(moment, reader, opens=told.opens, closes=told.closes)


def _at_once(letter: Letter, appointment: Appointment, to: Reach, told: Told, *, now: datetime) -> Message:
    why_not = NoticeReason.PET_DIED if told.pet_has_died else to.why_not
    reader = Recipient.reached(to)
    if why_not is None:
        return messages.waiting(letter, reader, now=now, appointment_id=appointment.id)
    return messages.withheld(letter, reader, SENTENCES[why_not], now=now, appointment_id=appointment.id)


def _once(letter: Letter, appointment: Appointment, to: Reach, *, now: datetime, not_before: datetime) -> Message:
    """A letter that is sent once at most about a visit at that time."""
    key = f"{letter}:{appointment.id}:{appointment.starts_at.isoformat()}"
    reader = Recipient.reached(to)
    return messages.waiting(
        letter, reader, now=now, not_before=not_before, appointment_id=appointment.id, dedupe_key=key
    )


def happening(
    kind: EventKind,
    appointment: Appointment,
    *,
    old: Period | None = None,
    new: Period | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Happening:
    """What happened to the appointment, as an event."""
    return Happening(
        kind, appointment.id, appointment.location_id, old=old, new=new, before=before or {}, after=after or {}
    )
