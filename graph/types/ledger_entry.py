"""Entries of the books, as a client's statement shows them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import strawberry

import models
from graph.reading.shape import column, computed, one, shape
from graph.roles import EVERYBODY, STAFF
from graph.types.charge_source import percent
from graph.types.credit_note import CreditNote
from graph.types.invoice import Invoice
from graph.types.location import Location
from graph.types.money import Money, money, of_minor
from graph.types.money_enums import Book, EntryKind
from graph.types.node import Node, id_of
from graph.types.payment import Payment
from graph.types.refund import Refund
from models.ledger import owed_more


def _change(debit: Book, credit: Book, minor: int, currency: str) -> Money | None:
    return of_minor(owed_more(debit, credit, minor), currency)


@shape(models.LedgerEntry, EVERYBODY)
class LedgerEntry(Node):
    """One entry of the books: an amount that went from one account of the books to another. It never changes."""

    id: strawberry.ID = id_of("LedgerEntry")
    number: int = column(
        "Its number among the entries of the client with the legal entity in this currency, from 1. Not every one is on a statement."
    )
    kind: EntryKind = column("What it tells.")
    amount: Money = money("How much was moved, always above 0.", "minor")
    change: Money = computed(
        "By how much the client owes more; below 0 when she owes less.", _change, "debit", "credit", "minor", "currency"
    )
    balance: Money = money(
        "What the client owes the legal entity in this currency after it; below 0 when something is on account for her.",
        "balance_minor",
    )
    posted_on: date = column("The day to which it belongs, on the calendar of the place.")
    at: datetime = column("When it was written.")
    location: Location = one("Where.", carried=True)
    invoice: Invoice | None = one("The invoice that it is about; null when it is about none.", carried=True)
    credit_note: CreditNote | None = one("The credit note that it is about; null when it is about none.", carried=True)
    payment: Payment | None = one("The payment that it is about; null when it is about none.", carried=True)
    refund: Refund | None = one("The refund that it is about; null when it is about none.", carried=True)
    debit: Book | None = column("The account into which it went.", STAFF)
    credit: Book | None = column("The account out of which it came.", STAFF)
    tax_percent: Decimal | None = computed(
        "The rate of tax in percent, of an entry of tax; null of any other.", percent, "tax_rate"
    )
    because: str | None = column("Why, where somebody gave a reason; may be empty.", STAFF)
