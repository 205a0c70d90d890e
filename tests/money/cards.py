"""Cards: what a provider brings about, posted as the books know it: money, refunds that fail, disputes won and lost."""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from tortoise.transactions import in_transaction

from models import (
    Dispute,
    DisputeState,
    EntryKind,
    Location,
    Payment,
    PaymentMethod,
    PaymentState,
    Refund,
    sql,
)
from models.number_series import Series
from models.period import today_in
from models.row import uuid7
from resolvers import ledger, numbers
from resolvers.card_payments import refunding
from resolvers.ledger import Posting
from resolvers.ports import OnlineRefund, OnlineRefundState
from resolvers.viewer import Viewer
from tests.bank import Bank
from tests.money.bookkeeper import Account, Bookkeeper, Sum

SYSTEM = Viewer.system("worker")


async def paid(sheet: Bookkeeper, account: Account, place: Location, minor: int, now: datetime) -> None:
    """Money has come from a card, and pays the oldest debt first."""
    client, entity, currency = account
    key, today = uuid7(), today_in(place.clock, now)
    async with in_transaction():
        held = await ledger.hold(client, entity, currency, now=now)
        payment = Payment(
            id=key, location_id=place.id, legal_entity_id=entity, client_id=client, method=PaymentMethod.CARD,
            state=PaymentState.SUCCEEDED, minor=minor, currency=currency, started_at=now, received_on=today,
            settled_at=now, provider_ref=str(key), number=(await numbers.take(Series.RECEIPT, held.entity, today))[0],
        )  # fmt: skip
        await sql.insert([payment])
        await ledger.receive(held, payment, None, on=today, now=now)
    debts = sheet.debts(account)
    sheet.receive(key, Sum(account, "CARD", minor, minor))
    for one in debts:
        sheet.pay(one, key)


async def refund_settled(sheet: Bookkeeper, refund_id: UUID, now: datetime, *, is_paid: bool) -> None:
    """The provider has given the money of a card back, or could not, and it is on account again."""
    refund = await Refund.get(id=refund_id)
    state = OnlineRefundState.SUCCEEDED if is_paid else OnlineRefundState.FAILED
    online = OnlineRefund(f"ref_{refund.id.hex}", state, refund.minor, refund.currency, "")
    await refunding.follow(SYSTEM, refund.id, gateway=Bank(refunds={refund.id: online}), now=now)
    sheet.refund_settled(refund.payment_id, refund.minor, is_paid=is_paid)


async def disputed(sheet: Bookkeeper, key: UUID, minor: int, random: Random, now: datetime) -> None:
    """A bank takes so much of a payment back: it gives it again, or what the payment has paid is owed again."""
    payment, place_id, dispute_id = sheet.payments[key], (await Payment.get(id=key)).location_id, uuid7()
    is_won = random.random() < 0.5
    state = DisputeState.WON if is_won else DisputeState.LOST
    today = await _today(place_id, now)
    of: dict[str, Any] = {"location_id": place_id, "payment_id": key, "dispute_id": dispute_id}
    async with in_transaction():
        held = await ledger.hold(*payment.account, now=now)
        await Dispute.create(
            id=dispute_id, payment_id=key, provider_ref=str(dispute_id), state=state, minor=minor,
            currency=payment.account[2], opened_at=now, settled_at=now,
        )  # fmt: skip
        await held.post([Posting(kind=EntryKind.DISPUTE, minor=minor, **of)], on=today, now=now)
        if is_won:
            await held.post([Posting(kind=EntryKind.DISPUTE_WON, minor=minor, **of)], on=today, now=now)
            return
        released = [
            Posting(kind=EntryKind.RELEASE, minor=part, location_id=place_id, payment_id=key, invoice_id=bill)
            for bill, part in sheet.owe_again(key, minor - payment.left).items()
        ]
        covered = min(minor, payment.left)
        payment.left -= covered
        lost = Posting(kind=EntryKind.DISPUTE_LOST, minor=covered, **of)
        uncovered = Posting(kind=EntryKind.DISPUTE_UNCOVERED, minor=minor - covered, **of)
        await held.post([*released, lost, uncovered], on=today, now=now)
    sheet.move(payment.account, covered, to="ON_ACCOUNT", out_of="CARD")
    sheet.move(payment.account, minor - covered, to="BAD_DEBT", out_of="CARD")
    payment.uncovered += minor - covered


async def _today(place_id: UUID, now: datetime) -> Any:
    return today_in((await Location.get(id=place_id)).clock, now)
