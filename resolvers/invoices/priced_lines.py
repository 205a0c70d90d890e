"""Lines as they are priced: what one costs by the list, what it costs here, and how far below one may go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models import ChargeSource, InvoiceLine, Practice
from models.money import MOST_MINOR, WHOLE
from models.refusal import DiscountTooHigh, InvalidInput
from models.row import uuid7
from resolvers import access

if TYPE_CHECKING:
    from uuid import UUID

    from models import Invoice, PriceListItem
    from resolvers.charges import Charge, Item
    from resolvers.quotes import Quote
    from resolvers.viewer import Viewer


def of_charge(invoice_id: UUID, position: int, charge: Charge) -> InvoiceLine:
    """The line that bills a charge at the price of the list; the charge has an item and a rate of tax."""
    item, quote = charge.item, charge.quote
    if item is None or quote is None or quote.tax_rate is None:
        raise TypeError("A charge is billed as an item that is taxed somehow.")
    line = InvoiceLine(
        id=uuid7(),
        invoice_id=invoice_id,
        position=position,
        item_id=item.id,
        pet_id=charge.pet_id,
        visit_id=charge.visit_id,
        source=charge.source,
        source_id=charge.source_id,
        holds_source=True,
        description=item.name if charge.source in _BY_THE_LIST else charge.name,
        pet_name=charge.pet_name,
        provided_on=charge.provided_on,
        quantity_thousandths=charge.quantity,
        **by_the_list(item, quote),
    )
    line.reckon()
    return line


def by_the_list(item: Item | PriceListItem, quote: Quote) -> dict[str, Any]:
    """What a line says of the item that it bills, as that stands on the list."""
    return {
        "unit": item.unit,
        "list_price_minor": quote.minor,
        "unit_price_minor": quote.minor or 0,
        "tax_category_id": item.tax_category_id,
        "tax_rate": quote.tax_rate,
        "tax_is_included": quote.tax_is_included,
    }


_BY_THE_LIST = frozenset({ChargeSource.APPOINTMENT, ChargeSource.PROPOSAL})
"""What the record has no words of its own for."""


async def must_be_allowed(viewer: Viewer, invoice: Invoice, line: InvoiceLine) -> None:
    """Refuse a line that costs less than the viewer may give it for, or more than anybody pays.

    The list price is what it is measured by, or where there is none the price that was given.

    Raises:
        DiscountTooHigh: price and discount together take off more than the practice allows the front desk.
        InvalidInput: it costs more than anybody pays.
    """
    if line.gross_minor > MOST_MINOR:
        raise InvalidInput("This is more than anybody pays. Please check quantity and price.", path=("quantity",))
    usual = line.unit_price_minor if line.list_price_minor is None else line.list_price_minor
    practice = await Practice.first()
    most = practice.most_discount if practice else 0
    is_too_low = line.unit_price_minor * (WHOLE - line.discount_rate) * 100 < usual * WHOLE * (100 - most)
    if is_too_low and not access.is_a_manager(viewer, invoice.location_id):
        raise DiscountTooHigh(most, path=("discountPercent" if line.discount_rate else "unitPrice",))
