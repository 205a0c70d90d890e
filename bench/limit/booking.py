"""The limit of booking: the product's checks and the product's rows, by hand in one transaction.

In this order: the key of the retry, what was named, the diary of the moment, the locks, a look at what may have
changed until they were held, and the rows. Whoever loses a race begins again, and finds another room or none.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from bench.door import Viewer
from bench.limit.database import Ask, Database
from bench.limit.events import happened
from bench.limit.values import gid, key, moment, ready, uuid7

_TRIES = 50
_QUARTER = timedelta(minutes=15)
_LONGEST_BUSY = timedelta(days=3)
_DAY_BEFORE = timedelta(days=1)


class _Refused(Exception):
    """A rule of the trade; the transaction is rolled back."""


class _Lost(Exception):
    """Somebody else was faster."""


@dataclass(slots=True)
class _Visit:
    """What is to be booked, and what was found out about it."""

    pet: UUID
    service: UUID
    location: UUID
    vet: UUID
    starts: datetime
    ends: datetime
    taken: tuple[datetime, datetime]
    client: UUID
    language: str
    address: str
    is_farewell: bool
    zone: ZoneInfo
    vet_name: str
    room: UUID
    room_name: str


async def book(database: Database, viewer: Viewer, asked: dict[str, Any]) -> dict[str, Any]:
    """Book a visit: nine statements in one transaction on PostgreSQL."""
    given, now = asked["input"], datetime.now(UTC)
    for _ in range(_TRIES):
        try:
            async with database.deed() as ask:
                return _answer(await _booked(database, ask, viewer, given, now))
        except _Lost:
            continue
        except _Refused as refused:
            return {"bookAppointment": {"__typename": str(refused), "code": str(refused), "message": str(refused)}}
    return {"bookAppointment": {"__typename": "SlotTaken", "code": "SLOT_TAKEN", "message": "Taken."}}


def _answer(row: tuple[UUID, datetime, str, str]) -> dict[str, Any]:
    appointment, starts, vet, room = row
    booked = {"id": gid("Appointment", appointment), "startsAt": ready(starts), "status": "BOOKED"}
    people = {"vet": {"displayName": vet}, "room": {"name": room}}
    return {"bookAppointment": {"__typename": "AppointmentBooked", "appointment": {**booked, **people}}}


_KEEP = """
INSERT INTO idempotency_key (id, scope, deed, key, input_hash, outcome, created_at)
VALUES (?, ?, 'bookAppointment', ?, ?, ?, ?) ON CONFLICT (scope, deed, key) DO NOTHING RETURNING 1
"""
_KEPT = "SELECT input_hash, outcome FROM idempotency_key WHERE scope = ? AND deed = 'bookAppointment' AND key = ?"


async def _booked(
    database: Database, ask: Ask, viewer: Viewer, given: dict[str, Any], now: datetime
) -> tuple[UUID, datetime, str, str]:
    if not 1 <= len(given["idempotencyKey"]) <= 64:
        raise _Refused("InvalidInput")
    appointment, scope = uuid7(), str(viewer.account_id)
    hashed = hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()
    outcome = json.dumps({"appointment": str(appointment)})
    if not await ask(_KEEP, (uuid7(), scope, given["idempotencyKey"], hashed, outcome, now)):
        return await _booked_before(ask, scope, given, hashed)
    visit = await _found(ask, viewer, given, now)
    await _locked(database, ask, visit)
    await _write(database, ask, visit, appointment, viewer, now)
    return appointment, visit.starts, visit.vet_name, visit.room_name


async def _booked_before(ask: Ask, scope: str, given: dict[str, Any], hashed: str) -> tuple[UUID, datetime, str, str]:
    ((was, outcome),) = await ask(_KEPT, (scope, given["idempotencyKey"]))
    if was != hashed:
        raise _Refused("IdempotencyKeyReused")
    appointment = UUID(json.loads(outcome)["appointment"])
    ((starts, vet, room),) = await ask(
        "SELECT a.starts_at, v.display_name, r.name FROM appointment a JOIN staff v ON v.id = a.vet_id "
        "JOIN room r ON r.id = a.room_id WHERE a.id = ?",
        (appointment,),
    )
    return appointment, starts, vet, room


_NAMED = """
SELECT p.species, p.died_on, s.lasts_minutes, s.buffer_before_minutes, s.buffer_after_minutes, s.species, s.is_offered,
  s.is_farewell, l.zone, l.closed_on, v.display_name, c.id, c.language,
  CASE WHEN u.id IS NULL AND COALESCE(w.is_given, 1 = 1) THEN e.address END
FROM pet p JOIN service s ON s.id = ? JOIN location l ON l.id = ? JOIN staff v ON v.id = ? AND v.left_at IS NULL
JOIN service_staff d ON d.service_id = s.id AND d.staff_id = v.id
JOIN ownership o ON o.pet_id = p.id AND o.ends_on IS NULL AND o.may_view JOIN client c ON c.id = o.client_id
LEFT JOIN client_email e ON e.id = (SELECT f.id FROM client_email f WHERE f.client_id = c.id ORDER BY f.position, f.id LIMIT 1)
LEFT JOIN undeliverable_address u ON u.fold = e.fold
LEFT JOIN consent w ON w.client_id = c.id AND w.channel = 'EMAIL' AND w.purpose = 'APPOINTMENT'
WHERE p.id = ? ORDER BY o.share DESC, c.id LIMIT 1
"""
_DIARY = """
SELECT 'open' AS kind, from_minute, until_minute, CAST(NULL AS char(36)) AS room, NULL AS name
FROM opening_hours WHERE location_id = ? AND weekday = ?
UNION ALL SELECT 'work', from_minute, until_minute, NULL, NULL FROM working_hours
WHERE staff_id = ? AND location_id = ? AND weekday = ? AND starts_on <= ? AND (ends_on IS NULL OR ends_on > ?)
UNION ALL SELECT 'away', 0, 0, NULL, NULL FROM hours_exception
WHERE (location_id = ? OR location_id IS NULL) AND (staff_id = ? OR staff_id IS NULL) AND starts_at < ? AND ends_at > ?
UNION ALL SELECT 'taken', 0, 0, NULL, NULL FROM busy_time WHERE is_exclusive AND ((resource_id = ?
  AND starts_at < ? AND ends_at > ? AND starts_at > ?) OR (resource_id = ? AND starts_at < ? AND ends_at > ? AND starts_at > ?))
UNION ALL SELECT 'room', 0, 0, CAST(r.id AS char(36)), r.name
FROM room r JOIN service_room c ON c.room_id = r.id AND c.service_id = ? WHERE r.location_id = ? AND r.is_in_use
AND NOT EXISTS (SELECT 1 FROM busy_time b WHERE b.is_exclusive AND b.resource_id = r.id
  AND b.starts_at < ? AND b.ends_at > ? AND b.starts_at > ?)
ORDER BY 1, 4
"""


async def _found(ask: Ask, viewer: Viewer, given: dict[str, Any], now: datetime) -> _Visit:
    """What was named, if it is there and can be booked then."""
    pet, service, location, vet = (key(given[name]) for name in ("petId", "serviceId", "locationId", "vetId"))
    if not viewer.sees:
        raise _Refused("NotFound")
    rows = await ask(_NAMED, (service, location, vet, pet))
    if not rows:
        raise _Refused("NotFound")
    (species, died_on, lasts, before, after, seen, is_offered, is_farewell, zone, closed_on, *rest) = rows[0]
    if died_on is not None:
        raise _Refused("PetHasDied")
    if not viewer.acts_at(location):
        raise _Refused("Forbidden")
    if not is_offered or (seen != "[]" and species not in json.loads(seen)):
        raise _Refused("ServiceNotOffered")
    starts = datetime.fromisoformat(given["startsAt"]).astimezone(UTC)
    if starts.minute % 15 or starts.second or starts.microsecond or not 1970 <= starts.year <= 2999:
        raise _Refused("InvalidInput")
    if starts <= now - _QUARTER:
        raise _Refused("TimeHasPassed")
    ends, clock = starts + timedelta(minutes=lasts), ZoneInfo(zone)
    taken = starts - timedelta(minutes=before), ends + timedelta(minutes=after)
    if closed_on is not None and str(starts.astimezone(clock).date()) >= str(closed_on):
        raise _Refused("LocationClosed")
    room, room_name = await _free_room(ask, (pet, service, location, vet), (starts, ends), taken, clock)
    vet_name, client, language, address = rest
    people = (client, language, address or "", bool(is_farewell), clock, vet_name)
    return _Visit(pet, service, location, vet, starts, ends, taken, *people, room, room_name)


async def _free_room(
    ask: Ask,
    named: tuple[UUID, UUID, UUID, UUID],
    visit: tuple[datetime, datetime],
    taken: tuple[datetime, datetime],
    clock: ZoneInfo,
) -> tuple[UUID, str]:
    """The first room that is free, when the place is open, the vet at work, and vet and pet are free."""
    (pet, service, location, vet), (starts, ends) = named, visit
    local, on = starts.astimezone(clock), starts.astimezone(clock).date()
    weekday = local.isoweekday()
    rows = await ask(
        _DIARY,
        (
            *(location, weekday, vet, location, weekday, on, on, location, vet, ends, starts),
            *(vet, taken[1], taken[0], taken[0] - _LONGEST_BUSY, pet, ends, starts, starts - _LONGEST_BUSY),
            *(service, location, taken[1], taken[0], taken[0] - _LONGEST_BUSY),
        ),
    )
    minute = local.hour * 60 + local.minute
    until = minute + (ends - starts) // timedelta(minutes=1)
    if not all(_covers(kind, rows, minute, until) for kind in ("open", "work")):
        raise _Refused("OutsideHours")
    rooms = []
    for row in rows:
        if row[0] == "away":
            raise _Refused("OutsideHours")
        if row[0] == "taken":
            raise _Refused("SlotTaken")
        if row[0] == "room":
            rooms.append((UUID(row[3]), row[4]))
    if not rooms:
        raise _Refused("SlotTaken")
    return rooms[0]


def _covers(kind: str, rows: Any, minute: int, until: int) -> bool:
    """Whether stretches of that kind, one after the other, reach from one minute of the day to the other."""
    for _, starts, ends, _, _ in sorted((row for row in rows if row[0] == kind), key=lambda row: int(row[1])):
        if starts <= minute < ends:
            minute = ends
    return minute >= until


# The vet, then the room, then the pet: each is locked only when the one before it is.
_LOCK = """
WITH vet AS (SELECT id FROM staff WHERE id = ? FOR NO KEY UPDATE),
room_of AS (SELECT id FROM room WHERE id = ? AND EXISTS (SELECT 1 FROM vet) FOR NO KEY UPDATE),
pet_of AS (SELECT died_on FROM pet WHERE id = ? AND EXISTS (SELECT 1 FROM room_of) FOR NO KEY UPDATE)
SELECT died_on FROM pet_of
"""
_REACHES = (
    "EXISTS (SELECT 1 FROM busy_time WHERE is_exclusive AND resource_id = ? "
    "AND starts_at < ? AND starts_at > ? AND ends_at > ?)"
)
_BUSY = f"SELECT {' OR '.join([_REACHES] * 3)}"


async def _locked(database: Database, ask: Ask, visit: _Visit) -> None:
    if not database.is_postgres:
        return  # BEGIN IMMEDIATE has locked everything before anything was looked at
    ((died_on,),) = await ask(_LOCK, (visit.vet, visit.room, visit.pet))
    if died_on is not None:
        raise _Refused("PetHasDied")
    held = ((visit.vet, visit.taken), (visit.room, visit.taken), (visit.pet, (visit.starts, visit.ends)))
    ((is_busy,),) = await ask(
        _BUSY, [value for one, (starts, ends) in held for value in (one, ends, starts - _LONGEST_BUSY, starts)]
    )
    if is_busy:
        raise _Lost


async def _write(database: Database, ask: Ask, visit: _Visit, appointment: UUID, viewer: Viewer, now: datetime) -> None:
    await ask(
        "INSERT INTO appointment (id, starts_at, ends_at, status, reason, cancelled_because, created_at, client_id, "
        "location_id, pet_id, room_id, service_id, vet_id) VALUES (?, ?, ?, 'BOOKED', '', '', ?, ?, ?, ?, ?, ?, ?)",
        (
            *(appointment, visit.starts, visit.ends, now, visit.client),
            *(visit.location, visit.pet, visit.room, visit.service, visit.vet),
        ),
    )
    busy = (
        (uuid7(), "VET", visit.vet, *visit.taken, True, appointment),
        (uuid7(), "ROOM", visit.room, *visit.taken, True, appointment),
        (uuid7(), "PET", visit.pet, visit.starts, visit.ends, True, appointment),
    )
    await ask(
        "INSERT INTO busy_time (id, resource, resource_id, starts_at, ends_at, is_exclusive, appointment_id) VALUES "
        + ", ".join(["(?, ?, ?, ?, ?, ?, ?)"] * 3),
        [value for row in busy for value in row],
    )
    letters = _letters(visit, appointment, now)
    if letters:
        await ask(
            "INSERT INTO message (id, letter, to_address, language, not_before, created_at, client_id, appointment_id, "
            "dedupe_key, to_domain, state, template_version, attempts, reason, last_answer, channel, purpose, subject, body) "
            "VALUES "
            + ", ".join(
                ["(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'WAITING', 1, 0, '', '', 'EMAIL', 'APPOINTMENT', '', '')"]
                * len(letters)
            ),
            [value for row in letters for value in row],
        )
    about = (appointment, visit.location, visit.starts, visit.ends)
    await happened(database, ask, "APPOINTMENT_BOOKED", viewer.account_id, about, now)


def _letters(visit: _Visit, appointment: UUID, now: datetime) -> list[tuple[Any, ...]]:
    if not visit.address:
        return []
    due = {"APPOINTMENT_BOOKED": now}
    before = moment(visit.starts) - _DAY_BEFORE
    if before > now and not visit.is_farewell:
        due["COMING_VISIT"] = before
    domain = visit.address.rpartition("@")[2]
    keys = {"COMING_VISIT": f"COMING_VISIT:{appointment}:{visit.starts.isoformat()}"}
    return [
        (uuid7(), letter, visit.address, visit.language, when, now, visit.client, appointment, keys.get(letter), domain)
        for letter, when in due.items()
    ]
