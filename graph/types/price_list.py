"""The price list: what is charged for, and what it costs where and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import models
from graph.context import Info
from graph.ids import key
from graph.reading.shape import READS, Many, column, itself, one, shape, told, unresolved
from graph.roles import STAFF, allow
from graph.types.charge_source import percent
from graph.types.enums import described
from graph.types.location import Location
from graph.types.money import Money, money, of_minor
from graph.types.node import Node, id_of
from graph.types.service import Service
from graph.types.tax import TaxCategory
from graph.types.vaccine import Vaccine
from models.price_list import ItemKind
from resolvers import prices, quotes

if TYPE_CHECKING:
    from uuid import UUID

    from graph.context import Context
    from resolvers.viewer import Viewer

described(
    ItemKind,
    "What is charged for.",
    {
        ItemKind.SERVICE: "Something that is done.",
        ItemKind.PRODUCT: "Something that is handed over or used up: a medicine, a bandage.",
    },
    roles=STAFF,
    name="PriceListItemKind",
)


def _versions(_context: Context, given: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
    narrowed = []
    if given.get("locationId") is not None:
        narrowed.append(("{t}.location_id = ?", (key("Location", given["locationId"]),)))
    if given.get("on") is not None:
        narrowed.append(prices.counting_on(given["on"]))
    return " AND ".join(scope for scope, _ in narrowed), tuple(value for _, values in narrowed for value in values)


_PRICES = Many(models.Price, "item", ("-valid_from", "-added_at"), _versions)


@shape(models.Price, STAFF)
class Price:
    """What an item costs at a location from a day on. It is never changed; a later one replaces it."""

    location: Location = one("Where.", carried=True)
    valid_from: date = column("The first day on which it counts, on the calendar of the location.")
    price: Money = money("What one of the item's unit costs there, tax included where the tax rate says so.", "minor")
    added_at: datetime = column("When it was said: of several with the same first day the last one counts.")


@shape(models.PriceListItem, STAFF)
class PriceListItem(Node):
    """Something that the practice charges for."""

    id: strawberry.ID = id_of("PriceListItem")
    kind: ItemKind = column("What it is.")
    name: str = column("What it is called, on invoices too.")
    code: str = column("The practice's own number for it, or the one of a scale of fees; empty without one.")
    unit: str = column("What one of it is: `tablet`, `ml`; empty for a piece, or for something done once.")
    tax_category: TaxCategory = one("How it is taxed.", carried=True)
    service: Service | None = one("The service that is charged as this; null for none.", carried=True)
    vaccine: Vaccine | None = one("The vaccine whose doses are charged as this; null for none.", carried=True)
    also_called: list[str] = column(
        "Other names: what is recorded under its name or one of these is charged as this. Case and accents do not count."
    )
    is_offered: bool = column("Whether it is charged now; what is no longer offered stays on the invoices it is on.")

    @strawberry.field(  # type: ignore[untyped-decorator]
        description=(
            "Its prices, the latest first: every version there is, those to come too; or, with `on`, the one that counts"
            " on that day, for each location that has one."
        ),
        metadata={READS: _PRICES, "size": 5},
    )
    def prices(
        self,
        info: Info,
        location_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those at this location.")
        ] = None,
        on: Annotated[date | None, strawberry.argument(description="Only what counts on this day.")] = None,
    ) -> list[Price]:
        """Its prices."""
        return unresolved()


@strawberry.type(directives=[allow(STAFF)], description="What one of an item costs at a location on a day.")
class Quote:
    """What one of an item costs at a location on a day."""

    price: Money | None = strawberry.field(
        description="The price on the price list, with the tax in it where `taxIsIncluded`; null when it has none there."
    )
    tax_percent: Decimal | None = strawberry.field(
        description="The rate of tax there, in percent; null while nobody has said how it is taxed."
    )
    tax_is_included: bool | None = strawberry.field(
        description="Whether the price has the tax in it; null with `taxPercent`."
    )
    net: Money | None = strawberry.field(description="What one costs without tax; null without a price or a tax rate.")
    tax: Money | None = strawberry.field(description="The tax on it; null without a price or a tax rate.")
    total: Money | None = strawberry.field(
        description="What somebody pays for one, tax included; null without a price or a tax rate."
    )


async def _quotes(_viewer: Viewer, item_ids: Sequence[UUID], question: Mapping[str, Any]) -> Mapping[UUID, Quote]:
    place, day = question["place"], question["day"]
    found = await quotes.quotes(item_ids, place, day)
    return {item_id: _quote(each, place.currency) for item_id, each in found.items()}


def _quote(found: quotes.Quote, currency: str) -> Quote:
    costs = found.amounts
    net, tax, gross = (costs.net, costs.tax, costs.gross) if costs else (None, None, None)
    return Quote(
        price=of_minor(found.minor, currency),
        tax_percent=percent(found.tax_rate),
        tax_is_included=None if found.tax_rate is None else found.tax_is_included,
        net=of_minor(net, currency),
        tax=of_minor(tax, currency),
        total=of_minor(gross, currency),
    )


@shape(models.PriceListItem, STAFF)
class PriceListEntry:
    """An item on the price list of a location on a day."""

    item: PriceListItem = itself("The item.")
    quote: Quote = told("What one of it costs there on that day.", _quotes)
