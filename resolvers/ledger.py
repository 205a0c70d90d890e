"""The ledger: every amount is posted here, and what is open is read from here.

Whoever posts holds the client's account first, then the invoices and payments concerned: so what is open stays as it
was found until the deed is done.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from models import Book, ClientAccount, EntryKind, LedgerEntry, LegalEntity, sql
from models.ledger import MOVES, left_in, owed_more, touch
from models.money import from_each
from models.refusal import NotFound
from models.row import uuid7

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from models import Payment, PaymentMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """An amount to post, in minor units above 0, and what it belongs to.

    `method` names the book where the money lies, for kinds that move money in or out of the house.
    """

    kind: EntryKind
    minor: int
    location_id: UUID
    invoice_id: UUID | None = None
    credit_note_id: UUID | None = None
    payment_id: UUID | None = None
    refund_id: UUID | None = None
    dispute_id: UUID | None = None
    method: PaymentMethod | None = None
    tax_rate: int | None = None
    because: str = ""

    @property
    def books(self) -> tuple[Book, Book]:
        """Into which book it goes, and out of which."""
        debit, credit = MOVES[self.kind]
        place = Book(self.method.value) if self.method else None
        if (debit or place) is None or (credit or place) is None:
            raise TypeError(f"{self.kind} needs a method.")
        return debit or place, credit or place  # type: ignore[return-value]


@dataclass(slots=True)
class Held:
    """The account of a client, held: nobody else posts to it until the transaction ends."""

    account: ClientAccount
    entity: LegalEntity
    number: int
    balance: int

    async def post(self, postings: Sequence[Posting], *, on: date, now: datetime) -> None:
        """Post these in their order, on that day of the calendar at the place; an amount of 0 is left out.

        Raises:
            PeriodClosed: the books of that day are closed.
        """
        self.entity.must_be_open_on(on)
        rows = [self._entry(posting, on, now) for posting in postings if posting.minor]
        await sql.insert(rows)

    def _entry(self, posting: Posting, on: date, now: datetime) -> LedgerEntry:
        debit, credit = posting.books
        self.number += 1
        self.balance += owed_more(debit, credit, posting.minor)
        return LedgerEntry(
            id=uuid7(),
            account_id=self.account.id,
            number=self.number,
            kind=posting.kind,
            debit=debit,
            credit=credit,
            minor=posting.minor,
            balance_minor=self.balance,
            currency=self.account.currency,
            client_id=self.account.client_id,
            legal_entity_id=self.account.legal_entity_id,
            location_id=posting.location_id,
            invoice_id=posting.invoice_id,
            credit_note_id=posting.credit_note_id,
            payment_id=posting.payment_id,
            refund_id=posting.refund_id,
            dispute_id=posting.dispute_id,
            tax_rate=posting.tax_rate,
            because=posting.because,
            posted_on=on,
            at=now,
        )


# Holding


async def hold(client_id: UUID, legal_entity_id: UUID, currency: str, *, now: datetime) -> Held:
    """The account of a client with a legal entity, opened if there is none yet, and held until the transaction ends.

    The books of the legal entity stay as open as they are until then. Whoever needs several accounts holds them in the
    order of their clients' keys.

    Raises:
        NotFound: the client or the legal entity has just gone.
    """
    found = await _held(client_id, legal_entity_id, currency)
    if found is None:
        await _open_account(client_id, legal_entity_id, currency, now=now)
        found = await _held(client_id, legal_entity_id, currency)
    if found is None:
        raise NotFound
    account, entity = found
    # A statement of its own, begun when the row is held: only so it sees what was posted by whoever held it before.
    last = await sql.tuples(
        "SELECT number, balance_minor FROM ledger_entry WHERE account_id = ? ORDER BY number DESC LIMIT 1",
        (account.id,),
    )
    number, balance = last[0] if last else (0, 0)
    return Held(account, entity, int(number), int(balance))


async def _held(client_id: UUID, legal_entity_id: UUID, currency: str) -> tuple[ClientAccount, LegalEntity] | None:
    """The account, held, and its legal entity, shared with others who post, so that nobody closes its books meanwhile."""
    lock = " FOR NO KEY UPDATE OF a FOR SHARE OF e" if sql.is_postgres() else ""
    of_entity = ", ".join(f"e.{column} AS entity_{column}" for column in LegalEntity._meta.db_fields)  # noqa: SLF001 - Tortoise says it nowhere else
    found = await sql.fetch(
        f"SELECT a.*, {of_entity} FROM client_account a JOIN legal_entity e ON e.id = a.legal_entity_id "  # noqa: S608 - our own names
        f"WHERE a.client_id = ? AND a.legal_entity_id = ? AND a.currency = ?{lock}",
        (client_id, legal_entity_id, currency),
    )
    if not found:
        return None
    entity = {name.removeprefix("entity_"): value for name, value in found[0].items() if name.startswith("entity_")}
    account = {name: value for name, value in found[0].items() if not name.startswith("entity_")}
    return sql.loaded(ClientAccount, account), sql.loaded(LegalEntity, entity)


async def _open_account(client_id: UUID, legal_entity_id: UUID, currency: str, *, now: datetime) -> None:
    """Open the account, which somebody else may do at the same moment.

    The client is kept from going meanwhile: from here on she has books, and is linked to nobody else.
    """
    lock = " FOR KEY SHARE" if sql.is_postgres() else ""
    if not await sql.fetch(f"SELECT id FROM client WHERE id = ?{lock}", (client_id,)):  # noqa: S608 - our own names
        raise NotFound
    await sql.execute(
        "INSERT INTO client_account (id, client_id, legal_entity_id, currency, opened_at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (client_id, legal_entity_id, currency) DO NOTHING",
        (uuid7(), client_id, legal_entity_id, currency, now),
    )


# What is open


async def open_of(invoice_ids: Iterable[UUID]) -> dict[UUID, int]:
    """What is still to be paid of each of these invoices, in minor units; of a draft nothing."""
    return await _left(Book.RECEIVABLE, "invoice_id", invoice_ids)


async def written_off_of(invoice_ids: Iterable[UUID]) -> dict[UUID, int]:
    """What is written off of each of these invoices and stays so, in minor units."""
    return await _left(Book.BAD_DEBT, "invoice_id", invoice_ids)


async def on_account_of(payment_ids: Iterable[UUID]) -> dict[UUID, int]:
    """What of each of these payments pays no invoice and was not given back, in minor units."""
    return {payment: -minor for payment, minor in (await _left(Book.ON_ACCOUNT, "payment_id", payment_ids)).items()}


async def _left(book: Book, key: str, ids: Iterable[UUID]) -> dict[UUID, int]:
    wanted = list(set(ids))
    left = dict.fromkeys(wanted, 0)
    if wanted:
        found = await sql.tuples(
            f"SELECT {key}, {left_in(book)} FROM ledger_entry "  # noqa: S608 - our own names
            f"WHERE {key} IN ({sql.marks(len(wanted))}) AND {touch(book)} GROUP BY {key}",
            wanted,
        )
        left |= {sql.as_key(one): int(minor) for one, minor in found}
    return left


@dataclass(frozen=True, slots=True)
class Open:
    """An invoice of which something is to be paid: how much, in minor units."""

    invoice_id: UUID
    location_id: UUID
    minor: int


async def owed(account: ClientAccount, only: Iterable[UUID] | None = None) -> list[Open]:
    """The invoices of an account of which something is to be paid, the oldest debt first; all, or `only` of these."""
    named = None if only is None else list(only)
    if named == []:
        return []
    which = "" if named is None else f"AND invoice_id IN ({sql.marks(len(named))}) "
    found = await sql.tuples(
        "SELECT i.id, i.location_id, l.minor FROM "  # noqa: S608 - our own names
        f"(SELECT invoice_id, {left_in(Book.RECEIVABLE)} AS minor FROM ledger_entry "
        f"WHERE account_id = ? AND {touch(Book.RECEIVABLE)} {which}GROUP BY invoice_id) l "
        "JOIN invoice i ON i.id = l.invoice_id WHERE l.minor > 0 ORDER BY i.due_on, i.issued_at, i.id",
        (account.id, *(named or ())),
    )
    return [Open(sql.as_key(invoice), sql.as_key(location), int(minor)) for invoice, location, minor in found]


@dataclass(frozen=True, slots=True)
class Left:
    """A payment of which something pays no invoice yet: how much, in minor units."""

    payment_id: UUID
    minor: int


async def on_account(account: ClientAccount) -> list[Left]:
    """The payments of an account of which something pays no invoice yet, the oldest first."""
    found = await sql.tuples(
        "SELECT payment_id, minor FROM "  # noqa: S608 - our own names
        f"(SELECT payment_id, MIN(number) AS first, -{left_in(Book.ON_ACCOUNT)} AS minor FROM ledger_entry "
        f"WHERE account_id = ? AND {touch(Book.ON_ACCOUNT)} GROUP BY payment_id) l WHERE minor > 0 ORDER BY first",
        (account.id,),
    )
    return [Left(sql.as_key(payment), int(minor)) for payment, minor in found]


# Paying with what is there


def allocations(payment_id: UUID, minor: int, debts: Sequence[Open]) -> list[Posting]:
    """The postings by which so much of a payment pays these invoices, each in full before the next; the rest stays."""
    return [
        Posting(
            kind=EntryKind.ALLOCATION,
            minor=paid,
            location_id=debt.location_id,
            invoice_id=debt.invoice_id,
            payment_id=payment_id,
        )
        for debt, paid in from_each(minor, [(debt, debt.minor) for debt in debts])
    ]


async def receive(
    held: Held,
    payment: Payment,
    meant: Mapping[UUID, int] | None,
    *,
    debts: Sequence[Open] | None = None,
    on: date,
    now: datetime,
) -> list[UUID]:
    """Post a payment that has come, and pay with it what it is meant for: the invoices that it pays something of.

    `meant` says how much of it is for which invoice, in minor units; where less is open by now, the rest stays on
    account. Without it the oldest debt is paid first. `debts` is what is open of those, where that is known already.

    Raises:
        PeriodClosed: the books of that day are closed.
    """
    debts = await owed(held.account, meant) if debts is None else debts
    if meant is not None:
        debts = [replace(debt, minor=min(debt.minor, meant[debt.invoice_id])) for debt in debts]
    came = Posting(
        kind=EntryKind.PAYMENT,
        minor=payment.minor,
        location_id=payment.location_id,
        payment_id=payment.id,
        method=payment.method,
    )
    paid = allocations(payment.id, payment.minor, debts)
    await held.post([came, *paid], on=on, now=now)
    return [posting.invoice_id for posting in paid if posting.invoice_id is not None]
