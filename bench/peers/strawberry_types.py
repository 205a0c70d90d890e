"""The types of the stock server: plain, over the product's models, with a DataLoader for each edge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, cast
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader
from tortoise.models import Model

import models
from bench.limit.values import gid, instant

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


def _below(model: type[Model], column: str, *order: str) -> Callable[[list[UUID]], Awaitable[list[Any]]]:
    async def load(ids: list[UUID]) -> list[Any]:
        found: dict[UUID, list[Any]] = defaultdict(list)
        for row in await cast("Any", model).filter(**{f"{column}__in": ids}).order_by(*order):
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
    "notes": _below(models.Note, "visit_id", "created_at", "id"),
    "vitals": _below(models.Vital, "note_id", "at", "id"),
    "treatments": _below(models.Treatment, "note_id", "at", "id"),
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

    @strawberry.field
    async def visits(self, first: int = 20) -> Visits:
        rows = models.Visit.filter(pet_id=cast("Any", self).pk).order_by("-at", "-id").limit(first)
        return Visits(nodes=cast("Any", await rows))


@strawberry.type(name="Vital")
class VitalType:
    id: strawberry.ID = _id("Vital")
    kind: str

    @strawberry.field
    def value(self) -> float:
        return cast("float", cast("Any", self).thousandths / 1000)

    @strawberry.field
    def at(self) -> str:
        return instant(self.at)  # type: ignore[arg-type]


@strawberry.type(name="Treatment")
class TreatmentType:
    id: strawberry.ID = _id("Treatment")
    name: str
    amount: str
    route: str


@strawberry.type(name="Note")
class NoteType:
    id: strawberry.ID = _id("Note")
    kind: str
    subjective: str
    objective: str
    assessment: str
    plan: str

    @strawberry.field
    def signed_at(self) -> str | None:
        at = cast("Any", self).signed_at
        return at and instant(at)

    @strawberry.field
    async def author(self, info: Info) -> StaffType:
        return cast("StaffType", await _loaded(info, "vet", cast("Any", self).author_id))

    @strawberry.field
    async def vitals(self, info: Info) -> list[VitalType]:
        return cast("list[VitalType]", await _loaded(info, "vitals", cast("Any", self).pk))

    @strawberry.field
    async def treatments(self, info: Info) -> list[TreatmentType]:
        return cast("list[TreatmentType]", await _loaded(info, "treatments", cast("Any", self).pk))


@strawberry.type(name="Visit")
class VisitType:
    id: strawberry.ID = _id("Visit")
    reason: str

    @strawberry.field
    def at(self) -> str:
        return instant(self.at)  # type: ignore[arg-type]

    @strawberry.field
    async def vet(self, info: Info) -> StaffType:
        return cast("StaffType", await _loaded(info, "vet", cast("Any", self).vet_id))

    @strawberry.field
    async def notes(self, info: Info) -> list[NoteType]:
        return cast("list[NoteType]", await _loaded(info, "notes", cast("Any", self).pk))


@strawberry.type
class Visits:
    nodes: list[VisitType]


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
