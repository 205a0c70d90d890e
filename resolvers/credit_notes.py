"""Credit notes: what was invoiced is taken back, in whole or in parts, and the parts add up to the last unit."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models import (
    Client,
    CreditNote,
    CreditNoteLine,
    EntryKind,
    EventKind,
    Invoice,
    InvoiceLine,
    Location,
    sql,
)
from models.money import WHOLE, rounded
from models.number_series import Series
from models.period import today_in
from models.refusal import InvalidInput, NotFound, TooMuch
from models.row import uuid7
from models.text import named
from resolvers import events, ledger, locks, numbers, releases, retries
from resolvers.access import Deed
from resolvers.changes import plain
from resolvers.events import Happening
from resolvers.invoices import held, issuing
from resolvers.ledger import Posting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from resolvers.retries import Outcome
    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Part:
    """What is taken back of a line, with tax, in minor units of a currency; all that is left of it without an amount."""

    line_id: UUID | None
    amount: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class _Left:
    """What of a line was not taken back yet, in minor units, and whether something was."""

    net: int
    tax: int
    is_touched: bool

    @property
    def gross(self) -> int:
        return self.net + self.tax


async def issue(
    viewer: Viewer, invoice_id: UUID | None, parts: Sequence[Part], because: str, *, key: str, now: datetime
) -> UUID:
    """Take back these parts of an issued invoice; its key.

    The tax of a part is that of the line's rate; what completes a line takes what is left of net and tax. Where the
    invoice was paid already, what is taken back goes back on account of the payment. A line that is taken back by all
    who share it lets go of what it billed, which can be billed anew.

    Raises:
        NotFound: the invoice is not the viewer's to see, or a line is none of it.
        InvoiceNotIssued: it is a draft, or was discarded.
        TooMuch: there is less left of a line; or of the invoice, since something of it was written off.
        PeriodClosed: the books of today are closed.
        InvalidInput: an amount or the reason makes no sense, a line is named twice, or none is.
    """
    asked = {"invoice": str(invoice_id), "parts": plain(tuple(parts)), "because": because}
    found, retry = await held.asked(viewer, Deed.ISSUE_CREDIT_NOTE, invoice_id, key, asked, now=now)
    note_id = uuid7()

    async def work() -> Outcome:
        reason = named(because, path=("because",))
        _must_be_named_once(parts)
        found.must_be_issued()
        place, client = await Location.get(id=found.location_id), await Client.get(id=found.client_id)
        today = today_in(place.clock, now)
        async with in_transaction():
            await retry.keep(note=note_id)
            account = await ledger.hold(found.client_id, found.legal_entity_id, found.currency, now=now)
            # Of a shared bill all invoices, so that of two who take back the last parts of a line the second sees it.
            await locks.hold_all(Invoice, "bill_id = ?", (found.bill_id,))
            lines = await _lines_of(note_id, found, parts)
            note = CreditNote(
                id=note_id,
                number=(await numbers.take(Series.CREDIT_NOTE, account.entity, today))[0],
                invoice_id=found.id,
                location_id=found.location_id,
                legal_entity_id=found.legal_entity_id,
                client_id=found.client_id,
                currency=found.currency,
                because=reason,
                net_minor=sum(line.net_minor for line in lines),
                tax_minor=sum(line.tax_minor for line in lines),
                gross_minor=sum(line.gross_minor for line in lines),
                names=issuing.names(account.entity, place, client).written(),
                issued_at=now,
                issued_on=today,
                issued_by_id=viewer.staff_id,
            )
            releases = await _released(found, note.gross_minor)
            await sql.insert([note])
            await sql.insert(lines)
            await account.post([*releases, *_credit(note, lines)], on=today, now=now)
            await _let_go(found.bill_id, [line.invoice_line_id for line in lines])
            after = {"credit_note": note.id, "number": note.number, "gross": note.gross_minor, "because": reason}
            happening = Happening(EventKind.INVOICE_CREDITED, found.id, found.location_id, after=after)
            await events.record(viewer, happening, now=now)
        return {"note": str(note_id)}

    return sql.as_key((await retries.once(retry, work))["note"])


def _must_be_named_once(parts: Sequence[Part]) -> None:
    if not parts:
        raise InvalidInput("Please name at least one line.", path=("lines",))
    if len({part.line_id for part in parts}) < len(parts):
        raise InvalidInput("Please name each line once.", path=("lines",))


async def _lines_of(note_id: UUID, invoice: Invoice, parts: Sequence[Part]) -> list[CreditNoteLine]:
    """The lines of the credit note, in the order in which they were named; whoever asks holds the invoice."""
    lines = {line.id: line for line in await InvoiceLine.filter(invoice_id=invoice.id)}
    left = await _left(lines)
    made = []
    for place, part in enumerate(parts):
        path = ("lines", str(place))
        line = lines.get(part.line_id) if part.line_id else None
        if line is None:
            raise NotFound(path=(*path, "lineId"))
        net, tax = _taken(part, line, left[line.id], invoice.currency, (*path, "amount"))
        made.append(
            CreditNoteLine(
                id=uuid7(),
                credit_note_id=note_id,
                invoice_line_id=line.id,
                position=place + 1,
                description=line.description,
                tax_rate=line.tax_rate,
                net_minor=net,
                tax_minor=tax,
                gross_minor=net + tax,
            )
        )
    return made


def _taken(part: Part, line: InvoiceLine, left: _Left, currency: str, path: tuple[str, ...]) -> tuple[int, int]:
    """Net and tax of what is taken back of a line."""
    minor, given = part.amount or (left.gross, currency)
    if given != currency:
        raise InvalidInput(f"This invoice is in {currency}.", path=(*path, "currency"))
    # Something for nothing is taken back by name, once: only so it can be billed anew.
    if minor > left.gross or (left.gross == 0 and (left.is_touched or line.gross_minor)):
        raise TooMuch(left.gross, currency, path=path)
    if minor == left.gross:
        return left.net, left.tax
    if minor == 0:
        raise InvalidInput("Please give an amount above 0.", path=path)
    tax = min(rounded(minor * line.tax_rate, WHOLE + line.tax_rate), left.tax)
    tax = max(tax, minor - left.net)
    return minor - tax, tax


async def _left(line_ids: Mapping[UUID, InvoiceLine]) -> dict[UUID, _Left]:
    """What is left of each of these lines."""
    found = await sql.tuples(
        "SELECT invoice_line_id, SUM(net_minor), SUM(tax_minor) FROM credit_note_line "  # noqa: S608 - our own names
        f"WHERE invoice_line_id IN ({sql.marks(len(line_ids))}) GROUP BY invoice_line_id",
        list(line_ids),
    )
    left = {line.id: _Left(line.net_minor, line.tax_minor, is_touched=False) for line in line_ids.values()}
    for key, net, tax in found:
        line = line_ids[sql.as_key(key)]
        left[line.id] = _Left(line.net_minor - int(net), line.tax_minor - int(tax), is_touched=True)
    return left


async def _released(invoice: Invoice, minor: int) -> list[Posting]:
    """What goes back on account of its payment before so much is taken back.

    Raises:
        TooMuch: what was written off cannot be taken back as well.
    """
    is_open = (await ledger.open_of([invoice.id]))[invoice.id]
    if minor <= is_open:
        return []
    released = await releases.of_invoice(invoice.id, invoice.location_id, minor - is_open)
    most = is_open + sum(posting.minor for posting in released)
    if most < minor:
        raise TooMuch(most, invoice.currency, "Something of this was written off. There is less left.", path=("lines",))
    return released


def _credit(note: CreditNote, lines: Sequence[CreditNoteLine]) -> list[Posting]:
    """What the client owes less, and the tax in it by its rate."""
    taxes: dict[int, int] = defaultdict(int)
    for line in lines:
        taxes[line.tax_rate] += line.tax_minor
    common: dict[str, Any] = {"location_id": note.location_id, "invoice_id": note.invoice_id, "credit_note_id": note.id}
    return [
        Posting(kind=EntryKind.CREDIT, minor=note.gross_minor, **common),
        *(
            Posting(kind=EntryKind.CREDIT_TAX, minor=tax, tax_rate=rate, **common)
            for rate, tax in sorted(taxes.items())
        ),
    ]


async def _let_go(bill_id: UUID, line_ids: Sequence[UUID]) -> None:
    """What these lines bill may be billed anew, where of the whole bill every part of it was taken back."""
    await sql.execute(
        "UPDATE invoice_line SET holds_source = ? WHERE holds_source AND invoice_id IN "  # noqa: S608 - our own names
        "(SELECT id FROM invoice WHERE bill_id = ?) AND source_id IN "
        f"(SELECT named.source_id FROM invoice_line named WHERE named.id IN ({sql.marks(len(line_ids))})) "
        "AND NOT EXISTS (SELECT 1 FROM invoice_line part JOIN invoice i ON i.id = part.invoice_id "
        "WHERE i.bill_id = ? AND part.source_id = invoice_line.source_id AND part.gross_minor > "
        "COALESCE((SELECT SUM(c.gross_minor) FROM credit_note_line c WHERE c.invoice_line_id = part.id), 0))",
        (False, bill_id, *line_ids, bill_id),
    )
