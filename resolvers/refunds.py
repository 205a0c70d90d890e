"""Refunds: what is on account of a payment goes back to whoever paid.

Over the desk it is given back at once. Of a card payment it is asked for here, and taken from what is on account; the
payment provider is told afterwards, and `look_at` says that it is to be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import (
    CreditNote,
    Dispute,
    DisputeState,
    EntryKind,
    EventKind,
    Location,
    Money,
    Payment,
    PaymentMethod,
    PaymentState,
    Refund,
    RefundState,
    sql,
)
from models.period import today_in
from models.refusal import InvalidInput, PaymentNotPossible, TooMuch
from models.row import uuid7
from models.text import named
from resolvers import access, events, ledger, retries, reversals, tills
from resolvers.access import Deed
from resolvers.changes import plain
from resolvers.events import Happening
from resolvers.ledger import Posting

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from resolvers.retries import Outcome
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class NewRefund:
    """So much of a payment is to go back, and why; `credit_note_id` says which credit note is paid out by it."""

    payment_id: UUID | None
    amount: Money
    because: str
    credit_note_id: UUID | None = None


async def refund(viewer: Viewer, new: NewRefund, *, key: str, now: datetime) -> UUID:
    """Give money of a payment back the way it came; the key of the refund, which of a card payment is on its way.

    Raises:
        NotFound: there is no such payment, or no such credit note.
        InvalidInput: the amount or the reason makes no sense, or the credit note is another client's.
        PaymentNotPossible: the payment has not succeeded, was taken back, or a bank is arguing about it.
        TooMuch: less than that is on account of the payment.
        PeriodClosed: the books of today are closed.
    """
    access.may(viewer, Deed.REFUND_PAYMENT)
    retry = retries.asked(viewer, Deed.REFUND_PAYMENT, key, plain(new), now=now)
    refund_id = uuid7()

    async def work() -> Outcome:
        payment = await access.find(viewer, Payment, new.payment_id, path="paymentId")
        access.may(viewer, Deed.REFUND_PAYMENT, payment.location_id)
        because = named(new.because, path=("because",), longest=LONGEST_REASON)
        tills.must_be_payable(new.amount, payment.currency)
        note = await _credit_note(viewer, new.credit_note_id, payment)
        place = await Location.get(id=payment.location_id)
        async with in_transaction():
            await retry.keep(refund=refund_id)
            held = await ledger.hold(payment.client_id, payment.legal_entity_id, payment.currency, now=now)
            await _must_be_returnable(payment.id)
            most = (await ledger.on_account_of([payment.id]))[payment.id]
            if new.amount.minor > most:
                raise TooMuch(most, payment.currency, _TOO_MUCH, path=("amount",))
            back = _made(refund_id, payment, new.amount.minor, because, note, viewer, now)
            await sql.insert([back])
            await held.post(_postings(back), on=today_in(place.clock, now), now=now)
            kind = EventKind.REFUND_REQUESTED if back.state is RefundState.REQUESTED else EventKind.REFUND_SETTLED
            after = {"payment": payment.id, "method": back.method, "minor": back.minor, "currency": back.currency}
            await events.record(viewer, Happening(kind, refund_id, place.id, after=after), now=now)
        return {"refund": str(refund_id)}

    return sql.as_key((await retries.once(retry, work))["refund"])


_TOO_MUCH = "Less than that is on account of this payment. Please credit an invoice first, or give back less."


async def _credit_note(viewer: Viewer, credit_note_id: UUID | None, payment: Payment) -> CreditNote | None:
    if credit_note_id is None:
        return None
    note = await access.find(viewer, CreditNote, credit_note_id, path="creditNoteId")
    ours = (payment.client_id, payment.legal_entity_id, payment.currency)
    if (note.client_id, note.legal_entity_id, note.currency) != ours:
        raise InvalidInput("This credit note is not to whoever made the payment.", path=("creditNoteId",))
    return note


async def _must_be_returnable(payment_id: UUID) -> None:
    """Refuse to give back what never came, or what a bank may take back any moment."""
    payment = await Payment.get(id=payment_id)
    if payment.state is not PaymentState.SUCCEEDED:
        raise PaymentNotPossible(path=("paymentId",))
    if payment.method is not PaymentMethod.CARD:
        await reversals.must_not_be_reversed(payment_id)
    if payment.method is PaymentMethod.CARD and await Dispute.exists(payment_id=payment_id, state=DisputeState.OPEN):
        raise PaymentNotPossible(
            "The bank of whoever paid is arguing about this payment. Please wait for its decision.", path=("paymentId",)
        )


def _made(
    refund_id: UUID,
    payment: Payment,
    minor: int,
    because: str,
    note: CreditNote | None,
    viewer: Viewer,
    now: datetime,
) -> Refund:
    """The refund; over the desk it is done, of a card it is to be asked for at once."""
    is_card = payment.method is PaymentMethod.CARD
    return Refund(
        id=refund_id,
        payment_id=payment.id,
        location_id=payment.location_id,
        client_id=payment.client_id,
        credit_note_id=note.id if note else None,
        method=payment.method,
        state=RefundState.REQUESTED if is_card else RefundState.SUCCEEDED,
        minor=minor,
        currency=payment.currency,
        because=because,
        requested_at=now,
        requested_by_id=viewer.staff_id,
        settled_at=None if is_card else now,
        look_at=now if is_card else None,
    )


def _postings(back: Refund) -> list[Posting]:
    """From what is on account into what is due, and, over the desk, from there out of the till."""
    due = Posting(
        kind=EntryKind.REFUND,
        minor=back.minor,
        location_id=back.location_id,
        payment_id=back.payment_id,
        refund_id=back.id,
    )
    if back.state is RefundState.REQUESTED:
        return [due]
    out = Posting(
        kind=EntryKind.REFUND_PAID,
        minor=back.minor,
        location_id=back.location_id,
        payment_id=back.payment_id,
        refund_id=back.id,
        method=PaymentMethod(back.method),
    )
    return [due, out]


# Reading


def one(viewer: Viewer, refund_id: UUID | None) -> Rows:
    """The refund with this key."""
    return access.rows(viewer, Refund).only(refund_id)
