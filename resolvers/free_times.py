"""Free times: reading the diary of a location, and what can be had of a service there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from models import Location, Pet, Service, Staff, sql
from models.busy_time import LONGEST
from models.free_time import Diary, FreeTime, Needs, WeeklyHours
from models.ownership import Right
from models.period import Period, day_in, must_be_foreseeable, today_in
from models.refusal import InvalidInput, ServiceNotOffered, VetCannotDoService
from resolvers import access, finding
from resolvers.finding import Named

if TYPE_CHECKING:
    from resolvers.viewer import Viewer

LONGEST_SEARCH_DAYS = 31


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody looks for: dates are local to the location, both included."""

    service_id: UUID | None
    location_id: UUID | None
    first: date
    last: date
    pet_id: UUID | None = None
    vet_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A service at a location."""

    service: Service
    location: Location

    @property
    def needs(self) -> Needs:
        """What a visit for it takes."""
        return Needs(
            timedelta(minutes=self.service.lasts_minutes),
            timedelta(minutes=self.service.buffer_before_minutes),
            timedelta(minutes=self.service.buffer_after_minutes),
        )


async def found(viewer: Viewer, search: Search, *, now: datetime) -> tuple[Offer, list[FreeTime]]:
    """The offer, and every start at which it is free, soonest first; an owner sees vets only where she may choose.

    Raises:
        NotFound: the service, the location or the pet is not the viewer's to see.
        InvalidInput: the dates are the wrong way round, more than 31 days apart, or of no year we plan for.
        ServiceNotOffered, VetCannotDoService, LocationClosed, PetHasDied: as for booking it.
    """
    must_be_foreseeable(search.first, path="from")
    must_be_foreseeable(search.last, path="to")
    if search.last < search.first:
        raise InvalidInput("The last day comes before the first.", path=("to",))
    if (search.last - search.first).days >= LONGEST_SEARCH_DAYS:
        raise InvalidInput("Please look at 31 days or fewer at a time.", path=("to",))
    pet = None
    if search.pet_id is not None:
        right = Right.BOOK
        pet = await access.find_with_right(viewer, Pet, search.pet_id, right, path="petId")
        pet.must_be_alive()
    offer = await offered(viewer, search.service_id, search.location_id)
    must_be_had_by(viewer, offer, pet=pet, vet_id=search.vet_id)
    offer.location.must_be_open_on(search.first)
    diary = await diary_of(offer, search.first, search.last, pet_id=search.pet_id)
    if search.vet_id is not None and search.vet_id not in diary.working:
        await access.find(viewer, Staff, search.vet_id, path="vetId")
        raise VetCannotDoService(path=("vetId",))
    return offer, free_in(viewer, diary, offer, search.first, search.last, vet_id=search.vet_id, now=now)


def free_in(
    viewer: Viewer, diary: Diary, offer: Offer, first: date, last: date, *, vet_id: UUID | None, now: datetime
) -> list[FreeTime]:
    """What is free in the diary, for any vet or for one; an owner sees which only where she may choose."""
    if offer.location.closed_on is not None:
        last = min(last, offer.location.closed_on - timedelta(days=1))
    times = list(diary.free_times(first, last, offer.needs, not_before=earliest(viewer, offer, now)))
    if vet_id is not None:
        times = [replace(time, vet_ids=(vet_id,)) for time in times if vet_id in time.vet_ids]
    if viewer.is_owner and not offer.service.owner_may_choose_vet:
        return [replace(time, vet_ids=()) for time in times]
    return times


def earliest(viewer: Viewer, offer: Offer, now: datetime) -> datetime:
    """The first moment at which the viewer may let a visit start: an owner has to give the notice it needs."""
    return now + timedelta(minutes=offer.service.lead_minutes) if viewer.is_owner else now


async def offered(viewer: Viewer, service_id: UUID | None, location_id: UUID | None) -> Offer:
    """The service and the location, if the viewer may see both.

    Raises:
        NotFound: one of them does not exist or is not the viewer's to see.
    """
    return Offer(*await finding.found(viewer, *named(service_id, location_id)))


def named(service_id: UUID | None, location_id: UUID | None) -> tuple[Named, Named]:
    """What is to be found for an offer: its service and its location."""
    return Named(Service, service_id, "serviceId"), Named(Location, location_id, "locationId")


def must_be_had_by(viewer: Viewer, offer: Offer, *, pet: Pet | None, vet_id: UUID | None) -> None:
    """Refuse what this viewer cannot have, whatever the time.

    Raises:
        ServiceNotOffered: not any more, not online, not for a client the practice does not know yet, or not for
            this species.
        InvalidInput: an owner names a vet where the practice chooses.
    """
    service = offer.service
    if not service.is_offered or (pet is not None and not service.is_for(pet.species)):
        raise ServiceNotOffered(path=("serviceId",))
    if not viewer.is_owner:
        return
    if not service.is_bookable_online or not (viewer.is_linked or service.is_open_to_new_clients):
        raise ServiceNotOffered(path=("serviceId",))
    may_choose_vet(viewer, offer, vet_id)


def may_choose_vet(viewer: Viewer, offer: Offer, vet_id: UUID | None) -> None:
    """Refuse an owner who names a vet where the practice chooses.

    Raises:
        InvalidInput: she does.
    """
    if viewer.is_owner and vet_id is not None and not offer.service.owner_may_choose_vet:
        raise InvalidInput("For this service we choose the vet. Please leave the vet open.", path=("vetId",))


_DIARY = """
SELECT 'opening' AS kind, CAST(NULL AS uuid) AS who, weekday, from_minute, until_minute, CAST(NULL AS date) AS starts_on,
  CAST(NULL AS date) AS ends_on, CAST(NULL AS timestamptz) AS starts_at, CAST(NULL AS timestamptz) AS ends_at
FROM opening_hours WHERE location_id = ?
UNION ALL
SELECT 'working', w.staff_id, w.weekday, w.from_minute, w.until_minute, w.starts_on, w.ends_on, NULL, NULL
FROM working_hours w JOIN service_staff c ON c.staff_id = w.staff_id AND c.service_id = ?
JOIN staff s ON s.id = w.staff_id AND s.left_at IS NULL WHERE w.location_id = ? AND w.staff_id = COALESCE(?, w.staff_id)
UNION ALL
SELECT 'away', staff_id, NULL, NULL, NULL, NULL, NULL, starts_at, ends_at
FROM hours_exception WHERE (location_id = ? OR location_id IS NULL) AND starts_at < ? AND ends_at > ?
UNION ALL
SELECT 'room', r.id, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM room r JOIN service_room c ON c.room_id = r.id AND c.service_id = ? WHERE r.location_id = ? AND r.is_in_use
UNION ALL
SELECT 'busy', resource_id, NULL, NULL, NULL, NULL, NULL, starts_at, ends_at
FROM busy_time WHERE is_exclusive AND starts_at < ? AND ends_at > ? AND starts_at > ? AND COALESCE(appointment_id <> ?, ?)
AND resource_id IN (SELECT staff_id FROM service_staff WHERE service_id = ? AND staff_id = COALESCE(?, staff_id))
UNION ALL
SELECT 'busy', resource_id, NULL, NULL, NULL, NULL, NULL, starts_at, ends_at
FROM busy_time WHERE is_exclusive AND starts_at < ? AND ends_at > ? AND starts_at > ? AND COALESCE(appointment_id <> ?, ?)
AND resource_id IN (SELECT c.room_id FROM service_room c JOIN room r ON r.id = c.room_id
    WHERE c.service_id = ? AND r.location_id = ?)
UNION ALL
SELECT 'busy', resource_id, NULL, NULL, NULL, NULL, NULL, starts_at, ends_at
FROM busy_time WHERE is_exclusive AND starts_at < ? AND ends_at > ? AND starts_at > ? AND COALESCE(appointment_id <> ?, ?)
AND resource_id = ?
"""


async def diary_of(
    offer: Offer, first: date, last: date, *, pet_id: UUID | None = None, leaving_out: UUID | None = None
) -> Diary:
    """All that decides when the offer can be had on these local days, read by one statement.

    `leaving_out` is an appointment whose own busy times do not count, because it is the one to be moved.
    """
    days = _days(offer, first, last)
    return await _read(offer, of_vets=days, of_others=days, vet_id=None, pet_id=pet_id, leaving_out=leaving_out)


async def diary_around(
    offer: Offer, visit: Period, *, vet_id: UUID | None, pet_id: UUID, leaving_out: UUID | None = None
) -> Diary:
    """As much of the diary as decides whether the offer can be had for this visit, and with this vet if one is named.

    Without one, it holds the day of every vet, which tells who has least to do.
    """
    needs = offer.needs
    around = visit.widened(before=needs.before, after=needs.after)
    day = local_day(offer, visit.starts_at)
    of_vets = around if vet_id is not None else _days(offer, day, day)
    return await _read(offer, of_vets=of_vets, of_others=around, vet_id=vet_id, pet_id=pet_id, leaving_out=leaving_out)


def _days(offer: Offer, first: date, last: date) -> Period:
    """These local days, and what a visit on them may touch before and after."""
    clock, needs = offer.location.clock, offer.needs
    return Period(
        day_in(clock, first).starts_at - needs.before, day_in(clock, last).ends_at + needs.lasts + needs.after
    )


async def _read(
    offer: Offer,
    *,
    of_vets: Period,
    of_others: Period,
    vet_id: UUID | None,
    pet_id: UUID | None,
    leaving_out: UUID | None,
) -> Diary:
    place, service = offer.location.id, offer.service.id
    away = (max(of_vets.ends_at, of_others.ends_at), min(of_vets.starts_at, of_others.starts_at))
    busy_vets, busy_others = (
        (days.ends_at, days.starts_at, days.starts_at - LONGEST, leaving_out, True) for days in (of_vets, of_others)
    )
    rows = await sql.fetch(
        _DIARY,
        (
            *(place, service, place, vet_id, place, *away, service, place),
            *(*busy_vets, service, vet_id),
            *(*busy_others, service, place),
            *(*busy_others, pet_id),
        ),
    )
    return _diary(offer.location.clock, rows, pet_id)


def _diary(clock: Any, rows: Any, pet_id: UUID | None) -> Diary:
    opening: list[WeeklyHours] = []
    closed: list[Period] = []
    working: dict[UUID, list[WeeklyHours]] = defaultdict(list)
    away: dict[UUID, list[Period]] = defaultdict(list)
    busy: dict[UUID, list[Period]] = defaultdict(list)
    rooms: list[UUID] = []
    for row in rows:
        who = sql.as_key(row["who"]) if row["who"] else None
        match row["kind"], who:
            case "opening", None:
                opening.append(_weekly(row))
            case "working", UUID():
                working[who].append(_weekly(row))
            case "away", None:
                closed.append(_period(row))
            case "away", UUID():
                away[who].append(_period(row))
            case "room", UUID():
                rooms.append(who)
            case "busy", UUID():
                busy[who].append(_period(row))
    return Diary(
        clock=clock,
        opening=opening,
        closed=closed,
        working=dict(working),
        away=away,
        vets_busy={vet_id: busy.get(vet_id, []) for vet_id in working},
        rooms_busy={room_id: busy.get(room_id, []) for room_id in rooms},
        pet_busy=busy.get(pet_id, []) if pet_id else [],
    )


def _weekly(row: Any) -> WeeklyHours:
    return WeeklyHours(
        row["weekday"],
        row["from_minute"],
        row["until_minute"],
        sql.as_date(row["starts_on"]),
        sql.as_date(row["ends_on"]),
    )


def _period(row: Any) -> Period:
    return Period(sql.as_instant(row["starts_at"]), sql.as_instant(row["ends_at"]))


def local_day(offer: Offer, moment: datetime) -> date:
    """The date on the wall of the location at that moment."""
    return today_in(offer.location.clock, moment)
