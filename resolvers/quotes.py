"""Quotes: what something on the price list costs at a place on a day, and how it is taxed there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import sql
from models.invoice import Amounts, amounts
from models.money import ONE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from uuid import UUID

    from models import Location


@dataclass(frozen=True, slots=True)
class Quote:
    """What one of an item costs, in minor units of the place's currency; None where the price list has no price.

    The tax rate is in thousandths of a percent; None where nobody has said how it is taxed.
    """

    minor: int | None
    tax_rate: int | None
    tax_is_included: bool

    @property
    def amounts(self) -> Amounts | None:
        """What one costs without tax, the tax, and both; None without a price or a rate."""
        if self.minor is None or self.tax_rate is None:
            return None
        return amounts(ONE, self.minor, discount=0, tax_rate=self.tax_rate, is_included=self.tax_is_included)


async def quotes(item_ids: Iterable[UUID], place: Location, day: date) -> dict[UUID, Quote]:
    """The quote for each of these items, on that day of the calendar at the place."""
    wanted = list(set(item_ids))
    if not wanted:
        return {}
    found = await sql.tuples(
        "SELECT i.id, "  # noqa: S608 - our own names
        "(SELECT p.minor FROM price p WHERE p.item_id = i.id AND p.location_id = ? AND p.currency = ? "
        "AND p.valid_from <= ? ORDER BY p.valid_from DESC, p.added_at DESC, p.id DESC LIMIT 1), "
        f"({_RATE.format(column='rate')}), ({_RATE.format(column='is_included')}) "
        f"FROM price_list_item i WHERE i.id IN ({sql.marks(len(wanted))})",
        (
            place.id,
            place.currency,
            day,
            *(place.legal_entity_id, day) * 2,
            *wanted,
        ),
    )
    return {sql.as_key(item): Quote(minor, rate, bool(is_included)) for item, minor, rate, is_included in found}


_RATE = (
    "SELECT r.{column} FROM tax_rate r WHERE r.category_id = i.tax_category_id AND r.legal_entity_id = ? "
    "AND r.valid_from <= ? ORDER BY r.valid_from DESC, r.added_at DESC, r.id DESC LIMIT 1"
)
