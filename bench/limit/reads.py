"""The limit of reading: day sheet, pet and client search."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bench.limit.database import Database
from bench.limit.values import gid, instant, key, moment

_DAY = """
SELECT a.id, a.status, a.starts_at, a.ends_at, a.reason, s.id, s.name, v.id, v.display_name, r.id, r.name,
  c.id, c.display_name, p.id, p.name, p.species, p.breed
FROM appointment a JOIN service s ON s.id = a.service_id JOIN staff v ON v.id = a.vet_id JOIN room r ON r.id = a.room_id
JOIN client c ON c.id = a.client_id JOIN pet p ON p.id = a.pet_id
WHERE a.location_id = ? AND a.starts_at < ? AND a.ends_at > ? ORDER BY a.starts_at, a.id
"""


async def day(database: Database, asked: dict[str, Any]) -> dict[str, Any]:
    """The day sheet: one statement."""
    name, zone = await place(database, asked["location"])
    midnight = datetime.fromisoformat(asked["on"]).replace(tzinfo=zone)
    until = (midnight + timedelta(days=1)).astimezone(UTC)
    rows = await database.ask(_DAY, (key(asked["location"]), until, midnight.astimezone(UTC)))
    return {
        "day": {
            "on": asked["on"],
            "location": {"name": name, "zone": zone.key},
            "appointments": [
                {
                    "id": gid("Appointment", row[0]),
                    "status": row[1],
                    "startsAt": instant(row[2]),
                    "startsAtLocal": moment(row[2]).astimezone(zone).strftime("%Y-%m-%dT%H:%M"),
                    "endsAt": instant(row[3]),
                    "reason": row[4],
                    "service": {"id": gid("Service", row[5]), "name": row[6]},
                    "vet": {"id": gid("Staff", row[7]), "displayName": row[8]},
                    "room": {"id": gid("Room", row[9]), "name": row[10]},
                    "client": {"id": gid("Client", row[11]), "displayName": row[12]},
                    "pet": {"id": gid("Pet", row[13]), "name": row[14], "species": row[15], "breed": row[16]},
                }
                for row in rows
            ],
        }
    }


_PLACES: dict[str, tuple[str, ZoneInfo]] = {}


async def place(database: Database, location: str) -> tuple[str, ZoneInfo]:
    """The name and the clock of a location; asked once, kept for ever."""
    if location not in _PLACES:
        ((name, zone),) = await database.ask("SELECT name, zone FROM location WHERE id = ?", (key(location),))
        _PLACES[location] = (name, ZoneInfo(zone))
    return _PLACES[location]


_PET = """
SELECT p.id, p.name, p.species, p.breed, p.born_on, o.id, o.share, c.display_name, e.address
FROM pet p LEFT JOIN ownership o ON o.pet_id = p.id AND o.ends_on IS NULL LEFT JOIN client c ON c.id = o.client_id
LEFT JOIN client_email e ON e.client_id = c.id WHERE p.id = ? ORDER BY o.share DESC, o.id, e.position
"""
_VISITS = """
SELECT a.id, a.status, a.starts_at, s.name, v.display_name, a.ends_at
FROM appointment a JOIN service s ON s.id = a.service_id JOIN staff v ON v.id = a.vet_id
WHERE a.pet_id = ? ORDER BY a.starts_at DESC, a.id DESC
"""


async def pet(database: Database, asked: dict[str, Any]) -> dict[str, Any]:
    """A pet with its owners and its appointments: two statements."""
    now = datetime.now(UTC)
    rows = await database.ask(_PET, (key(asked["id"]),))
    owners: dict[Any, Any] = {}
    for row in rows:
        owner = owners.setdefault(row[5], {"share": row[6], "client": {"displayName": row[7], "emails": []}})
        if row[8] is not None:
            owner["client"]["emails"].append({"address": row[8]})
    past: list[Any] = []
    coming: list[Any] = []
    for row in await database.ask(_VISITS, (key(asked["id"]),)):
        visit = {
            "id": gid("Appointment", row[0]),
            "status": row[1],
            "startsAt": instant(row[2]),
            "service": {"name": row[3]},
            "vet": {"displayName": row[4]},
        }
        (past if moment(row[5]) <= now else coming).append(visit)
    _, name, species, breed, born_on, *_ = rows[0]
    born_on = born_on.isoformat() if isinstance(born_on, date) else born_on
    facts = {"id": asked["id"], "name": name, "species": species, "breed": breed, "bornOn": born_on}
    lists = {"past": {"nodes": past[:50]}, "coming": {"totalCount": len(coming), "nodes": coming[:50]}}
    return {"pet": {**facts, "owners": list(owners.values()), **lists}}


_SEARCH = """
WITH found AS (SELECT id, display_name, fold FROM client WHERE id IN (
  SELECT client_id FROM client_word WHERE kind = 'NAME' AND word {c} >= ? AND word {c} < ?
  UNION SELECT client_id FROM client_word WHERE kind = 'EMAIL' AND word {c} >= ? AND word {c} < ?)
  ORDER BY fold {c}, id LIMIT 20)
SELECT f.id, 1 AS part, f.display_name, f.fold, NULL AS place, NULL AS other FROM found f
UNION ALL SELECT f.id, 2, e.address, NULL, CAST(e.position AS char(9)), NULL
  FROM found f JOIN client_email e ON e.client_id = f.id
UNION ALL SELECT f.id, 3, h.as_given, NULL, CAST(h.position AS char(9)), NULL
  FROM found f JOIN client_phone h ON h.client_id = f.id
UNION ALL SELECT f.id, 4, p.name, p.species, CAST(o.id AS char(36)), CAST(p.id AS char(36))
  FROM found f JOIN ownership o ON o.client_id = f.id AND o.ends_on IS NULL JOIN pet p ON p.id = o.pet_id
ORDER BY part, place
"""
_LAST = "\U0010ffff"


async def clients(database: Database, asked: dict[str, Any]) -> dict[str, Any]:
    """The clients whose name or address begins so, with what they own: one statement."""
    word, collate = asked["search"], database.collate
    found: dict[Any, Any] = {}
    for row in await database.ask(_SEARCH.format(c=collate), (word, word + _LAST, word, word + _LAST)):
        client, part, one, two, _, other = row
        if part == 1:
            answer = {"id": gid("Client", client), "displayName": one, "emails": [], "phones": [], "ownerships": []}
            found[client] = (two, str(client), answer)
            continue
        answer = found[client][2]
        if part == 2:
            answer["emails"].append({"address": one})
        elif part == 3:
            answer["phones"].append({"asGiven": one})
        else:
            answer["ownerships"].append({"pet": {"id": gid("Pet", other), "name": one, "species": two}})
    return {"clients": {"nodes": [answer for *_, answer in sorted(found.values(), key=lambda kept: kept[:2])]}}
