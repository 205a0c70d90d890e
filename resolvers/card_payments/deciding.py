"""Deciding: the owner says that she has confirmed a payment, or that she gives it up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import Payment, PaymentMethod, PaymentState
from models.refusal import PaymentNotPossible, PaymentsUnavailable
from resolvers import access, retries
from resolvers.access import Deed
from resolvers.card_payments import following
from resolvers.ports import GatewayUnavailable

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from resolvers.ports import PaymentGateway
    from resolvers.retries import Outcome
    from resolvers.viewer import Viewer

GIVEN_UP = "It was given up before it was confirmed. Nothing was charged."
_NO_ANSWER = (
    "The payment provider does not answer just now. We ask it again and again until it does. "
    "Please look at the payment in a few minutes, and do not start another one before."
)


async def confirm(
    viewer: Viewer, payment_id: UUID | None, *, gateway: PaymentGateway | None, key: str, now: datetime
) -> UUID:
    """Take the money of a payment that its owner has confirmed with the provider, as far as the provider says so.

    Nothing is believed but the provider: without its word the payment stays as it is. Can be repeated.

    Raises:
        NotFound: the payment is not the viewer's to see.
        PaymentNotPossible: it is no card payment.
        PaymentsUnavailable: the provider does not answer; the payment goes on by itself once it does.
    """
    access.may(viewer, Deed.CONFIRM_PAYMENT)
    payment = await _asked(viewer, Deed.CONFIRM_PAYMENT, payment_id, key=key, now=now)
    if payment.state in {PaymentState.SUCCEEDED, PaymentState.CANCELLED}:
        return payment.id
    if gateway is None:
        raise PaymentsUnavailable(_NO_ANSWER)
    try:
        await following.follow(viewer, payment.id, gateway=gateway, now=now)
    except GatewayUnavailable:
        raise PaymentsUnavailable(_NO_ANSWER) from None
    return payment.id


async def cancel(
    viewer: Viewer, payment_id: UUID | None, *, gateway: PaymentGateway | None, key: str, now: datetime
) -> UUID:
    """Give up a payment whose money was not taken: at the provider first, and then here. Can be repeated.

    Raises:
        NotFound: the payment is not the viewer's to see.
        PaymentNotPossible: its money is being taken, or was.
        PaymentsUnavailable: the provider does not answer; the payment stands as it stood.
    """
    access.may(viewer, Deed.CANCEL_PAYMENT)
    payment = await _asked(viewer, Deed.CANCEL_PAYMENT, payment_id, key=key, now=now)
    if payment.state is PaymentState.CANCELLED:
        return payment.id
    if gateway is None:
        raise PaymentsUnavailable(_NO_ANSWER)
    try:
        payment, _ = await following.begun(viewer, payment.id, gateway=gateway, now=now)
        if payment.state is PaymentState.STARTED:
            payment = await following.given_up(viewer, payment, GIVEN_UP, gateway=gateway, now=now)
    except GatewayUnavailable:
        raise PaymentsUnavailable(_NO_ANSWER) from None
    if payment.state is not PaymentState.CANCELLED:
        raise PaymentNotPossible(path=("paymentId",))
    return payment.id


async def _asked(viewer: Viewer, deed: Deed, payment_id: UUID | None, *, key: str, now: datetime) -> Payment:
    """The payment that a request is about. The request is kept, but it is carried out each time: it can be repeated."""
    retry = retries.asked(viewer, deed, key, {"payment": str(payment_id)}, now=now)

    async def work() -> Outcome:
        payment = await access.find(viewer, Payment, payment_id, path="paymentId")
        if payment.method is not PaymentMethod.CARD:
            raise PaymentNotPossible(path=("paymentId",))
        async with in_transaction():
            await retry.keep(payment=payment.id)
        return {"payment": str(payment.id)}

    kept = await retries.once(retry, work)
    return await Payment.get(id=kept["payment"])
