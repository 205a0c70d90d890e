"""Checkouts: what was done and is not billed, or for less than was done, and what is billed and was not done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import Invoice, InvoiceLine, InvoiceVisit, Visit, sql
from resolvers import access, charges, matching

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from resolvers.charges import Charge
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Checkout:
    """Both directions: the charges that are open, and the keys of lines whose source does not stand any more.

    `billed_less` are the keys of lines of drafts for less than was done: fewer, or as an item that costs less.
    """

    not_billed: Sequence[Charge]
    not_done: Sequence[UUID]
    billed_less: Sequence[UUID] = ()

    @property
    def differs(self) -> bool:
        """Whether there is anything in either direction."""
        return bool(self.not_billed or self.not_done or self.billed_less)


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
    rows = await sql.fetch(
        "SELECT l.* FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id "  # noqa: S608 - our own names
        f"WHERE l.holds_source AND i.state IN ('DRAFT', 'ISSUED') AND {scope} ORDER BY l.position, l.id",
        values,
    )
    billed = [sql.loaded(InvoiceLine, row) for row in rows]
    concerned = {*visits, *(line.visit_id for line in billed if line.visit_id is not None)}
    standing = await charges.standing(concerned)
    done: dict[UUID | None, Charge] = {charge.source_id: charge for charge in standing}
    not_done = [line.id for line in billed if line.source_id not in done]
    own = set(visits)
    open_ones = [charge for charge in charges.once_each(standing) if charge.is_open and charge.visit_id in own]
    less = await _billed_less([(line, done[line.source_id]) for line in billed if line.source_id in done])
    return Checkout(await charges.priced(open_ones), not_done, await _of_drafts(less))


async def _of_drafts(line_ids: Sequence[UUID]) -> list[UUID]:
    """Those of these lines that are of drafts: what was issued so has its reason."""
    if not line_ids:
        return []
    found = await sql.tuples(
        "SELECT l.id FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id "  # noqa: S608 - our own names
        f"WHERE i.state = 'DRAFT' AND l.id IN ({sql.marks(len(line_ids))}) ORDER BY l.position, l.id",
        line_ids,
    )
    return [sql.as_key(key) for (key,) in found]


async def _billed_less(billed: Sequence[tuple[InvoiceLine, Charge]]) -> list[UUID]:
    """The lines that bill less than was done. What the price list does not have is billed as anything."""
    matched = await matching.items_for(
        (charge.source_id, charge.service_id, charge.vaccine_id, charge.name)
        for _, charge in billed
        if charge.item_id is None
    )
    others = [
        charge
        for line, charge in billed
        if (charge.item_id or matched.get(charge.source_id)) not in {None, line.item_id}
    ]
    otherwise = {charge.source_id: charge for charge in await charges.priced(others)}
    return [line.id for line, charge in billed if _is_less(line, charge, otherwise.get(charge.source_id))]


def _is_less(line: InvoiceLine, charge: Charge, otherwise: Charge | None) -> bool:
    """Whether a line is for fewer than was done; or, as another item, for less than `otherwise`, its own, would cost."""
    if otherwise is None:
        return bool(line.quantity_thousandths < (charge.quantity or charges.measured(charge.amount, line.unit)))
    usual = otherwise.quote.minor if otherwise.quote else None
    price = line.unit_price_minor if line.list_price_minor is None else line.list_price_minor
    return usual is not None and bool(line.quantity_thousandths * price < otherwise.quantity * usual)
