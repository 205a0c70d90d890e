"""Payments: which ones, what each pays, and what is left of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import Money, Payment, PaymentMethod, sql
from models.ledger import pay, still_paid
from resolvers import access

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from resolvers.rows import Rows
    from resolvers.viewer import Viewer


def one(viewer: Viewer, payment_id: UUID | None) -> Rows:
    """The payment with this key."""
    return access.rows(viewer, Payment).only(payment_id)


def mine(viewer: Viewer) -> Rows:
    """The payments of the owner who asks, the latest first."""
    return access.rows(viewer, Payment, "{t}.client_id = ?", viewer.client_id).sorted_by("-started_at")


@dataclass(frozen=True, slots=True)
class Wish:
    """Which payments somebody wants to see; nothing said is all of them."""

    client_id: UUID | None = None
    location_id: UUID | None = None
    method: PaymentMethod | None = None
    since: date | None = None
    until: date | None = None


def listed(viewer: Viewer, wish: Wish) -> Rows:
    """The payments that somebody wants to see, the latest first; days are those on which they came."""
    rows = access.rows(viewer, Payment)
    for condition, value in (
        ("{t}.client_id = ?", wish.client_id),
        ("{t}.location_id = ?", wish.location_id),
        ("{t}.method = ?", wish.method and wish.method.value),
        ("{t}.received_on >= ?", wish.since),
        ("{t}.received_on <= ?", wish.until),
    ):
        rows = rows.narrowed(condition, value) if value is not None else rows
    return rows.sorted_by("-started_at")


async def on_account(viewer: Viewer, payment_ids: Sequence[UUID]) -> Mapping[UUID, Money]:
    """What of each of these payments pays no invoice and was not given back, with one statement."""
    return await _sums(viewer, payment_ids, "CASE WHEN l.credit = 'ON_ACCOUNT' THEN l.minor ELSE -l.minor END", _BOTH)


async def refunded(viewer: Viewer, payment_ids: Sequence[UUID]) -> Mapping[UUID, Money]:
    """What of each of these payments was given back, or is on its way, with one statement."""
    return await _sums(viewer, payment_ids, "CASE WHEN l.kind = 'REFUND' THEN l.minor ELSE -l.minor END", _BACK)


_BOTH = "'ON_ACCOUNT' IN (l.debit, l.credit)"
_BACK = "l.kind IN ('REFUND', 'REFUND_FAILED')"


async def _sums(viewer: Viewer, payment_ids: Sequence[UUID], amount: str, which: str) -> dict[UUID, Money]:
    seen, values = access.sight(viewer, Payment, "t")
    found = await sql.tuples(
        f"SELECT t.id, t.currency, COALESCE(SUM({amount}), 0) FROM payment t "  # noqa: S608 - our own names
        f"LEFT JOIN ledger_entry l ON l.payment_id = t.id AND {which} "
        f"WHERE t.id IN ({sql.marks(len(payment_ids))}) AND ({seen}) GROUP BY t.id, t.currency",
        (*payment_ids, *values),
    )
    return {sql.as_key(key): Money(int(minor), currency) for key, currency, minor in found}


async def is_reversed(viewer: Viewer, payment_ids: Sequence[UUID]) -> Mapping[UUID, bool]:
    """Whether each of these payments was taken back, with one statement."""
    found = await _reversals(viewer, payment_ids)
    return {key: key in found for key in payment_ids}


async def reversed_at(viewer: Viewer, payment_ids: Sequence[UUID]) -> Mapping[UUID, datetime]:
    """When those of these payments that were taken back were, with one statement."""
    return {key: at for key, (at, _) in (await _reversals(viewer, payment_ids)).items()}


async def reversed_because(viewer: Viewer, payment_ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """Why those of these payments that were taken back were, with one statement."""
    return {key: because for key, (_, because) in (await _reversals(viewer, payment_ids)).items()}


async def _reversals(viewer: Viewer, payment_ids: Sequence[UUID]) -> dict[UUID, tuple[datetime, str]]:
    seen, values = access.sight(viewer, Payment, "t")
    found = await sql.tuples(
        "SELECT t.id, l.at, l.because FROM payment t JOIN ledger_entry l ON l.payment_id = t.id "  # noqa: S608 - our own names
        f"WHERE t.id IN ({sql.marks(len(payment_ids))}) AND l.kind = 'PAYMENT_REVERSED' AND ({seen})",
        (*payment_ids, *values),
    )
    return {sql.as_key(key): (sql.as_instant(at), because) for key, at, because in found}


@dataclass(frozen=True, slots=True)
class Paid:
    """What a payment pays of an invoice with that number."""

    invoice_id: UUID
    number: str
    amount: Money


async def paid(viewer: Viewer, payment_ids: Sequence[UUID]) -> dict[UUID, list[Paid]]:
    """The invoices that each of these payments pays something of, the oldest first, with one statement."""
    seen, values = access.sight(viewer, Payment, "t")
    found = await sql.tuples(
        "SELECT l.payment_id, i.id, i.number, i.currency, l.minor FROM "  # noqa: S608 - our own names
        f"(SELECT l.payment_id, l.invoice_id, {still_paid('l.')} AS minor "
        "FROM ledger_entry l JOIN payment t ON t.id = l.payment_id "
        f"WHERE l.payment_id IN ({sql.marks(len(payment_ids))}) AND {pay('l.')} AND ({seen}) "
        "GROUP BY l.payment_id, l.invoice_id) l JOIN invoice i ON i.id = l.invoice_id "
        "WHERE l.minor > 0 ORDER BY i.issued_at, i.id",
        (*payment_ids, *values),
    )
    of: dict[UUID, list[Paid]] = {}
    for payment, invoice, number, currency, minor in found:
        of.setdefault(sql.as_key(payment), []).append(Paid(sql.as_key(invoice), number, Money(int(minor), currency)))
    return of
