"""Charges: what was done at a visit and may be billed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from graph.ids import global_id
from graph.roles import STAFF, allow
from graph.types.charge_source import ChargeSource, percent, pieces, source_id
from graph.types.money import Money, of_minor
from resolvers import charges
from resolvers.viewer import Viewer

if TYPE_CHECKING:
    from graph.types.invoice import InvoiceLine


@strawberry.type(
    directives=[allow(STAFF)],
    description=(
        "Something that was done at a visit and stands on no invoice. It is worked out from the record and the price list"
        " each time, so it is never out of date."
    ),
)
class Charge:
    """Something that was done at a visit and stands on no invoice."""

    source: ChargeSource = strawberry.field(description="Where it comes from.")
    source_id: strawberry.ID = strawberry.field(
        description="The id of that: `addInvoiceLine` and `dropCharge` take it."
    )
    visit_id: strawberry.ID = strawberry.field(description="Of which visit.")
    pet_id: strawberry.ID = strawberry.field(description="For which pet.")
    name: str = strawberry.field(description="What the record calls it.")
    provided_on: date = strawberry.field(
        description=(
            "The day whose price counts, on the calendar of the place: that of the visit, or on which a repeat was given."
        )
    )
    item_id: strawberry.ID | None = strawberry.field(
        description="The item of the price list that charges it; null when the list has none."
    )
    item_name: str | None = strawberry.field(description="The name of that item; null with it.")
    quantity: Decimal = strawberry.field(
        description=(
            "How many: as the record measures it in the unit of the item, else 1. At most 3 decimals; 0 while there is no item."
        )
    )
    unit: str = strawberry.field(description="What one is: `tablet`, `ml`; empty for a piece.")
    unit_price: Money | None = strawberry.field(
        description="What one costs by the price list of that day, with the tax in it where `TaxRate.isIncluded`; null when that has no price."
    )
    tax_percent: Decimal | None = strawberry.field(
        description="The rate of tax, in percent; null while nobody has said how it is taxed."
    )
    net: Money | None = strawberry.field(
        description="What it costs without tax; null without a price or a rate of tax."
    )
    tax: Money | None = strawberry.field(description="The tax on it; null with it.")
    gross: Money | None = strawberry.field(description="What it costs with tax; null with it.")
    dropped_because: str | None = strawberry.field(
        description="Why somebody decided not to bill it; null when nobody did. Taking it after all overrides that."
    )


@strawberry.type(directives=[allow(STAFF)], description="What was done against what is billed, in both directions.")
class Checkout:
    """What was done against what is billed."""

    differs: bool = strawberry.field(description="Whether there is anything in either direction.")
    not_billed: list[Charge] = strawberry.field(
        description="What was done, is on no invoice, and was not dropped.", metadata={"size": 10}
    )
    not_done: list[Annotated[InvoiceLine, strawberry.lazy("graph.types.invoice")]] = strawberry.field(
        description=(
            "The lines of drafts and issued invoices that bill what does not stand in the record any more; a line that was"
            " wholly credited is none of them."
        ),
        metadata={"size": 3},
    )
    billed_less: list[Annotated[InvoiceLine, strawberry.lazy("graph.types.invoice")]] = strawberry.field(
        description=(
            "The lines of drafts that bill less than was done: fewer, or as another item that costs less on the price list."
        ),
        metadata={"size": 3},
    )


def shown(charge: charges.Charge) -> Charge:
    """A charge as clients see it."""
    item, quote, cost = charge.item, charge.quote, charge.cost
    rate = quote.tax_rate if quote else None
    return Charge(
        source=charge.source,
        source_id=source_id(charge.source, charge.source_id),
        visit_id=strawberry.ID(global_id("Visit", charge.visit_id)),
        pet_id=strawberry.ID(global_id("Pet", charge.pet_id)),
        name=charge.name,
        provided_on=charge.provided_on,
        item_id=strawberry.ID(global_id("PriceListItem", item.id)) if item else None,
        item_name=item.name if item else None,
        quantity=pieces(charge.quantity),
        unit=item.unit if item else "",
        unit_price=of_minor(quote.minor if quote else None, charge.currency),
        tax_percent=percent(rate),
        net=of_minor(cost.net if cost else None, charge.currency),
        tax=of_minor(cost.tax if cost else None, charge.currency),
        gross=of_minor(cost.gross if cost else None, charge.currency),
        dropped_because=charge.dropped_because,
    )


async def of_visits(viewer: Viewer, visit_ids: Sequence[UUID]) -> Mapping[UUID, list[Charge]]:
    """The charges of each of these visits."""
    found = await charges.of_visits(viewer, visit_ids)
    return {visit: [shown(charge) for charge in each] for visit, each in found.items()}
