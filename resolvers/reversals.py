"""Reversals: a payment over the desk that was entered wrongly, or bounced, is taken out of the books again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import EntryKind, EventKind, LedgerEntry, Location, Payment, Refund, sql
from models.period import today_in
from models.refusal import PaymentNotPossible
from models.text import named
from resolvers import access, events, ledger, releases, retries, tills
from resolvers.access import Deed
from resolvers.events import Happening
from resolvers.ledger import Posting

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from resolvers.retries import Outcome
    from resolvers.viewer import Viewer

LONGEST_REASON = 1000


async def reverse(viewer: Viewer, payment_id: UUID | None, because: str, *, key: str, now: datetime) -> UUID:
    """Take a payment over the desk back, as if it had not come; its key. What it paid is open again.

    It keeps its receipt number, and its own day its takings: it is taken out of the books today.

    Raises:
        NotFound: there is no such payment.
        InvalidInput: the reason makes no sense.
        PaymentNotPossible: it was paid by card online, something of it was given back, or it was taken back already.
        PeriodClosed: the books of today are closed.
    """
    access.may(viewer, Deed.REVERSE_PAYMENT)
    asked = {"payment": payment_id, "because": because}
    retry = retries.asked(viewer, Deed.REVERSE_PAYMENT, key, asked, now=now)

    async def work() -> Outcome:
        payment = await access.find(viewer, Payment, payment_id, path="paymentId")
        access.may(viewer, Deed.REVERSE_PAYMENT, payment.location_id)
        reason = named(because, path=("because",), longest=LONGEST_REASON)
        if payment.method not in tills.AT_THE_DESK:
            raise PaymentNotPossible("This was paid by card online. Please refund it instead.", path=("paymentId",))
        place = await Location.get(id=payment.location_id)
        async with in_transaction():
            await retry.keep(payment=payment.id)
            held = await ledger.hold(payment.client_id, payment.legal_entity_id, payment.currency, now=now)
            await must_not_be_reversed(payment.id)
            await _must_be_whole(payment.id)
            released = await releases.of_payment(payment.id, payment.minor)
            out = Posting(
                kind=EntryKind.PAYMENT_REVERSED,
                minor=payment.minor,
                location_id=payment.location_id,
                payment_id=payment.id,
                method=payment.method,
                because=reason,
            )
            await held.post([*released, out], on=today_in(place.clock, now), now=now)
            after = {
                "method": payment.method,
                "minor": payment.minor,
                "currency": payment.currency,
                "number": payment.number,
                "because": reason,
            }
            reversal = Happening(EventKind.PAYMENT_REVERSED, payment.id, place.id, after=after)
            reopened = [one.invoice_id for one in released if one.invoice_id is not None]
            again = await tills.of_invoices(EventKind.INVOICE_REOPENED, reopened, {})
            await events.record_all(viewer, [reversal, *again], now=now)
        return {"payment": str(payment.id)}

    return sql.as_key((await retries.once(retry, work))["payment"])


async def must_not_be_reversed(payment_id: UUID) -> None:
    """Refuse a payment that was taken back: nothing of it is here.

    Raises:
        PaymentNotPossible: it was.
    """
    if await LedgerEntry.exists(payment_id=payment_id, kind=EntryKind.PAYMENT_REVERSED):
        raise PaymentNotPossible(
            "This payment was taken back already. Please look at it as it is now.", path=("paymentId",)
        )


async def _must_be_whole(payment_id: UUID) -> None:
    if await Refund.exists(payment_id=payment_id):
        raise PaymentNotPossible(
            "Something of this payment was given back already, so it cannot be taken back. "
            "Please refund the rest of it instead.",
            path=("paymentId",),
        )
