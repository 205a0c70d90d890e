"""Checkouts: what was done and is not billed, and what is billed and was not done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import Invoice, InvoiceLine, InvoiceVisit, Visit, sql
from resolvers import access, charges

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from resolvers.charges import Charge
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Checkout:
    """Both directions: the charges that are open, and the keys of lines whose source does not stand any more."""

    not_billed: Sequence[Charge]
    not_done: Sequence[UUID]

    @property
    def differs(self) -> bool:
        """Whether there is anything in either direction."""
        return bool(self.not_billed or self.not_done)


async def of_visits(viewer: Viewer, visit_ids: Sequence[UUID | None]) -> Checkout:
    """What of these visits is not billed, and what is billed of them and does not stand.

    Raises:
        NotFound: one of them is not the viewer's to see.
    """
    visits = [visit.id for visit in await access.find_all(viewer, Visit, visit_ids, path="visitIds")]
    if not visits:
        return Checkout([], [])
    scope = f"l.visit_id IN ({sql.marks(len(visits))})"
    return await _between(visits, scope, visits)


async def of_invoice(viewer: Viewer, invoice_id: UUID | None) -> Checkout:
    """What of the visits of an invoice is not billed, and which of its own lines bill what does not stand.

    Raises:
        NotFound: it is not the viewer's to see, or one of its visits is not.
    """
    invoice = await access.find(viewer, Invoice, invoice_id, path="invoiceId")
    visits = await visits_of(invoice.id)
    await access.find_all(viewer, Visit, visits, path="invoiceId")
    return await of_bill(invoice.id, visits)


async def of_bill(invoice_id: UUID, visits: Sequence[UUID]) -> Checkout:
    """The same for the draft of a bill that is for these visits; whoever issues it holds them."""
    return await _between(visits, "l.invoice_id = ?", [invoice_id])


async def visits_of(invoice_id: UUID) -> list[UUID]:
    """The visits that an invoice is for."""
    rows = await InvoiceVisit.filter(invoice_id=invoice_id).order_by("visit_id").values_list("visit_id", flat=True)
    return [sql.as_key(key) for key in rows]


def lines(viewer: Viewer, line_ids: Iterable[UUID]) -> Rows:
    """The lines with these keys."""
    wanted = sorted(line_ids)
    scope = f"{{t}}.id IN ({sql.marks(len(wanted))})" if wanted else access.NOTHING
    return access.rows(viewer, InvoiceLine, scope, *wanted)


async def _between(visits: Sequence[UUID], scope: str, values: Sequence[UUID]) -> Checkout:
    billed = await sql.tuples(
        "SELECT l.id, l.source_id, l.visit_id FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id "  # noqa: S608 - our own names
        f"WHERE l.holds_source AND i.state IN ('DRAFT', 'ISSUED') AND {scope} ORDER BY l.position, l.id",
        values,
    )
    concerned = {*visits, *(sql.as_key(visit) for _, _, visit in billed if visit is not None)}
    standing = await charges.standing(concerned)
    sources = {charge.source_id for charge in standing}
    not_done = [sql.as_key(line) for line, source, _ in billed if sql.as_key(source) not in sources]
    own = set(visits)
    open_ones = [charge for charge in charges.once_each(standing) if charge.is_open and charge.visit_id in own]
    return Checkout(await charges.priced(open_ones), not_done)
