"""The limit of reading: day sheet, pet and client search."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bench.door import Viewer
from bench.limit.database import Database
from bench.limit.values import gid, key, ready

_DAY = """
SELECT a.id, a.status, a.starts_at, a.ends_at, a.reason, s.id, s.name, v.id, v.display_name, r.id, r.name,
  c.id, c.display_name, p.id, p.name, p.species, p.breed
FROM appointment a JOIN service s ON s.id = a.service_id JOIN staff v ON v.id = a.vet_id JOIN room r ON r.id = a.room_id
JOIN client c ON c.id = a.client_id JOIN pet p ON p.id = a.pet_id
WHERE a.location_id = ? AND a.starts_at < ? AND a.starts_at > ? AND a.ends_at > ? ORDER BY a.starts_at, a.id
"""


async def day(database: Database, viewer: Viewer, asked: dict[str, Any]) -> dict[str, Any]:
    """The day sheet: one statement."""
    if not viewer.sees:
        return {"day": None}
    zone = await clock(database, asked["location"])
    midnight = datetime.fromisoformat(asked["on"]).replace(tzinfo=zone)
    until = (midnight + timedelta(days=1)).astimezone(UTC)
    since = midnight.astimezone(UTC)
    rows = await database.ask(_DAY, (key(asked["location"]), until, since - timedelta(days=3), since))
    return {
        "day": {
            "on": asked["on"],
            "appointments": [
                {
                    "id": gid("Appointment", row[0]),
                    "status": row[1],
                    "startsAt": ready(row[2]),
                    "endsAt": ready(row[3]),
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


_CLOCKS: dict[str, ZoneInfo] = {}


async def clock(database: Database, location: str) -> ZoneInfo:
    """The clock of a location; asked once, kept for ever."""
    if location not in _CLOCKS:
        ((zone,),) = await database.ask("SELECT zone FROM location WHERE id = ?", (key(location),))
        _CLOCKS[location] = ZoneInfo(zone)
    return _CLOCKS[location]


_PET = """
SELECT p.name, p.species, p.breed, p.born_on, o.share, c.id, c.display_name
FROM pet p LEFT JOIN ownership o ON o.pet_id = p.id AND o.ends_on IS NULL LEFT JOIN client c ON c.id = o.client_id
WHERE p.id = ? ORDER BY o.share DESC, o.id
"""
_VISITS = """
SELECT a.id, a.status, a.starts_at, s.id, s.name, v.id, v.display_name, r.id, r.name
FROM appointment a JOIN service s ON s.id = a.service_id JOIN staff v ON v.id = a.vet_id JOIN room r ON r.id = a.room_id
WHERE a.pet_id = ? AND a.ends_at <= ? ORDER BY a.starts_at DESC, a.id DESC LIMIT 50
"""


async def pet(database: Database, viewer: Viewer, asked: dict[str, Any]) -> dict[str, Any]:
    """A pet with its owners and its past appointments: two statements, which PostgreSQL takes as one."""
    if not viewer.sees:
        return {"pet": None}
    which = key(asked["id"])
    rows, visits = await database.ask_all((_PET, 7, (which,)), (_VISITS, 9, (which, datetime.now(UTC))))
    if not rows:
        return {"pet": None}
    name, species, breed, born_on, *_ = rows[0]
    born_on = born_on.isoformat() if isinstance(born_on, date) else born_on
    return {
        "pet": {
            "id": asked["id"],
            "name": name,
            "species": species,
            "breed": breed,
            "bornOn": born_on,
            "owners": [
                {"share": row[4], "client": {"id": gid("Client", row[5]), "displayName": row[6]}}
                for row in rows
                if row[5] is not None
            ],
            "appointments": {
                "nodes": [
                    {
                        "id": gid("Appointment", row[0]),
                        "status": row[1],
                        "startsAt": ready(row[2]),
                        "service": {"id": gid("Service", row[3]), "name": row[4]},
                        "vet": {"id": gid("Staff", row[5]), "displayName": row[6]},
                        "room": {"id": gid("Room", row[7]), "name": row[8]},
                    }
                    for row in visits
                ]
            },
        }
    }


_SEARCH = """
SELECT f.id, f.display_name, p.id, p.name, p.species
FROM (SELECT id, display_name, fold FROM client WHERE id IN (
  SELECT client_id FROM client_word WHERE kind IN ({kinds}) AND word {c} >= ? AND word {c} < ?)
  ORDER BY fold {c}, id LIMIT 20) f
LEFT JOIN ownership o ON o.client_id = f.id AND o.ends_on IS NULL LEFT JOIN pet p ON p.id = o.pet_id
ORDER BY f.fold {c}, f.id, o.id
"""
_LAST = "\U0010ffff"
_SHORTEST_PHONE = 4
_WORDS_ONLY, _EVERY_KIND = "'NAME', 'EMAIL'", "'NAME', 'EMAIL', 'PHONE'"


async def clients(database: Database, viewer: Viewer, asked: dict[str, Any]) -> dict[str, Any]:
    """The clients whom one word finds (a beginning of a name or address, or four digits and more of a phone), with
    what they own: one statement."""
    if not viewer.sees:
        return {"clients": {"nodes": []}}
    word = asked["search"]
    is_phone = word.isdecimal() and len(word) >= _SHORTEST_PHONE
    statement = _SEARCH.format(kinds=_EVERY_KIND if is_phone else _WORDS_ONLY, c=database.collate)
    nodes: dict[Any, dict[str, Any]] = {}
    for row in await database.ask(statement, (word, word + _LAST)):
        node = nodes.get(row[0])
        if node is None:
            nodes[row[0]] = node = {"id": gid("Client", row[0]), "displayName": row[1], "ownerships": []}
        if row[2] is not None:
            node["ownerships"].append({"pet": {"id": gid("Pet", row[2]), "name": row[3], "species": row[4]}})
    return {"clients": {"nodes": list(nodes.values())}}
