"""Proposing charges, and dropping them."""

from __future__ import annotations

from decimal import Decimal

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key
from graph.roles import STAFF
from graph.types.charge_source import source_of, thousandths
from graph.types.visit import Visit
from models.refusal import AlreadyBilled, AlreadySo, EnteredInError
from resolvers import proposals, visits
from resolvers.access import Deed
from resolvers.deeds import DEEDS

_DROPS = DEEDS[Deed.DROP_CHARGE]
SOURCE = "What was done, as `Charge.sourceId`."


@deed_input(STAFF)
class ProposeChargeInput:
    """Something to bill for a visit that no line of its record tells."""

    visit_id: strawberry.ID = said("Which visit.")
    item_id: strawberry.ID = said("Which item of the price list; it must be offered.")
    quantity: Decimal = said("How many, above 0, with at most 3 decimals.")
    comment: str | None = said("What there is to say to reception, at most 200 characters.", default=None)
    idempotency_key: str = said(KEY)


@deed_input(_DROPS)
class DropChargeInput:
    """Something that was done and is not to be billed."""

    source_id: strawberry.ID = said(SOURCE)
    because: str = said("Why, 1 to 200 characters.")
    idempotency_key: str = said(KEY)


@payload(STAFF)
class ChargeProposed:
    """It stands among the charges of the visit."""

    visit: Visit = said("The visit as it is now.")


@payload(_DROPS)
class ChargeDropped:
    """It is not billed, until somebody takes it after all."""

    visit: Visit = said("The visit as it is now.")


@strawberry.type
class ChargeMutations:
    """Proposing charges, and dropping them."""

    @mutation(Deed.PROPOSE_CHARGE, ChargeProposed, EnteredInError)
    async def propose_charge(self, info: Info, input: ProposeChargeInput) -> object:
        """Propose to bill something for a visit, in the name of whoever is signed in. `dropCharge` takes it back."""
        viewer = info.context.viewer
        visit = await proposals.propose(
            viewer,
            key("Visit", input.visit_id),
            key("PriceListItem", input.item_id),
            thousandths(input.quantity),
            comment=input.comment or "",
            key=input.idempotency_key,
            now=info.context.now,
        )
        return answered(ChargeProposed, visit=visits.one(viewer, visit))

    @mutation(Deed.DROP_CHARGE, ChargeDropped, AlreadyBilled, AlreadySo)
    async def drop_charge(self, info: Info, input: DropChargeInput) -> object:
        """Decide not to bill something that was done."""
        viewer, source = info.context.viewer, source_of(input.source_id)
        visit = await proposals.drop(viewer, source, input.because, key=input.idempotency_key, now=info.context.now)
        return answered(ChargeDropped, visit=visits.one(viewer, visit))
