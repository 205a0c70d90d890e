"""Lines of a draft: added from the price list or from what was done, amended, and taken off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models import ChargeSource, EventKind, InvoiceLine, Location, Pet, PriceListItem, Visit, sql
from models.invoice import MOST_LINES
from models.money import ONE
from models.period import today_in
from models.refusal import InvalidInput, NoPrice
from models.row import uuid7
from resolvers import access, charges, events, locks, proposals, quotes, retries
from resolvers.access import Deed
from resolvers.changes import plain
from resolvers.events import Happening
from resolvers.invoices import held, priced_lines
from resolvers.invoices.terms import AS_ON_THE_LIST, SAID, Terms, say, told

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from models import Invoice
    from resolvers.retries import Outcome
    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """A line as it is added: an item, for a pet or for none; or something that was done, as its own item or another."""

    item_id: UUID | None = None
    pet_id: UUID | None = None
    source: tuple[ChargeSource, UUID] | None = None
    terms: Terms = AS_ON_THE_LIST


async def add(viewer: Viewer, invoice_id: UUID | None, new: NewLine, *, key: str, now: datetime) -> UUID:
    """Add a line to a draft; what was dropped is billed after all. The key of the invoice.

    Raises:
        NotFound: the invoice, the item, the pet or what was done is not the viewer's to see.
        InvoiceIssued, InvoiceDiscarded: it is no draft any more.
        AlreadyBilled: that is on an invoice.
        NoPrice: nothing on the list charges it, it has no price there and none was given, or nobody said how it is taxed.
        DiscountTooHigh: it costs less than the viewer may give it for.
        InvalidInput: a reason is missing, something makes no sense, or there are too many lines.
    """
    asked = {"invoice": str(invoice_id), "line": plain(new)}
    found, retry = await held.asked(viewer, Deed.ADD_INVOICE_LINE, invoice_id, key, asked, now=now)

    async def work() -> Outcome:
        visit = await proposals.visit_of(viewer, new.source) if new.source else None
        item = await access.find(viewer, PriceListItem, new.item_id, path="itemId") if new.item_id else None
        pet = await access.find(viewer, Pet, new.pet_id, path="petId") if new.pet_id else None
        if visit is not None and visit.location_id != found.location_id:
            raise InvalidInput("That was done at another place, which bills it itself.", path=("sourceId",))
        async with in_transaction():
            await retry.keep(invoice=found.id)
            invoice = await held.draft(found.id)
            position = await _next_position(invoice)
            if visit is not None:
                made = await _of_charge(invoice, position, visit, item, new)
            else:
                made = await _of_item(invoice, position, item, pet, new, now)
            say(made, new.terms, invoice)
            await priced_lines.must_be_allowed(viewer, invoice, made)
            await sql.insert([made])
            await held.raised(invoice)
            happening = _amended(invoice, made, after={"line": made.description, **told(made)})
            await events.record(viewer, happening, now=now)
        return {"invoice": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["invoice"])


async def amend(viewer: Viewer, line_id: UUID | None, terms: Terms, *, key: str, now: datetime) -> UUID:
    """Change quantity, price or discount of a line of a draft; the key of the invoice.

    Raises:
        NotFound: it is not the viewer's to see.
        InvoiceIssued, InvoiceDiscarded: its invoice is no draft any more.
        NoPrice: it is to cost what the list says, and that has no price.
        DiscountTooHigh: it would cost less than the viewer may give it for.
        InvalidInput: a reason is missing, or something makes no sense.
    """
    access.may(viewer, Deed.AMEND_INVOICE_LINE)
    asked = {"line": str(line_id), "terms": plain(terms)}
    retry = retries.asked(viewer, Deed.AMEND_INVOICE_LINE, key, asked, now=now)

    async def work() -> Outcome:
        found = await held.found_line(viewer, Deed.AMEND_INVOICE_LINE, line_id)
        async with in_transaction():
            await retry.keep(invoice=found.invoice_id)
            invoice = await held.draft(found.invoice_id)
            line = await locks.hold(InvoiceLine, found.id, path=("lineId",))
            before = told(line)
            say(line, terms, invoice)
            await priced_lines.must_be_allowed(viewer, invoice, line)
            await line.save(update_fields=[*SAID, "net_minor", "tax_minor", "gross_minor"])
            await held.raised(invoice)
            await events.record(viewer, _amended(invoice, line, before=before, after=told(line)), now=now)
        return {"invoice": str(found.invoice_id)}

    return sql.as_key((await retries.once(retry, work))["invoice"])


async def remove(viewer: Viewer, line_id: UUID | None, *, key: str, now: datetime) -> UUID:
    """Take a line off a draft: what it billed may be billed again. The key of the invoice.

    Raises:
        NotFound: it is not the viewer's to see.
        InvoiceIssued, InvoiceDiscarded: its invoice is no draft any more.
    """
    access.may(viewer, Deed.REMOVE_INVOICE_LINE)
    retry = retries.asked(viewer, Deed.REMOVE_INVOICE_LINE, key, {"line": str(line_id)}, now=now)

    async def work() -> Outcome:
        found = await held.found_line(viewer, Deed.REMOVE_INVOICE_LINE, line_id)
        async with in_transaction():
            await retry.keep(invoice=found.invoice_id)
            invoice = await held.draft(found.invoice_id)
            line = await locks.hold(InvoiceLine, found.id, path=("lineId",))
            await sql.execute("DELETE FROM invoice_line WHERE id = ?", (line.id,))
            await held.raised(invoice)
            happening = _amended(invoice, line, before={"line": line.description, **told(line)})
            await events.record(viewer, happening, now=now)
        return {"invoice": str(found.invoice_id)}

    return sql.as_key((await retries.once(retry, work))["invoice"])


async def _next_position(invoice: Invoice) -> int:
    rows = await sql.tuples(
        "SELECT COUNT(*), COALESCE(MAX(position), 0) FROM invoice_line WHERE invoice_id = ?", (invoice.id,)
    )
    count, last = rows[0]
    if count >= MOST_LINES:
        raise InvalidInput(f"An invoice has at most {MOST_LINES} lines. Please open another one.", path=("invoiceId",))
    return int(last) + 1


async def _of_charge(
    invoice: Invoice, position: int, visit: Visit, item: PriceListItem | None, new: NewLine
) -> InvoiceLine:
    """The line of what was done at a visit, which is held; the bill is for that visit from now on."""
    await locks.hold(Visit, visit.id, path=("sourceId",))
    charge = await proposals.standing(visit.id, new.source)
    if item is not None:
        charge = replace(charge, item_id=item.id)
    priced = (await charges.priced([charge]))[0]
    if priced.item is None or priced.quote is None or priced.quote.tax_rate is None:
        raise NoPrice(path=("sourceId",))
    if priced.quote.minor is None and not isinstance(new.terms.price, tuple):
        raise NoPrice(path=("sourceId",))
    await sql.execute("DELETE FROM dropped_charge WHERE source_id = ?", (charge.source_id,))
    await sql.execute(
        "INSERT INTO invoice_visit (id, invoice_id, visit_id) VALUES (?, ?, ?) ON CONFLICT (invoice_id, visit_id) DO NOTHING",
        (uuid7(), invoice.id, visit.id),
    )
    return priced_lines.of_charge(invoice.id, position, priced)


async def _of_item(
    invoice: Invoice, position: int, item: PriceListItem | None, pet: Pet | None, new: NewLine, now: datetime
) -> InvoiceLine:
    if item is None:
        raise InvalidInput("Please name an item, or what was done.", path=("itemId",))
    place = await locks.look(Location, "id = ?", (invoice.location_id,))
    today = today_in(place[0].clock, now)
    quote = (await quotes.quotes([item.id], place[0], today))[item.id]
    if not item.is_offered:
        raise InvalidInput("This is not offered any more.", path=("itemId",))
    if quote.tax_rate is None or (quote.minor is None and not isinstance(new.terms.price, tuple)):
        raise NoPrice(path=("itemId",))
    return InvoiceLine(
        id=uuid7(),
        invoice_id=invoice.id,
        position=position,
        item_id=item.id,
        pet_id=pet.id if pet else None,
        description=item.name,
        pet_name=pet.name if pet else "",
        provided_on=today,
        quantity_thousandths=ONE,
        **priced_lines.by_the_list(item, quote),
    )


def _amended(
    invoice: Invoice,
    line: InvoiceLine,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Happening:
    return Happening(
        EventKind.INVOICE_AMENDED,
        invoice.id,
        invoice.location_id,
        before={"line_id": line.id, **before} if before else {},
        after={"line_id": line.id, **after} if after else {},
    )
