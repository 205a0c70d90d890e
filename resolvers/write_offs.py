"""Write-offs: what nobody waits for any more is taken out of what is owed, with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import EntryKind, EventKind, Invoice, Location, sql
from models.period import today_in
from models.refusal import InvalidInput, NothingToPay, TooMuch
from models.text import named
from resolvers import events, ledger, locks, retries
from resolvers.access import Deed
from resolvers.events import Happening
from resolvers.invoices import held
from resolvers.ledger import Posting

if TYPE_CHECKING:
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
    asked = {"invoice": str(invoice_id), "amount": amount, "because": because}
    found, retry = await held.asked(viewer, Deed.WRITE_OFF_INVOICE, invoice_id, key, asked, now=now)

    async def work() -> Outcome:
        reason = named(because, path=("because",))
        found.must_be_issued()
        place = await Location.get(id=found.location_id)
        async with in_transaction():
            await retry.keep(invoice=found.id)
            account = await ledger.hold(found.client_id, found.legal_entity_id, found.currency, now=now)
            invoice = await locks.hold(Invoice, found.id, path=("invoiceId",))
            minor = await _open_part(invoice, amount)
            posting = Posting(
                kind=EntryKind.WRITE_OFF,
                minor=minor,
                location_id=invoice.location_id,
                invoice_id=invoice.id,
                because=reason,
            )
            await account.post([posting], on=today_in(place.clock, now), now=now)
            after = {"minor": minor, "because": reason}
            happening = Happening(EventKind.INVOICE_WRITTEN_OFF, invoice.id, invoice.location_id, after=after)
            await events.record(viewer, happening, now=now)
        return {"invoice": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["invoice"])


async def _open_part(invoice: Invoice, amount: tuple[int, str] | None) -> int:
    is_open = (await ledger.open_of([invoice.id]))[invoice.id]
    if not is_open:
        raise NothingToPay(path=("invoiceId",))
    minor, currency = amount or (is_open, invoice.currency)
    if currency != invoice.currency:
        raise InvalidInput(f"This invoice is in {invoice.currency}.", path=("amount", "currency"))
    if not minor:
        raise InvalidInput("Please give an amount above 0.", path=("amount",))
    if minor > is_open:
        raise TooMuch(is_open, invoice.currency, path=("amount",))
    return minor
