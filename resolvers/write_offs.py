"""Write-offs: what nobody waits for any more is taken out of what is owed, with a reason, and put back the same way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import EntryKind, EventKind, Invoice, Location, sql
from models.period import today_in
from models.refusal import InvalidInput, NothingToPay, NothingWrittenOff, Refusal, TooMuch
from models.text import named
from resolvers import events, ledger, locks, retries
from resolvers.access import Deed
from resolvers.events import Happening
from resolvers.invoices import held
from resolvers.ledger import Posting

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from datetime import datetime
    from uuid import UUID

    from resolvers.retries import Outcome
    from resolvers.viewer import Viewer


async def write_off(
    viewer: Viewer,
    invoice_id: UUID | None,
    amount: tuple[int, str] | None,
    because: str,
    *,
    key: str,
    now: datetime,
) -> UUID:
    """Write off so many minor units of an issued invoice, or all that is open of it; its key.

    Raises:
        NotFound: it is not the viewer's to see.
        InvoiceNotIssued: it is a draft, or was discarded.
        NothingToPay: nothing is open of it.
        TooMuch: less is open of it.
        PeriodClosed: the books of today are closed.
        InvalidInput: the amount or the reason makes no sense.
    """
    return await _post(viewer, _WRITING_OFF, invoice_id, amount, because, key=key, now=now)


async def undo(
    viewer: Viewer,
    invoice_id: UUID | None,
    amount: tuple[int, str] | None,
    because: str,
    *,
    key: str,
    now: datetime,
) -> UUID:
    """Put so many minor units, or all, of what was written off of an invoice back to what is open of it; its key.

    It is put back today, whenever it was written off.

    Raises:
        NotFound: it is not the viewer's to see.
        InvoiceNotIssued: it is a draft, or was discarded.
        NothingWrittenOff: nothing of it is written off.
        TooMuch: less of it is written off.
        PeriodClosed: the books of today are closed.
        InvalidInput: the amount or the reason makes no sense.
    """
    return await _post(viewer, _UNDOING, invoice_id, amount, because, key=key, now=now)


@dataclass(frozen=True, slots=True)
class _Way:
    """To write something off, or to undo that: how much of an invoice there is for it, and what is told."""

    deed: Deed
    entry: EntryKind
    event: EventKind
    there: Callable[[Iterable[UUID]], Awaitable[dict[UUID, int]]]
    nothing: type[Refusal]


_WRITING_OFF = _Way(
    Deed.WRITE_OFF_INVOICE, EntryKind.WRITE_OFF, EventKind.INVOICE_WRITTEN_OFF, ledger.open_of, NothingToPay
)
_UNDOING = _Way(
    Deed.UNDO_WRITE_OFF,
    EntryKind.WRITE_OFF_UNDONE,
    EventKind.INVOICE_REOPENED,
    ledger.written_off_of,
    NothingWrittenOff,
)


async def _post(
    viewer: Viewer,
    way: _Way,
    invoice_id: UUID | None,
    amount: tuple[int, str] | None,
    because: str,
    *,
    key: str,
    now: datetime,
) -> UUID:
    asked = {"invoice": str(invoice_id), "amount": amount, "because": because}
    found, retry = await held.asked(viewer, way.deed, invoice_id, key, asked, now=now)

    async def work() -> Outcome:
        reason = named(because, path=("because",))
        found.must_be_issued()
        place = await Location.get(id=found.location_id)
        async with in_transaction():
            await retry.keep(invoice=found.id)
            account = await ledger.hold(found.client_id, found.legal_entity_id, found.currency, now=now)
            invoice = await locks.hold(Invoice, found.id, path=("invoiceId",))
            minor = await _part(way, invoice, amount)
            posting = Posting(
                kind=way.entry,
                minor=minor,
                location_id=invoice.location_id,
                invoice_id=invoice.id,
                because=reason,
            )
            await account.post([posting], on=today_in(place.clock, now), now=now)
            after = {"minor": minor, "because": reason}
            happening = Happening(way.event, invoice.id, invoice.location_id, after=after)
            await events.record(viewer, happening, now=now)
        return {"invoice": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["invoice"])


async def _part(way: _Way, invoice: Invoice, amount: tuple[int, str] | None) -> int:
    there = (await way.there([invoice.id]))[invoice.id]
    if not there:
        raise way.nothing(path=("invoiceId",))
    minor, currency = amount or (there, invoice.currency)
    if currency != invoice.currency:
        raise InvalidInput(f"This invoice is in {invoice.currency}.", path=("amount", "currency"))
    if not minor:
        raise InvalidInput("Please give an amount above 0.", path=("amount",))
    if minor > there:
        raise TooMuch(there, invoice.currency, path=("amount",))
    return minor
