"""Asking for the practice itself: places, rooms, services, people, and whoever is signed in."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Annotated

import strawberry
from tortoise.models import Model

from graph.context import Info
from graph.ids import opened
from graph.reading import Shown
from graph.reading.shape import SHAPES
from graph.roles import EVERYBODY, STAFF, field, mark
from graph.types.account import UnlinkedAccount, Viewer
from graph.types.location import Location
from graph.types.node import Node
from graph.types.practice import Practice
from graph.types.room import Room
from graph.types.service import Service
from graph.types.staff import Staff
from models.role import Role
from resolvers import access, accounts, clients, locations, practices, rooms, services, teams
from resolvers.rows import Rows
from resolvers.viewer import Viewer as Whoever

# Two types show accounts, each its own part of those that the viewer may see.
_OF_ACCOUNTS: dict[str, Callable[[Whoever], Rows]] = {"Account": accounts.own, "UnlinkedAccount": accounts.unlinked}


@cache
def _nodes() -> dict[str, type[Model]]:
    """The types that can be asked for by id, each with its model."""
    return {made.__name__: model for made, model in SHAPES.items() if issubclass(made, Node)}


@strawberry.type
class PracticeQueries:
    """Asking for the practice itself."""

    @field(EVERYBODY)
    async def viewer(self, info: Info) -> Viewer | None:
        """Whoever is signed in."""
        viewer = info.context.viewer
        return Viewer(
            account=accounts.own(viewer),  # type: ignore[arg-type]
            roles=sorted(viewer.roles),
            client=clients.one(viewer, viewer.client_id),  # type: ignore[arg-type]
            staff=teams.one(viewer, viewer.staff_id),  # type: ignore[arg-type]
        )

    @field(EVERYBODY)
    async def node(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The id of anything.")]
    ) -> Node | None:
        """Anything by its id; null when there is no such thing, or it is not the viewer's to see."""
        found = opened(id)
        if found is None:
            return None
        kind, key = found
        types = _nodes()
        named = info.schema._schema.type_map.get(kind)  # noqa: SLF001 - the view that is being asked
        viewer = info.context.viewer
        if kind not in types or named is None or not viewer.roles & (mark(named) or frozenset()):
            return None
        rows = _OF_ACCOUNTS[kind](viewer) if kind in _OF_ACCOUNTS else access.rows(viewer, types[kind])
        return Shown(rows.only(key), kind)  # type: ignore[return-value]

    @field(EVERYBODY)
    async def practice(self, info: Info) -> Practice | None:
        """The practice; null while it has not been opened."""
        return practices.ours(info.context.viewer)  # type: ignore[return-value]

    @field(EVERYBODY)
    async def locations(self, info: Info) -> list[Location] | None:
        """Every location, by name."""
        return locations.listed(info.context.viewer)  # type: ignore[return-value]

    @field(EVERYBODY)
    async def services(self, info: Info) -> list[Service] | None:
        """Every service, by name; owners see those that can be booked online."""
        return services.listed(info.context.viewer)  # type: ignore[return-value]

    @field(STAFF)
    async def staff(self, info: Info) -> list[Staff] | None:
        """Everybody who works, or worked, at the practice, by name."""
        return teams.listed(info.context.viewer)  # type: ignore[return-value]

    @field(STAFF)
    async def rooms(self, info: Info) -> list[Room] | None:
        """Every room, by name."""
        return rooms.listed(info.context.viewer)  # type: ignore[return-value]

    @field(Role.RECEPTIONIST, Role.MANAGER)
    async def unlinked_accounts(self, info: Info) -> list[UnlinkedAccount] | None:
        """Owners who registered online and whom nobody has recognised as a client yet, longest waiting first."""
        return accounts.unlinked(info.context.viewer)  # type: ignore[return-value]
