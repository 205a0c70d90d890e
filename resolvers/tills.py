"""Tills: money that is taken over the desk of a location."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import (
    Client,
    EventKind,
    Invoice,
    Location,
    Money,
    Payment,
    PaymentInvoice,
    PaymentMethod,
    PaymentState,
    sql,
)
from models.number_series import Series
from models.period import must_be_foreseeable, today_in
from models.refusal import InvalidInput, NoLegalEntity, NotFound, PeriodClosed, TooMuch
from models.row import uuid7
from models.text import line
from resolvers import access, events, ledger, numbers, retries
from resolvers.access import Deed
from resolvers.changes import plain
from resolvers.events import Happening

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from models.refusal import Path
    from resolvers.ledger import Held, Open
    from resolvers.retries import Outcome
    from resolvers.viewer import Viewer

MOST_INVOICES = 100
AT_THE_DESK = frozenset({PaymentMethod.CASH, PaymentMethod.TERMINAL, PaymentMethod.BANK})


@dataclass(frozen=True, slots=True)
class Meant:
    """An invoice that a payment is for, and how much of it in minor units; None for all that is open."""

    invoice_id: UUID | None
    minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPayment:
    """Money that a client gives at the desk of a location; without `invoices` it pays the oldest debt first."""

    client_id: UUID | None
    location_id: UUID | None
    method: PaymentMethod
    amount: Money
    invoices: Sequence[Meant] | None = None
    received_on: date | None = None
    reference: str = ""


# Taking


async def take(viewer: Viewer, new: NewPayment, *, key: str, now: datetime) -> UUID:
    """Take a payment over the desk, give it a receipt number, and pay with it; what is too much stays on account.

    Raises:
        NotFound: there is no such client, location or invoice.
        NoLegalEntity: nobody invoices for the location.
        InvalidInput: the method is none of the desk, the currency is not the location's, the day is to come, or an
            invoice is another client's or another legal entity's.
        InvoiceNotIssued: an invoice is a draft, or was discarded.
        TooMuch: the invoices are to be paid with more than there is.
        PeriodClosed: the books of that day are closed.
    """
    access.may(viewer, Deed.TAKE_PAYMENT)
    retry = retries.asked(viewer, Deed.TAKE_PAYMENT, key, plain(new), now=now)
    payment_id = uuid7()

    async def work() -> Outcome:
        place, entity_id = await till(viewer, Deed.TAKE_PAYMENT, new.location_id)
        client = await access.find(viewer, Client, new.client_id, path="clientId")
        if new.method not in AT_THE_DESK:
            raise InvalidInput(
                "A card is paid online. Please take cash, a card at the terminal, or a transfer.", path=("method",)
            )
        must_be_payable(new.amount, place.currency)
        received_on, reference = _day(new.received_on, place, now), line(new.reference, path=("reference",))
        entity_id = await made_out_by([each.invoice_id for each in new.invoices or ()], place, entity_id)
        invoices = await _named(viewer, new, client.id, entity_id, place.currency)
        async with in_transaction():
            await retry.keep(payment=payment_id)
            held = await ledger.hold(client.id, entity_id, place.currency, now=now)
            must_be_open(held, received_on, path=("receivedOn",))
            debts = await ledger.owed(held.account, None if new.invoices is None else invoices)
            meant = None if new.invoices is None else _shared(new.invoices, new.amount.minor, debts)
            payment = Payment(
                id=payment_id,
                location_id=place.id,
                legal_entity_id=entity_id,
                client_id=client.id,
                method=new.method,
                state=PaymentState.SUCCEEDED,
                minor=new.amount.minor,
                currency=place.currency,
                number=(await numbers.take(Series.RECEIPT, held.entity, received_on))[0],
                started_at=now,
                received_on=received_on,
                settled_at=now,
                taken_by_id=viewer.staff_id,
                reference=reference,
            )
            await sql.insert([payment])
            await sql.insert(
                [
                    PaymentInvoice(id=uuid7(), payment_id=payment_id, invoice_id=invoice, minor=minor)
                    for invoice, minor in (meant or {}).items()
                    if minor
                ]
            )
            paid = await ledger.receive(held, payment, meant, debts=debts, on=received_on, now=now)
            after = {
                "method": new.method,
                "minor": payment.minor,
                "currency": payment.currency,
                "number": payment.number,
            }
            taken = Happening(EventKind.PAYMENT_TAKEN, payment_id, place.id, after=after)
            await events.record_all(
                viewer, [taken, *await of_invoices(EventKind.INVOICE_PAID, paid, invoices)], now=now
            )
        return {"payment": str(payment_id)}

    return sql.as_key((await retries.once(retry, work))["payment"])


async def till(viewer: Viewer, deed: Deed, location_id: UUID | None) -> tuple[Location, UUID]:
    """The place at whose desk something is done with money, and the key of who invoices for it.

    Raises:
        NotFound: there is no such location.
        Forbidden: the viewer may not do that there.
        NoLegalEntity: nobody invoices for the location.
    """
    place = await access.find(viewer, Location, location_id, path="locationId")
    access.may(viewer, deed, place.id)
    if place.legal_entity_id is None:
        raise NoLegalEntity(path=("locationId",))
    return place, place.legal_entity_id


def must_be_open(held: Held, day: date, *, path: Path) -> None:
    """Refuse a day whose books are closed, and say where it was given.

    Raises:
        PeriodClosed: they are.
    """
    try:
        held.entity.must_be_open_on(day)
    except PeriodClosed as closed:
        raise PeriodClosed(closed.closed_through, path=path) from closed


def must_be_payable(amount: Money, currency: str, *, path: Path = ("amount",)) -> None:
    """Refuse an amount of nothing, or of another currency.

    Raises:
        InvalidInput: it is.
    """
    if amount.currency != currency:
        raise InvalidInput(f"Please give the amount in {currency}.", path=(*path, "currency"))
    if not amount.minor:
        raise InvalidInput("Please give an amount above 0.", path=(*path, "amount"))


async def of_invoices(kind: EventKind, invoice_ids: Sequence[UUID], known: Mapping[UUID, Invoice]) -> list[Happening]:
    """That this has happened to each of these invoices, each at its own place."""
    missing = [each for each in invoice_ids if each not in known]
    where = {invoice: each.location_id for invoice, each in known.items()}
    if missing:
        found = await sql.tuples(
            f"SELECT id, location_id FROM invoice WHERE id IN ({sql.marks(len(missing))})",  # noqa: S608 - our own names
            missing,
        )
        where |= {sql.as_key(invoice): sql.as_key(place) for invoice, place in found}
    return [Happening(kind, invoice, where[invoice]) for invoice in dict.fromkeys(invoice_ids)]


async def made_out_by(invoice_ids: Sequence[UUID | None], place: Location, entity_id: UUID) -> UUID:
    """Who gets money at a place: whoever made the named invoices of it out, though somebody else does so by now."""
    ids = [each for each in invoice_ids[:MOST_INVOICES] if each is not None]
    found = await Invoice.filter(id__in=ids, location_id=place.id).order_by("id").first() if ids else None
    return found.legal_entity_id if found else entity_id


async def payable(
    viewer: Viewer, invoice_ids: Sequence[UUID | None], client_id: UUID, entity_id: UUID, currency: str, *, path: str
) -> dict[UUID, Invoice]:
    """The invoices that this client can pay to this legal entity in this currency.

    Raises:
        NotFound: one of them is not there.
        InvalidInput: one is named twice, or is another client's, another legal entity's, or in another currency.
        InvoiceNotIssued: one is a draft, or was discarded.
    """
    if len(invoice_ids) > MOST_INVOICES:
        raise InvalidInput(f"Please name at most {MOST_INVOICES} invoices.", path=(path,))
    if any(times > 1 for times in Counter(invoice_ids).values()):
        raise InvalidInput("Please name each invoice once.", path=(path,))
    found = {each.id: each for each in await access.find_all(viewer, Invoice, invoice_ids, path=path)}
    for number, invoice_id in enumerate(invoice_ids):
        if invoice_id is None:
            raise NotFound(path=(path,))
        invoice, at = found[invoice_id], (path, str(number))
        if invoice.client_id != client_id:
            raise InvalidInput("This invoice is addressed to another client.", path=at)
        invoice.must_be_issued()
        if invoice.legal_entity_id != entity_id:
            raise InvalidInput(
                "Another legal entity made this invoice out. Please take the money where it was.", path=at
            )
        if invoice.currency != currency:
            raise InvalidInput(f"This invoice is in {invoice.currency}, and the location takes {currency}.", path=at)
    return found


async def _named(
    viewer: Viewer, new: NewPayment, client_id: UUID, entity_id: UUID, currency: str
) -> dict[UUID, Invoice]:
    """The invoices that the payment is for, of which not more is to be paid than it is worth."""
    if new.invoices is None:
        return {}
    if not new.invoices:
        raise InvalidInput(
            "Please name the invoices, or say nothing of them to pay the oldest first.", path=("invoices",)
        )
    named = await payable(
        viewer, [each.invoice_id for each in new.invoices], client_id, entity_id, currency, path="invoices"
    )
    if sum(each.minor or 0 for each in new.invoices) > new.amount.minor:
        raise TooMuch(new.amount.minor, currency, "The invoices come to more than the payment.", path=("invoices",))
    return named


def _shared(invoices: Sequence[Meant], minor: int, debts: Sequence[Open]) -> dict[UUID, int]:
    """How much of the payment is for which invoice: what was said, and for the others what is open, in their order."""
    left = minor - sum(each.minor or 0 for each in invoices)
    is_open = {debt.invoice_id: debt.minor for debt in debts}
    meant: dict[UUID, int] = {}
    for each in invoices:
        if each.invoice_id is not None:
            meant[each.invoice_id] = min(left, is_open.get(each.invoice_id, 0)) if each.minor is None else each.minor
            left -= meant[each.invoice_id] if each.minor is None else 0
    return meant


def _day(given: date | None, place: Location, now: datetime) -> date:
    today = today_in(place.clock, now)
    if given is None:
        return today
    must_be_foreseeable(given, path="receivedOn")
    if given > today:
        raise InvalidInput("This day is still to come.", path=("receivedOn",))
    return given
