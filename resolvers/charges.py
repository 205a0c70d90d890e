"""Charges: what was done at visits and may be billed, worked out from the record each time somebody asks."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from models import ChargeSource, Money, sql
from models.charge import MOST_THOUSANDTHS
from models.invoice import amounts
from models.money import ONE
from models.period import today_by
from models.row import folded
from resolvers import done, matching, quotes
from resolvers.quotes import Asked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from models.invoice import Amounts
    from resolvers.quotes import Quote
    from resolvers.viewer import Viewer

_MEASURED = re.compile(r"(\d{1,6})(?:[.,](\d{1,3}))?\s*(\S.*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Item:
    """The item of the price list by which something is charged."""

    id: UUID
    name: str
    unit: str
    tax_category_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """Something that was done at a visit: where it comes from, and what it costs by the price list of its day.

    `quantity` is in thousandths of one. Without an item, price or rate of tax there is nothing to bill yet.
    `held_by` is the invoice on which it stands already, `dropped_because` why somebody decided not to bill it.
    """

    visit_id: UUID
    pet_id: UUID
    pet_name: str
    location_id: UUID
    source: ChargeSource
    source_id: UUID
    name: str
    amount: str
    service_id: UUID | None
    vaccine_id: UUID | None
    item_id: UUID | None
    quantity: int
    provided_on: date
    currency: str
    legal_entity_id: UUID | None
    held_by: UUID | None
    dropped_because: str | None
    item: Item | None = None
    quote: Quote | None = None

    @property
    def is_open(self) -> bool:
        """Whether nobody has billed it, or decided not to."""
        return self.held_by is None and self.dropped_because is None

    @property
    def cost(self) -> Amounts | None:
        """What it costs; None while the price list does not say so."""
        quote = self.quote
        if quote is None or quote.minor is None or quote.tax_rate is None:
            return None
        return amounts(
            self.quantity, quote.minor, discount=0, tax_rate=quote.tax_rate, is_included=quote.tax_is_included
        )

    def money(self, minor: int | None) -> Money | None:
        """So many minor units in its currency; nothing of nothing."""
        return None if minor is None else Money(minor, self.currency)


async def of_visits(_viewer: Viewer, visit_ids: Sequence[UUID]) -> Mapping[UUID, list[Charge]]:
    """The charges of each of these visits that stand on no invoice, in the order in which things were done.

    What was dropped is among them, and says so. However many visits there are, it asks as many statements.
    """
    charges = await priced([charge for charge in once_each(await standing(visit_ids)) if charge.held_by is None])
    found: dict[UUID, list[Charge]] = {visit: [] for visit in visit_ids}
    for charge in charges:
        found[charge.visit_id].append(charge)
    return found


async def standing(visit_ids: Iterable[UUID]) -> list[Charge]:
    """Everything that was done at these visits and stands, billed or not, with one statement; not priced yet."""
    return [_charge(row) for row in await done.at_visits(visit_ids)]


def once_each(charges: Iterable[Charge]) -> list[Charge]:
    """Of what was planned and then written down as done, one is charged: what is billed already, else the appointment."""
    kept = list(charges)
    for planned in [charge for charge in kept if charge.source is ChargeSource.APPOINTMENT]:
        same = [
            charge
            for charge in kept
            if charge.source is ChargeSource.PROCEDURE
            and charge.visit_id == planned.visit_id
            and charge.service_id == planned.service_id
        ]
        if same:
            twin = next((charge for charge in same if charge.held_by), same[0])
            kept.remove(planned if twin.held_by and not planned.held_by else twin)
    return kept


async def priced(charges: Sequence[Charge]) -> list[Charge]:
    """The same with their items and what these cost at the place on the day, in as many statements for many as for few."""
    lines = [
        (charge.source_id, charge.service_id, charge.vaccine_id, charge.name)
        for charge in charges
        if charge.item_id is None
    ]
    matched = await matching.items_for(lines)
    item_ids = {charge.source_id: charge.item_id or matched.get(charge.source_id) for charge in charges}
    items = await items_of([item for item in item_ids.values() if item is not None])
    asked = {
        charge.source_id: Asked(item.id, charge.location_id, charge.provided_on)
        for charge in charges
        if (item := items.get(item_ids[charge.source_id])) is not None  # type: ignore[arg-type]
    }
    quoted = await quotes.of_each(asked.values())
    told = []
    for charge in charges:
        item = items.get(item_ids[charge.source_id])  # type: ignore[arg-type]
        if item is None:
            told.append(charge)
            continue
        quantity = charge.quantity or measured(charge.amount, item.unit)
        quote = quoted[asked[charge.source_id]]
        told.append(replace(charge, item_id=item.id, item=item, quote=quote, quantity=quantity))
    return told


async def items_of(item_ids: Sequence[UUID]) -> dict[UUID, Item]:
    """The items with these keys, offered or not."""
    if not item_ids:
        return {}
    found = await sql.tuples(
        "SELECT id, name, unit, tax_category_id FROM price_list_item "  # noqa: S608 - our own names
        f"WHERE id IN ({sql.marks(len(item_ids))})",
        item_ids,
    )
    return {sql.as_key(key): Item(sql.as_key(key), name, unit, sql.as_key(tax)) for key, name, unit, tax in found}


def measured(amount: str, unit: str) -> int:
    """How many thousandths of the unit the words say: `0.8 ml` are 800 where one is an ml; else one piece."""
    match = _MEASURED.fullmatch(amount.strip())
    if not match or not unit or folded(match[3] or "").rstrip(".").removesuffix("s") != folded(unit).removesuffix("s"):
        return ONE
    thousandths = int(match[1]) * ONE + int((match[2] or "").ljust(3, "0"))
    return thousandths if 0 < thousandths <= MOST_THOUSANDTHS else ONE


def _charge(row: Mapping[str, object]) -> Charge:
    source = ChargeSource(str(row["source"]))
    # A repeat is handed out long after the visit, and costs what it costs then.
    at: datetime = sql.as_instant(row["at"] if source is ChargeSource.REPEAT else row["visit_at"])
    return Charge(
        visit_id=sql.as_key(row["visit_id"]),
        pet_id=sql.as_key(row["pet_id"]),
        pet_name=str(row["pet_name"]),
        location_id=sql.as_key(row["location_id"]),
        source=source,
        source_id=sql.as_key(row["source_id"]),
        name=str(row["name"]),
        amount=str(row["amount"]),
        service_id=_maybe(row["service_id"]),
        vaccine_id=_maybe(row["vaccine_id"]),
        item_id=_maybe(row["item_id"]),
        quantity=int(str(row["quantity"])),
        provided_on=today_by(str(row["zone"]), at),
        currency=str(row["currency"]),
        legal_entity_id=_maybe(row["legal_entity_id"]),
        held_by=_maybe(row["held_by"]),
        dropped_because=None if row["dropped_because"] is None else str(row["dropped_because"]),
    )


def _maybe(key: object) -> UUID | None:
    return None if key is None else sql.as_key(key)
