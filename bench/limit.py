"""The limit: the same answers for the same rows, by hand, with no GraphQL, no access rule, no token and no limit.

Starlette, the driver, orjson, and as few statements as can be. Nobody would want to keep such a program, but nothing
on this stack answers faster, so the product is measured beside it. `python -m bench.limit URL PORT` serves it.
"""

from __future__ import annotations

import asyncio
import base64
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bench import limit_deeds, limit_free_times
from bench.limit_database import Database, opened

POOL_SIZE = 10
Answers = Callable[[Database, dict[str, Any]], Awaitable[dict[str, Any]]]

_DAY = """
SELECT a.id, a.status, a.starts_at, a.ends_at, a.reason, s.id, s.name, v.id, v.display_name, r.id, r.name,
  c.id, c.display_name, p.id, p.name, p.species, p.breed
FROM appointment a JOIN service s ON s.id = a.service_id JOIN staff v ON v.id = a.vet_id JOIN room r ON r.id = a.room_id
JOIN client c ON c.id = a.client_id JOIN pet p ON p.id = a.pet_id
WHERE a.location_id = ? AND a.starts_at < ? AND a.ends_at > ? ORDER BY a.starts_at, a.id
"""


async def day(database: Database, asked: dict[str, Any]) -> dict[str, Any]:
    """The day sheet."""
    ((name, zone),) = await database.ask("SELECT name, zone FROM location WHERE id = ?", (key(asked["location"]),))
    clock = _clock(zone)
    midnight = datetime.fromisoformat(asked["on"]).replace(tzinfo=clock)
    starts, ends = (moment.astimezone(UTC_ZONE) for moment in (midnight, midnight + timedelta(days=1)))
    rows = await database.ask(_DAY, (key(asked["location"]), ends, starts))
    return {
        "day": {
            "on": asked["on"],
            "location": {"name": name, "zone": zone},
            "appointments": [
                {
                    "id": gid("Appointment", row[0]),
                    "status": row[1],
                    "startsAt": instant(row[2]),
                    "startsAtLocal": moment(row[2]).astimezone(clock).strftime("%Y-%m-%dT%H:%M"),
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
    """A pet with its owners and its appointments."""
    pet_id, now = key(asked["id"]), datetime.now(UTC_ZONE)
    rows = await database.ask(_PET, (pet_id,))
    visits = await database.ask(_VISITS, (pet_id,))
    owners: dict[Any, Any] = {}
    for row in rows:
        owner = owners.setdefault(row[5], {"share": row[6], "client": {"displayName": row[7], "emails": []}})
        if row[8] is not None:
            owner["client"]["emails"].append({"address": row[8]})
    past, coming = [], []
    for row in visits:
        (past if moment(row[5]) <= now else coming).append(
            {
                "id": gid("Appointment", row[0]),
                "status": row[1],
                "startsAt": instant(row[2]),
                "service": {"name": row[3]},
                "vet": {"displayName": row[4]},
            }
        )
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
SELECT f.id, 1 AS part, f.display_name AS a, f.fold AS b, NULL AS c, NULL AS d FROM found f
UNION ALL SELECT f.id, 2, e.address, NULL, CAST(e.position AS text), NULL FROM found f JOIN client_email e ON e.client_id = f.id
UNION ALL SELECT f.id, 3, h.as_given, NULL, CAST(h.position AS text), NULL FROM found f JOIN client_phone h ON h.client_id = f.id
UNION ALL SELECT f.id, 4, p.name, p.species, CAST(o.id AS text), CAST(p.id AS text) FROM found f
  JOIN ownership o ON o.client_id = f.id AND o.ends_on IS NULL JOIN pet p ON p.id = o.pet_id
ORDER BY part, c
"""
_LAST = "\U0010ffff"


async def clients(database: Database, asked: dict[str, Any]) -> dict[str, Any]:
    """The clients whose name or address begins so."""
    word = asked["search"]
    collate = "" if isinstance((await _an_id(database)), str) else 'COLLATE "C"'
    rows = await database.ask(_SEARCH.format(c=collate), (word, word + _LAST) * 2)
    found: dict[Any, Any] = {}
    for row_id, part, one, two, _, other in rows:
        if part == 1:
            answer = {"id": gid("Client", row_id), "displayName": one, "emails": [], "phones": [], "ownerships": []}
            found[row_id] = (two, str(row_id), answer)
            continue
        answer = found[row_id][2]
        match part:
            case 2:
                answer["emails"].append({"address": one})
            case 3:
                answer["phones"].append({"asGiven": one})
            case _:
                answer["ownerships"].append({"pet": {"id": gid("Pet", other), "name": one, "species": two}})
    return {"clients": {"nodes": [answer for _, _, answer in sorted(found.values(), key=lambda kept: kept[:2])]}}


_IDS: list[Any] = []


async def _an_id(database: Database) -> Any:
    """Some key as the driver gives it: a text on SQLite."""
    if not _IDS:
        _IDS.append((await database.ask("SELECT id FROM location LIMIT 1"))[0][0])
    return _IDS[0]


UTC_ZONE = ZoneInfo("UTC")


def key(text: str) -> UUID:
    return UUID(hex=base64.urlsafe_b64decode(text + "==").partition(b":")[2].decode())


def gid(kind: str, value: UUID | str) -> str:
    plain = value.replace("-", "") if isinstance(value, str) else value.hex
    return base64.urlsafe_b64encode(f"{kind}:{plain}".encode()).decode().rstrip("=")


def moment(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def instant(value: datetime | str) -> str:
    text = value if isinstance(value, str) else value.isoformat()
    return text.replace(" ", "T").replace("+00:00", "Z")


@lru_cache
def _clock(zone: str) -> ZoneInfo:
    return ZoneInfo(zone)


def app(url: str) -> Starlette:
    """Each journey at an address of its own."""
    kept: list[Database] = []

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with opened(url, pool_size=POOL_SIZE) as database:
            kept.append(database)
            yield

    def at(path: str, answers: Answers) -> Route:
        async def endpoint(request: Request) -> Response:
            asked = orjson.loads(await request.body())
            return Response(orjson.dumps({"data": await answers(kept[0], asked)}), media_type="application/json")

        return Route(path, endpoint, methods=["POST"])

    async def ready(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    return Starlette(
        routes=[
            at("/day", day),
            at("/pet", pet),
            at("/clients", clients),
            at("/free-times", limit_free_times.free_times),
            at("/book", limit_deeds.book),
            at("/sign-in", limit_deeds.sign_in),
            Route("/readyz", ready),
        ],
        lifespan=lifespan,
    )


def main(url: str, port: str) -> None:
    """Serve with the settings that the product serves with."""
    uvicorn.run(
        app(url),
        host="127.0.0.1",
        port=int(port),
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        proxy_headers=False,
        lifespan="on",
    )


if __name__ == "__main__":
    asyncio.get_event_loop_policy()
    main(*sys.argv[1:])
