"""The deeds of card payments, as lines of the table of every deed."""

from __future__ import annotations

from resolvers import card_payments
from resolvers.access import Deed
from resolvers.card_payments import Notice
from tests.bank import Bank
from tests.every_deed import KEPT, OWNERS, line
from tests.world import NOW


@line(Deed.START_PAYMENT, OWNERS)
async def _(scene, viewer):
    await card_payments.start(viewer, [scene.owed.id], gateway=Bank(), **KEPT)


@line(Deed.CONFIRM_PAYMENT, OWNERS)
async def _(scene, viewer):
    await card_payments.confirm(viewer, scene.given_up.id, gateway=Bank(), **KEPT)


@line(Deed.CANCEL_PAYMENT, OWNERS)
async def _(scene, viewer):
    await card_payments.cancel(viewer, scene.given_up.id, gateway=Bank(), **KEPT)


@line(Deed.FOLLOW_PAYMENTS)
async def _(scene, viewer):
    await card_payments.follow_due(viewer, gateway=Bank(), now=lambda: NOW)


@line(Deed.KEEP_NOTICE)
async def _(scene, viewer):
    await card_payments.keep(viewer, Notice("evt_1", "payment.captured", "pay_1", NOW), now=NOW)
