"""Asking for invoices, credit notes and checkouts."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.ids import key, maybe_key
from graph.inputs import few, keys
from graph.limits import bad_input
from graph.reading import Paged
from graph.reading.connection import Connection
from graph.reading.pages import page
from graph.roles import EVERYBODY, OWNER, STAFF, field
from graph.types.charge import Checkout, shown
from graph.types.credit_note import CreditNote
from graph.types.invoice import Invoice
from graph.types.paging import After, Before, First, Last
from models import InvoiceState
from models.refusal import NotFound
from resolvers import checkouts, invoices
from resolvers.access import Deed
from resolvers.deeds import DEEDS
from resolvers.invoices import Wanted
from resolvers.invoices.drafts import MOST_VISITS


@strawberry.type
class InvoiceQueries:
    """Asking for invoices, credit notes and checkouts."""

    @field(EVERYBODY)
    async def invoice(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which invoice.")]
    ) -> Invoice | None:
        """One invoice; null when there is no such invoice, or it is not the viewer's to see."""
        return invoices.one(info.context.viewer, key("Invoice", id))  # type: ignore[return-value]

    @field(EVERYBODY)
    async def credit_note(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which credit note.")]
    ) -> CreditNote | None:
        """One credit note; null when there is no such credit note, or it is not the viewer's to see."""
        return invoices.credit_note(info.context.viewer, key("CreditNote", id))  # type: ignore[return-value]

    @field(STAFF)
    async def invoices(
        self,
        info: Info,
        state: Annotated[InvoiceState | None, strawberry.argument(description="Only those that stand so.")] = None,
        client_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those to this client.")
        ] = None,
        location_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those made out at this location.")
        ] = None,
        only_overdue: Annotated[
            bool | None,
            strawberry.argument(description="Only those of which something is open after the day on which it was due."),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Invoice] | None:
        """Invoices, drafts among them, those that were opened last first."""
        wanted = Wanted(
            state=state,
            client_id=maybe_key("Client", client_id),
            location_id=maybe_key("Location", location_id),
            overdue_at=info.context.now if only_overdue else None,
        )
        rows = await invoices.listed(info.context.viewer, wanted)
        return Paged(rows, page(first=first, after=after, last=last, before=before, most=info.context.limits.max_page))  # type: ignore[return-value]

    @field(OWNER)
    async def my_invoices(
        self,
        info: Info,
        only_open: Annotated[
            bool | None,
            strawberry.argument(
                description="Only those of which something is to be paid, what is due first first; else the latest first."
            ),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Invoice] | None:
        """The issued invoices that are addressed to the owner, also for pets that she does not own any more."""
        viewer = info.context.viewer
        rows = invoices.mine_open(viewer) if only_open else invoices.mine(viewer)
        return Paged(rows, page(first=first, after=after, last=last, before=before, most=info.context.limits.max_page))  # type: ignore[return-value]

    @field(DEEDS[Deed.DROP_CHARGE])
    async def checkout(
        self,
        info: Info,
        visit_ids: Annotated[
            list[strawberry.ID] | None, strawberry.argument(description="For these visits, at most 20.")
        ] = None,
        invoice_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Or for the visits of this invoice, and its own lines."),
        ] = None,
    ) -> Checkout | None:
        """What was done against what is billed; null when something named does not exist. Name visits or an invoice."""
        viewer = info.context.viewer
        if (visit_ids is None) == (invoice_id is None):
            raise bad_input("Name either visits or an invoice.")
        try:
            if visit_ids is not None:
                wanted = keys("Visit", few(visit_ids, MOST_VISITS, "visitIds"))
                found = await checkouts.of_visits(viewer, wanted)
            else:
                found = await checkouts.of_invoice(viewer, maybe_key("Invoice", invoice_id))
        except NotFound:
            return None
        return Checkout(
            differs=found.differs,
            not_billed=[shown(charge) for charge in found.not_billed],
            not_done=checkouts.lines(viewer, found.not_done),  # type: ignore[arg-type]
            billed_less=checkouts.lines(viewer, found.billed_less),  # type: ignore[arg-type]
        )
