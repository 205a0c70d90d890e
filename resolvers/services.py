"""Services: adding and amending what the practice offers, and reading it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models import EventKind, Room, Service, ServiceRoom, ServiceStaff, Species, Staff, sql
from models.refusal import InvalidInput
from models.row import folded, uuid7
from models.text import named, prose
from resolvers import access, events, retries
from resolvers.access import Deed, Where
from resolvers.changes import UNSET, Unset, given, plain, write
from resolvers.events import Happening
from resolvers.locks import hold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from tortoise.models import Model

    from resolvers.retries import Outcome
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

MOST_HANDS = 200
MINUTES = {"lasts_minutes": (5, 1440), "buffer_before_minutes": (0, 480), "buffer_after_minutes": (0, 480)}
"""The shortest and the longest of each length; the database repeats them."""
LONGEST_LEAD_MINUTES = 366 * 24 * 60


@dataclass(frozen=True, slots=True)
class NewService:
    """Something that can be booked from now on, done by these staff and in these rooms; no species means every one."""

    name: str
    lasts_minutes: int
    description: str = ""
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    lead_minutes: int = 0
    species: Sequence[Species] = ()
    is_bookable_online: bool = False
    is_open_to_new_clients: bool = False
    owner_may_choose_vet: bool = True
    is_farewell: bool = False
    staff_ids: Sequence[UUID] = ()
    room_ids: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True)
class ServiceChanges:
    """What changes about a service; species, staff and rooms are replaced as a whole."""

    name: str | Unset = UNSET
    lasts_minutes: int | Unset = UNSET
    description: str | Unset = UNSET
    buffer_before_minutes: int | Unset = UNSET
    buffer_after_minutes: int | Unset = UNSET
    lead_minutes: int | Unset = UNSET
    species: Sequence[Species] | Unset = UNSET
    is_bookable_online: bool | Unset = UNSET
    is_open_to_new_clients: bool | Unset = UNSET
    owner_may_choose_vet: bool | Unset = UNSET
    is_farewell: bool | Unset = UNSET
    is_offered: bool | Unset = UNSET
    staff_ids: Sequence[UUID] | Unset = UNSET
    room_ids: Sequence[UUID] | Unset = UNSET


# Reading


def one(viewer: Viewer, service_id: UUID | None) -> Rows:
    """The service with this key."""
    return access.rows(viewer, Service).only(service_id)


def listed(viewer: Viewer) -> Rows:
    """Every service that the viewer may see, by name, those no longer offered too."""
    return access.rows(viewer, Service).sorted_by("fold")


# Writing


async def add(viewer: Viewer, service: NewService, *, key: str, now: datetime) -> UUID:
    """Add a service.

    Raises:
        NotFound: a person or room named does not exist.
        InvalidInput: the name or a length makes no sense, or somebody named has left.
    """
    access.may(viewer, Deed.ADD_SERVICE, Where.EVERYWHERE)
    retry = retries.asked(viewer, Deed.ADD_SERVICE, key, plain(service), now=now)
    service_id = uuid7()

    async def work() -> Outcome:
        said = given(service)
        columns = _columns(said)
        staff_ids = await _staff(viewer, service.staff_ids)
        room_ids = await _rooms(viewer, service.room_ids)
        async with in_transaction():
            await retry.keep(service=service_id)
            await sql.insert([Service(id=service_id, **columns)])
            await sql.insert([ServiceStaff(service_id=service_id, staff_id=staff_id) for staff_id in staff_ids])
            await sql.insert([ServiceRoom(service_id=service_id, room_id=room_id) for room_id in room_ids])
            after = {**columns, "staff": plain(frozenset(staff_ids)), "rooms": plain(frozenset(room_ids))}
            await events.record(viewer, Happening(EventKind.SERVICE_ADDED, service_id, after=after), now=now)
        return {"service": str(service_id)}

    return sql.as_key((await retries.once(retry, work))["service"])


async def amend(viewer: Viewer, service_id: UUID | None, changes: ServiceChanges, *, key: str, now: datetime) -> UUID:
    """Change a service; what is booked stays as it is.

    Raises:
        NotFound: the service, or a person or room named, does not exist.
        InvalidInput: as for adding; or it becomes a farewell, and a reminder rule names it.
    """
    access.may(viewer, Deed.AMEND_SERVICE, Where.EVERYWHERE)
    asked = {"service": str(service_id), "changes": plain(changes)}
    retry = retries.asked(viewer, Deed.AMEND_SERVICE, key, asked, now=now)

    async def work() -> Outcome:
        found = await access.find(viewer, Service, service_id, path="serviceId")
        said = given(changes)
        columns = _columns(said)
        staff_ids = await _staff(viewer, said["staff_ids"]) if "staff_ids" in said else None
        room_ids = await _rooms(viewer, said["room_ids"]) if "room_ids" in said else None
        async with in_transaction():
            await retry.keep(service=found.id)
            service = await hold(Service, found.id)
            if columns.get("is_farewell") and not service.is_farewell:
                await _must_be_in_no_rule(service)
            change = await write(service, columns)
            if staff_ids is not None:
                change.note("staff", *await _replace(ServiceStaff, "staff_id", service.id, staff_ids))
            if room_ids is not None:
                change.note("rooms", *await _replace(ServiceRoom, "room_id", service.id, room_ids))
            if change:
                happening = Happening(EventKind.SERVICE_AMENDED, service.id, before=change.before, after=change.after)
                await events.record(viewer, happening, now=now)
        return {"service": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["service"])


def _columns(said: Mapping[str, Any]) -> dict[str, Any]:
    columns = {name: value for name, value in said.items() if name.startswith("is_") or name == "owner_may_choose_vet"}
    if "name" in said:
        columns["name"] = named(said["name"], path=("name",))
        columns["fold"] = folded(columns["name"])
    if "description" in said:
        columns["description"] = prose(said["description"], path=("description",))
    if "species" in said:
        columns["species"] = [one.value for one in Species if one in said["species"]]
    for name, (shortest, longest) in {**MINUTES, "lead_minutes": (0, LONGEST_LEAD_MINUTES)}.items():
        if name in said:
            columns[name] = _minutes(said[name], shortest, longest, path=_INPUT[name])
    return columns


_INPUT = {
    "lasts_minutes": "lastsMinutes",
    "buffer_before_minutes": "bufferBeforeMinutes",
    "buffer_after_minutes": "bufferAfterMinutes",
    "lead_minutes": "leadMinutes",
}


def _minutes(given_minutes: int, shortest: int, longest: int, *, path: str) -> int:
    if not shortest <= given_minutes <= longest:
        raise InvalidInput(f"Please choose {shortest} to {longest} minutes.", path=(path,))
    return given_minutes


async def _staff(viewer: Viewer, staff_ids: Sequence[UUID]) -> set[UUID]:
    _must_be_few(staff_ids, path="staffIds")
    named = await access.find_all(viewer, Staff, staff_ids, path="staffIds")
    if any(staff.left_at is not None for staff in named):
        raise InvalidInput("Somebody named here has left the practice.", path=("staffIds",))
    return set(staff_ids)


async def _rooms(viewer: Viewer, room_ids: Sequence[UUID]) -> set[UUID]:
    _must_be_few(room_ids, path="roomIds")
    await access.find_all(viewer, Room, room_ids, path="roomIds")
    return set(room_ids)


def _must_be_few(ids: Sequence[UUID], *, path: str) -> None:
    if len(ids) > MOST_HANDS:
        raise InvalidInput(f"Please name at most {MOST_HANDS}.", path=(path,))


async def _must_be_in_no_rule(service: Service) -> None:
    found = await sql.fetch(
        "SELECT rule.name FROM reminder_rule_service named JOIN reminder_rule_version v ON v.id = named.version_id "
        "JOIN reminder_rule rule ON rule.id = v.rule_id AND rule.version = v.number WHERE named.service_id = ? "
        "ORDER BY rule.id LIMIT 1",
        (service.id,),
    )
    if found:
        message = (
            f"The reminder rule “{found[0]['name']}” names it. Nobody is reminded of a farewell: take it off there."
        )
        raise InvalidInput(message, path=("isFarewell",))


async def _replace(model: type[Model], column: str, service_id: UUID, ids: set[UUID]) -> tuple[list[str], list[str]]:
    held = {getattr(row, column) for row in await model.filter(service_id=service_id)}
    await model.filter(service_id=service_id, **{f"{column}__in": list(held - ids)}).delete()
    await sql.insert([model(service_id=service_id, **{column: key}) for key in sorted(ids - held)])
    return plain(frozenset(held)), plain(frozenset(ids))
