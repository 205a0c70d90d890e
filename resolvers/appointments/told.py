"""Who is told about an appointment, and what: its recipient, its letters, its event."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from models import Appointment, EventKind, Letter, Service, sql
from models.appointment import COMING
from models.refusal import NotFound
from resolvers import messages
from resolvers.events import Happening
from resolvers.messages import Recipient

if TYPE_CHECKING:
    from models import Message
    from models.period import Period
    from resolvers.viewer import Viewer

COMING_VISIT_BEFORE = timedelta(hours=24)


async def recipient(viewer: Viewer, pet_id: UUID, client_id: UUID | None) -> Recipient:
    """Who is told about a visit: an owner herself, else the client named, else the owner who pays most.

    Raises:
        NotFound: there is no such client, or nobody owns the pet.
    """
    wanted = viewer.client_id if viewer.is_owner else client_id
    rows = await sql.fetch(
        "SELECT c.id, c.language, (SELECT e.address FROM client_email e WHERE e.client_id = c.id "
        "ORDER BY e.position, e.id LIMIT 1) AS address FROM client c "
        "LEFT JOIN ownership o ON o.client_id = c.id AND o.pet_id = ? AND o.ends_on IS NULL "
        "WHERE COALESCE(c.id = ?, o.id IS NOT NULL) ORDER BY COALESCE(o.share, 0) DESC, c.id LIMIT 1",
        (pet_id, wanted),
    )
    if not rows:
        raise NotFound(path=("clientId",))
    return Recipient(rows[0]["address"] or "", rows[0]["language"], sql.as_key(rows[0]["id"]))


async def locked(appointment_id: UUID) -> Appointment:
    """The appointment as it is now, and stays until the transaction ends."""
    lock = " FOR NO KEY UPDATE" if sql.is_postgres() else ""
    rows = await sql.fetch(f"SELECT * FROM appointment WHERE id = ?{lock}", (appointment_id,))  # noqa: S608
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
    kind: EventKind, appointment: Appointment, *, old: Period | None = None, new: Period | None = None
) -> Happening:
    """What happened to the appointment, as an event."""
    return Happening(kind, appointment.id, appointment.location_id, old=old, new=new)
