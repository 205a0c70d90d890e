"""Terms of a line: its quantity, price and discount, each that is not the usual one with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models.charge import quantity_of
from models.money import WHOLE
from models.refusal import InvalidInput, NoPrice
from models.text import line as one_line
from resolvers.changes import UNSET, Unset

if TYPE_CHECKING:
    from models import Invoice, InvoiceLine

SAID = ("quantity_thousandths", "unit_price_minor", "price_because", "discount_rate", "discount_because")
"""The columns of a line that its terms set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is said of a line: how many thousandths, for how many minor units of a currency, and the discount.

    The discount is in thousandths of a percent. `price` as None is the price of the list again.
    """

    quantity: int | Unset = UNSET
    price: tuple[int, str] | Unset | None = UNSET
    price_because: str | Unset = UNSET
    discount: int | Unset = UNSET
    discount_because: str | Unset = UNSET


AS_ON_THE_LIST = Terms()
"""One, at the price of the list."""


def say(line: InvoiceLine, terms: Terms, invoice: Invoice) -> None:
    """Set what is said of the line, and work out what it costs.

    Raises:
        NoPrice: it is to cost what the list says, and that has no price.
        InvalidInput: a reason is missing, or something makes no sense.
    """
    if not isinstance(terms.quantity, Unset):
        line.quantity_thousandths = quantity_of(terms.quantity)
    _say_price(line, terms, invoice)
    _say_discount(line, terms)
    line.reckon()


def told(line: InvoiceLine) -> dict[str, Any]:
    """The terms of a line, for the trail."""
    return {name: getattr(line, name) for name in SAID}


def _say_price(line: InvoiceLine, terms: Terms, invoice: Invoice) -> None:
    if terms.price is None:
        line.unit_price_minor = line.list_price_minor
    elif not isinstance(terms.price, Unset):
        line.unit_price_minor, currency = terms.price
        if currency != invoice.currency:
            raise InvalidInput(f"This invoice is in {invoice.currency}.", path=("unitPrice", "currency"))
    if line.unit_price_minor is None:
        raise NoPrice(path=("unitPrice",))
    if not isinstance(terms.price_because, Unset):
        line.price_because = one_line(terms.price_because, path=("priceBecause",))
    if line.unit_price_minor == line.list_price_minor:
        line.price_because = ""
    elif not line.price_because:
        raise InvalidInput("Please say why it costs something else than on the price list.", path=("priceBecause",))


def _say_discount(line: InvoiceLine, terms: Terms) -> None:
    if not isinstance(terms.discount, Unset):
        if not 0 <= terms.discount <= WHOLE:
            raise InvalidInput("Please give a discount from 0 to 100 percent.", path=("discountPercent",))
        line.discount_rate = terms.discount
    if not isinstance(terms.discount_because, Unset):
        line.discount_because = one_line(terms.discount_because, path=("discountBecause",))
    if not line.discount_rate:
        line.discount_because = ""
    elif not line.discount_because:
        raise InvalidInput("Please say why there is a discount.", path=("discountBecause",))
