"""A street: four places of two companies, in three currencies, and three clients who go to all of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from models import LegalEntity, Location, Price, PriceListItem, TaxCategory, TaxRate
from models.row import folded
from tests.world import NOW, World, a_client, a_location, a_world
from tests.world.money import a_legal_entity

RATES = ((19_000, True), (7_000, False), (0, False), (21_250, True))


@dataclass(frozen=True)
class Street:
    """Four places of two companies; of their currencies one has no cents and one has three decimals."""

    world: World
    places: list[Location]
    clients: list[UUID]
    items: list[tuple[PriceListItem, int, bool]]


async def a_street() -> Street:
    world = await a_world()
    first = await a_legal_entity(prefix="A")
    second = await LegalEntity.create(name="Second", fold="second", number_prefix="B", created_at=NOW)
    places = [await Location.get(id=world.location.id)]
    for name, zone, currency, entity in (
        ("Ginza", "Asia/Tokyo", "JPY", first),
        ("Gulf", "Asia/Kuwait", "KWD", second),
        ("Harbour", "America/New_York", "EUR", second),
    ):
        place = await a_location(name, zone=zone, currency=currency)
        place.legal_entity_id = entity.id
        await place.save()
        places.append(place)
    clients = [world.owner.id, *[(await a_client(name, email="")).id for name in ("Paul Stone", "Clara Voss")]]
    return Street(world, places, clients, [await _an_item(places, entity_rates) for entity_rates in RATES])


async def _an_item(places: list[Location], taxed: tuple[int, bool]) -> tuple[PriceListItem, int, bool]:
    rate, is_included = taxed
    name = f"Item at {rate}"
    category = await TaxCategory.create(name=name, fold=folded(name))
    for entity in await LegalEntity.all():
        await TaxRate.create(
            category_id=category.id, legal_entity_id=entity.id, valid_from=NOW.date() - timedelta(days=900), rate=rate,
            is_included=is_included, added_at=NOW,
        )  # fmt: skip
    item = await PriceListItem.create(kind="SERVICE", name=name, fold=folded(name), tax_category_id=category.id)
    for place in places:
        await Price.create(
            item_id=item.id, location_id=place.id, valid_from=NOW.date() - timedelta(days=900), minor=1000,
            currency=place.currency, added_at=NOW,
        )  # fmt: skip
    return item, rate, is_included
