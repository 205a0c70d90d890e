"""Bookings: making time busy so that nobody is ever booked twice.

Every try is a transaction of its own: choose a vet and a room that the diary shows as free, lock the rows of the
vet, the room and the pet (in that order, so that no two bookers wait for each other), look again, and write. Who
comes second finds the time taken, rolls back, and tries the next vet or room that is left. The constraint on busy
times is the last line, not the queue.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from models import Resource, Staff, sql
from models.busy_time import LONGEST
from models.period import Period
from models.refusal import OutsideHours, PetHasDied, RightNeeded, SlotTaken, VetCannotDoService
from models.row import uuid7
from resolvers import access, free_times

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from models import BusyTime
    from models.free_time import Diary, FreeTime
    from models.sql import Statement
    from resolvers.free_times import Offer
    from resolvers.viewer import Viewer

MOST_ALTERNATIVES = 5
_DAYS_OF_ALTERNATIVES = 7
_MOST_TRIES = 50
"""More than there are vets and rooms to lose in a race."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A visit somebody wants: for which pet, when, and, if it matters to them, with which vet."""

    offer: Offer
    pet_id: UUID
    visit: Period
    vet_id: UUID | None = None
    appointment_id: UUID | None = None
    """The appointment that is to be moved there, whose present busy times do not count."""
    booker_id: UUID | None = None
    """The owner who books, and must still have the right to."""


@dataclass(frozen=True, slots=True)
class Place:
    """The vet and the room that a visit will take."""

    vet_id: UUID
    room_id: UUID


class _Lost(Exception):
    """Somebody else was faster."""


async def settle(viewer: Viewer, wish: Wish, write: Callable[[Place], Awaitable[None]], *, now: datetime) -> None:
    """Find a vet and a room for the wish and, holding them, `write` inside the same transaction.

    Raises:
        OutsideHours: the location is closed, or the vet does not work, at that time.
        VetCannotDoService: the vet named, or every vet, cannot do it there.
        SlotTaken: vet, rooms or pet are taken; with alternatives that are free.
        PetHasDied: the death was recorded meanwhile.
        NotFound: there is no such vet.
        RightNeeded: the owner who books has just lost the right to.
    """
    for _ in range(_MOST_TRIES):
        diary = await free_times.diary_around(
            wish.offer, wish.visit, vet_id=wish.vet_id, pet_id=wish.pet_id, leaving_out=wish.appointment_id
        )
        try:
            place = _choose(diary, wish)
        except VetCannotDoService:
            if wish.vet_id is not None:  # nobody we know, perhaps
                await access.find(viewer, Staff, wish.vet_id, path="vetId")
            raise
        if place is None:
            raise SlotTaken(await _alternatives(viewer, wish, now=now))
        try:
            async with in_transaction():
                await write(place)
            return
        except _Lost:
            continue
        except IntegrityError as error:
            if "busy_time_no_overlap" not in str(error):
                raise
    raise SlotTaken(await _alternatives(viewer, wish, now=now))


async def hold(wish: Wish, place: Place) -> None:
    """Lock the vet, the room and the pet, and look again whether they are free: inside the transaction of `settle`."""
    taken = wish.offer.service.with_buffers(wish.visit)
    await _lock(wish.pet_id, place)
    held = ((place.vet_id, taken), (place.room_id, taken), (wish.pet_id, wish.visit))
    values = [value for key, period in held for value in _reaching(key, period, wish.appointment_id)]
    found = await sql.fetch(
        f"SELECT ({' OR '.join([_REACHES_INTO] * len(held))}) AS is_busy, {_MAY_BOOK} AS may_book",
        (*values, wish.pet_id, wish.booker_id),
    )
    if wish.booker_id is not None and not found[0]["may_book"]:
        raise RightNeeded(path=("petId",))
    if found[0]["is_busy"]:
        raise _Lost


# No time is busy for longer than LONGEST, so only a short stretch of an index is looked at, however long the past is.
_REACHES_INTO = (
    "EXISTS (SELECT 1 FROM busy_time WHERE is_exclusive AND resource_id = ? AND COALESCE(appointment_id <> ?, ?) "
    "AND starts_at < ? AND starts_at > ? AND ends_at > ?)"
)


def _reaching(resource_id: UUID, period: Period, leaving_out: UUID | None = None) -> tuple[Any, ...]:
    """The values of `_REACHES_INTO`."""
    return (resource_id, leaving_out, True, period.ends_at, period.starts_at - LONGEST, period.starts_at)


_MAY_BOOK = (
    "EXISTS (SELECT 1 FROM ownership WHERE pet_id = ? AND client_id = ? AND ends_on IS NULL AND may_book AND may_view)"
)


def taking(wish: Wish, place: Place, appointment_id: UUID) -> Statement:
    """The statement that writes the busy times of the appointment: vet and room for visit and buffers, the pet for the visit."""
    taken = wish.offer.service.with_buffers(wish.visit)
    held = (
        (Resource.VET, place.vet_id, taken),
        (Resource.ROOM, place.room_id, taken),
        (Resource.PET, wish.pet_id, wish.visit),
    )
    values = [
        value
        for resource, resource_id, period in held
        for value in (uuid7(), resource.value, resource_id, period.starts_at, period.ends_at, True, appointment_id)
    ]
    return (
        "INSERT INTO busy_time (id, resource, resource_id, starts_at, ends_at, is_exclusive, appointment_id) "
        f"VALUES {', '.join(['(?, ?, ?, ?, ?, ?, ?)'] * len(held))}",
        values,
    )


async def taken_by_now(times: Sequence[BusyTime]) -> set[UUID]:
    """The keys of those of the times that reach into what somebody has taken since; call it holding what they take."""
    found: set[UUID] = set()
    for some in (times[start : start + _AT_ONCE] for start in range(0, len(times), _AT_ONCE)):
        asked = [value for time in some for value in _reaching(time.resource_id, Period(time.starts_at, time.ends_at))]
        columns = ", ".join(f"({_REACHES_INTO}) AS is_{number}" for number in range(len(some)))
        row = (await sql.fetch(f"SELECT {columns}", asked))[0]
        found |= {time.id for number, time in enumerate(some) if row[f"is_{number}"]}
    return found


_AT_ONCE = 500
"""So many columns go through either database at once."""


async def release(appointment_id: UUID) -> None:
    """Give the time of the appointment back."""
    await sql.execute("DELETE FROM busy_time WHERE appointment_id = ?", (appointment_id,))


def _choose(diary: Diary, wish: Wish) -> Place | None:
    working = diary.vets_working(wish.visit)
    if not diary.working or (wish.vet_id is not None and wish.vet_id not in diary.working):
        raise VetCannotDoService(path=("vetId",))
    if not working or (wish.vet_id is not None and wish.vet_id not in working):
        raise OutsideHours(path=("startsAt",))
    needs = wish.offer.needs
    vets = [v for v in working if wish.vet_id in (None, v) and diary.vet_is_free(v, wish.visit, needs)]
    rooms = diary.rooms_free(wish.visit, needs)
    if not vets or not rooms or not diary.pet_is_free(wish.visit):
        return None
    return Place(min(vets, key=lambda vet_id: (_load(diary, vet_id), vet_id)), rooms[0])


def _load(diary: Diary, vet_id: UUID) -> timedelta:
    return sum((period.lasts for period in diary.vets_busy.get(vet_id, ())), timedelta())


async def _alternatives(viewer: Viewer, wish: Wish, *, now: datetime) -> list[FreeTime]:
    offer = wish.offer
    first = free_times.local_day(offer, wish.visit.starts_at)
    last = first + timedelta(days=_DAYS_OF_ALTERNATIVES)
    diary = await free_times.diary_of(offer, first, last, pet_id=wish.pet_id, leaving_out=wish.appointment_id)
    free = free_times.free_in(viewer, diary, offer, first, last, vet_id=wish.vet_id, now=now)
    nearest = sorted(free, key=lambda time: abs(time.visit.starts_at - wish.visit.starts_at))[:MOST_ALTERNATIVES]
    return sorted(nearest, key=lambda time: time.visit.starts_at)


# NO KEY UPDATE, because a plain FOR UPDATE would block every insert that refers to the row. Each row is looked for only
# after the one before it is counted, which is after it was locked: that is what keeps the order.
_IN_TURN = """
WITH vet AS MATERIALIZED (SELECT id FROM staff WHERE id = ? FOR NO KEY UPDATE),
room AS MATERIALIZED (SELECT id FROM room WHERE id = ? AND (SELECT COUNT(*) FROM vet) >= 0 FOR NO KEY UPDATE)
SELECT died_on AS gone FROM pet WHERE id = ? AND (SELECT COUNT(*) FROM room) >= 0 FOR NO KEY UPDATE
"""


async def _lock(pet_id: UUID, place: Place) -> None:
    if not sql.is_postgres():  # BEGIN IMMEDIATE has locked everything
        died: Any = await sql.fetch("SELECT died_on AS gone FROM pet WHERE id = ?", (pet_id,))
    else:
        died = await sql.fetch(_IN_TURN, (place.vet_id, place.room_id, pet_id))
    if died and died[0]["gone"] is not None:
        raise PetHasDied(path=("petId",))
