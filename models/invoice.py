"""Invoices: a draft that people work on, and from its issue on a paper that never changes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields

from models.charge import ChargeSource
from models.client import Client
from models.legal_entity import LegalEntity
from models.location import Location
from models.money import ONE, WHOLE, rounded
from models.pet import Pet
from models.price_list import PriceListItem, TaxCategory
from models.refusal import InvoiceChanged, InvoiceDiscarded, InvoiceIssued, InvoiceNotIssued
from models.row import Instant, Row, no_instant_yet
from models.staff import Staff
from models.visit import Visit

if TYPE_CHECKING:
    from datetime import datetime

MOST_LINES = 200


class InvoiceState(StrEnum):
    """Where an invoice stands. Whether it is settled is not kept: the ledger says what is open of it."""

    DRAFT = "DRAFT"
    ISSUED = "ISSUED"
    DISCARDED = "DISCARDED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Who invoices whom, as it stood on the day of issue: names, addresses as lines, "" where nothing is known."""

    seller: str
    seller_address: list[str]
    tax_number: str
    bank_details: str
    location: str
    client: str
    client_address: list[str]
    language: str

    @classmethod
    def read(cls, text: str) -> Names:
        """The names that were written."""
        return cls(**json.loads(text))

    def written(self) -> str:
        """The names as text, the same text each time."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


class Invoice(Row):
    """What a client is asked to pay, in minor units of its currency.

    A draft is for the whole bill, whoever pays it; at its issue each payer gets an invoice of her own over her `share`
    (in percent), all with the same `bill_id`, which is the key of the draft. From then on it is frozen: `number`,
    `names` (see `Names`) and amounts stay as they were. `version` is raised with each change of a draft.
    """

    bill_id = fields.UUIDField()
    location: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    location_id: UUID
    legal_entity: fields.ForeignKeyRelation[LegalEntity] = fields.ForeignKeyField(
        "models.LegalEntity", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    legal_entity_id: UUID
    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField(
        "models.Client", related_name="invoices", on_delete=fields.OnDelete.RESTRICT
    )
    client_id: UUID
    currency = fields.CharField(max_length=3)
    state = fields.CharEnumField(InvoiceState, max_length=16, default=InvoiceState.DRAFT)
    version = fields.IntField(default=1)
    share = fields.SmallIntField(default=100)
    net_minor = fields.BigIntField(default=0)
    tax_minor = fields.BigIntField(default=0)
    gross_minor = fields.BigIntField(default=0)
    opened_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    opened_by_id: UUID | None
    opened_at = Instant()
    number = fields.CharField(max_length=32, null=True, unique=True)
    issued_at = no_instant_yet()
    issued_on = fields.DateField(null=True)
    due_on = fields.DateField(null=True)
    issued_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    issued_by_id: UUID | None
    names = fields.TextField(default="")
    differs_because = fields.TextField(default="")
    discarded_at = no_instant_yet()
    discarded_because = fields.TextField(default="")

    class Meta:
        table = "invoice"
        indexes = (("client_id", "issued_at"), ("location_id", "state"), ("bill_id",))

    def must_be_a_draft(self) -> None:
        """Refuse to change what has left the desk.

        Raises:
            InvoiceIssued: it has been issued.
            InvoiceDiscarded: it was discarded.
        """
        if self.state is InvoiceState.ISSUED:
            raise InvoiceIssued
        if self.state is InvoiceState.DISCARDED:
            raise InvoiceDiscarded

    def must_be_issued(self) -> None:
        """Refuse to settle or to correct what nobody was asked to pay.

        Raises:
            InvoiceNotIssued: it is a draft, or was discarded.
        """
        if self.state is not InvoiceState.ISSUED:
            raise InvoiceNotIssued

    def must_be_at(self, version: int) -> None:
        """Refuse to issue what looks otherwise than whoever issues it has seen.

        Raises:
            InvoiceChanged: somebody has changed it since.
        """
        if self.version != version:
            raise InvoiceChanged

    def discard(self, because: str, *, now: datetime) -> None:
        """Give a draft up; it never had a number.

        Raises:
            InvoiceIssued, InvoiceDiscarded: it is no draft any more.
        """
        self.must_be_a_draft()
        self.state, self.discarded_at, self.discarded_because = InvoiceState.DISCARDED, now, because


@dataclass(frozen=True, slots=True)
class Amounts:
    """What a line costs, in minor units: `net` without tax, `tax`, and `gross` with it."""

    net: int
    tax: int
    gross: int


def amounts(quantity: int, unit_price: int, *, discount: int, tax_rate: int, is_included: bool) -> Amounts:
    """What so many thousandths of something cost; discount and tax rate are in thousandths of a percent.

    Rounded line by line, the half away from zero, once each: the quantity times the price, the discount, the tax.
    """
    full = rounded(quantity * unit_price, ONE)
    left = full - rounded(full * discount, WHOLE)
    if is_included:
        tax = rounded(left * tax_rate, WHOLE + tax_rate)
        return Amounts(left - tax, tax, left)
    tax = rounded(left * tax_rate, WHOLE)
    return Amounts(left, tax, left + tax)


class InvoiceLine(Row):
    """One line of an invoice. `unit_price_minor` is what one costs here, `list_price_minor` what the price list says.

    `source` and `source_id` say what of the record it bills; it `holds_source` while nothing else may bill the same.
    Of an invoice over a share the amounts are the share's; quantity and price are those of the whole.
    """

    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "models.Invoice", related_name="lines", on_delete=fields.OnDelete.RESTRICT
    )
    invoice_id: UUID
    position = fields.SmallIntField()
    item: fields.ForeignKeyRelation[PriceListItem] = fields.ForeignKeyField(
        "models.PriceListItem", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    item_id: UUID
    pet: fields.ForeignKeyNullableRelation[Pet] = fields.ForeignKeyField(
        "models.Pet", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    pet_id: UUID | None
    visit: fields.ForeignKeyNullableRelation[Visit] = fields.ForeignKeyField(
        "models.Visit", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    visit_id: UUID | None
    source = fields.CharEnumField(ChargeSource, max_length=16, null=True)
    source_id = fields.UUIDField(null=True)
    holds_source = fields.BooleanField(default=False)
    description = fields.TextField()
    pet_name = fields.TextField(default="")
    provided_on = fields.DateField()
    quantity_thousandths = fields.BigIntField()
    unit = fields.TextField(default="")
    list_price_minor = fields.BigIntField(null=True)
    unit_price_minor = fields.BigIntField()
    price_because = fields.TextField(default="")
    discount_rate = fields.IntField(default=0)
    discount_because = fields.TextField(default="")
    tax_category: fields.ForeignKeyRelation[TaxCategory] = fields.ForeignKeyField(
        "models.TaxCategory", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    tax_category_id: UUID
    tax_rate = fields.IntField()
    tax_is_included = fields.BooleanField()
    net_minor = fields.BigIntField()
    tax_minor = fields.BigIntField()
    gross_minor = fields.BigIntField()

    class Meta:
        table = "invoice_line"
        unique_together = (("invoice_id", "position"),)
        indexes = (("visit_id",), ("pet_id",))

    def reckon(self) -> None:
        """Work out what the line costs from its quantity, price, discount and tax."""
        cost = amounts(
            self.quantity_thousandths,
            self.unit_price_minor,
            discount=self.discount_rate,
            tax_rate=self.tax_rate,
            is_included=self.tax_is_included,
        )
        self.net_minor, self.tax_minor, self.gross_minor = cost.net, cost.tax, cost.gross


class InvoiceVisit(Row):
    """A visit that a bill is for."""

    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "models.Invoice", related_name="visit_rows", on_delete=fields.OnDelete.RESTRICT
    )
    invoice_id: UUID
    visit: fields.ForeignKeyRelation[Visit] = fields.ForeignKeyField(
        "models.Visit", related_name="invoice_rows", on_delete=fields.OnDelete.RESTRICT
    )
    visit_id: UUID

    class Meta:
        table = "invoice_visit"
        unique_together = (("invoice_id", "visit_id"),)
        indexes = (("visit_id",),)


class InvoicePayer(Row):
    """Who will pay which percent of a draft: without any, its client pays all of it."""

    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "models.Invoice", related_name="payers", on_delete=fields.OnDelete.RESTRICT
    )
    invoice_id: UUID
    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField(
        "models.Client", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    client_id: UUID
    share = fields.SmallIntField()

    class Meta:
        table = "invoice_payer"
        unique_together = (("invoice_id", "client_id"),)
