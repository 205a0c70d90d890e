"""Watching invoices."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from graph.context import Info
from graph.ids import global_id, key
from graph.live.watch import Watch
from graph.roles import OWNER, STAFF, subscription
from graph.subscriptions.appointments import After
from graph.types.invoice_change import InvoiceChange
from models import EventKind, Invoice, Location
from resolvers import access, invoice_changes, trail

if TYPE_CHECKING:
    from uuid import UUID

    from resolvers.ports import Vault
    from resolvers.trail import Happened
    from resolvers.viewer import Viewer


@strawberry.type
class InvoiceSubscriptions:
    """Watching invoices."""

    @subscription(STAFF)
    async def invoice_changed(
        self,
        info: Info,
        location_id: Annotated[strawberry.ID, strawberry.argument(description="Where.")],
        after: After = None,
    ) -> AsyncIterator[InvoiceChange | None]:
        """Every change to an invoice of a location, in the order in which it was made: an invoice settles by itself.

        Ends with RESYNC_REQUIRED when it cannot be told what has changed since the cursor, or when changes are not
        taken as fast as they come: then load the invoices again. `changesCursor` is where to begin.
        """
        viewer, vault = info.context.viewer, info.context.ports.vault
        place = await access.find(viewer, Location, key("Location", location_id), path="locationId")

        async def shown(viewer: Viewer, happened: Happened) -> InvoiceChange | None:
            return _change(viewer, happened, vault)

        return Watch(kinds=_KINDS, location_id=place.id, after=after, shown=shown)  # type: ignore[return-value]

    @subscription(OWNER)
    async def my_invoice_changed(self, info: Info, after: After = None) -> AsyncIterator[InvoiceChange | None]:
        """Every change to an invoice that is addressed to the owner, from its issue on, in the order in which it was made.

        Ends with RESYNC_REQUIRED when it cannot be told what has changed since the cursor: then load them again.
        """
        viewer, vault = info.context.viewer, info.context.ports.vault

        async def shown(viewer: Viewer, happened: Happened) -> InvoiceChange | None:
            if not await invoice_changes.sees(viewer, happened.subject_id):
                return None
            return _change(viewer, happened, vault)

        return Watch(kinds=_KINDS, client_id=viewer.client_id, unsettled_by=_WHO, after=after, shown=shown)  # type: ignore[return-value]


_KINDS = frozenset(invoice_changes.KINDS)
_WHO = frozenset({EventKind.ACCOUNT_LINKED, EventKind.ACCOUNT_UNLINKED})


def _change(viewer: Viewer, happened: Happened, vault: Vault) -> InvoiceChange:
    invoice: Any = _one(viewer, happened.subject_id)
    return InvoiceChange(
        cursor=trail.cursor(happened.place, vault),
        kind=invoice_changes.KINDS[happened.kind],  # type: ignore[index]  # only these are watched
        at=happened.at,
        invoice_id=strawberry.ID(global_id("Invoice", happened.subject_id)),
        invoice=invoice,
    )


def _one(viewer: Viewer, invoice_id: UUID) -> Any:
    return access.rows(viewer, Invoice).only(invoice_id)
