"""Changes of invoices: what an event says about a bill to somebody who has it on a screen."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from models import EventKind, Invoice, sql
from resolvers import access

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from resolvers.viewer import Viewer


class InvoiceChangeKind(StrEnum):
    """What happened to an invoice."""

    OPENED = "OPENED"
    AMENDED = "AMENDED"
    DISCARDED = "DISCARDED"
    ISSUED = "ISSUED"
    CREDITED = "CREDITED"
    WRITTEN_OFF = "WRITTEN_OFF"
    PAID = "PAID"
    REOPENED = "REOPENED"


KINDS: Final[Mapping[EventKind, InvoiceChangeKind]] = {
    EventKind[f"INVOICE_{kind.name}"]: kind for kind in InvoiceChangeKind
}
"""The events that are about an invoice."""


async def sees(viewer: Viewer, invoice_id: UUID) -> bool:
    """Whether the viewer sees the invoice now. One statement."""
    condition, values = access.sight(viewer, Invoice, "t")
    found = await sql.tuples(
        f"SELECT 1 FROM invoice t WHERE t.id = ? AND ({condition})",  # noqa: S608 - our own names
        (invoice_id, *values),
    )
    return bool(found)
