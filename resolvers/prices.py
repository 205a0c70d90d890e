"""Prices: saying what an item costs at a location from a day on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models import EventKind, LegalEntity, Location, Price, PriceListItem, sql
from models.refusal import InvalidInput
from resolvers import access, events, retries
from resolvers.access import Deed
from resolvers.changes import plain
from resolvers.events import Happening
from resolvers.locks import hold

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from models.money import Money
    from resolvers.retries import Outcome
    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class NewPrice:
    """What one of an item's unit costs at a location from a day of its calendar on."""

    item_id: UUID | None
    location_id: UUID | None
    price: Money
    valid_from: date


def counting_on(day: date) -> tuple[str, tuple[Any, ...]]:
    """The condition under which a price is the one that counts on that day, at its location, and its values."""
    return (
        "{t}.valid_from <= ? AND NOT EXISTS (SELECT 1 FROM price later WHERE later.item_id = {t}.item_id "
        "AND later.location_id = {t}.location_id AND later.valid_from <= ? "
        "AND (later.valid_from, later.added_at, later.id) > ({t}.valid_from, {t}.added_at, {t}.id))"
    ), (day, day)


async def put(viewer: Viewer, price: NewPrice, *, key: str, now: datetime) -> UUID:
    """Say what an item costs at a location from a day on: a version more, the ones before stay; the key of the item.

    Raises:
        NotFound: there is no such item or location.
        InvalidInput: the price is in another currency than the location charges in.
        PeriodClosed: the books of that day are closed for who invoices there.
    """
    access.may(viewer, Deed.SET_PRICE)
    retry = retries.asked(viewer, Deed.SET_PRICE, key, plain(price), now=now)

    async def work() -> Outcome:
        place = await access.find(viewer, Location, price.location_id, path="locationId")
        access.may(viewer, Deed.SET_PRICE, place.id)
        item = await access.find(viewer, PriceListItem, price.item_id, path="itemId")
        async with in_transaction():
            await retry.keep(item=item.id)
            # Held, so that its currency stays, and nobody closes the books meanwhile.
            place = await hold(Location, place.id)
            if price.price.currency != place.currency:
                raise InvalidInput(f"{place.name} charges in {place.currency}.", path=("price", "currency"))
            if place.legal_entity_id is not None:
                entity = await hold(LegalEntity, place.legal_entity_id)
                entity.must_be_open_on(price.valid_from, path=("validFrom",))
            columns = {"minor": price.price.minor, "currency": place.currency, "valid_from": price.valid_from}
            await sql.insert([Price(item_id=item.id, location_id=place.id, added_at=now, **columns)])
            await events.record(viewer, Happening(EventKind.PRICE_SET, item.id, place.id, after=columns), now=now)
        return {"item": str(item.id)}

    return sql.as_key((await retries.once(retry, work))["item"])
