"""The limit at the desk: what issuing and paying have in common, by hand; and a statement."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from bench.door import Viewer
from bench.limit.database import Ask, Database
from bench.limit.values import gid, key, ready, uuid7

_FRONT_DESK = {"RECEPTIONIST", "MANAGER"}


class Refused(Exception):
    """A rule of the trade; the transaction is rolled back."""


@dataclass(slots=True)
class Account:
    """The account of a client, held, and who invoices."""

    key: UUID
    prefix: str
    due_days: int
    closed_through: date | None
    seller: tuple[str, ...]


def must_be_at_the_desk(viewer: Viewer, location: UUID) -> None:
    if not any(role in _FRONT_DESK and where in (None, str(location)) for role, where in viewer.roles):
        raise Refused("Forbidden")


_KEEP = """
INSERT INTO idempotency_key (id, scope, deed, key, input_hash, outcome, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (scope, deed, key) DO NOTHING RETURNING 1
"""


async def keep(
    ask: Ask, viewer: Viewer, deed: str, given: dict[str, Any], outcome: dict[str, str], now: datetime
) -> None:
    """The key of the retry; nobody sends one twice here."""
    if not 1 <= len(given["idempotencyKey"]) <= 64:
        raise Refused("InvalidInput")
    hashed = hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()
    values = (uuid7(), str(viewer.account_id), deed, given["idempotencyKey"], hashed, json.dumps(outcome), now)
    if not await ask(_KEEP, values):
        raise Refused("IdempotencyKeyReused")


_HOLD = """
SELECT a.id, e.number_prefix, e.due_days, e.closed_through, e.name, e.street, e.postal_code, e.city, e.country,
  e.tax_number, e.bank_details FROM client_account a JOIN legal_entity e ON e.id = a.legal_entity_id
WHERE a.client_id = ? AND a.legal_entity_id = ? AND a.currency = ?
"""
_OPEN = """
INSERT INTO client_account (id, client_id, legal_entity_id, currency, opened_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (client_id, legal_entity_id, currency) DO NOTHING
"""


async def held(database: Database, ask: Ask, of: tuple[UUID, UUID, str], now: datetime) -> Account:
    lock = " FOR NO KEY UPDATE OF a FOR SHARE OF e" if database.is_postgres else ""
    rows = await ask(_HOLD + lock, of)
    if not rows:
        await ask(_OPEN, (uuid7(), *of, now))
        rows = await ask(_HOLD + lock, of)
    account, prefix, due_days, closed, *seller = rows[0]
    return Account(as_uuid(account), prefix, due_days, closed, tuple(seller))


def must_be_open(account: Account, on: date) -> None:
    if account.closed_through is not None and str(on) <= str(account.closed_through):
        raise Refused("PeriodClosed")


_NEXT = """
INSERT INTO number_series (id, name, last_number) VALUES (?, ?, 1)
ON CONFLICT (name) DO UPDATE SET last_number = number_series.last_number + 1 RETURNING last_number
"""


async def number(ask: Ask, series: tuple[str, str], prefix: str, year: int) -> str:
    name, letter = series
    ((last,),) = await ask(_NEXT, (uuid7(), f"{name} {prefix} {year}"))
    return f"{prefix}{letter}{year}-{last:05d}"


@dataclass(frozen=True, slots=True)
class Move:
    """An entry to post: from where to where, how much, by how much more the client owes, and its papers."""

    kind: str
    debit: str
    credit: str
    minor: int
    more: int
    invoice: UUID | None = None
    payment: UUID | None = None
    rate: int | None = None


_ENTRY = (
    "INSERT INTO ledger_entry (id, account_id, number, kind, debit, credit, minor, balance_minor, currency, client_id, "
    "legal_entity_id, location_id, invoice_id, payment_id, tax_rate, because, posted_on, at) VALUES "
)


async def post(
    ask: Ask, account: UUID, last: tuple[int, int], of: tuple[UUID, UUID, str], place: UUID,
    moves: list[Move], on: date, now: datetime,
) -> None:  # fmt: skip
    (client, entity, currency), (count, balance), values = of, last, list[Any]()
    for one in moves:
        count, balance = count + 1, balance + one.more
        values += (uuid7(), account, count, one.kind, one.debit, one.credit, one.minor, balance, currency, client)
        values += (entity, place, one.invoice, one.payment, one.rate, "", on, now)
    await ask(_ENTRY + ", ".join([f"({', '.join('?' * 18)})"] * len(moves)), values)


def money(minor: int, currency: str) -> dict[str, str]:
    sign, minor = ("-", -minor) if minor < 0 else ("", minor)
    return {"amount": f"{sign}{minor // 100}.{minor % 100:02d}", "currency": currency}


def as_uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


_STATEMENT = """
SELECT e.id, e.number, e.kind, e.posted_on, e.at, e.minor, e.debit, e.credit, e.balance_minor, e.currency, l.name,
  i.id, i.number, p.id, p.number, p.method
FROM (SELECT * FROM ledger_entry WHERE account_id =
    (SELECT id FROM client_account WHERE client_id = ? ORDER BY opened_at, id LIMIT 1)
  AND kind IN ('CHARGE', 'CREDIT', 'PAYMENT', 'PAYMENT_REVERSED', 'REFUND', 'REFUND_FAILED', 'WRITE_OFF',
    'WRITE_OFF_UNDONE', 'DISPUTE_LOST', 'DISPUTE_COVERED')
  ORDER BY number {order} LIMIT ?) e JOIN location l ON l.id = e.location_id
LEFT JOIN invoice i ON i.id = e.invoice_id LEFT JOIN payment p ON p.id = e.payment_id ORDER BY e.number
"""
_FIRST, _LAST = _STATEMENT.format(order="ASC"), _STATEMENT.format(order="DESC")
_CLIENTS = {"RECEIVABLE", "ON_ACCOUNT"}


async def statement(database: Database, viewer: Viewer, asked: dict[str, Any]) -> dict[str, Any]:
    """The first or the last page of a statement: one statement."""
    if not viewer.sees:
        return {"statement": None}
    text, count = (_LAST, asked["last"]) if "last" in asked else (_FIRST, asked["first"])
    rows = await database.ask(text, (key(asked["id"]), count))
    return {
        "statement": {
            "nodes": [
                {
                    "id": gid("LedgerEntry", row[0]),
                    "number": row[1],
                    "kind": row[2],
                    "postedOn": row[3],
                    "at": ready(row[4]),
                    "amount": money(row[5], row[9]),
                    "change": money(row[5] * ((row[6] in _CLIENTS) - (row[7] in _CLIENTS)), row[9]),
                    "balance": money(row[8], row[9]),
                    "location": {"name": row[10]},
                    "invoice": row[11] and {"id": gid("Invoice", row[11]), "number": row[12]},
                    "payment": row[13] and {"id": gid("Payment", row[13]), "receiptNumber": row[14], "method": row[15]},
                }
                for row in rows
            ]
        }
    }


def today(zone: Any, now: datetime) -> date:
    return now.astimezone(zone).date()


def utc_now() -> datetime:
    return datetime.now(UTC)
