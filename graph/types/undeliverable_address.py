"""Addresses at which nothing arrives."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

import models
from graph.ids import global_id
from graph.reading.shape import batched, column, one, shape
from graph.roles import STAFF, allow
from graph.types.message import Message
from graph.types.node import Node, id_of
from resolvers import mailings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from resolvers.viewer import Viewer


@strawberry.type(directives=[allow(STAFF)], description="A client who has an address.")
class AddressHolder:
    """A client who has an address."""

    client_id: strawberry.ID = strawberry.field(description="The id of the client.")
    display_name: str = strawberry.field(description="The whole name.")


async def _holders(viewer: Viewer, address_ids: Sequence[UUID]) -> Mapping[UUID, list[AddressHolder]]:
    """Who has each of these addresses, with one statement."""
    found = await mailings.holders(viewer, address_ids)
    return {
        key: [
            AddressHolder(client_id=strawberry.ID(global_id("Client", each.client_id)), display_name=each.name)
            for each in known
        ]
        for key, known in found.items()
    }


@shape(models.UndeliverableAddress, STAFF)
class UndeliverableAddress(Node):
    """An e-mail address of which a mail server said for good that nobody reads it.

    Nothing is sent there but codes and invitations, until somebody says that it works again.
    """

    id: strawberry.ID = id_of("UndeliverableAddress")
    address: str = column("The address.")
    answer: str = column("What the mail server said.")
    found_at: datetime = column("When it said so.")
    message: Message | None = one("The letter that came back; null for a code or an invitation.")
    clients: list[AddressHolder] = batched(
        "The clients who have it now, by name; none when it was changed since.", _holders, size=2
    )
