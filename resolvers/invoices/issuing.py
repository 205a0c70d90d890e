"""Issuing: a draft becomes one invoice for each payer, with numbers without a gap, and is frozen from then on."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models import (
    Client,
    EntryKind,
    EventKind,
    Invoice,
    InvoiceLine,
    InvoiceState,
    InvoiceVisit,
    LegalEntity,
    Location,
    Visit,
    sql,
)
from models.invoice import Names
from models.money import divided
from models.number_series import Series
from models.ownership import WHOLE_BILL
from models.period import today_in
from models.refusal import InvalidInput, NotReconciled
from models.row import uuid7
from models.text import line as one_line
from resolvers import checkouts, events, ledger, locks, numbers, retries
from resolvers.access import Deed
from resolvers.events import Happening
from resolvers.invoices import held
from resolvers.ledger import Posting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from resolvers.ledger import Held
    from resolvers.retries import Outcome
    from resolvers.viewer import Viewer

_OF_THE_WHOLE = ("bill_id", "location_id", "legal_entity_id", "currency", "version", "opened_by_id", "opened_at")
_FROZEN = (
    "state", "share", "net_minor", "tax_minor", "gross_minor", "number", "issued_at", "issued_on", "due_on",
    "issued_by_id", "names", "differs_because",
)  # fmt: skip


async def issue(
    viewer: Viewer, invoice_id: UUID | None, *, based_on: int, differs_because: str = "", key: str, now: datetime
) -> UUID:
    """Issue a draft as it was seen in that version; the key of its bill, which is that of the draft.

    Every line is divided by the shares of the payers, net and tax each by itself, and the named payer gets what is left
    over: so the parts of each line and of all sums add up to the last unit. An invoice over 0.00 is issued as well, and
    is settled.

    Raises:
        NotFound: it is not the viewer's to see.
        InvoiceIssued, InvoiceDiscarded: it is no draft any more.
        InvoiceChanged: it has another version by now.
        NotReconciled: what was done and what is billed differ, and nobody has said why.
        PeriodClosed: the books of today are closed.
        InvalidInput: it has no lines, or the reason makes no sense.
    """
    asked = {"invoice": str(invoice_id), "version": based_on, "because": differs_because}
    found, retry = await held.asked(viewer, Deed.ISSUE_INVOICE, invoice_id, key, asked, now=now)

    async def work() -> Outcome:
        because = one_line(differs_because, path=("differsBecause",))
        shares = await _shares(found.id, found.client_id)
        (place,) = await locks.look(Location, "id = ?", (found.location_id,))
        today = today_in(place.clock, now)
        async with in_transaction():
            await retry.keep(bill=found.bill_id)
            accounts = await _accounts(found, shares, now)
            invoice = await held.draft(found.id)
            invoice.must_be_at(based_on)
            # Each change raises the version, so that who pays is as it was found before the accounts were held.
            invoice.must_be_at(found.version)
            lines = await locks.look(InvoiceLine, "invoice_id = ?", (invoice.id,))
            lines.sort(key=lambda line: line.position)
            if not lines:
                raise InvalidInput("There is nothing on this invoice. Please add a line.", path=("invoiceId",))
            visits = await _visits_of(invoice.id)
            invoice.differs_because = because if await _differs(invoice, visits, because) else ""
            entity = accounts[invoice.client_id].entity
            parts = await _divided(invoice, lines, visits, shares)
            given = await numbers.take(Series.INVOICE, entity, today, count=len(parts))
            names = await _names(entity, place, [part.client_id for part, _ in parts])
            for (part, part_lines), number in zip(parts, given, strict=True):
                part.state, part.number = InvoiceState.ISSUED, number
                part.issued_at, part.issued_on, part.issued_by_id = now, today, viewer.staff_id
                part.due_on = today + timedelta(days=entity.due_days)
                part.names = names[part.client_id].written()
                part.differs_because = invoice.differs_because
                await part.save(update_fields=list(_FROZEN))
                await accounts[part.client_id].post(_charge(part, part_lines), on=today, now=now)
            await events.record_all(viewer, [_issued(part) for part, _ in parts], now=now)
        return {"bill": str(found.bill_id)}

    return sql.as_key((await retries.once(retry, work))["bill"])


async def _shares(invoice_id: UUID, client_id: UUID) -> dict[UUID, int]:
    """Who pays which percent, the named payer first."""
    rows = await sql.tuples(
        "SELECT client_id, share FROM invoice_payer WHERE invoice_id = ? ORDER BY share DESC, id", (invoice_id,)
    )
    shares = {sql.as_key(client): int(share) for client, share in rows} or {client_id: WHOLE_BILL}
    named = {client_id: shares.pop(client_id)} if client_id in shares else {}
    return named | shares


async def _accounts(invoice: Invoice, shares: Mapping[UUID, int], now: datetime) -> dict[UUID, Held]:
    """The accounts of all who pay, held in the order of their keys."""
    return {
        client: await ledger.hold(client, invoice.legal_entity_id, invoice.currency, now=now)
        for client in sorted(shares)
    }


async def _visits_of(invoice_id: UUID) -> list[UUID]:
    """The visits that a bill is for, held."""
    scope = "id IN (SELECT visit_id FROM invoice_visit WHERE invoice_id = ?)"
    return [visit.id for visit in await locks.hold_all(Visit, scope, (invoice_id,))]


async def _differs(invoice: Invoice, visits: Sequence[UUID], because: str) -> bool:
    """Whether what was done and what is billed differ; the visits are held, so that it stays so.

    Raises:
        NotReconciled: they do, and nobody has said why.
    """
    checkout = await checkouts.of_bill(invoice.id, visits)
    if checkout.differs and not because:
        not_billed = [(charge.source.value, charge.source_id) for charge in checkout.not_billed]
        raise NotReconciled(not_billed, checkout.not_done, checkout.billed_less, path=("differsBecause",))
    return checkout.differs


async def _divided(
    invoice: Invoice, lines: Sequence[InvoiceLine], visits: Sequence[UUID], shares: Mapping[UUID, int]
) -> list[tuple[Invoice, list[InvoiceLine]]]:
    """The invoice of each payer with its lines, as drafts still: the first is the draft itself."""
    weights = list(shares.values())
    net = [divided(line.net_minor, weights) for line in lines]
    tax = [divided(line.tax_minor, weights) for line in lines]
    parts = []
    for place, (client, share) in enumerate(shares.items()):
        part, own = (invoice, list(lines)) if place == 0 else _copied(invoice, client, lines)
        changed = place > 0 or len(weights) > 1
        for number, line in enumerate(own):
            renumbered = line.position != number + 1
            line.position = number + 1
            line.net_minor, line.tax_minor = net[number][place], tax[number][place]
            line.gross_minor = line.net_minor + line.tax_minor
            if place == 0 and (changed or renumbered):
                await line.save(update_fields=["position", "net_minor", "tax_minor", "gross_minor"])
        part.share = share
        part.net_minor, part.tax_minor = sum(line.net_minor for line in own), sum(line.tax_minor for line in own)
        part.gross_minor = part.net_minor + part.tax_minor
        if place:
            await sql.insert([part])
            await sql.insert(own)
            await sql.insert([InvoiceVisit(id=uuid7(), invoice_id=part.id, visit_id=visit) for visit in visits])
        parts.append((part, own))
    return parts


def _copied(invoice: Invoice, client_id: UUID, lines: Sequence[InvoiceLine]) -> tuple[Invoice, list[InvoiceLine]]:
    """The same bill for another payer; what was done is billed once, by the lines of the named payer."""
    part = Invoice(id=uuid7(), client_id=client_id, **{name: getattr(invoice, name) for name in _OF_THE_WHOLE})
    kept = [name for name in InvoiceLine._meta.db_fields if name not in {"id", "invoice_id", "holds_source"}]  # noqa: SLF001 - Tortoise says it nowhere else
    own = [
        InvoiceLine(id=uuid7(), invoice_id=part.id, **{name: getattr(line, name) for name in kept}) for line in lines
    ]
    return part, own


async def _names(entity: LegalEntity, place: Location, client_ids: Sequence[UUID]) -> dict[UUID, Names]:
    clients = await locks.look(Client, f"id IN ({sql.marks(len(client_ids))})", client_ids)
    return {client.id: names(entity, place, client) for client in clients}


def names(entity: LegalEntity, place: Location, client: Client) -> Names:
    """Who invoices whom, as it stands now."""
    return Names(
        seller=entity.name,
        seller_address=_lines(entity),
        tax_number=entity.tax_number,
        bank_details=entity.bank_details,
        location=place.name,
        client=client.display_name,
        client_address=_lines(client),
        language=client.language,
    )


def _lines(of: Client | LegalEntity) -> list[str]:
    town = " ".join(part for part in (of.postal_code, of.city) if part)
    return [part for part in (of.street, town, of.country) if part]


def _charge(invoice: Invoice, lines: Sequence[InvoiceLine]) -> list[Posting]:
    """What the client owes by an invoice, and the tax in it by its rate."""
    taxes: dict[int, int] = defaultdict(int)
    for line in lines:
        taxes[line.tax_rate] += line.tax_minor
    common: dict[str, Any] = {"location_id": invoice.location_id, "invoice_id": invoice.id}
    return [
        Posting(kind=EntryKind.CHARGE, minor=invoice.gross_minor, **common),
        *(
            Posting(kind=EntryKind.CHARGE_TAX, minor=tax, tax_rate=rate, **common)
            for rate, tax in sorted(taxes.items())
        ),
    ]


def _issued(invoice: Invoice) -> Happening:
    after = {
        "number": invoice.number,
        "client": invoice.client_id,
        "share": invoice.share,
        "gross": invoice.gross_minor,
        "differs_because": invoice.differs_because,
    }
    return Happening(EventKind.INVOICE_ISSUED, invoice.id, invoice.location_id, after=after)
