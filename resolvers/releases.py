"""Releases: what has paid an invoice pays it no more, and is on account of its payment again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import EntryKind, sql
from models.ledger import pay, still_paid
from models.money import from_each
from resolvers.ledger import Posting

if TYPE_CHECKING:
    from uuid import UUID


async def of_invoice(invoice_id: UUID, location_id: UUID, minor: int) -> list[Posting]:
    """The postings by which so much of what paid an invoice goes back on account, what paid it last first."""
    found = await sql.tuples(
        f"SELECT payment_id, minor FROM (SELECT payment_id, MAX(number) AS last, {still_paid()} AS minor "  # noqa: S608 - our own names
        f"FROM ledger_entry WHERE invoice_id = ? AND {pay()} GROUP BY payment_id) l "
        "WHERE minor > 0 ORDER BY last DESC",
        (invoice_id,),
    )
    paid = [(sql.as_key(payment), int(there)) for payment, there in found]
    return [_release(released, location_id, invoice_id, payment) for payment, released in from_each(minor, paid)]


async def of_payment(payment_id: UUID, minor: int) -> list[Posting]:
    """The postings by which so much of what a payment has paid is taken off again, what it paid last first."""
    found = await sql.tuples(
        "SELECT l.invoice_id, i.location_id, l.minor FROM "  # noqa: S608 - our own names
        f"(SELECT invoice_id, MAX(number) AS last, {still_paid()} AS minor "
        f"FROM ledger_entry WHERE payment_id = ? AND {pay()} GROUP BY invoice_id) l "
        "JOIN invoice i ON i.id = l.invoice_id WHERE l.minor > 0 ORDER BY l.last DESC",
        (payment_id,),
    )
    paid = [((sql.as_key(location), sql.as_key(invoice)), int(there)) for invoice, location, there in found]
    return [_release(released, *of, payment_id) for of, released in from_each(minor, paid)]


def _release(minor: int, location_id: UUID, invoice_id: UUID, payment_id: UUID) -> Posting:
    return Posting(
        kind=EntryKind.RELEASE, minor=minor, location_id=location_id, invoice_id=invoice_id, payment_id=payment_id
    )
