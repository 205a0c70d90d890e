"""Reading invoices: which ones, and what is still to be paid of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from models import InvoiceState, Money, sql
from models.period import today_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from resolvers.viewer import Viewer


async def open_amounts(_viewer: Viewer, invoice_ids: Sequence[UUID]) -> Mapping[UUID, Money]:
    """What is still to be paid of each of these invoices that was issued, with one statement."""
    standing = await _standing(invoice_ids)
    return {key: Money(one.minor, one.currency) for key, one in standing.items() if one.is_issued}


async def settled(_viewer: Viewer, invoice_ids: Sequence[UUID]) -> Mapping[UUID, bool]:
    """Whether each of these was issued and nothing is open of it, with one statement."""
    return {key: one.is_issued and one.minor == 0 for key, one in (await _standing(invoice_ids)).items()}


async def overdue(_viewer: Viewer, invoice_ids: Sequence[UUID], now: datetime) -> Mapping[UUID, bool]:
    """Whether something is open of each of these after the day on which it was due, with one statement."""
    return {key: one.is_overdue(now) for key, one in (await _standing(invoice_ids)).items()}


async def credited(_viewer: Viewer, line_ids: Sequence[UUID]) -> Mapping[UUID, Money]:
    """How much of each of these lines was taken back, with tax, with one statement."""
    found = await sql.tuples(
        "SELECT l.id, i.currency, COALESCE(SUM(c.gross_minor), 0) FROM invoice_line l "  # noqa: S608 - our own names
        "JOIN invoice i ON i.id = l.invoice_id LEFT JOIN credit_note_line c ON c.invoice_line_id = l.id "
        f"WHERE l.id IN ({sql.marks(len(line_ids))}) GROUP BY l.id, i.currency",
        line_ids,
    )
    return {sql.as_key(line): Money(int(minor), currency) for line, currency, minor in found}


@dataclass(frozen=True, slots=True)
class _Standing:
    """How an invoice stands: what is open of it, in minor units, and when that was due where."""

    is_issued: bool
    currency: str
    due_on: date | None
    zone: str
    minor: int

    def is_overdue(self, now: datetime) -> bool:
        """Whether something is open and its day has passed on the calendar of the place."""
        return self.due_on is not None and self.minor > 0 and self.due_on < today_in(ZoneInfo(self.zone), now)


async def _standing(invoice_ids: Sequence[UUID]) -> dict[UUID, _Standing]:
    found = await sql.tuples(
        "SELECT i.id, i.state, i.currency, i.due_on, p.zone, "  # noqa: S608 - our own names
        "COALESCE((SELECT SUM(CASE WHEN e.debit = 'RECEIVABLE' THEN e.minor ELSE -e.minor END) FROM ledger_entry e "
        "WHERE e.invoice_id = i.id AND 'RECEIVABLE' IN (e.debit, e.credit)), 0) "
        f"FROM invoice i JOIN location p ON p.id = i.location_id WHERE i.id IN ({sql.marks(len(invoice_ids))})",
        invoice_ids,
    )
    return {
        sql.as_key(key): _Standing(state == InvoiceState.ISSUED, currency, sql.as_date(due_on), zone, int(minor))
        for key, state, currency, due_on, zone, minor in found
    }
