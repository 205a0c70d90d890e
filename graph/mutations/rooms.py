"""Adding and amending the rooms of a location."""

from __future__ import annotations

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key
from graph.inputs import changed, changed_not_cleared
from graph.types.room import Room
from models.role import Role
from resolvers import rooms
from resolvers.access import Deed
from resolvers.rooms import RoomChanges


@deed_input(Role.MANAGER)
class AddRoomInput:
    """A room in which pets will be seen."""

    location_id: strawberry.ID = said("At which location.")
    name: str = said("What it is called, 1 to 200 characters.")
    idempotency_key: str = said(KEY)


@deed_input(Role.MANAGER)
class AmendRoomInput:
    """What changes about a room; what is not given stays as it is."""

    room_id: strawberry.ID = said("Which room.")
    name: str | None = said("What it is called, 1 to 200 characters; it cannot be cleared.", default=strawberry.UNSET)
    is_in_use: bool | None = said(
        "Whether anything new is booked into it; it cannot be cleared. What is booked stays.", default=strawberry.UNSET
    )
    idempotency_key: str = said(KEY)


@payload(Role.MANAGER)
class RoomAdded:
    """The location has another room."""

    room: Room = said("The room as it is now.")


@payload(Role.MANAGER)
class RoomAmended:
    """What was given is written."""

    room: Room = said("The room as it is now.")


@strawberry.type
class RoomMutations:
    """Adding and amending the rooms of a location."""

    @mutation(Deed.ADD_ROOM, RoomAdded)
    async def add_room(self, info: Info, input: AddRoomInput) -> object:
        """Add a room to a location. No service is done in it until `addService` or `amendService` says so."""
        viewer = info.context.viewer
        location_id = key("Location", input.location_id)
        added = await rooms.add(viewer, location_id, input.name, key=input.idempotency_key, now=info.context.now)
        return answered(RoomAdded, room=rooms.one(viewer, added))

    @mutation(Deed.AMEND_ROOM, RoomAmended)
    async def amend_room(self, info: Info, input: AmendRoomInput) -> object:
        """Change a room. What is booked in it stays as it is."""
        viewer = info.context.viewer
        changes = RoomChanges(
            name=changed(input.name, null=""), is_in_use=changed_not_cleared(input.is_in_use, "isInUse")
        )
        room_id = key("Room", input.room_id)
        amended = await rooms.amend(viewer, room_id, changes, key=input.idempotency_key, now=info.context.now)
        return answered(RoomAmended, room=rooms.one(viewer, amended))
