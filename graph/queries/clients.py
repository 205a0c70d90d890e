"""Asking for clients and pets."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.ids import key
from graph.reading import Paged
from graph.reading.connection import Connection
from graph.reading.pages import After, Before, First, Last, page
from graph.roles import EVERYBODY, OWNER, STAFF, field
from graph.types.client import Client
from graph.types.pet import Pet
from resolvers import clients, pets


@strawberry.type
class ClientQueries:
    """Asking for clients and pets."""

    @field(STAFF)
    async def client(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which client.")]
    ) -> Client | None:
        """One client; null when there is no such client."""
        return clients.one(info.context.viewer, key("Client", id))  # type: ignore[return-value]

    @field(STAFF)
    async def clients(
        self,
        info: Info,
        search: Annotated[
            str | None,
            strawberry.argument(
                description=(
                    "Words of a name, the beginning of an e-mail address, or at least 4 digits of a phone number;"
                    " each word has to be found. Everybody when nothing is said."
                )
            ),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Client] | None:
        """Clients, by name."""
        viewer = info.context.viewer
        rows = clients.listed(viewer) if search is None else clients.searched(viewer, search)
        return Paged(rows, page(first=first, after=after, last=last, before=before, most=info.context.limits.max_page))  # type: ignore[return-value]

    @field(EVERYBODY)
    async def pet(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which pet.")]
    ) -> Pet | None:
        """One pet; null when there is no such pet, or it is not the viewer's to see."""
        return pets.one(info.context.viewer, key("Pet", id))  # type: ignore[return-value]

    @field(STAFF)
    async def pets(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Pet] | None:
        """Every pet, by name."""
        rows = pets.listed(info.context.viewer)
        return Paged(rows, page(first=first, after=after, last=last, before=before, most=info.context.limits.max_page))  # type: ignore[return-value]

    @field(OWNER, metadata={"size": 5})
    async def my_pets(self, info: Info) -> list[Pet] | None:
        """The pets the owner owns now, by name."""
        return pets.mine(info.context.viewer)  # type: ignore[return-value]
