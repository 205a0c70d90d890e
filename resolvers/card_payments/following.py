"""Following: a payment is brought to what the provider says, whoever asks: the owner, a notice, or the worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import Invoice, Payment, PaymentState
from resolvers.card_payments import disputing, steps
from resolvers.ports import GatewayRefused, GatewayUnavailable, OnlineState

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from resolvers.ports import OnlinePayment, PaymentGateway
    from resolvers.viewer import Viewer

PAID_MEANWHILE = "What it was meant for has been paid meanwhile. Nothing was charged."
_BY_PROVIDER = "The payment provider has cancelled it. Nothing was charged."
_FELL_THROUGH = "The bank did not pay what was confirmed. Nothing was charged. Please start anew."
_NAMED = 5


async def follow(viewer: Viewer, payment_id: UUID, *, gateway: PaymentGateway, now: datetime) -> Payment:
    """The payment, brought to what the provider says: the next steps are taken as far as they go.

    Raises:
        GatewayUnavailable: there was no clear answer; whoever asks again goes on from there.
    """
    payment, online = await begun(viewer, payment_id, gateway=gateway, now=now)
    if payment.state is PaymentState.CANCELLED or payment.provider_ref is None:
        return payment
    online = online or await gateway.look_up(payment.provider_ref)
    payment = await brought(viewer, payment, online, gateway=gateway, now=now)
    if payment.state is PaymentState.SUCCEEDED:
        await disputing.follow(viewer, payment, gateway=gateway, now=now)
    return payment


async def begun(
    viewer: Viewer, payment_id: UUID, *, gateway: PaymentGateway, now: datetime
) -> tuple[Payment, OnlinePayment | None]:
    """The payment, known to the provider; and what that has answered, if it had to be asked.

    It is asked under the same key with the same words each time, so that an answer that was lost is given again.
    """
    payment = await Payment.get(id=payment_id)
    if payment.state is not PaymentState.STARTING:
        return payment, None
    said = await _description(payment)
    try:
        online = await gateway.start(payment.id, payment.minor, payment.currency, description=said)
    except GatewayRefused as refused:
        return await steps.cancelled(viewer, payment, refused.reason, now=now), None
    return await steps.started(viewer, payment, online, now=now), online


async def brought(
    viewer: Viewer, payment: Payment, online: OnlinePayment, *, gateway: PaymentGateway, now: datetime
) -> Payment:
    """The payment as far as that answer of the provider brings it."""
    if payment.state in {PaymentState.SUCCEEDED, PaymentState.CANCELLED}:
        return payment
    if online.state is OnlineState.CONFIRMED:
        return await _captured(viewer, payment, gateway=gateway, now=now)
    if online.state is not OnlineState.WAITING:
        return await _settled(viewer, payment, online, now=now)
    if payment.state is PaymentState.CAPTURING:
        # It was confirmed before, and what was confirmed is gone. Somebody may still be asking to capture it, so it is
        # ended where that is refused from then on.
        return await given_up(viewer, payment, _FELL_THROUGH, gateway=gateway, now=now)
    return await steps.declined(viewer, payment, online.declined_because, now=now)


async def given_up(
    viewer: Viewer, payment: Payment, because: str, *, gateway: PaymentGateway, now: datetime
) -> Payment:
    """The payment, cancelled at the provider and then here, unless its money was taken before.

    Raises:
        GatewayUnavailable: there was no clear answer, so it stands as it stood.
    """
    ref = _ref(payment)
    try:
        online = await gateway.cancel(ref)
    except GatewayRefused:
        online = await gateway.look_up(ref)
    return await _settled(viewer, payment, online, now=now, cancelled_because=because)


async def _captured(viewer: Viewer, payment: Payment, *, gateway: PaymentGateway, now: datetime) -> Payment:
    payment, is_ours = await steps.claimed(viewer, payment, now=now)
    if payment.state in {PaymentState.SUCCEEDED, PaymentState.CANCELLED}:
        return payment
    if not is_ours:
        return await given_up(viewer, payment, PAID_MEANWHILE, gateway=gateway, now=now)
    ref = _ref(payment)
    try:
        online = await gateway.capture(ref)
    except GatewayRefused:
        online = await gateway.look_up(ref)
    if online.state is OnlineState.WAITING:
        return await given_up(viewer, payment, _FELL_THROUGH, gateway=gateway, now=now)
    return await _settled(viewer, payment, online, now=now)


async def _settled(
    viewer: Viewer, payment: Payment, online: OnlinePayment, *, now: datetime, cancelled_because: str = _BY_PROVIDER
) -> Payment:
    if online.state is OnlineState.CAPTURED:
        if (online.captured_minor, online.currency) != (payment.minor, payment.currency):
            raise GatewayUnavailable(f"It has taken another amount than {payment.minor} {payment.currency}.")
        return await steps.succeeded(viewer, payment, now=now)
    if online.state is OnlineState.CANCELLED:
        return await steps.cancelled(viewer, payment, cancelled_because, now=now)
    return payment


def _ref(payment: Payment) -> str:
    if payment.provider_ref is None:
        raise TypeError("The provider does not know this payment yet.")
    return payment.provider_ref


async def _description(payment: Payment) -> str:
    """What the owner reads on the statement of her card; made of what never changes."""
    numbers = (
        await Invoice.filter(meant_payments__payment_id=payment.id).order_by("number").values_list("number", flat=True)
    )
    more = len(numbers) - _NAMED
    return ", ".join(str(one) for one in numbers[:_NAMED]) + (f" and {more} more" if more > 0 else "")
