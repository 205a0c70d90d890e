"""Visits: opening and ending them, locking their records, and saying that one was opened by mistake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tortoise.transactions import in_transaction

from models import Appointment, EventKind, Location, Note, Pet, Practice, Role, Staff, StaffRole, Visit, sql
from models.appointment import BUSY
from models.period import must_be_foreseeable
from models.refusal import AlreadySigned, InvalidInput, StepNotAllowed, VisitExists
from models.row import uuid7
from models.text import named, prose
from models.words import search_words
from resolvers import access, events, retries
from resolvers.access import Deed
from resolvers.changes import plain, write
from resolvers.events import Happening
from resolvers.locks import hold, hold_all
from resolvers.notes import errors

if TYPE_CHECKING:
    from resolvers.retries import Outcome
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

LONGEST_REASON = 2000
MOST_AT_ONCE = 100
"""How many visits are locked in one transaction, so that none who writes waits long."""


@dataclass(frozen=True, slots=True)
class NewVisit:
    """A pet that is seen: for an appointment, which says whose, where, with whom and why, or standing alone.

    Without a vet it is whoever opens it, if she is one. Without a moment it begins now.
    """

    appointment_id: UUID | None = None
    pet_id: UUID | None = None
    location_id: UUID | None = None
    vet_id: UUID | None = None
    reason: str | None = None
    at: datetime | None = None


# Reading


def one(viewer: Viewer, visit_id: UUID | None) -> Rows:
    """The visit with this key."""
    return access.rows(viewer, Visit).only(visit_id)


# Writing


async def open(viewer: Viewer, visit: NewVisit, *, key: str, now: datetime) -> UUID:  # noqa: A001 - the word of the trade
    """Open the record of a visit. Of a pet that has died it can be opened too: its farewell is a visit as well.

    Raises:
        NotFound: the appointment, pet, place or vet is not the viewer's to see.
        VisitExists: the appointment has a visit already.
        StepNotAllowed: the appointment is not agreed, was cancelled, or nobody came.
        InvalidInput: it lies in the future, nobody is named as vet who is one there, or beside an appointment
            something else is named as well.
    """
    access.may(viewer, Deed.OPEN_VISIT)
    planned = await _planned(viewer, visit)
    location_id = planned.location_id if planned else visit.location_id
    place = await access.find(viewer, Location, location_id, path="locationId")
    access.may(viewer, Deed.OPEN_VISIT, place.id)
    retry = retries.asked(viewer, Deed.OPEN_VISIT, key, plain(visit), now=now)
    visit_id = uuid7()

    async def work() -> Outcome:
        opened = await _opened(viewer, visit_id, visit, planned, place.id, now)
        async with in_transaction():
            await retry.keep(visit=visit_id)
            if planned:
                await _must_have_no_visit(planned.id)
            await sql.insert([opened])
            names = ("pet_id", "appointment_id", "vet_id", "at", "reason")
            after = {name: getattr(opened, name) for name in names}
            happening = Happening(EventKind.VISIT_OPENED, visit_id, place.id, after=after)
            await events.record(viewer, happening, now=now)
        return {"visit": str(visit_id)}

    return sql.as_key((await retries.once(retry, work))["visit"])


async def end(
    viewer: Viewer, visit_id: UUID | None, *, ended_at: datetime | None = None, key: str, now: datetime
) -> UUID:
    """Say that a visit is over; from then on its record is still open for as long as the practice says.

    Raises:
        NotFound: the visit is not the viewer's to see.
        StepNotAllowed: it has ended already.
        RecordLocked, EnteredInError: see `Visit.must_be_open`.
        InvalidInput: it would end before it began, or in the future.
    """
    found = await _found(viewer, visit_id, Deed.END_VISIT)
    given = {"visit": str(visit_id), "ended_at": ended_at}
    retry = retries.asked(viewer, Deed.END_VISIT, key, given, now=now)

    async def work() -> Outcome:
        moment = ended_at or now
        async with in_transaction():
            await retry.keep(visit=found.id)
            visit = await hold(Visit, found.id)
            visit.must_be_open()
            if visit.ended_at is not None:
                raise StepNotAllowed("This visit has ended already.", path=("visitId",))
            if not visit.at <= moment <= now:
                raise InvalidInput("A visit ends after it began, and not in the future.", path=("endedAt",))
            change = await write(visit, {"ended_at": moment})
            happening = _happening(EventKind.VISIT_ENDED, visit, before=change.before, after=change.after)
            await events.record(viewer, happening, now=now)
        return {"visit": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["visit"])


async def lock(viewer: Viewer, visit_id: UUID | None, *, key: str, now: datetime) -> UUID:
    """Lock the record of a visit now; one that has not ended ends with that.

    Raises:
        NotFound: the visit is not the viewer's to see.
        RecordLocked, EnteredInError: see `Visit.lock`.
    """
    found = await _found(viewer, visit_id, Deed.LOCK_VISIT)
    retry = retries.asked(viewer, Deed.LOCK_VISIT, key, {"visit": str(visit_id)}, now=now)

    async def work() -> Outcome:
        async with in_transaction():
            await retry.keep(visit=found.id)
            visit = await hold(Visit, found.id)
            before = {"locked_at": visit.locked_at, "ended_at": visit.ended_at}
            visit.lock(by=viewer.staff_id, now=now)
            visit.ended_at = visit.ended_at or now
            await visit.save(update_fields=["locked_at", "locked_by_id", "ended_at"])
            after = {"locked_at": visit.locked_at, "ended_at": visit.ended_at}
            await events.record(viewer, _happening(EventKind.VISIT_LOCKED, visit, before=before, after=after), now=now)
        return {"visit": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["visit"])


async def lock_due(viewer: Viewer, *, now: datetime, most: int = MOST_AT_ONCE) -> int:
    """Lock the records of visits that ended long enough ago, those first that ended first; how many there were.

    At most `most` at once: whoever calls it calls again while it finds as many.

    Raises:
        SignedOut, Forbidden: it is for the practice's own machinery to do.
    """
    access.may(viewer, Deed.LOCK_DUE_VISITS)
    practice = await Practice.first()
    if practice is None or practice.locks_after_hours is None:
        return 0
    ended_by = now - timedelta(hours=practice.locks_after_hours)
    async with in_transaction():
        due = await hold_all(Visit, _DUE, (ended_by, most))
        if not due:
            return 0
        await sql.execute(
            f"UPDATE visit SET locked_at = ? WHERE id IN ({sql.marks(len(due))})",
            (now, *(visit.id for visit in due)),
        )
        before, after = {"locked_at": None}, {"locked_at": now}
        locked = [_happening(EventKind.VISIT_LOCKED, visit, before=before, after=after) for visit in due]
        await events.record_all(viewer, locked, now=now)
    return len(due)


# The condition is that of an index, which holds none but those that are still open.
_DUE = (
    "id IN (SELECT due.id FROM visit due WHERE due.locked_at IS NULL AND due.errored_at IS NULL AND due.ended_at <= ? "
    "ORDER BY due.ended_at, due.id LIMIT ?) AND locked_at IS NULL AND errored_at IS NULL"
)


async def mark_in_error(viewer: Viewer, visit_id: UUID | None, because: str, *, key: str, now: datetime) -> UUID:
    """Mark a visit as entered in error, and the drafts in it with it; nothing is deleted.

    Its appointment, unless the record is locked, can then have another visit.

    Raises:
        NotFound: the visit is not the viewer's to see.
        EnteredInError: it is marked so already.
        AlreadySigned: a note in it is signed, and has to be marked by itself.
        InvalidInput: there is no reason.
    """
    found = await _found(viewer, visit_id, Deed.MARK_VISIT_IN_ERROR)
    given = {"visit": str(visit_id), "because": because}
    retry = retries.asked(viewer, Deed.MARK_VISIT_IN_ERROR, key, given, now=now)

    async def work() -> Outcome:
        because_kept = named(because, path=("reason",), longest=LONGEST_REASON)
        async with in_transaction():
            await retry.keep(visit=found.id)
            visit = await hold(Visit, found.id)
            appointment_id = visit.appointment_id
            visit.was_an_error(because_kept, by=viewer.staff_id, now=now)
            notes = await hold_all(Note, "visit_id = ? AND errored_at IS NULL", (visit.id,))
            if any(note.signed_at is not None for note in notes):
                raise AlreadySigned(_SIGNED_WITHIN, path=("visitId",))
            await visit.save(update_fields=["errored_at", "errored_by_id", "errored_because", "appointment_id"])
            lines = [await errors.mark(note, because_kept, by=viewer.staff_id, now=now) for note in notes]
            before = {"errored_at": None, "appointment_id": appointment_id}
            after = {"errored_at": now, "errored_because": because_kept, "appointment_id": visit.appointment_id}
            drafts = {str(note.id): each for note, each in zip(notes, lines, strict=True)}
            happening = _happening(EventKind.VISIT_IN_ERROR, visit, before=before, after={**after, "drafts": drafts})
            await events.record(viewer, happening, now=now)
        return {"visit": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["visit"])


_SIGNED_WITHIN = "A note of this visit is signed. Please mark that note as entered in error first."


# What the deeds above share


async def _found(viewer: Viewer, visit_id: UUID | None, deed: Deed) -> Visit:
    access.may(viewer, deed)
    visit = await access.find(viewer, Visit, visit_id, path="visitId")
    access.may(viewer, deed, visit.location_id)
    return visit


def _happening(kind: EventKind, visit: Visit, **values: Any) -> Happening:
    return Happening(kind, visit.id, visit.location_id, **values)


async def _planned(viewer: Viewer, visit: NewVisit) -> Appointment | None:
    """The appointment that the visit is for, if it is for one.

    Raises:
        NotFound, StepNotAllowed, InvalidInput: see `open`.
    """
    if visit.appointment_id is None:
        return None
    for value, path in ((visit.pet_id, "petId"), (visit.location_id, "locationId")):
        if value is not None:
            raise InvalidInput("The appointment says this. Please leave it out.", path=(path,))
    return await access.find(viewer, Appointment, visit.appointment_id, path="appointmentId")


async def _opened(
    viewer: Viewer, visit_id: UUID, visit: NewVisit, planned: Appointment | None, location_id: UUID, now: datetime
) -> Visit:
    reason = prose(visit.reason or "", path=("reason",), longest=LONGEST_REASON)
    if planned is None:
        pet_id = (await access.find(viewer, Pet, visit.pet_id, path="petId")).id
        vet_id = await _vet(viewer, visit.vet_id, location_id)
    else:
        pet_id, reason = planned.pet_id, planned.reason if visit.reason is None else reason
        vet_id = await _vet(viewer, visit.vet_id, location_id) if visit.vet_id else planned.vet_id
    at = visit.at or now
    must_be_foreseeable(at.date(), path="at")
    if at > now:
        raise InvalidInput("A visit cannot begin in the future.", path=("at",))
    return Visit(
        id=visit_id,
        pet_id=pet_id,
        appointment_id=planned.id if planned else None,
        location_id=location_id,
        vet_id=vet_id,
        at=at,
        reason=reason,
        words=search_words(reason),
        created_at=now,
    )


async def _vet(viewer: Viewer, vet_id: UUID | None, location_id: UUID) -> UUID:
    """The vet named, or whoever asks, who must be one at that place.

    Raises:
        NotFound: there is no such person.
        InvalidInput: nobody is named, or the person is no vet there.
    """
    if vet_id is None:
        if viewer.staff_id is None or not access.is_a_vet(viewer, location_id):
            raise InvalidInput("Please say which vet saw the pet.", path=("vetId",))
        return viewer.staff_id
    vet = await access.find(viewer, Staff, vet_id, path="vetId")
    held = await StaffRole.filter(staff_id=vet.id, role=Role.VET).values_list("location_id", flat=True)
    if not {None, location_id} & set(held):
        raise InvalidInput("This person is no vet there. Please choose another one.", path=("vetId",))
    return vet.id


async def _must_have_no_visit(appointment_id: UUID) -> None:
    """Refuse a second visit of an appointment, or one of an appointment that did not take place."""
    # Held, so that of two who open it at once the later one finds the visit of the other.
    appointment = await hold(Appointment, appointment_id, path=("appointmentId",))
    if appointment.status not in BUSY:
        raise StepNotAllowed(_NOT_TAKEN_PLACE, path=("appointmentId",))
    if await Visit.filter(appointment_id=appointment_id).exists():
        raise VisitExists(path=("appointmentId",))


_NOT_TAKEN_PLACE = "This appointment is not agreed, or did not take place. Please open the visit without it."
