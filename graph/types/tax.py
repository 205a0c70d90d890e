"""Taxes: categories, and the versions of their rates."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import models
from graph.context import Info
from graph.ids import key
from graph.reading.shape import READS, Many, column, computed, one, shape, unresolved
from graph.roles import STAFF
from graph.types.charge_source import percent
from graph.types.legal_entity import LegalEntity
from graph.types.node import Node, id_of
from resolvers import taxes

if TYPE_CHECKING:
    from graph.context import Context


def _versions(_context: Context, given: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
    narrowed = []
    if given.get("legalEntityId") is not None:
        narrowed.append(("{t}.legal_entity_id = ?", (key("LegalEntity", given["legalEntityId"]),)))
    if given.get("on") is not None:
        narrowed.append(taxes.counting_on(given["on"]))
    return " AND ".join(scope for scope, _ in narrowed), tuple(value for _, values in narrowed for value in values)


_RATES = Many(models.TaxRate, "category", ("-valid_from", "-added_at"), _versions)


@shape(models.TaxRate, STAFF)
class TaxRate:
    """The rate of a tax category for one legal entity from a day on. It is never changed; a later one replaces it."""

    legal_entity: LegalEntity = one("For whose invoices.", carried=True)
    valid_from: date = column("The first day on which it counts.")
    percent: Decimal = computed("The rate in percent, with at most 3 decimals: `19`, `7.7`.", percent, "rate")
    is_included: bool = column("Whether the prices on the price list have the tax in them.")
    added_at: datetime = column("When it was said: of several with the same first day the last one counts.")


@shape(models.TaxCategory, STAFF)
class TaxCategory(Node):
    """How something is taxed: at the standard rate, at a reduced one, or not at all."""

    id: strawberry.ID = id_of("TaxCategory")
    name: str = column("What it is called.")

    @strawberry.field(  # type: ignore[untyped-decorator]
        description=(
            "Its rates, the latest first: every version there is, those to come too; or, with `on`, the one that counts"
            " on that day, for each legal entity."
        ),
        metadata={READS: _RATES, "size": 5},
    )
    def rates(
        self,
        info: Info,
        on: Annotated[date | None, strawberry.argument(description="Only what counts on this day.")] = None,
        legal_entity_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those of this legal entity.")
        ] = None,
    ) -> list[TaxRate]:
        """Its rates."""
        return unresolved()
