"""Enums of money that comes and goes."""

from __future__ import annotations

from graph.roles import STAFF
from graph.types.enums import described
from models.ledger import Book, EntryKind
from models.payment import DisputeState, PaymentMethod, PaymentState, RefundState

__all__ = ["Book", "DisputeState", "EntryKind", "PaymentMethod", "PaymentState", "RefundState"]

described(
    PaymentMethod,
    "How money comes or goes.",
    {
        PaymentMethod.CASH: "Notes and coins over the desk.",
        PaymentMethod.TERMINAL: "A card at the terminal on the desk.",
        PaymentMethod.BANK: "A transfer to or from the bank account.",
        PaymentMethod.CARD: "A card online, through the payment provider.",
    },
)
described(
    PaymentState,
    "Where a payment stands.",
    {
        PaymentState.STARTING: "The payment provider has not answered yet.",
        PaymentState.STARTED: "The owner can confirm it.",
        PaymentState.CAPTURING: "It is confirmed, and the money is being taken.",
        PaymentState.SUCCEEDED: "The money is here. What is taken at the desk is so at once.",
        PaymentState.CANCELLED: "Nothing was taken, and nothing will be.",
    },
)
described(
    RefundState,
    "Where a refund stands.",
    {
        RefundState.REQUESTED: "It is asked for, and on its way.",
        RefundState.SUCCEEDED: "The money went back. What is given back at the desk is so at once.",
        RefundState.FAILED: "It could not go back; it is on account again, but for what a lost dispute about the payment takes.",
    },
)
described(
    DisputeState,
    "Where a dispute about a card payment stands.",
    {
        DisputeState.OPEN: "The bank has taken the money back for now, and has not decided. Nothing of the payment can be refunded.",
        DisputeState.WON: "The practice keeps the money; what the payment pays stays paid.",
        DisputeState.LOST: "The bank keeps the money; the invoices that it had paid are open again.",
    },
    roles=STAFF,
)
described(
    EntryKind,
    "What an entry of the books tells.",
    {
        EntryKind.CHARGE: "An invoice was issued: its total with tax.",
        EntryKind.CHARGE_TAX: "The tax in that total.",
        EntryKind.CREDIT: "A credit note was issued: its total with tax.",
        EntryKind.CREDIT_TAX: "The tax in that total.",
        EntryKind.PAYMENT: "Money came.",
        EntryKind.PAYMENT_REVERSED: "A payment that was entered by mistake, or did not come after all, was taken back.",
        EntryKind.ALLOCATION: "A payment pays an invoice.",
        EntryKind.RELEASE: "A payment does not pay an invoice any more; it is on account.",
        EntryKind.REFUND: "Money of a payment is to go back.",
        EntryKind.REFUND_PAID: "It went back.",
        EntryKind.REFUND_FAILED: "It could not go back; it is on account again.",
        EntryKind.WRITE_OFF: "The practice does not expect to be paid any more.",
        EntryKind.WRITE_OFF_UNDONE: "It expects to be paid after all.",
        EntryKind.DISPUTE: "A bank took a card payment back for now.",
        EntryKind.DISPUTE_WON: "The bank gave it back.",
        EntryKind.DISPUTE_LOST: "The bank keeps it, and the client owes it again.",
        EntryKind.DISPUTE_UNCOVERED: "The bank keeps it, and nothing of the payment was left to take it from.",
        EntryKind.DISPUTE_COVERED: "A refund of that payment failed, and what came back covers what the bank keeps.",
    },
)
described(
    Book,
    "An account of the books.",
    {
        Book.RECEIVABLE: "What clients owe.",
        Book.ON_ACCOUNT: "What is owed to clients: money that pays no invoice.",
        Book.SALES: "What was charged.",
        Book.TAX: "The tax in it.",
        Book.CASH: "Notes and coins.",
        Book.TERMINAL: "Cards at the desk.",
        Book.BANK: "The bank account.",
        Book.CARD: "Cards online.",
        Book.REFUNDS_DUE: "What is on its way back to clients.",
        Book.DISPUTED: "What a bank took back for now.",
        Book.BAD_DEBT: "What was written off.",
    },
    roles=STAFF,
)
