"""Money over the desk: taking payments, paying with what is on account, giving back; and closing the books."""

from __future__ import annotations

from datetime import date

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key, maybe_key
from graph.inputs import few, keys
from graph.types.client import Client
from graph.types.money import MoneyInput, minor_of
from graph.types.money_enums import PaymentMethod
from graph.types.payment import Payment
from graph.types.refund import Refund
from models import Money
from models.refusal import (
    InvoiceNotIssued,
    NoLegalEntity,
    NothingToPay,
    Path,
    PaymentNotPossible,
    PeriodClosed,
    TooMuch,
)
from resolvers import clients, on_account, payments, refunds, reversals, tills
from resolvers.access import DEEDS, Deed
from resolvers.tills import MOST_INVOICES, Meant, NewPayment


@deed_input(DEEDS[Deed.TAKE_PAYMENT])
class PaymentInvoiceInput:
    """An invoice that a payment is for."""

    invoice_id: strawberry.ID = said("Which invoice of the client.")
    amount: MoneyInput | None = said(
        "How much of the payment is for it; all that is open when nothing is said, as far as the payment goes.",
        default=None,
    )


@deed_input(DEEDS[Deed.TAKE_PAYMENT])
class TakePaymentInput:
    """Money that a client gives at the desk, or has transferred."""

    client_id: strawberry.ID = said("Who pays.")
    location_id: strawberry.ID = said("Where: whoever invoices for this location gets it.")
    method: PaymentMethod = said("How: CASH, TERMINAL or BANK.")
    amount: MoneyInput = said("How much, above 0, in the currency of the location.")
    invoices: list[PaymentInvoiceInput] | None = said(
        "The invoices that it is for, 1 to 100, each once; without them it pays the oldest debt first. What is more"
        " than is open stays on account.",
        default=None,
    )
    received_on: date | None = said(
        "The day on which it came, on the calendar of the location: not to come, and of open books; today when nothing"
        " is said.",
        default=None,
    )
    reference: str | None = said(
        "A note to it, such as what the bank statement says, at most 200 characters. The client reads it.", default=None
    )
    idempotency_key: str = said(KEY)


@deed_input(DEEDS[Deed.APPLY_CREDIT])
class ApplyCreditInput:
    """Invoices to be paid with what is on account."""

    client_id: strawberry.ID = said("Whose credit and invoices.")
    location_id: strawberry.ID = said("Where: what is with whoever invoices for this location, in its currency.")
    invoice_ids: list[strawberry.ID] | None = said(
        "The invoices to pay, in this order, 1 to 100, each once; without them the oldest debt first.", default=None
    )
    idempotency_key: str = said(KEY)


@deed_input(DEEDS[Deed.REFUND_PAYMENT])
class RefundPaymentInput:
    """Money of a payment that goes back the way it came."""

    payment_id: strawberry.ID = said("Which payment.")
    amount: MoneyInput = said("How much, above 0: not more than its `onAccount`.")
    because: str = said("Why, 1 to 1000 characters. The client reads it.")
    credit_note_id: strawberry.ID | None = said(
        "The credit note that it pays out, to the same client; null for none.", default=None
    )
    idempotency_key: str = said(KEY)


@deed_input(DEEDS[Deed.REVERSE_PAYMENT])
class ReversePaymentInput:
    """A payment over the desk that was entered wrongly, or bounced."""

    payment_id: strawberry.ID = said("Which payment: in cash, at the terminal or by transfer.")
    because: str = said("Why, 1 to 1000 characters. The client does not read it.")
    idempotency_key: str = said(KEY)


@payload(DEEDS[Deed.TAKE_PAYMENT])
class PaymentTaken:
    """The payment is taken. Look at its `onAccount`: what nobody owed stays there."""

    payment: Payment = said("The payment, with its receipt number and what it pays.")


@payload(DEEDS[Deed.APPLY_CREDIT])
class CreditApplied:
    """What was on account has paid invoices."""

    client: Client = said("The client, as she is now.")


@payload(DEEDS[Deed.REFUND_PAYMENT])
class PaymentRefunded:
    """The money is given back; of a card paid online it is on its way."""

    refund: Refund = said("The refund.")


@payload(DEEDS[Deed.REVERSE_PAYMENT])
class PaymentReversed:
    """The payment is taken back, and the invoices that it had paid are open again."""

    payment: Payment = said("The payment: it keeps its receipt number, pays nothing, and has nothing on account.")


@strawberry.type
class PaymentMutations:
    """Money over the desk."""

    @mutation(Deed.TAKE_PAYMENT, PaymentTaken, InvoiceNotIssued, NoLegalEntity, NothingToPay, PeriodClosed, TooMuch)
    async def take_payment(self, info: Info, input: TakePaymentInput) -> object:
        """Take a payment over the desk: it pays invoices, and what is too much stays on account."""
        viewer = info.context.viewer
        new = NewPayment(
            client_id=key("Client", input.client_id),
            location_id=key("Location", input.location_id),
            method=input.method,
            amount=_amount(input.amount, path=("amount",)),
            invoices=None if input.invoices is None else _invoices(input.invoices, input.amount.currency),
            received_on=input.received_on,
            reference=input.reference or "",
        )
        taken = await tills.take(viewer, new, key=input.idempotency_key, now=info.context.now)
        return answered(PaymentTaken, payment=payments.one(viewer, taken))

    @mutation(Deed.APPLY_CREDIT, CreditApplied, InvoiceNotIssued, NoLegalEntity, NothingToPay, PeriodClosed)
    async def apply_credit(self, info: Info, input: ApplyCreditInput) -> object:
        """Pay invoices with what is on account, the oldest payment first."""
        viewer, given = info.context.viewer, input.invoice_ids
        client = await on_account.apply(
            viewer,
            key("Client", input.client_id),
            key("Location", input.location_id),
            None if given is None else keys("Invoice", few(given, MOST_INVOICES, "invoiceIds")),
            key=input.idempotency_key,
            now=info.context.now,
        )
        return answered(CreditApplied, client=clients.one(viewer, client))

    @mutation(Deed.REFUND_PAYMENT, PaymentRefunded, PaymentNotPossible, PeriodClosed, TooMuch)
    async def refund_payment(self, info: Info, input: RefundPaymentInput) -> object:
        """Give money of a payment back the way it came. Whether it was credited before is for you to know.

        `PaymentNotPossible` before the payment has succeeded, after it was taken back, and while a dispute about it is
        open.
        """
        viewer = info.context.viewer
        new = refunds.NewRefund(
            payment_id=key("Payment", input.payment_id),
            amount=_amount(input.amount, path=("amount",)),
            because=input.because,
            credit_note_id=maybe_key("CreditNote", input.credit_note_id),
        )
        made = await refunds.refund(viewer, new, key=input.idempotency_key, now=info.context.now)
        return answered(PaymentRefunded, refund=refunds.one(viewer, made))

    @mutation(Deed.REVERSE_PAYMENT, PaymentReversed, PaymentNotPossible, PeriodClosed)
    async def reverse_payment(self, info: Info, input: ReversePaymentInput) -> object:
        """Take back a payment over the desk that was entered wrongly or bounced, as if it had not come.

        It goes out of the books of today, all of it. `PaymentNotPossible` for a card paid online (refund it instead),
        once something of it was refunded, and when it was taken back already.
        """
        viewer = info.context.viewer
        made = await reversals.reverse(
            viewer,
            key("Payment", input.payment_id),
            input.because,
            key=input.idempotency_key,
            now=info.context.now,
        )
        return answered(PaymentReversed, payment=payments.one(viewer, made))


def _invoices(given: list[PaymentInvoiceInput], currency: str) -> list[Meant]:
    return [
        Meant(key("Invoice", each.invoice_id), _part(each.amount, currency, path=("invoices", str(number), "amount")))
        for number, each in enumerate(few(given, MOST_INVOICES, "invoices"))
    ]


def _part(given: MoneyInput | None, currency: str, *, path: Path) -> int | None:
    """How much of a payment in that currency is for an invoice.

    Raises:
        InvalidInput: it is nothing, or in another currency.
    """
    if given is None:
        return None
    amount = _amount(given, path=path)
    tills.must_be_payable(amount, currency, path=path)
    return amount.minor


def _amount(given: MoneyInput, *, path: Path) -> Money:
    said = minor_of(given, path=path)
    assert said is not None  # noqa: S101 - something was given
    return Money(*said)
