"""Refunding: a refund by card is brought to what the provider says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import DisputeState, EntryKind, EventKind, Payment, PaymentMethod, Refund, RefundState, sql
from resolvers import events, ledger
from resolvers.card_payments import steps
from resolvers.events import Happening
from resolvers.ledger import Posting
from resolvers.locks import hold
from resolvers.ports import GatewayRefused, GatewayUnavailable, OnlineRefundState

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from resolvers.ports import OnlineRefund, PaymentGateway
    from resolvers.viewer import Viewer


async def follow(viewer: Viewer, refund_id: UUID, *, gateway: PaymentGateway, now: datetime) -> None:
    """Have the provider give a refund back, unless it has already; and keep what came of it.

    It is looked for before it is asked for: a provider forgets keys after a while, and would give it back again.

    Raises:
        GatewayUnavailable: there was no clear answer; whoever asks again goes on from there.
    """
    refund = await Refund.get(id=refund_id)
    if refund.state is not RefundState.REQUESTED or refund.method is not PaymentMethod.CARD:
        return
    payment = await Payment.get(id=refund.payment_id)
    ref = str(payment.provider_ref)
    online = await gateway.look_up_refund(refund.id, ref)
    if online is None:
        try:
            online = await gateway.refund(refund.id, ref, refund.minor, refund.currency)
        except GatewayRefused as refused:
            await _settled(viewer, payment, refund, RefundState.FAILED, None, refused.reason, now=now)
            return
    await _as(viewer, payment, refund, online, now=now)


async def _as(viewer: Viewer, payment: Payment, refund: Refund, online: OnlineRefund, *, now: datetime) -> None:
    if (online.minor, online.currency) != (refund.minor, refund.currency):
        raise GatewayUnavailable(f"It has given back another amount than {refund.minor} {refund.currency}.")
    if online.state is OnlineRefundState.SUCCEEDED:
        await _settled(viewer, payment, refund, RefundState.SUCCEEDED, online.ref, "", now=now)
    if online.state is OnlineRefundState.FAILED:
        await _settled(viewer, payment, refund, RefundState.FAILED, online.ref, online.failed_because, now=now)


async def _settled(
    viewer: Viewer,
    payment: Payment,
    refund: Refund,
    state: RefundState,
    ref: str | None,
    because: str,
    *,
    now: datetime,
) -> None:
    """Keep what came of it: the money is with her, or on account of its payment again."""
    is_paid = state is RefundState.SUCCEEDED
    async with in_transaction():
        held = await ledger.hold(payment.client_id, payment.legal_entity_id, payment.currency, now=now)
        await _look_at_disputes(payment, now)
        refund = await hold(Refund, refund.id)
        if refund.state is not RefundState.REQUESTED:
            return
        refund.settle(state, now=now)
        refund.provider_ref, refund.failed_because = ref, because
        await refund.save(update_fields=["state", "settled_at", "look_at", "provider_ref", "failed_because"])
        on = await steps.open_day(held.entity, refund.location_id, now)
        posting = Posting(
            kind=EntryKind.REFUND_PAID if is_paid else EntryKind.REFUND_FAILED,
            minor=refund.minor,
            location_id=refund.location_id,
            payment_id=payment.id,
            refund_id=refund.id,
            method=PaymentMethod.CARD if is_paid else None,
        )
        await held.post([posting], on=on, now=now)
        happening = Happening(
            EventKind.REFUND_SETTLED, refund.id, refund.location_id, after={"state": state.value, "because": because}
        )
        await events.record(viewer, happening, now=now)


async def _look_at_disputes(payment: Payment, now: datetime) -> None:
    """Have a dispute that waits for the refund followed at once."""
    await sql.execute(
        "UPDATE payment SET look_at = ?, looks = 0 WHERE id = ? "
        "AND EXISTS (SELECT 1 FROM dispute WHERE payment_id = payment.id AND state = ?)",
        (now, payment.id, DisputeState.OPEN.value),
    )
