"""The steps an appointment takes: confirmed, here, begun, over, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from tortoise.transactions import in_transaction

from models import Appointment, EventKind, Letter, Location, Right, Service, Status, sql
from models.appointment import BUSY
from models.refusal import StepNotAllowed, TimeHasPassed
from models.text import prose
from resolvers import access, bookings, events, free_times, messages, retries
from resolvers.access import Deed
from resolvers.appointments import told
from resolvers.bookings import Place, Wish

if TYPE_CHECKING:
    from resolvers.retries import Outcome
    from resolvers.viewer import Viewer


async def confirm(
    viewer: Viewer, appointment_id: UUID | None, *, planned_at: datetime | None = None, key: str, now: datetime
) -> UUID:
    """The owner says that she will come: then, if she says when, and not whenever else it may be by now.

    Raises:
        NotFound, RightNeeded, StepNotAllowed: see `book` and `models.appointment.NEXT`; also when it was moved.
    """
    step = _Step(Deed.CONFIRM_APPOINTMENT, Status.CONFIRMED, EventKind.APPOINTMENT_CONFIRMED, planned_at=planned_at)
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
    """Nobody came: the time is free again, and some hours later its client is asked about it, unless she came after all.

    Raises:
        NotFound, StepNotAllowed: see `models.appointment.NEXT`; also before the visit should have begun.
    """
    step = _Step(Deed.MARK_NO_SHOW_APPOINTMENT, Status.NO_SHOW, EventKind.APPOINTMENT_NO_SHOW)
    return await _take_step(viewer, appointment_id, step, key=key, now=now)


async def cancel(
    viewer: Viewer,
    appointment_id: UUID | None,
    *,
    because: str = "",
    planned_at: datetime | None = None,
    key: str,
    now: datetime,
) -> UUID:
    """Cancel an appointment: its time is free, its unsent letters are withdrawn, and its client is told.

    With `planned_at` it is the one at that time, and not whenever else it may be by now.

    Raises:
        NotFound, RightNeeded, StepNotAllowed: see `book` and `models.appointment.NEXT`; also when it was moved.
        TimeHasPassed: an owner cancels what has begun already.
    """
    because = prose(because, path=("because",), longest=2000)
    step = _Step(Deed.CANCEL_APPOINTMENT, Status.CANCELLED, EventKind.APPOINTMENT_CANCELLED, because, planned_at)
    return await _take_step(viewer, appointment_id, step, key=key, now=now)


@dataclass(frozen=True, slots=True)
class _Step:
    deed: Deed
    status: Status
    kind: EventKind
    because: str = ""
    planned_at: datetime | None = None


async def _take_step(viewer: Viewer, appointment_id: UUID | None, step: _Step, *, key: str, now: datetime) -> UUID:
    found = await access.find_with_right(viewer, Appointment, appointment_id, Right.BOOK, path="appointmentId")
    access.may(viewer, step.deed, found.location_id)
    given = {"appointment": found.id, "because": step.because}
    given |= {"planned_at": step.planned_at} if step.planned_at else {}
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
    appointment = await told.locked(found.id)
    was_busy = appointment.status in BUSY
    if step.status in BUSY and not was_busy:
        # It was marked as a no-show since we looked, and its time is no longer its own.
        raise StepNotAllowed(path=("appointmentId",))
    if step.planned_at not in (None, appointment.starts_at):
        raise StepNotAllowed("This visit was moved. Please look again.", path=("appointmentId",))
    appointment.step_to(step.status, now=now, clock=location.clock)
    appointment.cancelled_because = step.because
    await appointment.save(update_fields=["status", "cancelled_because"])
    old = appointment.visit if was_busy and step.status not in BUSY else None
    if old:
        await bookings.release(found.id)
        await messages.withdraw_unsent(found.id, f"The appointment is {step.status.value.lower().replace('_', ' ')}.")
    if step.status in (Status.CANCELLED, Status.NO_SHOW):
        service = await Service.get(id=found.service_id)
        client = await told.who(found.pet_id, found.client_id, now=now)
        if step.status is Status.CANCELLED:
            letters = told.letters(Letter.APPOINTMENT_CANCELLED, appointment, service, client, location.clock, now=now)
        else:
            letters = told.missed(appointment, service, client, location.clock, now=now)
        await sql.insert(letters)
    after = {"cancelled_because": step.because} if step.because else {}
    await events.record(viewer, told.happening(step.kind, appointment, old=old, after=after), now=now)


async def _come_after_all(
    viewer: Viewer, found: Appointment, location: Location, step: _Step, retry: retries.Retry, *, now: datetime
) -> None:
    service = await Service.get(id=found.service_id)
    wish = Wish(free_times.Offer(service, location), found.pet_id, found.visit, found.vet_id, found.id)

    async def write(place: Place) -> None:
        await retry.keep(appointment=found.id)
        await bookings.hold(wish, place)
        appointment = await told.locked(found.id)
        appointment.step_to(step.status, now=now, clock=location.clock)
        appointment.room_id = place.room_id
        await appointment.save(update_fields=["status", "room_id"])
        await sql.execute(*bookings.taking(wish, place, found.id))
        await events.record(viewer, told.happening(step.kind, appointment, new=wish.visit), now=now)

    await bookings.settle(viewer, wish, write, now=now)
