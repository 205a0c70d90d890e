"""Booking appointments, moving them, and the steps they take."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key, maybe_key
from graph.roles import EVERYBODY, STAFF
from graph.types.appointment import Appointment
from models.refusal import (
    LocationClosed,
    OutsideHours,
    PetHasDied,
    RightNeeded,
    ServiceNotOffered,
    SlotTaken,
    StepNotAllowed,
    TimeHasPassed,
    TooManyPlanned,
    TooShortNotice,
    VetCannotDoService,
)
from resolvers import appointments
from resolvers.access import Deed
from resolvers.appointments import Booking, Move

_NO_TIME = (
    SlotTaken,
    TimeHasPassed,
    TooManyPlanned,
    TooShortNotice,
    OutsideHours,
    VetCannotDoService,
    ServiceNotOffered,
    LocationClosed,
    PetHasDied,
    RightNeeded,
)


@deed_input(EVERYBODY)
class BookAppointmentInput:
    """A visit to be booked; `freeTimes` says what can be had."""

    pet_id: strawberry.ID = said("For which pet.")
    service_id: strawberry.ID = said("For what.")
    location_id: strawberry.ID = said("Where.")
    starts_at: datetime = said("When the visit starts: one of the free times, on a quarter of an hour.")
    vet_id: strawberry.ID | None = said("With whom; anybody who is free when nobody is named.", default=None)
    reason: str | None = said("Why the pet comes, at most 2000 characters.", default=None)
    client_id: strawberry.ID | None = said(
        "Whom to tell about it; the owner who pays most when nobody is named.", STAFF, default=None
    )
    idempotency_key: str = said(KEY)


@deed_input(EVERYBODY)
class RescheduleAppointmentInput:
    """Another time for an appointment."""

    appointment_id: strawberry.ID = said("Which appointment.")
    starts_at: datetime = said("When the visit shall start: one of the free times, on a quarter of an hour.")
    vet_id: strawberry.ID | None = said("With whom; the same vet when nobody is named.", default=None)
    any_vet: bool = said("Whether any vet who is free will do, when nobody is named.", default=False)
    idempotency_key: str = said(KEY)


@deed_input(EVERYBODY)
class ConfirmAppointmentInput:
    """The owner says that she will come."""

    appointment_id: strawberry.ID = said("Which appointment.")
    idempotency_key: str = said(KEY)


@deed_input(EVERYBODY)
class CancelAppointmentInput:
    """The visit will not take place."""

    appointment_id: strawberry.ID = said("Which appointment.")
    because: str | None = said("Why, at most 2000 characters.", default=None)
    idempotency_key: str = said(KEY)


@deed_input(STAFF)
class CheckInAppointmentInput:
    """The pet is here."""

    appointment_id: strawberry.ID = said("Which appointment.")
    idempotency_key: str = said(KEY)


@deed_input(STAFF)
class StartAppointmentInput:
    """The visit begins."""

    appointment_id: strawberry.ID = said("Which appointment.")
    idempotency_key: str = said(KEY)


@deed_input(STAFF)
class CompleteAppointmentInput:
    """The visit is over."""

    appointment_id: strawberry.ID = said("Which appointment.")
    idempotency_key: str = said(KEY)


@deed_input(STAFF)
class MarkNoShowAppointmentInput:
    """Nobody came."""

    appointment_id: strawberry.ID = said("Which appointment.")
    idempotency_key: str = said(KEY)


@payload(EVERYBODY)
class AppointmentBooked:
    """The visit is booked; a letter tells the client about it."""

    appointment: Appointment = said("The appointment as it is now.")


@payload(EVERYBODY)
class AppointmentRescheduled:
    """The visit has another time; it is still the same appointment, and a letter tells the client about it."""

    appointment: Appointment = said("The appointment as it is now.")


@payload(EVERYBODY)
class AppointmentConfirmed:
    """The owner will come."""

    appointment: Appointment = said("The appointment as it is now.")


@payload(EVERYBODY)
class AppointmentCancelled:
    """The visit will not take place; a letter tells the client about it."""

    appointment: Appointment = said("The appointment as it is now.")


@payload(STAFF)
class AppointmentCheckedIn:
    """The pet is here."""

    appointment: Appointment = said("The appointment as it is now.")


@payload(STAFF)
class AppointmentStarted:
    """The visit has begun."""

    appointment: Appointment = said("The appointment as it is now.")


@payload(STAFF)
class AppointmentCompleted:
    """The visit is over."""

    appointment: Appointment = said("The appointment as it is now.")


@payload(STAFF)
class AppointmentMarkedNoShow:
    """Nobody came; the time is free again."""

    appointment: Appointment = said("The appointment as it is now.")


@strawberry.type
class AppointmentMutations:
    """Booking appointments, moving them, and the steps they take."""

    @mutation(Deed.BOOK_APPOINTMENT, AppointmentBooked, *_NO_TIME, TooManyPlanned)
    async def book_appointment(self, info: Info, input: BookAppointmentInput) -> object:
        """Book a visit. The room, and the vet unless one is named, are chosen by the practice."""
        viewer = info.context.viewer
        booking = Booking(
            pet_id=key("Pet", input.pet_id),
            service_id=key("Service", input.service_id),
            location_id=key("Location", input.location_id),
            starts_at=input.starts_at,
            vet_id=maybe_key("Staff", input.vet_id),
            client_id=maybe_key("Client", input.client_id),
            reason=input.reason or "",
        )
        booked = await appointments.book(viewer, booking, key=input.idempotency_key, now=info.context.now)
        return answered(AppointmentBooked, appointment=appointments.one(viewer, booked))

    @mutation(Deed.RESCHEDULE_APPOINTMENT, AppointmentRescheduled, StepNotAllowed, *_NO_TIME)
    async def reschedule_appointment(self, info: Info, input: RescheduleAppointmentInput) -> object:
        """Move an appointment that has not begun to another time; a confirmed one has to be confirmed again."""
        viewer = info.context.viewer
        move = Move(
            appointment_id=key("Appointment", input.appointment_id),
            starts_at=input.starts_at,
            vet_id=maybe_key("Staff", input.vet_id),
            any_vet=input.any_vet,
        )
        moved = await appointments.reschedule(viewer, move, key=input.idempotency_key, now=info.context.now)
        return answered(AppointmentRescheduled, appointment=appointments.one(viewer, moved))

    @mutation(Deed.CONFIRM_APPOINTMENT, AppointmentConfirmed, StepNotAllowed, RightNeeded)
    async def confirm_appointment(self, info: Info, input: ConfirmAppointmentInput) -> object:
        """Say that somebody will come to a booked visit."""
        return await _step(info, appointments.confirm, input, AppointmentConfirmed)

    @mutation(Deed.CANCEL_APPOINTMENT, AppointmentCancelled, StepNotAllowed, RightNeeded, TimeHasPassed)
    async def cancel_appointment(self, info: Info, input: CancelAppointmentInput) -> object:
        """Cancel an appointment; owners until the visit should begin, the practice until it has begun."""
        viewer = info.context.viewer
        cancelled = await appointments.cancel(
            viewer,
            key("Appointment", input.appointment_id),
            because=input.because or "",
            key=input.idempotency_key,
            now=info.context.now,
        )
        return answered(AppointmentCancelled, appointment=appointments.one(viewer, cancelled))

    @mutation(Deed.CHECK_IN_APPOINTMENT, AppointmentCheckedIn, StepNotAllowed, SlotTaken, PetHasDied, OutsideHours)
    async def check_in_appointment(self, info: Info, input: CheckInAppointmentInput) -> object:
        """The pet is here. Somebody who was marked as a no-show can still come the same day, if the time is free."""
        return await _step(info, appointments.check_in, input, AppointmentCheckedIn)

    @mutation(Deed.START_APPOINTMENT, AppointmentStarted, StepNotAllowed)
    async def start_appointment(self, info: Info, input: StartAppointmentInput) -> object:
        """The visit begins."""
        return await _step(info, appointments.start, input, AppointmentStarted)

    @mutation(Deed.COMPLETE_APPOINTMENT, AppointmentCompleted, StepNotAllowed)
    async def complete_appointment(self, info: Info, input: CompleteAppointmentInput) -> object:
        """The visit is over."""
        return await _step(info, appointments.complete, input, AppointmentCompleted)

    @mutation(Deed.MARK_NO_SHOW_APPOINTMENT, AppointmentMarkedNoShow, StepNotAllowed)
    async def mark_no_show_appointment(self, info: Info, input: MarkNoShowAppointmentInput) -> object:
        """Nobody came to a visit that should have begun; its time is free again."""
        return await _step(info, appointments.mark_no_show, input, AppointmentMarkedNoShow)


_Step = CheckInAppointmentInput | StartAppointmentInput | CompleteAppointmentInput | MarkNoShowAppointmentInput


async def _step(info: Info, step: Any, input: ConfirmAppointmentInput | _Step, made: type) -> object:
    viewer = info.context.viewer
    appointment_id = key("Appointment", input.appointment_id)
    taken = await step(viewer, appointment_id, key=input.idempotency_key, now=info.context.now)
    return answered(made, appointment=appointments.one(viewer, taken))
