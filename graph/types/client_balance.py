"""What a client owes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import strawberry

from graph.ids import global_id
from graph.roles import STAFF, allow
from graph.types.money import Money
from resolvers import statements

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from resolvers.viewer import Viewer


@strawberry.type(directives=[allow(STAFF)], description="What a client owes a legal entity in one currency.")
class ClientBalance:
    """What a client owes a legal entity in one currency."""

    legal_entity_id: strawberry.ID = strawberry.field(description="The id of the legal entity.")
    legal_entity_name: str = strawberry.field(description="Its name.")
    balance: Money = strawberry.field(
        description="What the client owes: open invoices less what is on account; below 0 when something is on account."
    )


async def balances(viewer: Viewer, client_ids: Sequence[UUID]) -> Mapping[UUID, list[ClientBalance]]:
    """What each of these clients owes, with one statement."""
    found = await statements.balances(viewer, client_ids)
    return {
        client: [
            ClientBalance(
                legal_entity_id=strawberry.ID(global_id("LegalEntity", each.legal_entity_id)),
                legal_entity_name=each.legal_entity,
                balance=each.balance,  # type: ignore[arg-type]
            )
            for each in of_client
        ]
        for client, of_client in found.items()
    }
