"""Changes of invoices, as they are pushed."""

from __future__ import annotations

from datetime import datetime

import strawberry

from graph.roles import EVERYBODY, allow
from graph.types.enums import described
from graph.types.invoice import Invoice
from resolvers.invoice_changes import InvoiceChangeKind

described(
    InvoiceChangeKind,
    "What happened to an invoice.",
    {
        InvoiceChangeKind.OPENED: "There is a new draft.",
        InvoiceChangeKind.AMENDED: "The draft was changed.",
        InvoiceChangeKind.DISCARDED: "The draft was given up.",
        InvoiceChangeKind.ISSUED: "It was issued, and is to be paid.",
        InvoiceChangeKind.CREDITED: "Some of it, or all, was taken back.",
        InvoiceChangeKind.WRITTEN_OFF: "Some of it, or all, is not expected to be paid any more.",
        InvoiceChangeKind.PAID: "Some of it, or all, was paid.",
        InvoiceChangeKind.REOPENED: "A payment of it, or a write-off, was taken back: so much is open again.",
    },
)


@strawberry.type(
    directives=[allow(EVERYBODY)],
    description=(
        "Something that happened to an invoice. It may come twice, and never not at all: put `invoice` in the place of"
        " whatever you show under `invoiceId`, or take that away where it is null."
    ),
)
class InvoiceChange:
    """Something that happened to an invoice."""

    cursor: str = strawberry.field(
        description="Where the stream stands after this change; give it to `after` when the connection was lost."
    )
    kind: InvoiceChangeKind = strawberry.field(description="What happened.")
    at: datetime = strawberry.field(description="When it happened.")
    invoice_id: strawberry.ID = strawberry.field(description="To which invoice.")
    invoice: Invoice | None = strawberry.field(
        description="The invoice as it is now, which may be newer than this change; null when you do not see it any more."
    )
