"""Booking a visit, and moving it to another time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from models import Appointment, EventKind, Letter, Pet, Right, Status, sql
from models.appointment import MOST_COMING, MOST_COMING_UNKNOWN, ONLINE_AHEAD
from models.free_time import GRID_MINUTES, is_on_the_grid
from models.period import Period, must_be_foreseeable
from models.refusal import InvalidInput, NotFound, TimeHasPassed, TooManyPlanned, TooShortNotice
from models.row import uuid7
from models.text import prose
from models.words import search_words
from resolvers import access, bookings, events, finding, free_times, messages, retries
from resolvers.access import Deed
from resolvers.appointments import told
from resolvers.bookings import Place, Wish
from resolvers.changes import plain
from resolvers.finding import Named
from resolvers.free_times import Offer

if TYPE_CHECKING:
    from resolvers.retries import Outcome
    from resolvers.viewer import Viewer


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


async def book(viewer: Viewer, booking: Booking, *, key: str, now: datetime) -> UUID:
    """Book a visit; its letters and its event are written with it.

    Raises:
        NotFound: pet, service, location or client is not the viewer's to see.
        RightNeeded: an owner without the right to book for this pet.
        PetHasDied, LocationClosed, ServiceNotOffered, VetCannotDoService, OutsideHours: see each.
        TimeHasPassed, TooShortNotice, InvalidInput: the time cannot be booked, or is not on the grid.
        SlotTaken: somebody else has the time.
        TooManyPlanned: an owner has as many visits to come as can be booked online.
    """
    access.may(viewer, Deed.BOOK_APPOINTMENT)
    retry = retries.asked(viewer, Deed.BOOK_APPOINTMENT, key, plain(booking), now=now)

    async def work() -> Outcome:
        to_find = Named(Pet, booking.pet_id, "petId", Right.BOOK)
        pet, service, location = await finding.found(
            viewer, to_find, *free_times.named(booking.service_id, booking.location_id)
        )
        offer = Offer(service, location)
        pet.must_be_alive()
        access.may(viewer, Deed.BOOK_APPOINTMENT, offer.location.id)
        free_times.must_be_had_by(viewer, offer, pet=pet, vet_id=booking.vet_id)
        reason = prose(booking.reason, path=("reason",), longest=2000)
        must_be_foreseeable(booking.starts_at, path="startsAt")
        visit = offer.service.visit(booking.starts_at)
        wish = Wish(offer, pet.id, visit, booking.vet_id, booker_id=viewer.client_id)
        _must_be_bookable(viewer, offer, visit, now=now)
        wanted = viewer.client_id or booking.client_id
        client = await told.who(pet.id, wanted, now=now)
        if client.client_id is None or wanted not in (None, client.client_id):
            raise NotFound(path=("clientId",))
        _must_have_room_for_more(viewer, client.coming)
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
                starts_at=visit.starts_at,
                ends_at=visit.ends_at,
                status=Status.BOOKED,
                reason=reason,
                words=search_words(reason),
                created_at=now,
            )
            clock = offer.location.clock
            letters = told.letters(Letter.APPOINTMENT_BOOKED, appointment, offer.service, client, clock, now=now)
            happening = told.happening(EventKind.APPOINTMENT_BOOKED, appointment, new=visit)
            taking = bookings.taking(wish, place, appointment_id)
            await sql.execute_all([*sql.inserting([appointment]), taking, *sql.inserting(letters)])
            await events.record(viewer, happening, now=now)

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
    retry = retries.asked(viewer, Deed.RESCHEDULE_APPOINTMENT, key, plain(move), now=now)

    async def work() -> Outcome:
        found.must_be_movable()
        pet = await access.find(viewer, Pet, found.pet_id, path="petId")
        pet.must_be_alive()
        offer = await free_times.offered(access.carried(viewer), found.service_id, found.location_id)
        free_times.may_choose_vet(viewer, offer, move.vet_id)
        keeps_vet = not move.any_vet and (offer.service.owner_may_choose_vet or not viewer.is_owner)
        vet_id = move.vet_id or (found.vet_id if keeps_vet else None)
        must_be_foreseeable(move.starts_at, path="startsAt")
        visit = offer.service.visit(move.starts_at)
        wish = Wish(offer, pet.id, visit, vet_id, found.id, booker_id=viewer.client_id)
        if viewer.is_owner and found.starts_at <= now:
            raise TimeHasPassed(path=("appointmentId",))
        _must_be_bookable(viewer, offer, visit, now=now)
        client = await told.who(pet.id, found.client_id, now=now)

        async def write(place: Place) -> None:
            await retry.keep(appointment=found.id)
            await bookings.hold(wish, place)
            appointment = await told.locked(found.id)
            old, before = appointment.visit, {"vet_id": appointment.vet_id, "room_id": appointment.room_id}
            appointment.move_to(visit, vet_id=place.vet_id, room_id=place.room_id)
            await appointment.save(update_fields=["starts_at", "ends_at", "vet_id", "room_id", "status"])
            await bookings.release(found.id)
            await messages.withdraw_unsent(found.id, "The appointment was moved.")
            clock = offer.location.clock
            letters = told.letters(Letter.APPOINTMENT_MOVED, appointment, offer.service, client, clock, now=now)
            after = {"vet_id": place.vet_id, "room_id": place.room_id}
            happening = told.happening(
                EventKind.APPOINTMENT_MOVED, appointment, old=old, new=visit, before=before, after=after
            )
            await sql.execute_all([bookings.taking(wish, place, found.id), *sql.inserting(letters)])
            await events.record(viewer, happening, now=now)

        await bookings.settle(viewer, wish, write, now=now)
        return {"appointment": str(found.id)}

    return UUID((await retries.once(retry, work))["appointment"])


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
    if viewer.is_owner and visit.starts_at > now + ONLINE_AHEAD:
        raise InvalidInput("Online booking reaches one year ahead. Please call us for later.", path=("startsAt",))
    offer.location.must_be_open_on(free_times.local_day(offer, visit.starts_at))


def _must_have_room_for_more(viewer: Viewer, coming: int) -> None:
    # Without it, somebody with a mailbox could book the practice full.
    if viewer.is_owner and coming >= (MOST_COMING if viewer.is_linked else MOST_COMING_UNKNOWN):
        raise TooManyPlanned
