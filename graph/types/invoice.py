"""Invoices and their lines."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from graph.reading.shape import batched, column, computed, many, one, shape, timed
from graph.roles import EVERYBODY, STAFF, allow
from graph.types.charge_source import ChargeSource, maybe_source_id, percent, pieces
from graph.types.client import Client
from graph.types.enums import described
from graph.types.legal_entity import LegalEntity
from graph.types.location import Location
from graph.types.money import Money, money
from graph.types.node import Node, id_of
from graph.types.pet import Pet
from graph.types.price_list import PriceListItem
from graph.types.staff import Staff
from graph.types.stated import lines, words
from graph.types.visit import Visit
from models import InvoiceState
from models import invoice as kept
from resolvers import invoices

if TYPE_CHECKING:
    from graph.types.credit_note import CreditNote

described(
    InvoiceState,
    "Where an invoice stands. What is open of it is said by `openAmount`.",
    {
        InvoiceState.DRAFT: "It is being worked on, and nobody has been asked to pay it. Owners do not see it.",
        InvoiceState.ISSUED: "It has a number and never changes; only credit notes correct it.",
        InvoiceState.DISCARDED: "It was given up as a draft. Owners do not see it.",
    },
)


@strawberry.type(
    directives=[allow(EVERYBODY)],
    description="Who invoices whom, as it stood on the day of issue. What was not known is empty.",
)
class InvoiceNames:
    """Who invoices whom."""

    seller: str = words("Who invoices.")
    seller_address: list[str] = lines("Their address, line by line.")
    tax_number: str = words("Their tax number.")
    bank_details: str = words("Where to pay.")
    location: str = words("The place.")
    client: str = words("Who is to pay.")
    client_address: list[str] = lines("Her address, line by line.")
    language: str = words("The language of the paper, as a BCP 47 tag: `en`, `de`.")


def names_of(written: str) -> InvoiceNames | None:
    """The names as clients see them; nothing before there are any."""
    if not written:
        return None
    names = kept.Names.read(written)
    return InvoiceNames(**{name: getattr(names, name) for name in kept.Names.__slots__})


@shape(models.InvoiceLine, EVERYBODY)
class InvoiceLine(Node):
    """One line of an invoice. Where the invoice is over a share of a bill, the amounts are the share's.

    Amounts are rounded line by line, the half up: quantity times price, then the discount, then the tax.
    """

    id: strawberry.ID = id_of("InvoiceLine")
    invoice: Annotated[Invoice, strawberry.lazy("graph.types.invoice")] = one("Of which invoice.", carried=True)
    position: int = column("Its place on the invoice, from 1; numbers may be missing.")
    description: str = column("What it is for.")
    pet: Pet | None = one("For which pet; null when for none, and for an owner who does not see it any more.")
    pet_name: str = column("The name of that pet, as it was; empty when for none.")
    provided_on: date = column("The day on which it was provided, on the calendar of the place.")
    quantity: Decimal = computed("How many, more than 0, with at most 3 decimals.", pieces, "quantity_thousandths")
    unit: str = column("What one is: `tablet`, `ml`; empty for a piece.")
    unit_price: Money = money(
        "What one costs here, with the tax in it where `taxIsIncluded`.", "unit_price_minor", "invoice.currency"
    )
    discount_percent: Decimal = computed("How many percent are taken off, 0 to 100.", percent, "discount_rate")
    tax_percent: Decimal = computed("The rate of tax, in percent.", percent, "tax_rate")
    tax_is_included: bool = column("Whether the prices of the line have the tax in them.")
    net: Money = money("What the line costs without tax.", "net_minor", "invoice.currency")
    tax: Money = money("The tax on it.", "tax_minor", "invoice.currency")
    gross: Money = money("What it costs with tax.", "gross_minor", "invoice.currency")
    credited: Money = batched("How much of `gross` was taken back by credit notes.", invoices.credited)
    list_price: Money | None = money(
        "What one costs by the price list, with the tax in it where `taxIsIncluded`; null when that has no price.",
        "list_price_minor",
        "invoice.currency",
        roles=STAFF,
    )
    price_because: str | None = column("Why the price is another than the price list's; empty when it is not.", STAFF)
    discount_because: str | None = column("Why there is a discount; empty without one.", STAFF)
    item: PriceListItem | None = one("Which item of the price list it is.", STAFF, carried=True)
    visit: Visit | None = one("Of which visit; null when of none.", STAFF, carried=True)
    source: ChargeSource | None = column("What of the record it bills; null for what was added by hand.", STAFF)
    source_id: strawberry.ID | None = computed(
        "The id of that: of an appointment, a line of the record, or a proposed charge; null with `source`.",
        maybe_source_id,
        "source",
        "source_id",
        roles=STAFF,
    )


@shape(models.InvoicePayer, STAFF)
class InvoicePayer:
    """Who will pay which share of a draft."""

    client: Client = one("Who.", carried=True)
    percent: int = column("How many percent of it, 1 to 100.", of="share")


@shape(models.Invoice, EVERYBODY)
class Invoice(Node):
    """What a client is asked to pay.

    A draft is for the whole bill; when it is issued, each payer gets an invoice of her own over her share. An issued
    invoice never changes. Owners see those that are addressed to them.
    """

    id: strawberry.ID = id_of("Invoice")
    number: str | None = column("Its number: `LDN2026-00042`; null until it is issued.")
    state: InvoiceState = column("Where it stands.")
    location: Location = one("Where it was made out.", carried=True)
    client: Client = one("Who is to pay; of a draft, the named payer, who gets the odd cent.", carried=True)
    currency: str = column("Its currency, as three letters of ISO 4217: `EUR`.")
    share_percent: int = column("How many percent of the bill it is over, 1 to 100.", of="share")
    net: Money = money("The sum without tax.", "net_minor")
    tax: Money = money("The tax.", "tax_minor")
    gross: Money = money("The sum with tax: what is to be paid.", "gross_minor")
    open_amount: Money | None = batched("What is still to be paid; null until it is issued.", invoices.open_amounts)
    is_settled: bool = batched(
        "Whether nothing is open any more: it was paid, credited or written off. A draft is not settled.",
        invoices.settled,
    )
    is_overdue: bool = timed(
        "Whether something is open after the day on which it was due, on the calendar of the place.", invoices.overdue
    )
    issued_at: datetime | None = column("When it was issued; null until then.")
    issued_on: date | None = column("The day of issue, on the calendar of the place; null until then.")
    due_on: date | None = column("The day by which it is to be paid; null until it is issued.")
    names: InvoiceNames | None = computed(
        "Who invoices whom, as it stood on the day of issue; null until then.", names_of, "names"
    )
    lines: list[InvoiceLine] = many(
        "Its lines in their order, at most 200.", models.InvoiceLine, "invoice", order=("position",)
    )
    credit_notes: list[Annotated[CreditNote, strawberry.lazy("graph.types.credit_note")]] = many(
        "The credit notes to it, oldest first.", models.CreditNote, "invoice", order=("issued_at",), size=2
    )
    legal_entity: LegalEntity | None = one("Who invoices.", STAFF, carried=True)
    version: int | None = column(
        "Raised with each change of a draft: `issueInvoice` takes the one that was seen.", STAFF
    )
    payers: list[InvoicePayer] | None = many(
        "Who will pay which share of a draft, the largest share first; without any, its client pays all of it.",
        models.InvoicePayer,
        "invoice",
        STAFF,
        order=("-share",),
        size=2,
    )
    visits: list[Visit] | None = many(
        "The visits that the bill is for, oldest first.",
        models.InvoiceVisit,
        "invoice",
        STAFF,
        order=("visit.at",),
        via="visit",
        size=2,
    )
    opened_at: datetime | None = column("When it was opened as a draft.", STAFF)
    opened_by: Staff | None = one("Who opened it.", STAFF, carried=True)
    issued_by: Staff | None = one("Who issued it; null until then.", STAFF, carried=True)
    differs_because: str | None = column(
        "Why it was issued though what was done and what is billed differ; empty when they did not.", STAFF
    )
    discarded_at: datetime | None = column("When it was discarded; null when it was not.", STAFF)
    discarded_because: str | None = column("Why it was discarded; empty when it was not.", STAFF)
