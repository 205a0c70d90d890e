"""Invoices that somebody works on: found, allowed, held, and changed with what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models import Invoice, InvoiceLine, sql
from models.money import MOST_MINOR
from models.refusal import InvalidInput
from resolvers import access, locks, retries

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from models.refusal import Path
    from resolvers.access import Deed
    from resolvers.retries import Retry
    from resolvers.viewer import Viewer


async def asked(
    viewer: Viewer, deed: Deed, invoice_id: UUID | None, key: str, given: Mapping[str, Any], *, now: datetime
) -> tuple[Invoice, Retry]:
    """The invoice as it was found, and the request as it will be recognised.

    Raises:
        NotFound: it is not the viewer's to see.
        SignedOut, Forbidden: the deed is not the viewer's to do there.
    """
    access.may(viewer, deed)
    invoice = await access.find(viewer, Invoice, invoice_id, path="invoiceId")
    access.may(viewer, deed, invoice.location_id)
    return invoice, retries.asked(viewer, deed, key, given, now=now)


async def found_line(viewer: Viewer, deed: Deed, line_id: UUID | None) -> InvoiceLine:
    """The line of an invoice, as it was found.

    Raises:
        NotFound: it is not the viewer's to see.
        SignedOut, Forbidden: the deed is not the viewer's to do there.
    """
    line = await access.find(viewer, InvoiceLine, line_id, path="lineId")
    invoice = await access.find(viewer, Invoice, line.invoice_id, path="lineId")
    access.may(viewer, deed, invoice.location_id)
    return line


async def draft(invoice_id: UUID) -> Invoice:
    """The draft as it is now, held until the transaction ends.

    Raises:
        InvoiceIssued, InvoiceDiscarded: it is no draft any more.
    """
    invoice = await locks.hold(Invoice, invoice_id, path=("invoiceId",))
    invoice.must_be_a_draft()
    return invoice


def must_be_payable(invoice: Invoice, *, path: Path) -> None:
    """Refuse a bill over more than anybody pays.

    Raises:
        InvalidInput: it is.
    """
    if invoice.gross_minor > MOST_MINOR:
        raise InvalidInput("This is more than anybody pays. Please check quantity and price.", path=path)


async def raised(invoice: Invoice, changed: Mapping[str, Any] | None = None) -> None:
    """Write the draft with its sums anew and its version raised, after its lines were.

    Raises:
        InvalidInput: it would be over more than anybody pays.
    """
    found = await sql.tuples(
        "SELECT COALESCE(SUM(net_minor), 0), COALESCE(SUM(tax_minor), 0), COALESCE(SUM(gross_minor), 0) "
        "FROM invoice_line WHERE invoice_id = ?",
        (invoice.id,),
    )
    invoice.net_minor, invoice.tax_minor, invoice.gross_minor = (int(sum_) for sum_ in found[0])
    must_be_payable(invoice, path=("invoiceId",))
    invoice.version += 1
    for name, value in (changed or {}).items():
        setattr(invoice, name, value)
    await invoice.save(
        update_fields=["net_minor", "tax_minor", "gross_minor", "version", *(changed or {})],
    )
