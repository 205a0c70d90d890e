"""The deeds of money over the desk, as lines of the table of every deed."""

from __future__ import annotations

from datetime import timedelta

from models import Money, PaymentMethod, Role
from resolvers import closings, on_account, refunds, reversals, tills
from resolvers.access import Deed
from tests.every_deed import KEPT, MANAGERS_OF_ALL, here, line
from tests.world import TODAY

DESK_HERE = here(Role.RECEPTIONIST, Role.MANAGER)


@line(Deed.TAKE_PAYMENT, DESK_HERE)
async def _(scene, viewer):
    where = {"client_id": scene.world.owner.id, "location_id": scene.world.location.id}
    new = tills.NewPayment(method=PaymentMethod.CASH, amount=Money(100, "EUR"), **where)
    await tills.take(viewer, new, **KEPT)


@line(Deed.APPLY_CREDIT, DESK_HERE)
async def _(scene, viewer):
    await on_account.apply(viewer, scene.world.owner.id, scene.world.location.id, None, **KEPT)


@line(Deed.REFUND_PAYMENT, DESK_HERE)
async def _(scene, viewer):
    await refunds.refund(viewer, refunds.NewRefund(scene.overpaid.id, Money(100, "EUR"), "Too much."), **KEPT)


@line(Deed.REVERSE_PAYMENT, DESK_HERE)
async def _(scene, viewer):
    await reversals.reverse(viewer, scene.overpaid.id, "Entered twice.", **KEPT)


@line(Deed.CLOSE_PERIOD, MANAGERS_OF_ALL)
async def _(scene, viewer):
    await closings.close(viewer, scene.overpaid.legal_entity_id, TODAY - timedelta(days=1), **KEPT)
