"""The takings of a day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import strawberry

from graph.roles import allow
from graph.types.charge_source import percent
from graph.types.location import Location
from graph.types.money import Money
from graph.types.money_enums import PaymentMethod
from resolvers import locations
from resolvers import takings as of_a_day
from resolvers.deeds import FRONT_DESK
from resolvers.viewer import Viewer


def _said(description: str) -> Money:
    amount: Money = strawberry.field(description=description)
    return amount


def _counted(description: str) -> int:
    number: int = strawberry.field(description=description)
    return number


@strawberry.type(directives=[allow(FRONT_DESK)], description="What came and went in one way, in one currency.")
class MethodTakings:
    """What came and went in one way."""

    method: PaymentMethod = strawberry.field(description="In which way.")
    payments: Money = _said("What came.")
    payment_count: int = _counted("In how many payments.")
    refunds: Money = _said("What went back.")
    refund_count: int = _counted("In how many refunds.")
    reversals: Money = _said(
        "What the desk took back that day of payments entered wrongly, or bounced, whenever they came."
    )
    reversal_count: int = _counted("In how many payments taken back.")
    net: Money = _said(
        "What stayed: payments less refunds and what was taken back; below 0 when that is more than came."
    )


@strawberry.type(
    directives=[allow(FRONT_DESK)], description="What was invoiced and credited at one rate of tax, in one currency."
)
class RateTakings:
    """What was invoiced and credited at one rate of tax."""

    tax_percent: Decimal = strawberry.field(description="The rate, in percent.")
    charged: Money = _said("What was invoiced, without tax.")
    charged_tax: Money = _said("The tax on it.")
    credited: Money = _said("What credit notes took back, without tax.")
    credited_tax: Money = _said("The tax on that.")


@strawberry.type(directives=[allow(FRONT_DESK)], description="The takings of a location on one day of its books.")
class Takings:
    """The takings of a location on one day of its books."""

    day: date = strawberry.field(description="The day, on the calendar of the location.")
    location: Location = strawberry.field(description="Where.")
    methods: list[MethodTakings] = strawberry.field(
        description="By method and currency: cash, terminal, bank, card; those that nothing came or went by are left out."
    )
    rates: list[RateTakings] = strawberry.field(
        description="By rate of tax, the highest first: what was issued that day, whether or not it was paid."
    )


def shown(viewer: Viewer, found: of_a_day.Takings) -> Takings:
    """The takings as clients see them."""
    return Takings(
        day=found.day,
        location=locations.one(viewer, found.location_id),  # type: ignore[arg-type]
        methods=list(found.methods),  # type: ignore[arg-type]
        rates=[
            RateTakings(
                tax_percent=percent(each.tax_rate),
                charged=each.charged,  # type: ignore[arg-type]
                charged_tax=each.charged_tax,  # type: ignore[arg-type]
                credited=each.credited,  # type: ignore[arg-type]
                credited_tax=each.credited_tax,  # type: ignore[arg-type]
            )
            for each in found.rates
        ],
    )
