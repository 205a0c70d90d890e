"""Appointments: reading the schedule, booking, moving, and every step an appointment takes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from tortoise.transactions import in_transaction

from models import Appointment, EventKind, Letter, Location, Pet, Right, Service, Status, sql
from models.appointment import BUSY, COMING
from models.free_time import GRID_MINUTES, is_on_the_grid
from models.period import Period, day_in
from models.refusal import InvalidInput, NotFound, StepNotAllowed, TimeHasPassed, TooShortNotice
from models.row import uuid7
from models.text import prose
from resolvers import access, bookings, events, free_times, messages, retries
from resolvers.access import Deed
from resolvers.bookings import Place, Wish
from resolvers.events import Happening
from resolvers.messages import Recipient

if TYPE_CHECKING:
    from datetime import date

    from models import Message
    from resolvers.free_times import Offer
    from resolvers.retries import Outcome
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

COMING_VISIT_BEFORE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Booking:
    """A visit to be booked; without a vet any will do, without a client the one who pays most is told."""

    pet_id: UUID | None
    service_id: UUID | None
    location_id: UUID | None
    starts_at: datetime
    vet_id: UUID | None = None
    client_id: UUID | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """Another time for an appointment; without a vet the same vet is kept, unless `any_vet`."""

    appointment_id: UUID | None
    starts_at: datetime
    vet_id: UUID | None = None
    any_vet: bool = False


# Reading


def one(viewer: Viewer, appointment_id: UUID | None) -> Rows:
    """The appointment with this key."""
    return access.rows(viewer, Appointment, "{t}.id = ?", appointment_id)


def mine(viewer: Viewer) -> Rows:
    """The appointments of the viewer's own pets, latest first."""
    return access.rows(viewer, Appointment).sorted_by("-starts_at")


def during(viewer: Viewer, period: Period, *, location_id: UUID | None = None) -> Rows:
    """The appointments that touch the period, soonest first; at one location or at all."""
    rows = access.rows(viewer, Appointment, "{t}.starts_at < ? AND {t}.ends_at > ?", period.ends_at, period.starts_at)
    if location_id is not None:
        rows = rows.narrowed("{t}.location_id = ?", location_id)
    return rows.sorted_by("starts_at")


async def day(viewer: Viewer, location_id: UUID | None, on: date) -> tuple[Location, Rows]:
    """The location, and its appointments of that local day, soonest first.

    Raises:
        NotFound: the viewer cannot see the location.
    """
    location = await access.find(viewer, Location, location_id, path="locationId")
    return location, during(viewer, day_in(location.clock, on), location_id=location.id)


# Booking and moving


async def book(viewer: Viewer, booking: Booking, *, key: str, now: datetime) -> UUID:
    """Book a visit; its letters and its event are written with it.

    Raises:
        NotFound: pet, service, location or client is not the viewer's to see.
        RightNeeded: an owner without the right to book for this pet.
        PetHasDied, LocationClosed, ServiceNotOffered, VetCannotDoService, OutsideHours: see each.
        TimeHasPassed, TooShortNotice, InvalidInput: the time cannot be booked, or is not on the grid.
        SlotTaken: somebody else has the time.
    """
    access.may(viewer, Deed.BOOK_APPOINTMENT, booking.location_id or access.Where.ANYWHERE)
    retry = retries.asked(viewer, Deed.BOOK_APPOINTMENT, key, asdict(booking), now=now)

    async def work() -> Outcome:
        pet = await access.find_with_right(viewer, Pet, booking.pet_id, Right.BOOK, path="petId")
        pet.must_be_alive()
        offer = await free_times.offered(viewer, booking.service_id, booking.location_id)
        free_times.must_be_had_by(viewer, offer, pet=pet, vet_id=booking.vet_id)
        reason = prose(booking.reason, path=("reason",), longest=2000)
        wish = Wish(offer, pet.id, offer.service.visit(booking.starts_at), booking.vet_id)
        _must_be_bookable(viewer, offer, wish.visit, now=now)
        client = await _client_told(viewer, pet.id, booking.client_id)
        appointment_id = uuid7()

        async def write(place: Place) -> None:
            await retry.keep(appointment=appointment_id)
            await bookings.hold(wish, place)
            appointment = Appointment(
                id=appointment_id,
                pet_id=pet.id,
                client_id=client.client_id,
                service_id=offer.service.id,
                location_id=offer.location.id,
                vet_id=place.vet_id,
                room_id=place.room_id,
                starts_at=wish.visit.starts_at,
                ends_at=wish.visit.ends_at,
                status=Status.BOOKED,
                reason=reason,
                created_at=now,
            )
            await sql.insert([appointment])
            await bookings.take(wish, place, appointment_id)
            await sql.insert(_letters(Letter.APPOINTMENT_BOOKED, appointment, offer.service, client, now=now))
            await events.record(viewer, _happening(EventKind.APPOINTMENT_BOOKED, appointment, new=wish.visit), now=now)

        await bookings.settle(viewer, wish, write, now=now)
        return {"appointment": str(appointment_id)}

    return UUID((await retries.once(retry, work))["appointment"])


async def reschedule(viewer: Viewer, move: Move, *, key: str, now: datetime) -> UUID:
    """Move an appointment to another time; it stays the same appointment, and a confirmed one is booked again.

    Raises:
        NotFound, RightNeeded: see `book`.
        StepNotAllowed: it has begun, ended or was cancelled.
        SlotTaken, OutsideHours, and the others of `book`: the new time cannot be had.
    """
    found = await access.find_with_right(viewer, Appointment, move.appointment_id, Right.BOOK, path="appointmentId")
    access.may(viewer, Deed.RESCHEDULE_APPOINTMENT, found.location_id)
    retry = retries.asked(viewer, Deed.RESCHEDULE_APPOINTMENT, key, asdict(move), now=now)

    async def work() -> Outcome:
        found.must_be_movable()
        pet = await access.find(viewer, Pet, found.pet_id, path="petId")
        pet.must_be_alive()
        offer = await free_times.offered(access.carried(viewer), found.service_id, found.location_id)
        vet_id = None if move.any_vet else move.vet_id or found.vet_id
        wish = Wish(offer, pet.id, offer.service.visit(move.starts_at), vet_id, found.id)
        if viewer.is_owner and found.starts_at <= now:
            raise TimeHasPassed(path=("appointmentId",))
        _must_be_bookable(viewer, offer, wish.visit, now=now)
        client = await _client_told(access.carried(viewer), pet.id, found.client_id)

        async def write(place: Place) -> None:
            await retry.keep(appointment=found.id)
            await bookings.hold(wish, place)
            appointment = await _locked(found.id)
            old = appointment.visit
            appointment.move_to(wish.visit, vet_id=place.vet_id, room_id=place.room_id)
            await appointment.save(update_fields=["starts_at", "ends_at", "vet_id", "room_id", "status"])
            await bookings.release(found.id)
            await bookings.take(wish, place, found.id)
            await messages.withdraw_unsent(found.id, "The appointment was moved.")
            await sql.insert(_letters(Letter.APPOINTMENT_MOVED, appointment, offer.service, client, now=now))
            await events.record(
                viewer, _happening(EventKind.APPOINTMENT_MOVED, appointment, old=old, new=wish.visit), now=now
            )

        await bookings.settle(viewer, wish, write, now=now)
        return {"appointment": str(found.id)}

    return UUID((await retries.once(retry, work))["appointment"])


# Steps


async def confirm(viewer: Viewer, appointment_id: UUID | None, *, key: str, now: datetime) -> UUID:
    """The owner says that she will come.

    Raises:
        NotFound, RightNeeded, StepNotAllowed: see `book` and `models.appointment.NEXT`.
    """
    step = _Step(Deed.CONFIRM_APPOINTMENT, Status.CONFIRMED, EventKind.APPOINTMENT_CONFIRMED)
    return await _take_step(viewer, appointment_id, step, key=key, now=now)


async def check_in(viewer: Viewer, appointment_id: UUID | None, *, key: str, now: datetime) -> UUID:
    """The pet is here; after a no-show, on the same day, its time is made busy again.

    Raises:
        NotFound, StepNotAllowed: see `models.appointment.NEXT`.
        SlotTaken: after a no-show, somebody else has got the time.
    """
    step = _Step(Deed.CHECK_IN_APPOINTMENT, Status.ARRIVED, EventKind.APPOINTMENT_ARRIVED)
    return await _take_step(viewer, appointment_id, step, key=key, now=now)


async def start(viewer: Viewer, appointment_id: UUID | None, *, key: str, now: datetime) -> UUID:
    """The visit begins.

    Raises:
        NotFound, StepNotAllowed: see `models.appointment.NEXT`.
    """
    step = _Step(Deed.START_APPOINTMENT, Status.IN_PROGRESS, EventKind.APPOINTMENT_STARTED)
    return await _take_step(viewer, appointment_id, step, key=key, now=now)


async def complete(viewer: Viewer, appointment_id: UUID | None, *, key: str, now: datetime) -> UUID:
    """The visit is over.

    Raises:
        NotFound, StepNotAllowed: see `models.appointment.NEXT`.
    """
    step = _Step(Deed.COMPLETE_APPOINTMENT, Status.COMPLETED, EventKind.APPOINTMENT_COMPLETED)
    return await _take_step(viewer, appointment_id, step, key=key, now=now)


async def mark_no_show(viewer: Viewer, appointment_id: UUID | None, *, key: str, now: datetime) -> UUID:
    """Nobody came; the time is free again.

    Raises:
        NotFound, StepNotAllowed: see `models.appointment.NEXT`; also before the visit should have begun.
    """
    step = _Step(Deed.MARK_NO_SHOW_APPOINTMENT, Status.NO_SHOW, EventKind.APPOINTMENT_NO_SHOW)
    return await _take_step(viewer, appointment_id, step, key=key, now=now)


async def cancel(viewer: Viewer, appointment_id: UUID | None, *, because: str = "", key: str, now: datetime) -> UUID:
    """Cancel an appointment: its time is free, its unsent letters are withdrawn, and its client is told.

    Raises:
        NotFound, RightNeeded, StepNotAllowed: see `book` and `models.appointment.NEXT`.
        TimeHasPassed: an owner cancels what has begun already.
    """
    because = prose(because, path=("reason",), longest=2000)
    step = _Step(Deed.CANCEL_APPOINTMENT, Status.CANCELLED, EventKind.APPOINTMENT_CANCELLED, because)
    return await _take_step(viewer, appointment_id, step, key=key, now=now)


@dataclass(frozen=True, slots=True)
class _Step:
    deed: Deed
    status: Status
    kind: EventKind
    because: str = ""


async def _take_step(viewer: Viewer, appointment_id: UUID | None, step: _Step, *, key: str, now: datetime) -> UUID:
    found = await access.find_with_right(viewer, Appointment, appointment_id, Right.BOOK, path="appointmentId")
    access.may(viewer, step.deed, found.location_id)
    given = {"appointment": found.id, "because": step.because}
    retry = retries.asked(viewer, step.deed, key, given, now=now)

    async def work() -> Outcome:
        location = await access.find(access.carried(viewer), Location, found.location_id)
        if step.status is Status.CANCELLED and viewer.is_owner and found.starts_at <= now:
            raise TimeHasPassed(path=("appointmentId",))
        if step.status is Status.NO_SHOW and now < found.starts_at:
            raise StepNotAllowed("This visit has not begun yet. Please wait, or cancel it.", path=("appointmentId",))
        if found.status is Status.NO_SHOW and step.status in BUSY:
            await _come_after_all(viewer, found, location, step, retry, now=now)
        else:
            async with in_transaction():
                await retry.keep(appointment=found.id)
                await _step_inside(viewer, found, location, step, now=now)
        return {"appointment": str(found.id)}

    return UUID((await retries.once(retry, work))["appointment"])


async def _step_inside(viewer: Viewer, found: Appointment, location: Location, step: _Step, *, now: datetime) -> None:
    appointment = await _locked(found.id)
    was_busy = appointment.status in BUSY
    appointment.step_to(step.status, now=now, clock=location.clock)
    appointment.cancelled_because = step.because
    await appointment.save(update_fields=["status", "cancelled_because"])
    old = appointment.visit if was_busy and step.status not in BUSY else None
    if old:
        await bookings.release(found.id)
        await messages.withdraw_unsent(found.id, f"The appointment is {step.status.value.lower().replace('_', ' ')}.")
    if step.status is Status.CANCELLED:
        service = await Service.get(id=found.service_id)
        client = await _client_told(access.carried(viewer), found.pet_id, found.client_id)
        await sql.insert(_letters(Letter.APPOINTMENT_CANCELLED, appointment, service, client, now=now))
    await events.record(viewer, _happening(step.kind, appointment, old=old), now=now)


async def _come_after_all(
    viewer: Viewer, found: Appointment, location: Location, step: _Step, retry: retries.Retry, *, now: datetime
) -> None:
    service = await Service.get(id=found.service_id)
    wish = Wish(free_times.Offer(service, location), found.pet_id, found.visit, found.vet_id, found.id)

    async def write(place: Place) -> None:
        await retry.keep(appointment=found.id)
        await bookings.hold(wish, place)
        appointment = await _locked(found.id)
        appointment.step_to(step.status, now=now, clock=location.clock)
        appointment.room_id = place.room_id
        await appointment.save(update_fields=["status", "room_id"])
        await bookings.take(wish, place, found.id)
        await events.record(viewer, _happening(step.kind, appointment, new=wish.visit), now=now)

    await bookings.settle(viewer, wish, write, now=now)


# What the deeds above share


def _must_be_bookable(viewer: Viewer, offer: Offer, visit: Period, *, now: datetime) -> None:
    if not is_on_the_grid(visit.starts_at):
        raise InvalidInput(f"Visits start every {GRID_MINUTES} minutes. Please choose a free time.", path=("startsAt",))
    # Reception books somebody who is standing at the desk into the quarter of an hour that has just begun.
    begun = timedelta() if viewer.is_owner else timedelta(minutes=GRID_MINUTES)
    if visit.starts_at <= now - begun:
        raise TimeHasPassed(path=("startsAt",))
    soonest = free_times.earliest(viewer, offer, now)
    if visit.starts_at < soonest and viewer.is_owner:
        raise TooShortNotice(earliest=soonest)
    offer.location.must_be_open_on(free_times.local_day(offer, visit.starts_at))


async def _client_told(viewer: Viewer, pet_id: UUID, client_id: UUID | None) -> Recipient:
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


async def _locked(appointment_id: UUID) -> Appointment:
    lock = " FOR NO KEY UPDATE" if sql.is_postgres() else ""
    rows = await sql.fetch(f"SELECT * FROM appointment WHERE id = ?{lock}", (appointment_id,))  # noqa: S608
    return sql.loaded(Appointment, rows[0])


def _letters(
    letter: Letter, appointment: Appointment, service: Service, client: Recipient, *, now: datetime
) -> list[Message]:
    if not client.address:
        return []
    written = [messages.waiting(letter, client, now=now, appointment_id=appointment.id)]
    coming = appointment.starts_at - COMING_VISIT_BEFORE
    if appointment.status in COMING and coming > now and not service.is_farewell:
        written.append(
            messages.waiting(Letter.COMING_VISIT, client, now=now, not_before=coming, appointment_id=appointment.id)
        )
    return written


def _happening(
    kind: EventKind, appointment: Appointment, *, old: Period | None = None, new: Period | None = None
) -> Happening:
    return Happening(kind, appointment.id, appointment.location_id, old=old, new=new)
