"""The limit of free times: one statement, and a day of each vet and room as the bits of one number."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bench.door import Viewer
from bench.limit.database import Database
from bench.limit.reads import clock
from bench.limit.values import gid, key, moment

_QUARTER = timedelta(minutes=15)
_DIARY = """
SELECT 1 AS part, NULL AS who, weekday AS a, from_minute AS b, until_minute AS c, NULL AS name, NULL AS fold,
  CAST(NULL AS timestamptz) AS starts, CAST(NULL AS timestamptz) AS ends
FROM opening_hours WHERE location_id = ?
UNION ALL
SELECT 2, CAST(w.staff_id AS char(36)), w.weekday, w.from_minute, w.until_minute, NULL, NULL, NULL, NULL
FROM working_hours w JOIN service_staff c ON c.staff_id = w.staff_id AND c.service_id = ? WHERE w.location_id = ?
UNION ALL
SELECT 3, CAST(s.id AS char(36)), NULL, NULL, NULL, s.display_name, s.fold, NULL, NULL
FROM staff s JOIN service_staff c ON c.staff_id = s.id AND c.service_id = ?
UNION ALL
SELECT 4, CAST(r.id AS char(36)), NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM room r JOIN service_room c ON c.room_id = r.id AND c.service_id = ? WHERE r.location_id = ? AND r.is_in_use
UNION ALL
SELECT 5, NULL, lasts_minutes, buffer_before_minutes, buffer_after_minutes, NULL, NULL, NULL, NULL FROM service WHERE id = ?
UNION ALL
SELECT 6, CAST(resource_id AS char(36)), NULL, NULL, NULL, NULL, NULL, starts_at, ends_at
FROM busy_time WHERE is_exclusive AND starts_at < ? AND ends_at > ? AND starts_at > ?
"""


async def free_times(database: Database, viewer: Viewer, asked: dict[str, Any]) -> dict[str, Any]:
    """When a service can be had. In a week in which no clock is changed, and no exception stands."""
    if not viewer.sees:
        return {"freeTimes": None}
    zone = await clock(database, asked["location"])
    service, location = key(asked["service"]), key(asked["location"])
    first, last = (date.fromisoformat(asked[name]) for name in ("from", "to"))
    midnight = datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(UTC)
    until = midnight + timedelta(days=(last - first).days + 1)
    rows = await database.ask(
        _DIARY,
        (
            *(location, service, location, service, service, location, service),
            *(until, midnight, midnight - timedelta(days=3)),
        ),
    )
    parts: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        parts[row[0]].append(row)
    busy: dict[str, int] = defaultdict(int)
    for row in parts[6]:
        from_quarter = (moment(row[7]) - midnight) // _QUARTER
        busy[row[1]] |= _bits(max(from_quarter, 0), -((midnight - moment(row[8])) // _QUARTER))
    ((_, _, lasts, *_),) = parts[5]
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    opening = _weekly(parts[1], days)
    vets = sorted((row[6], row[1], row[5]) for row in parts[3])
    needs = -(-lasts // 15)
    rooms = 0
    for row in parts[4]:
        rooms |= _runs(opening & ~busy[row[1]], needs)
    free = [
        (
            _runs(opening & _weekly([row for row in parts[2] if row[1] == vet], days) & ~busy[vet], needs) & rooms,
            {"id": gid("Staff", vet), "displayName": name},
        )
        for _, vet, name in vets
    ]
    there = 0
    for bits, _ in free:
        there |= bits
    there = there >> (past := max(-((midnight - datetime.now(UTC)) // _QUARTER), 0)) << past
    # Added up without zones, which is faster, and right while no clock is changed.
    lasting, utc = timedelta(minutes=lasts), midnight.replace(tzinfo=None)
    local = midnight.astimezone(zone).replace(tzinfo=None) - utc
    answer = []
    while there:
        lowest = there & -there
        there ^= lowest
        starts = utc + (lowest.bit_length() - 1) * _QUARTER
        answer.append(
            {
                "startsAt": f"{starts.isoformat()}Z",
                "endsAt": f"{(starts + lasting).isoformat()}Z",
                "startsAtLocal": (starts + local).isoformat()[:16],
                "vets": [vet for bits, vet in free if bits & lowest],
            }
        )
    return {"freeTimes": answer}


def _bits(start: int, end: int) -> int:
    return ((1 << max(end - start, 0)) - 1) << start


def _weekly(rows: list[Any], days: list[date]) -> int:
    bits = 0
    for row in rows:
        for number, day in enumerate(days):
            if day.isoweekday() == row[2]:
                bits |= _bits(number * 96 + row[3] // 15, number * 96 + row[4] // 15)
    return bits


def _runs(free: int, length: int) -> int:
    """Where so many free quarters begin."""
    for _ in range(length - 1):
        free &= free >> 1
    return free
