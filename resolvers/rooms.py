"""Rooms: adding and amending the rooms of a location, and reading them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models import EventKind, Location, Room, sql
from models.row import folded, uuid7
from models.text import named
from resolvers import access, events, retries
from resolvers.access import Deed
from resolvers.changes import UNSET, Unset, given, plain, write
from resolvers.events import Happening
from resolvers.locks import hold

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from resolvers.retries import Outcome
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class RoomChanges:
    """What changes about a room; while it is not in use nothing new is booked into it."""

    name: str | Unset = UNSET
    is_in_use: bool | Unset = UNSET


# Reading


def one(viewer: Viewer, room_id: UUID | None) -> Rows:
    """The room with this key."""
    return access.rows(viewer, Room).only(room_id)


def listed(viewer: Viewer) -> Rows:
    """The rooms of every location, by name."""
    return access.rows(viewer, Room).sorted_by("fold")


# Writing


async def add(viewer: Viewer, location_id: UUID | None, name: str, *, key: str, now: datetime) -> UUID:
    """Add a room to a location. No service is done in it until one says so.

    Raises:
        NotFound: there is no such location.
        InvalidInput: the name makes no sense.
    """
    access.may(viewer, Deed.ADD_ROOM)
    retry = retries.asked(viewer, Deed.ADD_ROOM, key, {"location": str(location_id), "name": name}, now=now)
    room_id = uuid7()

    async def work() -> Outcome:
        location = await access.find(viewer, Location, location_id, path="locationId")
        access.may(viewer, Deed.ADD_ROOM, location.id)
        columns = _columns({"name": name})
        async with in_transaction():
            await retry.keep(room=room_id)
            await sql.insert([Room(id=room_id, location_id=location.id, **columns)])
            await events.record(viewer, Happening(EventKind.ROOM_ADDED, room_id, location.id, after=columns), now=now)
        return {"room": str(room_id)}

    return sql.as_key((await retries.once(retry, work))["room"])


async def amend(viewer: Viewer, room_id: UUID | None, changes: RoomChanges, *, key: str, now: datetime) -> UUID:
    """Change a room; what is booked in it stays as it is.

    Raises:
        NotFound: there is no such room.
        InvalidInput: the name makes no sense.
    """
    access.may(viewer, Deed.AMEND_ROOM)
    found = await access.find(viewer, Room, room_id, path="roomId")
    access.may(viewer, Deed.AMEND_ROOM, found.location_id)
    retry = retries.asked(viewer, Deed.AMEND_ROOM, key, {"room": str(room_id), "changes": plain(changes)}, now=now)

    async def work() -> Outcome:
        columns = _columns(given(changes))
        async with in_transaction():
            await retry.keep(room=found.id)
            room = await hold(Room, found.id)
            change = await write(room, columns)
            if change:
                happening = Happening(
                    EventKind.ROOM_AMENDED, room.id, room.location_id, before=change.before, after=change.after
                )
                await events.record(viewer, happening, now=now)
        return {"room": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["room"])


def _columns(said: Mapping[str, Any]) -> dict[str, Any]:
    columns = dict(said)
    if "name" in columns:
        columns["name"] = named(columns["name"], path=("name",))
        columns["fold"] = folded(columns["name"])
    return columns
