"""Quotes: what something on the price list costs at a place on a day, and how it is taxed there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from models import sql
from models.invoice import Amounts, amounts
from models.money import ONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
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


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to know the price of: an item, where, and on which day of the calendar there."""

    item_id: UUID
    location_id: UUID
    day: date


async def of_each(asked: Iterable[Asked]) -> dict[Asked, Quote]:
    """The quotes for items at several places and on several days, with two statements however many there are."""
    wanted = set(asked)
    if not wanted:
        return {}
    items, places = list({one.item_id for one in wanted}), list({one.location_id for one in wanted})
    prices = await sql.tuples(
        "SELECT p.item_id, p.location_id, p.valid_from, p.minor FROM price p JOIN location l ON l.id = p.location_id "  # noqa: S608 - our own names
        f"AND l.currency = p.currency WHERE p.item_id IN ({sql.marks(len(items))}) "
        f"AND p.location_id IN ({sql.marks(len(places))}) ORDER BY p.valid_from DESC, p.added_at DESC, p.id DESC",
        (*items, *places),
    )
    rates = await sql.tuples(
        "SELECT i.id, l.id, r.valid_from, r.rate, r.is_included FROM price_list_item i "  # noqa: S608 - our own names
        "JOIN tax_rate r ON r.category_id = i.tax_category_id "
        "JOIN location l ON l.legal_entity_id = r.legal_entity_id "
        f"WHERE i.id IN ({sql.marks(len(items))}) AND l.id IN ({sql.marks(len(places))}) "
        "ORDER BY r.valid_from DESC, r.added_at DESC, r.id DESC",
        (*items, *places),
    )
    by_price, by_rate = _by_item_and_place(prices), _by_item_and_place(rates)
    told = {}
    for one in wanted:
        price, rate = (_on(by.get((one.item_id, one.location_id), ()), one.day) for by in (by_price, by_rate))
        told[one] = Quote(price[0] if price else None, rate[0] if rate else None, bool(rate and rate[1]))
    return told


_Versions: TypeAlias = "Sequence[tuple[date, tuple[Any, ...]]]"


def _by_item_and_place(rows: Sequence[Sequence[Any]]) -> dict[tuple[UUID, UUID], list[tuple[date, tuple[Any, ...]]]]:
    """What is said of each item at each place, the latest first."""
    by: dict[tuple[UUID, UUID], list[tuple[date, tuple[Any, ...]]]] = {}
    for item, place, since, *rest in rows:
        first = sql.as_date(since)
        if first is not None:
            by.setdefault((sql.as_key(item), sql.as_key(place)), []).append((first, tuple(rest)))
    return by


def _on(versions: _Versions, day: date) -> tuple[Any, ...] | None:
    return next((rest for since, rest in versions if since <= day), None)
