"""Who is told about an appointment, and what: its recipient, its letters, its event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from models import Appointment, EventKind, Letter, Service, sql
from models.appointment import COMING
from resolvers import messages
from resolvers.events import Happening
from resolvers.messages import Recipient

if TYPE_CHECKING:
    from models import Message
    from models.period import Period

COMING_VISIT_BEFORE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told about a visit, and how many visits are still to come for which she is told."""

    recipient: Recipient
    coming: int = 0


async def who(pet_id: UUID, wanted: UUID | None, *, now: datetime) -> Told:
    """Who hears about visits of the pet: the client wanted, else the owner who sees it and pays most.

    Somebody who owned it once, or may no longer see it, hears nothing more; somebody who never owned it may be wanted
    by reception, for she brings it. Nobody is told, without an address, when there is nobody, or the pet has died.
    """
    coming = sorted(status.value for status in COMING)
    rows = await sql.fetch(
        "SELECT c.id, c.language, (SELECT e.address FROM client_email e WHERE e.client_id = c.id "
        "AND EXISTS (SELECT 1 FROM pet p WHERE p.id = ? AND p.died_on IS NULL) "
        "ORDER BY e.position, e.id LIMIT 1) AS address, (SELECT COUNT(*) FROM appointment a WHERE a.client_id = c.id "
        f"AND a.starts_at > ? AND a.status IN ({sql.marks(len(coming))})) AS coming "
        "FROM client c LEFT JOIN ownership o ON o.client_id = c.id AND o.pet_id = ? AND o.ends_on IS NULL AND o.may_view "
        "WHERE o.id IS NOT NULL OR (c.id = ? AND NOT EXISTS "
        "(SELECT 1 FROM ownership was WHERE was.client_id = c.id AND was.pet_id = ?)) "
        "ORDER BY CASE WHEN c.id = ? THEN 0 ELSE 1 END, COALESCE(o.share, 0) DESC, c.id LIMIT 1",
        (pet_id, now, *coming, pet_id, wanted, pet_id, wanted),
    )
    if not rows:
        return Told(Recipient("", "en"))
    row = rows[0]
    return Told(Recipient(row["address"] or "", row["language"], sql.as_key(row["id"])), row["coming"])


async def locked(appointment_id: UUID) -> Appointment:
    """The appointment as it is now, and stays until the transaction ends."""
    lock = " FOR NO KEY UPDATE" if sql.is_postgres() else ""
    rows = await sql.fetch(f"SELECT * FROM appointment WHERE id = ?{lock}", (appointment_id,))
    return sql.loaded(Appointment, rows[0])


def letters(
    letter: Letter, appointment: Appointment, service: Service, client: Recipient, *, now: datetime
) -> list[Message]:
    """The letter about what was done, and the one a day before the visit; none for who has no address."""
    if not client.address:
        return []
    written = [messages.waiting(letter, client, now=now, appointment_id=appointment.id)]
    coming = appointment.starts_at - COMING_VISIT_BEFORE
    if appointment.status in COMING and coming > now and not service.is_farewell:
        written.append(
            messages.waiting(Letter.COMING_VISIT, client, now=now, not_before=coming, appointment_id=appointment.id)
        )
    return written


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
