"""Working on the lines of a draft."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key, maybe_key
from graph.inputs import changed
from graph.mutations.charges import SOURCE
from graph.types.charge_source import source_of, thousandths
from graph.types.invoice import Invoice
from graph.types.money import MoneyInput, minor_of
from models.refusal import AlreadyBilled, DiscountTooHigh, InvalidInput, InvoiceDiscarded, InvoiceIssued, NoPrice
from resolvers import invoices
from resolvers.access import Deed
from resolvers.changes import UNSET, Unset
from resolvers.deeds import DEEDS
from resolvers.invoices import lines
from resolvers.invoices.lines import NewLine
from resolvers.invoices.terms import Terms

_DESK = DEEDS[Deed.ADD_INVOICE_LINE]
_NOW = "The invoice as it is now."
_PRICE = (
    "What one costs here, when it is not the price of the list: in the currency of the invoice, with the tax in it where"
    " `TaxRate.isIncluded`. Price and discount together may take off"
    " `Practice.mostDiscountPercent`; more is for a manager"
)
_PRICE_BECAUSE = "Why it costs something else than on the price list, at most 200 characters; needed when it does."
_DISCOUNT = "How many percent are taken off, 0 to 100, with at most 3 decimals"
_DISCOUNT_BECAUSE = "Why there is a discount, at most 200 characters; needed with one."
_MOST_PERCENT = Decimal(100)
_PER_PERCENT = 1000


def _rate(percent: Decimal) -> int:
    exact = percent * _PER_PERCENT if percent.is_finite() else Decimal(-1)
    if not 0 <= percent <= _MOST_PERCENT or exact != exact.to_integral_value():
        raise InvalidInput(
            "Please give a discount from 0 to 100 percent, with at most 3 decimals.", path=("discountPercent",)
        )
    return int(exact)


def _minor(price: MoneyInput) -> tuple[int, str]:
    return minor_of(price, path=("unitPrice",))


@deed_input(_DESK)
class AddInvoiceLineInput:
    """One more line of a draft: an item, or something that was done; or that, billed as another item than its own."""

    invoice_id: strawberry.ID = said("Which draft; it has at most 200 lines.")
    item_id: strawberry.ID | None = said("Which item of the price list.", default=None)
    source_id: strawberry.ID | None = said(
        f"{SOURCE} What was dropped is billed after all, and its visit is one that the bill is for.", default=None
    )
    pet_id: strawberry.ID | None = said("For which pet, when only an item is named.", default=None)
    quantity: Decimal | None = said(
        "How many, above 0, with at most 3 decimals; 1, or as much as was done, when nothing is said.", default=None
    )
    unit_price: MoneyInput | None = said(f"{_PRICE}.", default=None)
    price_because: str | None = said(_PRICE_BECAUSE, default=None)
    discount_percent: Decimal | None = said(f"{_DISCOUNT}.", default=None)
    discount_because: str | None = said(_DISCOUNT_BECAUSE, default=None)
    idempotency_key: str = said(KEY)


@deed_input(_DESK)
class AmendInvoiceLineInput:
    """What changes about a line of a draft; what is not given stays as it is."""

    line_id: strawberry.ID = said("Which line.")
    quantity: Decimal | None = said(
        "How many, above 0, with at most 3 decimals. It cannot be cleared.", default=strawberry.UNSET
    )
    unit_price: MoneyInput | None = said(f"{_PRICE}; null for the price of the list again.", default=strawberry.UNSET)
    price_because: str | None = said(_PRICE_BECAUSE, default=strawberry.UNSET)
    discount_percent: Decimal | None = said(f"{_DISCOUNT}; null for none.", default=strawberry.UNSET)
    discount_because: str | None = said(_DISCOUNT_BECAUSE, default=strawberry.UNSET)
    idempotency_key: str = said(KEY)


@deed_input(_DESK)
class RemoveInvoiceLineInput:
    """A line that is taken off a draft."""

    line_id: strawberry.ID = said("Which line; what it billed may be billed again.")
    idempotency_key: str = said(KEY)


@payload(_DESK)
class InvoiceLineAdded:
    """The draft has one line more."""

    invoice: Invoice = said(_NOW)


@payload(_DESK)
class InvoiceLineAmended:
    """The line is as it was said."""

    invoice: Invoice = said(_NOW)


@payload(_DESK)
class InvoiceLineRemoved:
    """The draft has one line less."""

    invoice: Invoice = said(_NOW)


@strawberry.type
class InvoiceLineMutations:
    """Working on the lines of a draft."""

    @mutation(
        Deed.ADD_INVOICE_LINE,
        InvoiceLineAdded,
        InvoiceIssued,
        InvoiceDiscarded,
        AlreadyBilled,
        NoPrice,
        DiscountTooHigh,
    )
    async def add_invoice_line(self, info: Info, input: AddInvoiceLineInput) -> object:
        """Add a line to a draft, at the price of the list on the day unless another is given."""
        viewer = info.context.viewer
        new = NewLine(
            item_id=maybe_key("PriceListItem", input.item_id),
            pet_id=maybe_key("Pet", input.pet_id),
            source=source_of(input.source_id) if input.source_id is not None else None,
            terms=Terms(
                quantity=_given(input.quantity, thousandths),
                price=_given(input.unit_price, _minor),
                price_because=_given(input.price_because, str),
                discount=_given(input.discount_percent, _rate),
                discount_because=_given(input.discount_because, str),
            ),
        )
        of = await lines.add(
            viewer, key("Invoice", input.invoice_id), new, key=input.idempotency_key, now=info.context.now
        )
        return answered(InvoiceLineAdded, invoice=invoices.one(viewer, of))

    @mutation(Deed.AMEND_INVOICE_LINE, InvoiceLineAmended, InvoiceIssued, InvoiceDiscarded, NoPrice, DiscountTooHigh)
    async def amend_invoice_line(self, info: Info, input: AmendInvoiceLineInput) -> object:
        """Change quantity, price or discount of a line of a draft; what it was before stays in the trail."""
        viewer = info.context.viewer
        terms = Terms(
            quantity=changed(input.quantity, thousandths, null=0),
            price=changed(input.unit_price, _minor, null=None),
            price_because=changed(input.price_because, null=""),
            discount=changed(input.discount_percent, _rate, null=0),
            discount_because=changed(input.discount_because, null=""),
        )
        of = await lines.amend(
            viewer, key("InvoiceLine", input.line_id), terms, key=input.idempotency_key, now=info.context.now
        )
        return answered(InvoiceLineAmended, invoice=invoices.one(viewer, of))

    @mutation(Deed.REMOVE_INVOICE_LINE, InvoiceLineRemoved, InvoiceIssued, InvoiceDiscarded)
    async def remove_invoice_line(self, info: Info, input: RemoveInvoiceLineInput) -> object:
        """Take a line off a draft."""
        viewer = info.context.viewer
        line = key("InvoiceLine", input.line_id)
        of = await lines.remove(viewer, line, key=input.idempotency_key, now=info.context.now)
        return answered(InvoiceLineRemoved, invoice=invoices.one(viewer, of))


def _given(value: Any, read: Any) -> Any | Unset:
    """What was said of a new line; nothing where nothing was."""
    return UNSET if value is None else read(value)
