"""Bookings: somebody books from a letter what it reminds her of."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from models import Letter, Pet, Right, language, sql
from models.appointment import NOT_OVER, ONLINE_AHEAD
from models.period import Period, day_in, today_in
from models.refusal import NotFound, RightNeeded, ServiceNotOffered, TimeHasPassed
from models.reminder import STANDING
from resolvers import access, appointments, free_times
from resolvers.appointments import Booking
from resolvers.free_times import Search
from resolvers.from_letters import visits
from resolvers.letter_links import GOOD_AFTER_DUE, LinkEnded
from resolvers.letters import due
from resolvers.reminders.steps import visits_from
from resolvers.reminders.working_out import AHEAD

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from resolvers.from_letters.readers import Reader
    from resolvers.letter_links import BookLink
    from resolvers.letters.facts import DueItem, Visit
    from resolvers.ports import Vault

DAYS_SHOWN: Final = 14
_STANDING: Final = tuple(sorted(NOT_OVER))
_USUALLY_BEFORE = timedelta(days=14)
"""So long before something is due, times for it are offered first."""


@dataclass(frozen=True, slots=True)
class Booked:
    """A visit that stands; `is_new` when it was booked just now, and `letter_comes` when a letter about it was written."""

    appointment_id: UUID
    visit: Visit
    letter_comes: bool
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Offered:
    """What is due, and how it can be booked: `booked` is the visit that is there for it already.

    A visit before the day `since` would be for something else. Without `may_arrange` another owner of the pet arranges its
    visits.
    """

    item: DueItem
    pet_id: UUID
    location_id: UUID
    service_id: UUID | None
    since: date
    booked: Booked | None
    may_arrange: bool


@dataclass(frozen=True, slots=True)
class Times:
    """The free times on some days, soonest first.

    `earlier` and `later` are the days from which the ones before and the next ones are, if there can be any.
    """

    first: date
    last: date
    starts: tuple[datetime, ...]
    earlier: date | None
    later: date | None


async def offered(reader: Reader, link: BookLink, *, now: datetime) -> Offered:
    """What the link is about, as things stand now.

    Raises:
        LinkEnded: it is done or not due any more, or was due long ago; the pet has died or is to be
            put to sleep, or she may not see it any more.
    """
    rows = await sql.fetch(_DUE, (language.spoken(reader.language), link.reminder_id))
    if not rows or rows[0]["state"] not in STANDING or rows[0]["died_on"] is not None:
        raise LinkEnded
    row = rows[0]
    if row["has_farewell"]:
        raise LinkEnded
    item = due.item(row, reader.language)
    today = today_in(item.place.zone, now)
    if today > item.due_on + GOOD_AFTER_DUE:
        raise LinkEnded
    may_arrange = True
    try:
        await access.find_with_right(reader.viewer, Pet, sql.as_key(row["pet_id"]), Right.BOOK)
    except RightNeeded:
        may_arrange = False
    except NotFound:
        raise LinkEnded from None
    since = visits_from([int(step) for step in json.loads(row["steps"])], item.due_on)
    counts = Period(
        day_in(item.place.zone, since).starts_at, day_in(item.place.zone, max(item.due_on, today) + AHEAD).ends_at
    )
    return Offered(
        item=item,
        pet_id=sql.as_key(row["pet_id"]),
        location_id=sql.as_key(row["location_id"]),
        service_id=None if row["service_id"] is None else sql.as_key(row["service_id"]),
        since=since,
        booked=await _booked(row, counts, now=now),
        may_arrange=may_arrange,
    )


async def times(reader: Reader, offer: Offered, first: date | None, *, now: datetime) -> Times:
    """The free times of that service at that place from that day on, else from tomorrow or 14 days before the due day.

    Raises:
        ServiceNotOffered, LocationClosed, NotFound: it cannot be booked online.
    """
    today = today_in(offer.item.place.zone, now)
    last_of_all = today_in(offer.item.place.zone, now + ONLINE_AHEAD)
    usual = max(today + timedelta(days=1), offer.item.due_on - _USUALLY_BEFORE)
    earliest = min(max(today, offer.since), last_of_all)
    first = min(max(first or usual, earliest), last_of_all)
    last = min(first + timedelta(days=DAYS_SHOWN - 1), last_of_all)
    search = Search(_service(offer), offer.location_id, first, last, pet_id=offer.pet_id)
    _, found = await free_times.found(reader.viewer, search, now=now)
    starts = tuple(time.visit.starts_at for time in found if now < time.visit.starts_at <= now + ONLINE_AHEAD)
    earlier = max(first - timedelta(days=DAYS_SHOWN), earliest) if first > earliest else None
    later = last + timedelta(days=1) if last < last_of_all else None
    return Times(first, last, starts, earlier, later)


async def book(
    reader: Reader, link: BookLink, offer: Offered, starts_at: datetime, *, vault: Vault, now: datetime
) -> Booked:
    """Book that time in her name; asked for twice, it was booked once.

    Raises:
        SlotTaken, OutsideHours, TooShortNotice, TimeHasPassed, InvalidInput: the time cannot be had any more.
        TooManyPlanned: she has as many visits to come as can be booked online.
        RightNeeded, ServiceNotOffered, LocationClosed, NotFound, VetCannotDoService, PetHasDied: see `offered`, `times`.
    """
    booking = Booking(offer.pet_id, _service(offer), offer.location_id, starts_at, reason=offer.item.called)
    before = ""
    for _ in range(_MOST_TRIES):
        # What was booked at that time from this letter and cancelled since can be booked there once more.
        key = vault.digest(
            "booking from a letter", f"{link.reminder_id} {link.client_id} {starts_at.isoformat()} {before}"
        )
        appointment_id = await appointments.book(reader.viewer, booking, key=key, now=now)
        found = await _standing(appointment_id)
        if found is not None:
            return replace(found, is_new=True)
        before = str(appointment_id)
    raise TimeHasPassed(path=("startsAt",))


_MOST_TRIES = 5
_DUE = (
    f"SELECT {due.TOLD}, r.state, r.pet_id, r.location_id, r.version_id, v.steps, p.died_on, s.id AS service_id, "  # noqa: S608 - our own words
    "EXISTS (SELECT 1 FROM appointment f JOIN service q ON q.id = f.service_id WHERE f.pet_id = r.pet_id "
    "AND q.is_farewell AND f.status NOT IN ('CANCELLED', 'NO_SHOW')) AS has_farewell "
    f"FROM reminder r {due.JOINED} WHERE r.id = ?"
)
_MATCHING = (
    "SELECT a.id FROM appointment a JOIN reminder_rule_service s ON s.version_id = ? AND s.service_id = a.service_id "  # noqa: S608 - our own words
    f"WHERE a.pet_id = ? AND a.status IN ({sql.marks(len(_STANDING))}) AND a.ends_at > ? AND a.starts_at >= ? AND a.starts_at < ? "
    "ORDER BY a.starts_at, a.id LIMIT 1"
)


def _service(offer: Offered) -> UUID:
    if offer.service_id is None:
        raise ServiceNotOffered(path=("serviceId",))
    return offer.service_id


async def _booked(row: Mapping[str, Any], counts: Period, *, now: datetime) -> Booked | None:
    found = await sql.fetch(
        _MATCHING,
        (sql.as_key(row["version_id"]), sql.as_key(row["pet_id"]), *_STANDING, now, counts.starts_at, counts.ends_at),
    )
    return await _standing(sql.as_key(found[0]["id"])) if found else None


async def _standing(appointment_id: UUID) -> Booked | None:
    """The visit, unless it was cancelled."""
    visit = await visits.read(appointment_id)
    if visit is None or visit.status not in NOT_OVER:
        return None
    written = await sql.tuples(
        "SELECT EXISTS (SELECT 1 FROM message WHERE appointment_id = ? AND letter = ? AND state IN ('WAITING', 'SENT'))",
        (appointment_id, Letter.APPOINTMENT_BOOKED),
    )
    return Booked(appointment_id, visit, bool(written[0][0]))
