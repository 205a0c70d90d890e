"""The deeds of card payments, as lines of the table of every deed."""

from __future__ import annotations

from models import Payment
from resolvers import card_payments
from resolvers.access import Deed
from resolvers.card_payments import Notice
from resolvers.viewer import Viewer
from tests.bank import Bank
from tests.every_deed import KEPT, OWNERS, line
from tests.scene import Scene
from tests.world import NOW
from tests.world.money import an_invoice


async def _started(scene: Scene, bank: Bank) -> Payment:
    """A payment of the owner, which a bank has heard of."""
    invoice = await an_invoice(scene.world.owner)
    viewer: Viewer = scene.world.owner.viewer
    begun = await card_payments.start(viewer, [invoice.id], gateway=bank, key=str(invoice.id), now=NOW)
    return await Payment.get(id=begun.payment_id)


@line(Deed.START_PAYMENT, OWNERS)
async def _(scene, viewer):
    invoice = await an_invoice(scene.world.owner)
    await card_payments.start(viewer, [invoice.id], gateway=Bank(), **KEPT)


@line(Deed.CONFIRM_PAYMENT, OWNERS)
async def _(scene, viewer):
    bank = Bank()
    payment = await _started(scene, bank)
    await card_payments.confirm(viewer, payment.id, gateway=bank, **KEPT)


@line(Deed.CANCEL_PAYMENT, OWNERS)
async def _(scene, viewer):
    bank = Bank()
    payment = await _started(scene, bank)
    await card_payments.cancel(viewer, payment.id, gateway=bank, **KEPT)


@line(Deed.FOLLOW_PAYMENTS)
async def _(scene, viewer):
    await card_payments.follow_due(viewer, gateway=Bank(), now=lambda: NOW)


@line(Deed.KEEP_NOTICE)
async def _(scene, viewer):
    await card_payments.keep(viewer, Notice("evt_1", "payment.captured", "pay_1", NOW), now=NOW)
