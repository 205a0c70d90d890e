"""What can be wrong with money: prices, invoices, payments and books."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.refusal.base import Path, Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID


class PeriodClosed(Refusal):
    """The books of that day are closed."""

    code = "PERIOD_CLOSED"
    sentence = "The books of that day are closed. Please use a later day."

    def __init__(self, closed_through: date, *, path: Path = ()) -> None:
        self.closed_through = closed_through
        super().__init__(path=path)


class NoLegalEntity(Refusal):
    """Nobody invoices for the location."""

    code = "NO_LEGAL_ENTITY"
    sentence = "It is not set up yet who invoices for this location. Please have a manager do that first."


class NoPrice(Refusal):
    """The item has no price there on that day, or no rate of tax."""

    code = "NO_PRICE"
    sentence = "This has no price here on that day. Please have it put on the price list, or give a price and a reason."


class DiscountTooHigh(Refusal):
    """The price is further below the price list than the viewer may go."""

    code = "DISCOUNT_TOO_HIGH"
    sentence = "This is more than you may take off. Please ask a manager."

    def __init__(self, most_percent: int, *, path: Path = ()) -> None:
        self.most_percent = most_percent
        super().__init__(path=path)


class AlreadyBilled(Refusal):
    """What was named is on an invoice already."""

    code = "ALREADY_BILLED"
    sentence = "This is on an invoice already."

    def __init__(self, invoice_id: UUID | None = None, *, path: Path = ()) -> None:
        self.invoice_id = invoice_id
        super().__init__(path=path)


class InvoiceIssued(Refusal):
    """The invoice has been issued."""

    code = "INVOICE_ISSUED"
    sentence = "This invoice has been issued and stays as it is. Please issue a credit note instead."


class InvoiceDiscarded(Refusal):
    """The invoice was given up before it was issued."""

    code = "INVOICE_DISCARDED"
    sentence = "This invoice was discarded. Please open another one."


class InvoiceNotIssued(Refusal):
    """The invoice is a draft."""

    code = "INVOICE_NOT_ISSUED"
    sentence = "This invoice is not issued yet. Please issue it first."


class InvoiceChanged(Refusal):
    """Somebody has changed the invoice since it was looked at."""

    code = "INVOICE_CHANGED"
    sentence = "Somebody has changed this invoice meanwhile. Please look at it again as it is now."


class NotReconciled(Refusal):
    """What was done and what is billed differ.

    `not_billed` is what was done and stands on no invoice, each as its kind and key; `not_done` are the lines that bill
    what does not stand in the record any more, and `billed_less` those for less than was done.
    """

    code = "NOT_RECONCILED"
    sentence = "What was done and what is billed differ. Please look at the checkout, or say why it is right so."

    def __init__(
        self,
        not_billed: Sequence[tuple[str, UUID]],
        not_done: Sequence[UUID],
        billed_less: Sequence[UUID],
        *,
        path: Path = (),
    ) -> None:
        self.not_billed = not_billed
        self.not_done = not_done
        self.billed_less = billed_less
        super().__init__(path=path)


class TooMuch(Refusal):
    """The amount is more than there is to pay, to credit or to give back: `most_minor` minor units of `currency`."""

    code = "TOO_MUCH"
    sentence = "This is more than there is."

    def __init__(self, most_minor: int, currency: str, message: str | None = None, *, path: Path = ()) -> None:
        self.most_minor = most_minor
        self.currency = currency
        super().__init__(message, path=path)


class NothingToPay(Refusal):
    """Nothing is open of what was named."""

    code = "NOTHING_TO_PAY"
    sentence = "There is nothing to pay any more. Please look again."


class NothingWrittenOff(Refusal):
    """Nothing of the invoice is written off."""

    code = "NOTHING_WRITTEN_OFF"
    sentence = "Nothing of this invoice is written off. Please look at it as it is now."


class PaymentNotPossible(Refusal):
    """The step does not follow from where the payment stands, or too many payments of the client wait already."""

    code = "PAYMENT_NOT_POSSIBLE"
    sentence = "This cannot be done to the payment any more. Please look at it as it is now."


class PaymentsUnavailable(Refusal):
    """The payment provider cannot be reached, or there is none."""

    code = "PAYMENTS_UNAVAILABLE"
    sentence = "Paying by card does not work just now. Nothing was charged. Please try again in a few minutes."
