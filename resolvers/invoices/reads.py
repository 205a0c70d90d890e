"""Reading invoices: which ones, and what is still to be paid of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models import Book, CreditNote, Invoice, InvoiceState, Location, Money, sql
from models.ledger import left_in, touch
from models.period import today_by
from resolvers import access

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from resolvers.rows import Rows
    from resolvers.viewer import Viewer


def one(viewer: Viewer, invoice_id: UUID | None) -> Rows:
    """The invoice with this key."""
    return access.rows(viewer, Invoice).only(invoice_id)


def of_bill(viewer: Viewer, bill_id: UUID | None) -> Rows:
    """The invoices of a bill, the named payer's first, or its draft."""
    return access.rows(viewer, Invoice, "{t}.bill_id = ?", bill_id).sorted_by("number")


def credit_note(viewer: Viewer, note_id: UUID | None) -> Rows:
    """The credit note with this key."""
    return access.rows(viewer, CreditNote).only(note_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which invoices are meant: all of them unless said. `overdue_at` is the moment of the question."""

    state: InvoiceState | None = None
    client_id: UUID | None = None
    location_id: UUID | None = None
    overdue_at: datetime | None = None


async def listed(viewer: Viewer, wanted: Wanted) -> Rows:
    """These invoices, those that were opened last first."""
    rows = access.rows(viewer, Invoice)
    if wanted.state is not None:
        rows = rows.narrowed("{t}.state = ?", wanted.state.value)
    if wanted.client_id is not None:
        rows = rows.narrowed("{t}.client_id = ?", wanted.client_id)
    if wanted.location_id is not None:
        rows = rows.narrowed("{t}.location_id = ?", wanted.location_id)
    if wanted.overdue_at is not None:
        rows = rows.narrowed(*await _overdue_at(wanted.overdue_at))
    return rows.sorted_by("-opened_at")


def mine(viewer: Viewer) -> Rows:
    """The invoices that are addressed to the owner who asks, the latest first."""
    return access.rows(viewer, Invoice, _MINE, viewer.client_id).sorted_by("-issued_at")


def mine_open(viewer: Viewer) -> Rows:
    """Those of them of which something is to be paid, what is due first first."""
    return mine(viewer).narrowed(f"{_OPEN} > 0").sorted_by("due_on")


_MINE = "{t}.client_id = ? AND {t}.state = 'ISSUED'"
_OPEN = (
    f"COALESCE((SELECT {left_in(Book.RECEIVABLE, 'e.')} FROM ledger_entry e "  # noqa: S608 - our own names
    f"WHERE e.invoice_id = {{t}}.id AND {touch(Book.RECEIVABLE, 'e.')}), 0)"
)


async def _overdue_at(now: datetime) -> tuple[Any, ...]:
    """That something is open after the day on which it was due; each place has a calendar of its own."""
    places = await Location.all().order_by("id")
    each = " OR ".join("({t}.location_id = ? AND {t}.due_on < ?)" for _ in places)
    values = [value for place in places for value in (place.id, today_by(place.zone, now))]
    return f"({each or access.NOTHING}) AND {_OPEN} > 0", *values


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
        return self.due_on is not None and self.minor > 0 and self.due_on < today_by(self.zone, now)


async def _standing(invoice_ids: Sequence[UUID]) -> dict[UUID, _Standing]:
    found = await sql.tuples(
        "SELECT i.id, i.state, i.currency, i.due_on, p.zone, "  # noqa: S608 - our own names
        f"{_OPEN.replace('{t}', 'i')} FROM invoice i JOIN location p ON p.id = i.location_id WHERE i.id IN ({sql.marks(len(invoice_ids))})",
        invoice_ids,
    )
    return {
        sql.as_key(key): _Standing(state == InvoiceState.ISSUED, currency, sql.as_date(due_on), zone, int(minor))
        for key, state, currency, due_on, zone, minor in found
    }
