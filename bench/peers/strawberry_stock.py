"""Strawberry and Tortoise as their documentation has them: the product's models, plain types, a DataLoader an edge.

`python -m bench.peers.strawberry_stock TERMS`. Tuned as far as the documentation goes: documents are parsed and
validated once, answers are encoded by orjson, the server is uvicorn with uvloop and httptools.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache
from tortoise import Tortoise, connections

import models
from bench.door import VIEWER, Door, NotAdmitted, Rows
from bench.limit.database import numbered
from bench.limit.values import key
from bench.peers.strawberry_types import AppointmentType, Clients, Info, PetType
from bench.terms import Terms
from models import sql
from vetdesk.database.address import parse


@strawberry.type
class Day:
    on: date
    appointments: list[AppointmentType]


_CLOCKS: dict[UUID, ZoneInfo] = {}
_LAST = "\U0010ffff"
_SHORTEST_PHONE = 4
_FOUND = """
SELECT * FROM client WHERE id IN (SELECT client_id FROM client_word
  WHERE kind IN ('NAME', 'EMAIL', $1) AND word COLLATE "C" >= $2 AND word COLLATE "C" < $3)
ORDER BY fold COLLATE "C", id LIMIT $4
"""


@strawberry.type
class Query:
    @strawberry.field
    async def day(self, info: Info, location_id: strawberry.ID, on: date) -> Day | None:
        if not info.context["viewer"].sees:
            return None
        location = key(location_id)
        if location not in _CLOCKS:
            _CLOCKS[location] = (await models.Location.get(id=location)).clock
        midnight = datetime(on.year, on.month, on.day, tzinfo=_CLOCKS[location])
        until = (midnight + timedelta(days=1)).astimezone(UTC)
        rows = models.Appointment.filter(
            location_id=location, starts_at__lt=until, ends_at__gt=midnight.astimezone(UTC)
        )
        return Day(on=on, appointments=cast("Any", await rows.order_by("starts_at", "id")))

    @strawberry.field
    async def pet(self, info: Info, id: strawberry.ID) -> PetType | None:
        if not info.context["viewer"].sees:
            return None
        return cast("PetType | None", await models.Pet.get_or_none(id=key(id)))

    @strawberry.field
    async def clients(self, info: Info, search: str, first: int = 20) -> Clients:
        if not info.context["viewer"].sees:
            return Clients(nodes=[])
        phone = "PHONE" if search.isdecimal() and len(search) >= _SHORTEST_PHONE else ""
        # Tortoise has no way to say COLLATE "C", without which the index on the words is of no use.
        _, rows = await connections.get("default").execute_query(_FOUND, [phone, search, search + _LAST, first])
        return Clients(nodes=[cast("Any", sql.loaded(models.Client, row)) for row in rows])


class _View(GraphQL[dict[str, Any], None]):
    def __init__(self, door: Door) -> None:
        # Made once for all requests: one made for each would have an empty cache.
        caches: list[Any] = [ParserCache(maxsize=128), ValidationCache(maxsize=128)]
        super().__init__(strawberry.Schema(Query, extensions=caches))
        self._door = door

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> dict[str, Any]:
        return {"loaders": {}, "viewer": request.scope["viewer"]}

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        given = dict(scope["headers"]).get(b"authorization")
        try:
            scope["viewer"] = await self._door.viewer(given and given.decode("latin-1"))
        except NotAdmitted:
            await Response(status_code=401)(scope, receive, send)
            return
        await super().__call__(scope, receive, send)


def app(terms: Terms) -> Starlette:
    credentials = {**dict(parse(terms.url).credentials), "minsize": 1, "maxsize": terms.pool_size}
    database = {"engine": "tortoise.backends.asyncpg", "credentials": credentials}

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        config = {"connections": {"default": database}, "apps": {"models": {"models": ["models"]}}}
        await Tortoise.init(config=config, use_tz=True, timezone="UTC", _enable_global_fallback=True)
        yield
        await connections.close_all()

    async def read(session: UUID, account: UUID) -> Rows:
        _, rows = await connections.get("default").execute_query(numbered(VIEWER), [session, account])
        return cast("Rows", rows)

    async def ready(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    view = _View(Door(terms, read))
    return Starlette(routes=[Route("/readyz", ready), Route("/graphql", view)], lifespan=lifespan)


if __name__ == "__main__":
    given = Terms.read(sys.argv[1])
    uvicorn.run(app(given), host="127.0.0.1", port=given.port, log_config=None, access_log=False, ws="none")
