"""Strawberry and Tortoise as their documentation has them: the product's models, plain types, a DataLoader an edge.

`python -m bench.peers.strawberry_stock TERMS`. Tuned as far as the documentation goes: documents are parsed and
validated once, answers are encoded by orjson, the server is uvicorn with uvloop and httptools.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from enum import Enum
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
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache
from tortoise import Tortoise, connections
from tortoise.models import Model

import models
from bench.door import VIEWER, Door, NotAdmitted, Rows
from bench.limit.database import numbered
from bench.limit.values import gid, instant, key
from bench.terms import Terms
from models import sql
from vetdesk.database.address import parse

Info = strawberry.Info[dict[str, Any], None]


@strawberry.enum
class AppointmentsWhen(Enum):
    PAST = "PAST"
    COMING = "COMING"


def _one(model: type[Model]) -> Callable[[list[UUID]], Awaitable[list[Any]]]:
    async def load(ids: list[UUID]) -> list[Any]:
        found = {row.pk: row for row in await model.filter(pk__in=ids)}
        return [found.get(one) for one in ids]

    return load


def _current(column: str, *order: str) -> Callable[[list[UUID]], Awaitable[list[Any]]]:
    async def load(ids: list[UUID]) -> list[Any]:
        found: dict[UUID, list[Any]] = defaultdict(list)
        for row in await models.Ownership.filter(**{f"{column}__in": ids}, ends_on=None).order_by(*order):
            found[getattr(row, column)].append(row)
        return [found[one] for one in ids]

    return load


_LOADS: dict[str, Callable[[list[UUID]], Awaitable[list[Any]]]] = {
    "service": _one(models.Service),
    "vet": _one(models.Staff),
    "room": _one(models.Room),
    "client": _one(models.Client),
    "pet": _one(models.Pet),
    "owners": _current("pet_id", "-share", "id"),
    "ownerships": _current("client_id", "id"),
}


def _loaded(info: Info, name: str, one: UUID) -> Awaitable[Any]:
    loaders = info.context["loaders"]
    if name not in loaders:
        loaders[name] = DataLoader(load_fn=_LOADS[name])
    return cast("Awaitable[Any]", loaders[name].load(one))


def _id(kind: str) -> Any:
    def resolve(root: Any) -> str:
        return gid(kind, root.id)

    resolve.__annotations__["return"] = strawberry.ID
    return strawberry.field(resolver=resolve)


@strawberry.type(name="Service")
class ServiceType:
    id: strawberry.ID = _id("Service")
    name: str


@strawberry.type(name="Staff")
class StaffType:
    id: strawberry.ID = _id("Staff")
    display_name: str


@strawberry.type(name="Room")
class RoomType:
    id: strawberry.ID = _id("Room")
    name: str


@strawberry.type(name="Client")
class ClientType:
    id: strawberry.ID = _id("Client")
    display_name: str

    @strawberry.field
    async def ownerships(self, info: Info) -> list[OwnershipType]:
        return cast("list[OwnershipType]", await _loaded(info, "ownerships", cast("Any", self).pk))


@strawberry.type(name="Ownership")
class OwnershipType:
    share: int

    @strawberry.field
    async def client(self, info: Info) -> ClientType:
        return cast("ClientType", await _loaded(info, "client", cast("Any", self).client_id))

    @strawberry.field
    async def pet(self, info: Info) -> PetType:
        return cast("PetType", await _loaded(info, "pet", cast("Any", self).pet_id))


@strawberry.type(name="Pet")
class PetType:
    id: strawberry.ID = _id("Pet")
    name: str
    species: str
    breed: str
    born_on: date | None

    @strawberry.field
    async def owners(self, info: Info) -> list[OwnershipType]:
        return cast("list[OwnershipType]", await _loaded(info, "owners", cast("Any", self).pk))

    @strawberry.field
    async def appointments(self, when: AppointmentsWhen | None = None, first: int = 20) -> Appointments:
        rows = models.Appointment.filter(pet_id=cast("Any", self).pk)
        if when is AppointmentsWhen.PAST:
            rows = rows.filter(ends_at__lte=datetime.now(UTC))
        if when is AppointmentsWhen.COMING:
            rows = rows.filter(ends_at__gt=datetime.now(UTC))
        return Appointments(nodes=cast("Any", await rows.order_by("-starts_at", "-id").limit(first)))


@strawberry.type(name="Appointment")
class AppointmentType:
    id: strawberry.ID = _id("Appointment")
    status: str
    reason: str

    @strawberry.field
    def starts_at(self) -> str:
        return instant(self.starts_at)  # type: ignore[arg-type]

    @strawberry.field
    def ends_at(self) -> str:
        return instant(self.ends_at)  # type: ignore[arg-type]

    @strawberry.field
    async def service(self, info: Info) -> ServiceType:
        return cast("ServiceType", await _loaded(info, "service", cast("Any", self).service_id))

    @strawberry.field
    async def vet(self, info: Info) -> StaffType:
        return cast("StaffType", await _loaded(info, "vet", cast("Any", self).vet_id))

    @strawberry.field
    async def room(self, info: Info) -> RoomType:
        return cast("RoomType", await _loaded(info, "room", cast("Any", self).room_id))

    @strawberry.field
    async def client(self, info: Info) -> ClientType:
        return cast("ClientType", await _loaded(info, "client", cast("Any", self).client_id))

    @strawberry.field
    async def pet(self, info: Info) -> PetType:
        return cast("PetType", await _loaded(info, "pet", cast("Any", self).pet_id))


@strawberry.type
class Appointments:
    nodes: list[AppointmentType]


@strawberry.type
class Clients:
    nodes: list[ClientType]


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
