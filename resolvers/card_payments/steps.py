"""The steps of a card payment on our side: one transaction each, and each is taken once however often it is tried."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models import EventKind, LegalEntity, Location, Payment, PaymentInvoice, PaymentState, ProviderNotice, sql
from models.number_series import Series
from models.period import today_in
from resolvers import events, ledger, numbers, tills
from resolvers.events import Happening
from resolvers.locks import hold, look

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from resolvers.ports import OnlinePayment
    from resolvers.viewer import Viewer

SOON = timedelta(seconds=30)
"""After what time something is asked about that should have been settled by then."""


async def started(viewer: Viewer, payment: Payment, online: OnlinePayment, *, now: datetime) -> Payment:
    """The provider waits for the owner: from now on the payment has its name there."""
    async with in_transaction():
        payment = await hold(Payment, payment.id)
        if payment.state is PaymentState.STARTING:
            payment.step(PaymentState.STARTED)
            payment.provider_ref = online.ref
            payment.looks = 0
            # What the provider told us before we knew that name is not forgotten.
            told = await ProviderNotice.filter(subject_ref=online.ref, handled_at=None).exists()
            payment.look_at = now if told else now + 2 * SOON
            await payment.save(update_fields=["state", "provider_ref", "look_at", "looks"])
            await _note(viewer, EventKind.PAYMENT_AMENDED, payment, now=now)
    return payment


async def declined(viewer: Viewer, payment: Payment, because: str, *, now: datetime) -> Payment:
    """The owner can try again; why the last try failed is kept."""
    if payment.declined_because == because:
        return payment
    async with in_transaction():
        payment = await hold(Payment, payment.id)
        if payment.state is PaymentState.STARTED and payment.declined_because != because:
            payment.declined_because = because
            await payment.save(update_fields=["declined_because"])
            await _note(viewer, EventKind.PAYMENT_AMENDED, payment, now=now, declined_because=because)
    return payment


async def claimed(viewer: Viewer, payment: Payment, *, now: datetime) -> tuple[Payment, bool]:
    """The payment, CAPTURING if what it is meant for is still open and no other payment is taking it; and whether it is.

    Asked again of a payment that is being captured, it says whether that is still right.
    """
    async with in_transaction():
        await ledger.hold(payment.client_id, payment.legal_entity_id, payment.currency, now=now)
        payment = await hold(Payment, payment.id)
        if payment.state not in {PaymentState.STARTED, PaymentState.CAPTURING}:
            return payment, False
        if not await _still_fits(payment):
            return payment, False
        if payment.state is PaymentState.STARTED:
            payment.step(PaymentState.CAPTURING)
            payment.declined_because, payment.look_at, payment.looks = "", now + SOON, 0
            await payment.save(update_fields=["state", "declined_because", "look_at", "looks"])
            await _note(viewer, EventKind.PAYMENT_AMENDED, payment, now=now)
    return payment, True


async def succeeded(viewer: Viewer, payment: Payment, *, now: datetime) -> Payment:
    """The money is here: it gets its receipt, and pays what it is meant for."""
    async with in_transaction():
        held = await ledger.hold(payment.client_id, payment.legal_entity_id, payment.currency, now=now)
        payment = await hold(Payment, payment.id)
        if payment.state is PaymentState.SUCCEEDED:
            return payment
        if payment.state is PaymentState.STARTED:
            payment.step(PaymentState.CAPTURING)
        on = await open_day(held.entity, payment.location_id, now)
        (number,) = await numbers.take(Series.RECEIPT, held.entity, on)
        payment.succeed(number, on=on, now=now)
        payment.declined_because = ""
        await payment.save(
            update_fields=["state", "number", "received_on", "settled_at", "look_at", "declined_because"]
        )
        paid = await ledger.receive(held, payment, await _meant(payment), on=on, now=now)
        taken = Happening(EventKind.PAYMENT_TAKEN, payment.id, payment.location_id, after={"number": number})
        await events.record_all(viewer, [taken, *await tills.of_invoices(EventKind.INVOICE_PAID, paid, {})], now=now)
    return payment


async def cancelled(viewer: Viewer, payment: Payment, because: str, *, now: datetime) -> Payment:
    """Nothing was taken, and nothing will be: the provider has said so."""
    async with in_transaction():
        payment = await hold(Payment, payment.id)
        if payment.state in {PaymentState.CANCELLED, PaymentState.SUCCEEDED}:
            return payment
        payment.step(PaymentState.CANCELLED)
        payment.cancelled_because, payment.settled_at, payment.look_at = because, now, None
        await payment.save(update_fields=["state", "cancelled_because", "settled_at", "look_at"])
        await _note(viewer, EventKind.PAYMENT_CANCELLED, payment, now=now, because=because)
    return payment


async def being_taken(invoice_ids: Sequence[UUID], *, but: UUID | None = None) -> dict[UUID, int]:
    """How much of these invoices payments are just taking, in minor units; `but` is a payment that does not count."""
    if not invoice_ids:
        return {}
    found = await sql.tuples(
        "SELECT m.invoice_id, SUM(m.minor) FROM payment_invoice m JOIN payment p ON p.id = m.payment_id "  # noqa: S608 - our own names
        f"WHERE p.state = 'CAPTURING' AND m.invoice_id IN ({sql.marks(len(invoice_ids))}) "
        f"{'AND p.id <> ? ' if but else ''}GROUP BY m.invoice_id",
        (*invoice_ids, but) if but else invoice_ids,
    )
    return {sql.as_key(invoice): int(minor) for invoice, minor in found}


async def open_day(entity: LegalEntity, location_id: UUID, now: datetime) -> date:
    """Today at the place, or the first day whose books are open: what has happened to money cannot be refused."""
    today = today_in((await Location.get(id=location_id)).clock, now)
    closed = entity.closed_through
    return today if closed is None or closed < today else closed + timedelta(days=1)


async def _still_fits(payment: Payment) -> bool:
    meant = await _meant(payment)
    left = await ledger.open_of(meant)
    taken = await being_taken(list(meant), but=payment.id)
    return all(minor <= left[invoice] - taken.get(invoice, 0) for invoice, minor in meant.items())


async def _meant(payment: Payment) -> dict[UUID, int]:
    rows = await look(PaymentInvoice, "payment_id = ?", (payment.id,))
    return {one.invoice_id: one.minor for one in rows}


async def _note(viewer: Viewer, kind: EventKind, payment: Payment, *, now: datetime, **more: Any) -> None:
    after = {"state": payment.state.value, **more}
    await events.record(viewer, Happening(kind, payment.id, payment.location_id, after=after), now=now)
