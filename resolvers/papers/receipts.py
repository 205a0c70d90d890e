"""Receipts on paper: what was paid, and what that paid on its day. What was given back since is not on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import Client, EntryKind, Invoice, LedgerEntry, LegalEntity, Location, Payment, PaymentState
from models.paper import MoneyFacts, Paper, SumLine, SumTable
from resolvers import wording
from resolvers.invoices import issuing
from resolvers.papers import sellers, sums

if TYPE_CHECKING:
    from uuid import UUID

    from resolvers.wording import Wording


def has_come(payment: Payment) -> bool:
    """Whether the money is here."""
    return payment.state is PaymentState.SUCCEEDED


async def receipt(payment_id: UUID) -> Paper | None:
    """The receipt of a payment, in the language of its client. None of money that has not come."""
    found = await Payment.get_or_none(id=payment_id)
    if found is None or not has_come(found) or found.settled_at is None:
        return None
    client, place = await Client.get(id=found.client_id), await Location.get(id=found.location_id)
    names = issuing.names(await LegalEntity.get(id=found.legal_entity_id), place, client)
    words = wording.of(client.language, place.country)
    amount = words.money(found.minor, found.currency)
    facts = MoneyFacts(
        title=words.said("money", "receipt_title", number=found.number or ""),
        addressee=[names.client, *sellers.address(names.client_address, words)],
        about=(
            (words.said("money", "received_on"), words.day(found.received_on) if found.received_on else ""),
            (words.said("money", "method"), words.said("method", found.method.value)),
            (words.said("money", "place"), names.location),
            (words.said("money", "reference"), found.reference),
        ),
        notices=[words.said("money", "received", amount=amount)],
        tables=[_paid(found, await _at_once(found), words)],
        closing=(),
        seller=sellers.lines(names, words),
        seller_about=sellers.tax_number(names, words),
    )
    return await sums.paper(facts, place, words, dated=found.settled_at)


async def _at_once(payment: Payment) -> list[tuple[Invoice, int]]:
    """The invoices that it paid when it came, and how much of each: they stand right behind it in the books."""
    came = await LedgerEntry.get(payment_id=payment.id, kind=EntryKind.PAYMENT)
    behind = await LedgerEntry.filter(
        account_id=came.account_id, number__gt=came.number, at=came.at, payment_id=payment.id, kind=EntryKind.ALLOCATION
    ).order_by("number")
    paid = [entry for place, entry in enumerate(behind, 1) if entry.number == came.number + place]
    of = {invoice.id: invoice for invoice in await Invoice.filter(id__in=[entry.invoice_id for entry in paid])}
    return [(of[entry.invoice_id], entry.minor) for entry in paid if entry.invoice_id is not None]


def _paid(payment: Payment, paid: list[tuple[Invoice, int]], words: Wording) -> SumTable:
    left = payment.minor - sum(minor for _, minor in paid)
    totals = [(words.said("money", "on_account"), words.money(left, payment.currency))] if left else []
    return SumTable(
        columns=[words.said("money", word) for word in ("paid_invoice", "issued_on", "paid_amount")],
        lines=[
            SumLine(
                what=invoice.number or "",
                cells=[
                    words.day(invoice.issued_on) if invoice.issued_on else "",
                    words.money(minor, payment.currency),
                ],
            )
            for invoice, minor in paid
        ],
        totals=[*totals, (words.said("money", "total"), words.money(payment.minor, payment.currency))],
    )
