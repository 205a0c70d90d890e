"""The ledger: where money comes from and where it goes. It only grows, and balances row by row."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final
from uuid import UUID

from tortoise import fields

from models.client import Client
from models.credit_note import CreditNote
from models.invoice import Invoice
from models.legal_entity import LegalEntity
from models.location import Location
from models.payment import Dispute, Payment, Refund
from models.row import Instant, Row


class Book(StrEnum):
    """An account of the ledger.

    RECEIVABLE is what clients owe, invoice by invoice; ON_ACCOUNT what we owe them, payment by payment. SALES and TAX
    are what was charged; CASH, TERMINAL, BANK and CARD where money lies; REFUNDS_DUE what is on its way back; DISPUTED
    what a bank has taken back for now; BAD_DEBT what was written off.
    """

    RECEIVABLE = "RECEIVABLE"
    ON_ACCOUNT = "ON_ACCOUNT"
    SALES = "SALES"
    TAX = "TAX"
    CASH = "CASH"
    TERMINAL = "TERMINAL"
    BANK = "BANK"
    CARD = "CARD"
    REFUNDS_DUE = "REFUNDS_DUE"
    DISPUTED = "DISPUTED"
    BAD_DEBT = "BAD_DEBT"


class EntryKind(StrEnum):
    """What a row of the ledger tells; `MOVES` says from where to where."""

    CHARGE = "CHARGE"
    CHARGE_TAX = "CHARGE_TAX"
    CREDIT = "CREDIT"
    CREDIT_TAX = "CREDIT_TAX"
    PAYMENT = "PAYMENT"
    PAYMENT_REVERSED = "PAYMENT_REVERSED"
    ALLOCATION = "ALLOCATION"
    RELEASE = "RELEASE"
    REFUND = "REFUND"
    REFUND_PAID = "REFUND_PAID"
    REFUND_FAILED = "REFUND_FAILED"
    WRITE_OFF = "WRITE_OFF"
    WRITE_OFF_UNDONE = "WRITE_OFF_UNDONE"
    DISPUTE = "DISPUTE"
    DISPUTE_WON = "DISPUTE_WON"
    DISPUTE_LOST = "DISPUTE_LOST"
    DISPUTE_UNCOVERED = "DISPUTE_UNCOVERED"
    DISPUTE_COVERED = "DISPUTE_COVERED"


MOVES: Final[Mapping[EntryKind, tuple[Book | None, Book | None]]] = {
    EntryKind.CHARGE: (Book.RECEIVABLE, Book.SALES),
    EntryKind.CHARGE_TAX: (Book.SALES, Book.TAX),
    EntryKind.CREDIT: (Book.SALES, Book.RECEIVABLE),
    EntryKind.CREDIT_TAX: (Book.TAX, Book.SALES),
    EntryKind.PAYMENT: (None, Book.ON_ACCOUNT),
    EntryKind.PAYMENT_REVERSED: (Book.ON_ACCOUNT, None),
    EntryKind.ALLOCATION: (Book.ON_ACCOUNT, Book.RECEIVABLE),
    EntryKind.RELEASE: (Book.RECEIVABLE, Book.ON_ACCOUNT),
    EntryKind.REFUND: (Book.ON_ACCOUNT, Book.REFUNDS_DUE),
    EntryKind.REFUND_PAID: (Book.REFUNDS_DUE, None),
    EntryKind.REFUND_FAILED: (Book.REFUNDS_DUE, Book.ON_ACCOUNT),
    EntryKind.WRITE_OFF: (Book.BAD_DEBT, Book.RECEIVABLE),
    EntryKind.WRITE_OFF_UNDONE: (Book.RECEIVABLE, Book.BAD_DEBT),
    EntryKind.DISPUTE: (Book.DISPUTED, Book.CARD),
    EntryKind.DISPUTE_WON: (Book.CARD, Book.DISPUTED),
    EntryKind.DISPUTE_LOST: (Book.ON_ACCOUNT, Book.DISPUTED),
    EntryKind.DISPUTE_UNCOVERED: (Book.BAD_DEBT, Book.DISPUTED),
    EntryKind.DISPUTE_COVERED: (Book.ON_ACCOUNT, Book.BAD_DEBT),
}
"""Into which book and out of which each kind moves money; None is the book of the payment's method."""

CLIENTS = frozenset({Book.RECEIVABLE, Book.ON_ACCOUNT})
"""The books in which a client owes us, or we her."""

STATED: Final = tuple(kind for kind, (debit, credit) in MOVES.items() if (debit in CLIENTS) != (credit in CLIENTS))
"""The kinds that change what a client owes: a statement shows these, and no other."""


def owed_more(debit: Book, credit: Book, minor: int) -> int:
    """By how much a client owes more when that is moved, in minor units."""
    return minor * ((debit in CLIENTS) - (credit in CLIENTS))


def left_in(book: Book, of: str = "") -> str:
    """SQL for what those entries that `touch` a book leave in it, in minor units; `of` is their table's name and a dot."""
    return f"SUM(CASE WHEN {of}debit = '{book}' THEN {of}minor ELSE -{of}minor END)"


def touch(book: Book, of: str = "") -> str:
    """SQL for that entries move something into a book or out of it."""
    return f"'{book}' IN ({of}debit, {of}credit)"


def still_paid(of: str = "") -> str:
    """SQL for what those entries that `pay` leave paid of invoices, in minor units."""
    return f"SUM(CASE WHEN {of}kind = '{EntryKind.ALLOCATION}' THEN {of}minor ELSE -{of}minor END)"


def pay(of: str = "") -> str:
    """SQL for that entries say that a payment pays an invoice, or does so no more."""
    return f"{of}kind IN ('{EntryKind.ALLOCATION}', '{EntryKind.RELEASE}')"


class ClientAccount(Row):
    """What a client has with a legal entity in one currency. Whoever posts holds the row, so its entries have an order."""

    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField(
        "models.Client", related_name="client_accounts", on_delete=fields.OnDelete.RESTRICT
    )
    client_id: UUID
    legal_entity: fields.ForeignKeyRelation[LegalEntity] = fields.ForeignKeyField(
        "models.LegalEntity", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    legal_entity_id: UUID
    currency = fields.CharField(max_length=3)
    opened_at = Instant()

    class Meta:
        table = "client_account"
        unique_together = (("client_id", "legal_entity_id", "currency"),)


class LedgerEntry(Row):
    """An amount that went out of one book (`credit`) and into another (`debit`): so the ledger always balances.

    `minor` is above 0. `number` counts the entries of the account from 1, without a gap; `balance_minor` is what the
    client owes after this one, less than 0 when we owe her. `tax_rate` is in thousandths of a percent. It never changes.
    """

    account: fields.ForeignKeyRelation[ClientAccount] = fields.ForeignKeyField(
        "models.ClientAccount", related_name="entries", on_delete=fields.OnDelete.RESTRICT
    )
    account_id: UUID
    number = fields.BigIntField()
    kind = fields.CharEnumField(EntryKind, max_length=32)
    debit = fields.CharEnumField(Book, max_length=16)
    credit = fields.CharEnumField(Book, max_length=16)
    minor = fields.BigIntField()
    balance_minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField(
        "models.Client", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    client_id: UUID
    legal_entity: fields.ForeignKeyRelation[LegalEntity] = fields.ForeignKeyField(
        "models.LegalEntity", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    legal_entity_id: UUID
    location: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    location_id: UUID
    invoice: fields.ForeignKeyNullableRelation[Invoice] = fields.ForeignKeyField(
        "models.Invoice", related_name="entries", on_delete=fields.OnDelete.RESTRICT, null=True
    )
    invoice_id: UUID | None
    credit_note: fields.ForeignKeyNullableRelation[CreditNote] = fields.ForeignKeyField(
        "models.CreditNote", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    credit_note_id: UUID | None
    payment: fields.ForeignKeyNullableRelation[Payment] = fields.ForeignKeyField(
        "models.Payment", related_name="entries", on_delete=fields.OnDelete.RESTRICT, null=True
    )
    payment_id: UUID | None
    refund: fields.ForeignKeyNullableRelation[Refund] = fields.ForeignKeyField(
        "models.Refund", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    refund_id: UUID | None
    dispute: fields.ForeignKeyNullableRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    dispute_id: UUID | None
    tax_rate = fields.IntField(null=True)
    because = fields.TextField(default="")
    posted_on = fields.DateField()
    at = Instant()

    class Meta:
        table = "ledger_entry"
        unique_together = (("account_id", "number"),)
        indexes = (("invoice_id",), ("payment_id",), ("legal_entity_id", "posted_on"), ("location_id", "posted_on"))
