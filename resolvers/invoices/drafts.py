"""Drafts: a bill is opened for visits, says who pays which share, and may be given up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import (
    Client,
    EventKind,
    Invoice,
    InvoiceLine,
    InvoicePayer,
    InvoiceVisit,
    Location,
    Ownership,
    Visit,
    sql,
)
from models.invoice import MOST_LINES
from models.money import MOST_MINOR
from models.ownership import WHOLE_BILL
from models.refusal import AlreadyBilled, EnteredInError, InvalidInput, NoLegalEntity, SharesMustSumTo100
from models.row import uuid7
from models.text import named
from resolvers import access, charges, events, retries
from resolvers.access import Deed
from resolvers.changes import plain
from resolvers.events import Happening
from resolvers.invoices import held, priced_lines
from resolvers.locks import hold_all, keep_all, share

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from resolvers.charges import Charge
    from resolvers.retries import Outcome
    from resolvers.viewer import Viewer

MOST_VISITS = 20
MOST_PAYERS = 10


@dataclass(frozen=True, slots=True)
class NewInvoice:
    """A bill as it is opened: to whom, where, and for which visits, or for none."""

    client_id: UUID | None
    location_id: UUID | None
    visit_ids: Sequence[UUID | None] = ()


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays how many percent of a bill."""

    client_id: UUID | None
    percent: int


async def open(viewer: Viewer, new: NewInvoice, *, key: str, now: datetime) -> UUID:  # noqa: A001 - the word of the trade
    """Open a draft: what was done at the visits, is not billed and has a price stands on it already.

    What would make it more than anybody pays is left off, for somebody to look at: most likely it was mistyped. When all
    pets of the visits have the same payers and the client is one of them, they share the bill as they share the pets'
    bills; else the client pays alone.

    Raises:
        NotFound: the client, the place or a visit is not the viewer's to see.
        NoLegalEntity: nobody invoices for the place.
        EnteredInError: a visit is marked so.
        AlreadyBilled: everything that was done at the visits is on an invoice.
        InvalidInput: a visit was at another place, or there are too many.
    """
    access.may(viewer, Deed.OPEN_INVOICE)
    found = await access.find(viewer, Location, new.location_id, path="locationId")
    access.may(viewer, Deed.OPEN_INVOICE, found.id)
    retry = retries.asked(viewer, Deed.OPEN_INVOICE, key, plain(new), now=now)
    invoice_id = uuid7()

    async def work() -> Outcome:
        client = await access.find(viewer, Client, new.client_id, path="clientId")
        if len(new.visit_ids) > MOST_VISITS:
            raise InvalidInput(f"A bill is for at most {MOST_VISITS} visits.", path=("visitIds",))
        visits = await access.find_all(viewer, Visit, new.visit_ids, path="visitIds")
        _must_be_here(visits, found)
        async with in_transaction():
            await retry.keep(invoice=invoice_id)
            # Who invoices there, and in which currency, stays so until the draft is there and keeps it.
            place = await share(Location, found.id, path=("locationId",))
            if place.legal_entity_id is None:
                raise NoLegalEntity(path=("locationId",))
            await keep_all(Client, [client.id], path=("clientId",))
            invoice = Invoice(
                id=invoice_id,
                bill_id=invoice_id,
                location_id=place.id,
                legal_entity_id=place.legal_entity_id,
                client_id=client.id,
                currency=place.currency,
                opened_by_id=viewer.staff_id,
                opened_at=now,
            )
            lines = await _lines(invoice, await _done(visits), [visit.id for visit in visits])
            await sql.insert([invoice])
            visit_rows = [InvoiceVisit(id=uuid7(), invoice_id=invoice_id, visit_id=visit.id) for visit in visits]
            await sql.insert(visit_rows)
            await sql.insert(await _usual_payers(invoice, {visit.pet_id for visit in visits}))
            await sql.insert(lines)
            after = {"client": client.id, "visits": [visit.id for visit in visits], "gross": invoice.gross_minor}
            happening = Happening(EventKind.INVOICE_OPENED, invoice_id, place.id, after=after)
            await events.record(viewer, happening, now=now)
        return {"invoice": str(invoice_id)}

    return sql.as_key((await retries.once(retry, work))["invoice"])


async def set_payers(
    viewer: Viewer, invoice_id: UUID | None, payers: Sequence[Payer], *, key: str, now: datetime
) -> UUID:
    """Say who pays which share of a draft; the first one is its client, who gets the odd cent.

    Raises:
        NotFound: the invoice or a client is not the viewer's to see.
        InvoiceIssued, InvoiceDiscarded: it is no draft any more.
        SharesMustSumTo100: the shares do not.
        InvalidInput: a share is not 1 to 100 percent, somebody is named twice, or nobody or too many are.
    """
    asked = {"invoice": str(invoice_id), "payers": plain(tuple(payers))}
    found, retry = await held.asked(viewer, Deed.SET_INVOICE_PAYERS, invoice_id, key, asked, now=now)

    async def work() -> Outcome:
        clients = await _named(viewer, payers)
        async with in_transaction():
            await retry.keep(invoice=found.id)
            await keep_all(Client, clients, path=("payers",))
            invoice = await held.draft(found.id)
            before = await InvoicePayer.filter(invoice_id=invoice.id).order_by("-share", "id")
            await sql.execute("DELETE FROM invoice_payer WHERE invoice_id = ?", (invoice.id,))
            if len(clients) > 1:
                await sql.insert(
                    [_payer(invoice, client, one.percent) for client, one in zip(clients, payers, strict=True)]
                )
            await held.raised(invoice, {"client_id": clients[0]})
            happening = Happening(
                EventKind.INVOICE_AMENDED,
                invoice.id,
                invoice.location_id,
                before={"payers": [[row.client_id, row.share] for row in before] or [[found.client_id, WHOLE_BILL]]},
                after={"payers": [[client, one.percent] for client, one in zip(clients, payers, strict=True)]},
            )
            await events.record(viewer, happening, now=now)
        return {"invoice": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["invoice"])


async def discard(viewer: Viewer, invoice_id: UUID | None, because: str, *, key: str, now: datetime) -> UUID:
    """Give a draft up: what it billed may be billed by another one.

    Raises:
        NotFound: it is not the viewer's to see.
        InvoiceIssued, InvoiceDiscarded: it is no draft any more.
        InvalidInput: the reason makes no sense.
    """
    asked = {"invoice": str(invoice_id), "because": because}
    found, retry = await held.asked(viewer, Deed.DISCARD_INVOICE, invoice_id, key, asked, now=now)

    async def work() -> Outcome:
        reason = named(because, path=("because",))
        async with in_transaction():
            await retry.keep(invoice=found.id)
            invoice = await held.draft(found.id)
            invoice.discard(reason, now=now)
            await invoice.save(update_fields=["state", "discarded_at", "discarded_because"])
            await sql.execute("UPDATE invoice_line SET holds_source = ? WHERE invoice_id = ?", (False, invoice.id))
            happening = Happening(
                EventKind.INVOICE_DISCARDED, invoice.id, invoice.location_id, after={"because": reason}
            )
            await events.record(viewer, happening, now=now)
        return {"invoice": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["invoice"])


def _must_be_here(visits: Sequence[Visit], place: Location) -> None:
    for visit in visits:
        if visit.location_id != place.id:
            raise InvalidInput("That visit was at another place, which bills it itself.", path=("visitIds",))
        if visit.errored_at is not None:
            raise EnteredInError(path=("visitIds",))


async def _done(visits: Sequence[Visit]) -> list[Charge]:
    """What was done at these visits, which are held: nobody else bills or drops anything of them meanwhile."""
    if not visits:
        return []
    await hold_all(Visit, f"id IN ({sql.marks(len(visits))})", [visit.id for visit in visits])
    return charges.once_each(await charges.standing([visit.id for visit in visits]))


async def _lines(invoice: Invoice, standing: Sequence[Charge], visits: Sequence[UUID]) -> list[InvoiceLine]:
    """The lines with which the draft begins, and its sums are theirs."""
    offered = [charge for charge in standing if charge.is_open]
    billed = next((charge.held_by for charge in standing if charge.held_by is not None), None)
    if visits and not offered and billed is not None:
        raise AlreadyBilled(billed, path=("visitIds",))
    taken, left = [], MOST_MINOR
    for charge in await charges.priced(offered):
        if charge.cost is not None and charge.cost.gross <= left:
            taken.append(charge)
            left -= charge.cost.gross
    lines = [priced_lines.of_charge(invoice.id, place, charge) for place, charge in enumerate(taken[:MOST_LINES], 1)]
    invoice.net_minor = sum(line.net_minor for line in lines)
    invoice.tax_minor = sum(line.tax_minor for line in lines)
    invoice.gross_minor = sum(line.gross_minor for line in lines)
    return lines


async def _usual_payers(invoice: Invoice, pets: set[UUID]) -> list[InvoicePayer]:
    """Those who share the bills of all of these pets in the same way, when the client is one of several."""
    if not pets:
        return []
    rows = await Ownership.filter(pet_id__in=pets, ends_on=None, may_pay=True, share__gt=0)
    of_pet: dict[UUID, dict[UUID, int]] = {pet: {} for pet in pets}
    for row in rows:
        of_pet[row.pet_id][row.client_id] = row.share
    shares, *others = of_pet.values()
    if any(other != shares for other in others) or len(shares) < 2 or invoice.client_id not in shares:
        return []
    if sum(shares.values()) != WHOLE_BILL:
        return []
    return [_payer(invoice, client, share) for client, share in shares.items()]


async def _named(viewer: Viewer, payers: Sequence[Payer]) -> list[UUID]:
    if not 1 <= len(payers) <= MOST_PAYERS:
        raise InvalidInput(f"A bill has 1 to {MOST_PAYERS} payers.", path=("payers",))
    if any(not 1 <= one.percent <= WHOLE_BILL for one in payers):
        raise InvalidInput("Each share is 1 to 100 percent.", path=("payers",))
    found = {row.id for row in await access.find_all(viewer, Client, [one.client_id for one in payers], path="payers")}
    if len(found) < len(payers):
        raise InvalidInput("Please name each payer once.", path=("payers",))
    if sum(one.percent for one in payers) != WHOLE_BILL:
        raise SharesMustSumTo100(path=("payers",))
    return [one.client_id for one in payers if one.client_id is not None]


def _payer(invoice: Invoice, client_id: UUID, share: int) -> InvoicePayer:
    return InvoicePayer(id=uuid7(), invoice_id=invoice.id, client_id=client_id, share=share)
