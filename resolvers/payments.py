"""Payments: what came, what it pays, and what is left of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import Payment, sql
from resolvers import access

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from resolvers.rows import Rows
    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Left:
    """What of a payment is on account, and what was given back or is on its way, in minor units."""

    on_account: int
    refunded: int
    currency: str


@dataclass(frozen=True, slots=True)
class Paid:
    """What a payment pays of an invoice with that number, in minor units."""

    invoice_id: UUID
    number: str
    minor: int
    currency: str


def one(viewer: Viewer, payment_id: UUID | None) -> Rows:
    """The payment with this key."""
    return access.rows(viewer, Payment).only(payment_id)


async def left(viewer: Viewer, payment_ids: Sequence[UUID]) -> dict[UUID, Left]:
    """What is left of each of these payments, as far as the viewer may see them."""
    seen, values = access.sight(viewer, Payment, "t")
    found = await sql.tuples(
        "SELECT t.id, t.currency, "  # noqa: S608 - our own names
        "COALESCE(SUM(CASE WHEN l.credit = 'ON_ACCOUNT' THEN l.minor WHEN l.debit = 'ON_ACCOUNT' THEN -l.minor END), 0), "
        "COALESCE(SUM(CASE WHEN l.kind = 'REFUND' THEN l.minor WHEN l.kind = 'REFUND_FAILED' THEN -l.minor END), 0) "
        "FROM payment t LEFT JOIN ledger_entry l ON l.payment_id = t.id "
        f"WHERE t.id IN ({sql.marks(len(payment_ids))}) AND ({seen}) GROUP BY t.id, t.currency",
        (*payment_ids, *values),
    )
    return {sql.as_key(key): Left(int(here), int(back), currency) for key, currency, here, back in found}


async def paid(viewer: Viewer, payment_ids: Sequence[UUID]) -> dict[UUID, list[Paid]]:
    """The invoices that each of these payments pays something of, the oldest first, as far as the viewer may see them."""
    seen, values = access.sight(viewer, Payment, "t")
    found = await sql.tuples(
        "SELECT l.payment_id, i.id, i.number, i.currency, l.minor FROM (SELECT l.payment_id, l.invoice_id, "  # noqa: S608 - our own names
        "SUM(CASE WHEN l.kind = 'ALLOCATION' THEN l.minor ELSE -l.minor END) AS minor "
        "FROM ledger_entry l JOIN payment t ON t.id = l.payment_id "
        f"WHERE l.payment_id IN ({sql.marks(len(payment_ids))}) AND l.kind IN ('ALLOCATION', 'RELEASE') AND ({seen}) "
        "GROUP BY l.payment_id, l.invoice_id) l JOIN invoice i ON i.id = l.invoice_id "
        "WHERE l.minor > 0 ORDER BY i.issued_at, i.id",
        (*payment_ids, *values),
    )
    of: dict[UUID, list[Paid]] = {}
    for payment, invoice, number, currency, minor in found:
        of.setdefault(sql.as_key(payment), []).append(Paid(sql.as_key(invoice), number, int(minor), currency))
    return of
