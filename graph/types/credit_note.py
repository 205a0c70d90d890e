"""Credit notes and their lines."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import strawberry

import models
from graph.reading.shape import column, computed, many, one, shape
from graph.roles import EVERYBODY, STAFF
from graph.types.charge_source import percent
from graph.types.client import Client
from graph.types.invoice import Invoice, InvoiceLine, InvoiceNames, names_of
from graph.types.location import Location
from graph.types.money import Money, money
from graph.types.node import Node, id_of
from graph.types.staff import Staff


@shape(models.CreditNoteLine, EVERYBODY)
class CreditNoteLine(Node):
    """What is taken back of one line of an invoice."""

    id: strawberry.ID = id_of("CreditNoteLine")
    credit_note: Annotated[CreditNote, strawberry.lazy("graph.types.credit_note")] = one(
        "Of which credit note.", carried=True
    )
    position: int = column("Its place on the credit note, from 1.")
    description: str = column("What the line of the invoice was for.")
    invoice_line: InvoiceLine = one("The line of the invoice.", carried=True)
    tax_percent: Decimal = computed("The rate of tax, in percent.", percent, "tax_rate")
    net: Money = money("What is taken back without tax.", "net_minor", "credit_note.currency")
    tax: Money = money("The tax on it.", "tax_minor", "credit_note.currency")
    gross: Money = money("What is taken back with tax.", "gross_minor", "credit_note.currency")


@shape(models.CreditNote, EVERYBODY)
class CreditNote(Node):
    """What is taken back of an issued invoice. It never changes."""

    id: strawberry.ID = id_of("CreditNote")
    number: str = column("Its number: `LDNC2026-00007`.")
    invoice: Invoice = one("Of which invoice.", carried=True)
    location: Location = one("Where it was made out.", carried=True)
    client: Client = one("To whom.", carried=True)
    because: str = column("Why.")
    net: Money = money("The sum without tax.", "net_minor")
    tax: Money = money("The tax.", "tax_minor")
    gross: Money = money("The sum with tax.", "gross_minor")
    names: InvoiceNames = computed("Who credits whom, as it stood on the day of issue.", names_of, "names")
    issued_at: datetime = column("When it was issued.")
    issued_on: date = column("On which day, on the calendar of the place.")
    lines: list[CreditNoteLine] = many(
        "Its lines in their order.", models.CreditNoteLine, "credit_note", order=("position",), size=3
    )
    issued_by: Staff | None = one("Who issued it.", STAFF, carried=True)
