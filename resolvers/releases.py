"""Releases: what has paid an invoice pays it no more, and is on account of its payment again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import EntryKind, sql
from resolvers.ledger import Posting

if TYPE_CHECKING:
    from uuid import UUID


async def of_invoice(invoice_id: UUID, location_id: UUID, minor: int) -> list[Posting]:
    """The postings by which so much of what paid an invoice goes back on account, what paid it last first."""
    found = await sql.tuples(
        "SELECT payment_id, minor FROM (SELECT payment_id, MAX(number) AS last, "
        "SUM(CASE WHEN kind = 'ALLOCATION' THEN minor ELSE -minor END) AS minor FROM ledger_entry "
        "WHERE invoice_id = ? AND kind IN ('ALLOCATION', 'RELEASE') GROUP BY payment_id) l "
        "WHERE minor > 0 ORDER BY last DESC",
        (invoice_id,),
    )
    postings = []
    for payment, paid in found:
        released = min(minor, int(paid))
        if released:
            postings.append(
                Posting(
                    kind=EntryKind.RELEASE,
                    minor=released,
                    location_id=location_id,
                    invoice_id=invoice_id,
                    payment_id=sql.as_key(payment),
                )
            )
            minor -= released
    return postings


async def of_payment(payment_id: UUID, minor: int) -> list[Posting]:
    """The postings by which so much of what a payment has paid is taken off again, what it paid last first."""
    found = await sql.tuples(
        "SELECT l.invoice_id, i.location_id, l.minor FROM (SELECT invoice_id, MAX(number) AS last, "
        "SUM(CASE WHEN kind = 'ALLOCATION' THEN minor ELSE -minor END) AS minor FROM ledger_entry "
        "WHERE payment_id = ? AND kind IN ('ALLOCATION', 'RELEASE') GROUP BY invoice_id) l "
        "JOIN invoice i ON i.id = l.invoice_id WHERE l.minor > 0 ORDER BY l.last DESC",
        (payment_id,),
    )
    postings = []
    for invoice, location, paid in found:
        released = min(minor, int(paid))
        if released:
            postings.append(
                Posting(
                    kind=EntryKind.RELEASE,
                    minor=released,
                    location_id=sql.as_key(location),
                    invoice_id=sql.as_key(invoice),
                    payment_id=payment_id,
                )
            )
            minor -= released
    return postings
