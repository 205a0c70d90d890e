"""Paying by card: an owner starts a payment, confirms it with the provider, and says so."""

from __future__ import annotations

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key
from graph.inputs import few, keys
from graph.types.payment import Payment
from models.refusal import NothingToPay, PaymentNotPossible, PaymentsUnavailable
from resolvers import card_payments, payments
from resolvers.access import DEEDS, Deed
from resolvers.tills import MOST_INVOICES

_OWNERS = DEEDS[Deed.START_PAYMENT]


@deed_input(_OWNERS)
class StartPaymentInput:
    """What an owner wants to pay by card."""

    invoice_ids: list[strawberry.ID] | None = said(
        "The invoices to pay, 1 to 100, of one company and in one currency; without them all that are open. Each is paid"
        " with what is open of it now.",
        default=None,
    )
    idempotency_key: str = said(KEY)


@deed_input(_OWNERS)
class ConfirmPaymentInput:
    """A payment that the owner has confirmed with the provider."""

    payment_id: strawberry.ID = said("Which payment.")
    idempotency_key: str = said(KEY)


@deed_input(_OWNERS)
class CancelPaymentInput:
    """A payment that the owner gives up."""

    payment_id: strawberry.ID = said("Which payment.")
    idempotency_key: str = said(KEY)


@payload(_OWNERS)
class PaymentStarted:
    """The payment waits to be confirmed with the provider; then send `confirmPayment`."""

    payment: Payment = said("The payment as it is now.")
    client_secret: str | None = said(
        "What the app confirms the payment with at the provider; keep it nowhere. Null when there is nothing to confirm"
        " any more. The same request sent again reads it anew."
    )
    confirm_url: str | None = said(
        "The page at which the payment can be confirmed in a browser instead; null as `clientSecret` is."
    )


@payload(_OWNERS)
class PaymentConfirmed:
    """The provider was asked. Look at the `state` of the payment: only SUCCEEDED means that it is paid."""

    payment: Payment = said(
        "The payment as it is now. STARTED: the provider knows of no confirmation, or has declined the card"
        " (`declinedBecause`), and another can be tried. CAPTURING: the money is being taken, and it settles by itself."
        " CANCELLED: what it was meant for had been paid meanwhile, or it fell through; nothing was charged."
    )


@payload(_OWNERS)
class PaymentCancelled:
    """Nothing was taken, and nothing will be."""

    payment: Payment = said("The payment as it is now.")


@strawberry.type
class CardPaymentMutations:
    """Paying by card."""

    @mutation(Deed.START_PAYMENT, PaymentStarted, NothingToPay, PaymentNotPossible, PaymentsUnavailable)
    async def start_payment(self, info: Info, input: StartPaymentInput) -> object:
        """Start to pay invoices by card: the first of two steps. Nothing is charged before the second.

        At most 10 payments of an owner wait at once; one more is refused with `PaymentNotPossible` until one of them has
        succeeded or is cancelled. One that is never confirmed is cancelled after a day by itself.
        """
        viewer, wanted = info.context.viewer, input.invoice_ids
        started = await card_payments.start(
            viewer,
            None if wanted is None else keys("Invoice", few(wanted, MOST_INVOICES, "invoiceIds")),
            gateway=info.context.ports.payments,
            key=input.idempotency_key,
            now=info.context.now,
        )
        return answered(
            PaymentStarted,
            payment=payments.one(viewer, started.payment_id),
            client_secret=started.client_secret,
            confirm_url=started.confirm_url,
        )

    @mutation(Deed.CONFIRM_PAYMENT, PaymentConfirmed, PaymentNotPossible, PaymentsUnavailable)
    async def confirm_payment(self, info: Info, input: ConfirmPaymentInput) -> object:
        """Take the money of a payment that was confirmed with the provider: the second step. What the provider says counts.

        Can be sent as often as you like: the money is taken once. Should the phone fail before, the payment settles by
        itself when the provider tells us.
        """
        viewer = info.context.viewer
        done = await card_payments.confirm(
            viewer,
            key("Payment", input.payment_id),
            gateway=info.context.ports.payments,
            key=input.idempotency_key,
            now=info.context.now,
        )
        return answered(PaymentConfirmed, payment=payments.one(viewer, done))

    @mutation(Deed.CANCEL_PAYMENT, PaymentCancelled, PaymentNotPossible, PaymentsUnavailable)
    async def cancel_payment(self, info: Info, input: CancelPaymentInput) -> object:
        """Give a payment up whose money was not taken. One that is never confirmed is given up after a day by itself."""
        viewer = info.context.viewer
        done = await card_payments.cancel(
            viewer,
            key("Payment", input.payment_id),
            gateway=info.context.ports.payments,
            key=input.idempotency_key,
            now=info.context.now,
        )
        return answered(PaymentCancelled, payment=payments.one(viewer, done))
