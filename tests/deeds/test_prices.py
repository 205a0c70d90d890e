"""The price list: what is charged for, what it costs where and since when, and how it is taxed."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from models import EventKind, ItemKind, LegalEntity, Location, Money, Price, PriceListItem, TaxRate
from models.refusal import Forbidden, IdempotencyKeyReused, InvalidInput, NotFound, PeriodClosed
from models.row import uuid7
from resolvers import price_list_items, prices, quotes, taxes
from resolvers.price_list_items import ItemChanges, NewItem
from resolvers.prices import NewPrice
from resolvers.taxes import NewRate
from tests.found import events, found, last_event
from tests.world import (
    NOW,
    TODAY,
    a_location,
    a_manager,
    a_receptionist,
    a_service,
    a_vaccine,
    an_owner,
    how_many_rows,
)
from tests.world.money import a_legal_entity, a_tax_category, an_item, the_tax_category
from vetdesk.database import counted

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)


async def there(item: PriceListItem, place: Location, day: date) -> tuple[int | None, int | None, bool]:
    """What an item costs, its tax rate and whether it is in the price."""
    quote = (await quotes.quotes([item.id], await Location.get(id=place.id), day))[item.id]
    return quote.minor, quote.tax_rate, quote.tax_is_included


# Items


async def test_a_manager_puts_something_on_the_price_list_and_amends_it(database):
    manager, place = await a_manager(), await a_location()
    category, service, vaccine = await a_tax_category(), await a_service("Dental"), await a_vaccine()
    new = NewItem(
        kind=ItemKind.PRODUCT,
        name=" Carprofen 50 mg ",
        tax_category_id=category.id,
        code="GOT 1",
        unit="tablet",
        service_id=service.id,
        vaccine_id=vaccine.id,
        also_called=("Rimadyl", "rimadyl ", "Élan"),
    )

    item_id = await price_list_items.add(manager.viewer, new, key="k1", now=NOW)

    item = await PriceListItem.get(id=item_id)
    assert (item.kind, item.name, item.fold) == (ItemKind.PRODUCT, "Carprofen 50 mg", "carprofen 50 mg")
    assert (item.code, item.unit, item.is_offered) == ("GOT 1", "tablet", True)
    assert (item.service_id, item.vaccine_id, item.tax_category_id) == (service.id, vaccine.id, category.id)
    assert (list(item.also_called), item.words) == (["Rimadyl", "Élan"], " carprofen 50 mg got 1 rimadyl elan")
    event, _ = await last_event()
    assert (event.kind, event.subject_id, event.location_id) == (EventKind.PRICE_LIST_ITEM_ADDED, item_id, None)
    assert await there(item, place, TODAY) == (None, 19_000, True)  # nobody has said yet what it costs

    changes = ItemChanges(name="Carprofen", service_id=None, also_called=(), unit="", is_offered=False)
    await price_list_items.amend(manager.viewer, item_id, changes, key="k2", now=NOW)
    await price_list_items.amend(manager.viewer, item_id, changes, key="k3", now=NOW)
    item = await PriceListItem.get(id=item_id)
    assert (item.name, item.service_id, item.vaccine_id, list(item.also_called)) == ("Carprofen", None, vaccine.id, [])
    assert (item.words, item.unit, item.code, item.is_offered) == (" carprofen got 1", "", "GOT 1", False)
    assert await events() == ["PRICE_LIST_ITEM_ADDED", "PRICE_LIST_ITEM_AMENDED"]


@pytest.mark.parametrize(
    ("refusal", "wrong", "path"),
    [
        (InvalidInput, {"name": ""}, ("name",)),
        (InvalidInput, {"code": "1" * 33}, ("code",)),
        (InvalidInput, {"unit": "a\nb"}, ("unit",)),
        (InvalidInput, {"also_called": ("A", "")}, ("alsoCalled", "1")),
        (InvalidInput, {"also_called": [f"Name {number}" for number in range(21)]}, ("alsoCalled",)),
        (NotFound, {"tax_category_id": uuid7()}, ("taxCategoryId",)),
        (NotFound, {"tax_category_id": None}, ("taxCategoryId",)),
        (NotFound, {"service_id": uuid7()}, ("serviceId",)),
        (NotFound, {"vaccine_id": uuid7()}, ("vaccineId",)),
    ],
)
async def test_an_item_must_make_sense(database, refusal, wrong, path):
    await a_location()
    manager, item = await a_manager(), await an_item()
    before = await how_many_rows()

    new: Any = {"kind": ItemKind.SERVICE, "name": "X-ray", "tax_category_id": item.tax_category_id} | wrong
    with pytest.raises(refusal) as refused:
        await price_list_items.add(manager.viewer, NewItem(**new), key="k1", now=NOW)
    assert refused.value.path == path
    with pytest.raises(refusal) as refused:
        await price_list_items.amend(manager.viewer, item.id, ItemChanges(**wrong), key="k2", now=NOW)
    assert refused.value.path == path
    assert await how_many_rows() == before


@pytest.mark.parametrize("what", ["service_id", "vaccine_id"])
async def test_of_those_offered_one_is_charged_for_a_service_or_a_vaccine(database, what):
    await a_location()
    manager, category = await a_manager(), await a_tax_category()
    key = (await a_service("Dental") if what == "service_id" else await a_vaccine()).id
    path = {"service_id": ("serviceId",), "vaccine_id": ("vaccineId",)}[what]
    for_it: Any = {what: key}
    old, other = await an_item("Old", **for_it), await an_item("Other")
    new = NewItem(ItemKind.SERVICE, "New", category.id, **for_it)
    before = await how_many_rows()

    with pytest.raises(InvalidInput, match="charged as “Old” already") as refused:
        await price_list_items.add(manager.viewer, new, key="k1", now=NOW)
    assert refused.value.path == path
    with pytest.raises(InvalidInput):
        await price_list_items.amend(manager.viewer, other.id, ItemChanges(**for_it), key="k2", now=NOW)
    assert await how_many_rows() == before
    with pytest.raises(IntegrityError):
        await PriceListItem.filter(id=other.id).update(**for_it)

    await price_list_items.amend(manager.viewer, old.id, ItemChanges(is_offered=False), key="k3", now=NOW)
    await price_list_items.add(manager.viewer, new, key="k4", now=NOW)
    with pytest.raises(InvalidInput, match="charged as “New” already"):
        await price_list_items.amend(manager.viewer, old.id, ItemChanges(is_offered=True), key="k5", now=NOW)


async def test_an_item_is_found_by_the_beginnings_of_its_words(database):
    await a_location()
    manager, olga = await a_manager(), await an_owner()
    await an_item("Carprofen 50 mg", code="GOT-21", also_called=["Élan"])
    await an_item("Consultation, dog")
    await an_item("Consultation, cat", is_offered=False)

    async def names(search: str | None, *, is_offered: bool = True) -> list[str]:
        listed = price_list_items.listed(manager.viewer, is_offered=is_offered, search=search)
        return [row.name for row in await found(listed)]

    assert await names(None) == ["Carprofen 50 mg", "Consultation, dog"]
    assert await names(None, is_offered=False) == ["Consultation, cat"]
    for search in ("carp", "50 CAR", "elan", "got 21", "got-21"):
        assert await names(search) == ["Carprofen 50 mg"], search
    assert await names("dog cons") == ["Consultation, dog"]
    assert await names("cons", is_offered=False) == ["Consultation, cat"]
    for search in ("profen", "", " ", "%", "_", "cons " * 30):
        assert await names(search) == [], search
    assert await found(price_list_items.listed(olga.viewer, is_offered=True, search=None)) == []


# Prices


async def test_a_price_counts_from_its_day_on_until_a_later_one_does(database):
    manager, place, other = await a_manager(), await a_location(), await a_location("Quay", currency="GBP")
    item = await an_item(minor=None)
    said = [  # in the order in which it was said: from which day, how much, where
        (10, 6000, place),
        (0, 5000, place),
        (0, 5100, place),
        (-5, 4000, place),
        (0, 9000, other),
    ]

    for number, (days, minor, where) in enumerate(said):
        price = NewPrice(item.id, where.id, Money(minor, where.currency), TODAY + days * DAY)
        item_id = await prices.put(manager.viewer, price, key=f"k{number}", now=NOW + number * timedelta(hours=1))
        assert item_id == item.id

    expected = {-6: None, -5: 4000, -1: 4000, 0: 5100, 9: 5100, 10: 6000, 400: 6000}
    for days, costs in expected.items():
        assert (await there(item, place, TODAY + days * DAY))[0] == costs, days
    assert (await there(item, other, TODAY))[0] == 9000
    assert await Price.all().count() == 5  # nothing was written over
    event, _ = await last_event()
    assert (event.kind, event.subject_id, event.location_id) == (EventKind.PRICE_SET, item.id, other.id)


async def test_a_price_is_in_the_currency_of_the_place_and_not_in_a_closed_period(database):
    manager, place, entity = await a_manager(), await a_location(), await a_legal_entity()
    item = await an_item()
    await LegalEntity.filter(id=entity.id).update(closed_through=TODAY - DAY)
    before = await how_many_rows()

    async def put(currency: str = "EUR", day: date = TODAY, **other: Any) -> None:
        given: Any = {"item_id": item.id, "location_id": place.id, **other}
        price = NewPrice(**given, price=Money(100, currency), valid_from=day)
        await prices.put(manager.viewer, price, key="k1", now=NOW)

    with pytest.raises(InvalidInput, match="High Street charges in EUR") as refused:
        await put("GBP")
    assert refused.value.path == ("price", "currency")
    with pytest.raises(PeriodClosed) as closed:
        await put(day=TODAY - DAY)
    assert (closed.value.path, closed.value.closed_through) == (("validFrom",), TODAY - DAY)
    for unknown, path in (("item_id", "itemId"), ("location_id", "locationId")):
        wrong: Any = {unknown: uuid7()}
        with pytest.raises(NotFound) as missing:
            await put(**wrong)
        assert missing.value.path == (path,)
    assert await how_many_rows() == before
    await put()
    assert await Price.filter(item_id=item.id).count() == 2


async def test_a_manager_prices_her_own_location_alone(database):
    here, there_ = await a_location(), await a_location("Quay")
    manager, reception = await a_manager(location=here), await a_receptionist()
    item = await an_item()
    price = NewPrice(item.id, here.id, Money(100, "EUR"), TODAY)

    for viewer, where in ((manager.viewer, there_), (reception.viewer, here)):
        elsewhere = NewPrice(item.id, where.id, Money(100, "EUR"), TODAY)
        with pytest.raises(Forbidden):
            await prices.put(viewer, elsewhere, key="k1", now=NOW)
    await prices.put(manager.viewer, price, key="k1", now=NOW)
    await prices.put(manager.viewer, price, key="k1", now=NOW)
    with pytest.raises(IdempotencyKeyReused):
        await prices.put(manager.viewer, NewPrice(item.id, here.id, Money(1, "EUR"), TODAY), key="k1", now=NOW)
    assert await Price.filter(item_id=item.id).count() == 2


async def test_what_was_said_of_prices_and_rates_stays(database):
    await a_location()
    item = await an_item()

    for model, changes in ((Price, {"minor": 1}), (TaxRate, {"rate": 1})):
        with pytest.raises(IntegrityError):
            await model.all().update(**changes)
        with pytest.raises(IntegrityError):
            await model.all().delete()
    assert (await Price.get(item_id=item.id)).minor == 5000


# Taxes


async def test_a_rate_counts_for_its_legal_entity_from_its_day_on(database):
    manager, place = await a_manager(), await a_location()
    here, other = await a_legal_entity(), await a_legal_entity("Quay Vets", prefix="Q")
    category_id = await taxes.add_category(manager.viewer, " Réduced ", key="k0", now=NOW)
    item = await an_item(tax_category_id=category_id)
    said = [  # from which day, percent, whether it is in the price, for whom
        (10, "20", True, here),
        (0, "7.7", False, here),
        (0, "0", False, here),
        (-5, "16.125", True, here),
        (-9, "5", True, other),
    ]

    for number, (days, percent, is_included, entity) in enumerate(said):
        rate = NewRate(category_id, entity.id, TODAY + days * DAY, Decimal(percent), is_included)
        at = NOW + number * timedelta(hours=1)
        assert await taxes.set_rate(manager.viewer, rate, key=f"k{number + 1}", now=at) == category_id

    expected = {-6: (None, False), -5: (16_125, True), 0: (0, False), 9: (0, False), 10: (20_000, True)}
    for days, taxed in expected.items():
        assert (await there(item, place, TODAY + days * DAY))[1:] == taxed, days
    (category,) = [row for row in await found(taxes.listed(manager.viewer)) if row.id == category_id]
    assert (category.name, category.fold) == ("Réduced", "reduced")
    assert await events() == ["TAX_CATEGORY_ADDED", *["TAX_RATE_SET"] * 5]


@pytest.mark.parametrize("percent", ["-0.001", "100.001", "7.7777", "NaN", "Infinity"])
async def test_a_rate_is_from_0_to_100_with_three_decimals(database, percent):
    await a_location()
    manager, category = await a_manager(), await the_tax_category()
    entity = await LegalEntity.get()
    before = await how_many_rows()

    rate = NewRate(category.id, entity.id, TODAY, Decimal(percent), is_included=True)
    with pytest.raises(InvalidInput) as refused:
        await taxes.set_rate(manager.viewer, rate, key="k1", now=NOW)
    assert refused.value.path == ("percent",)
    assert await how_many_rows() == before


async def test_a_rate_is_of_what_exists_and_not_in_a_closed_period(database):
    await a_location()
    manager, category = await a_manager(), await the_tax_category()
    entity = await LegalEntity.get()
    await LegalEntity.filter(id=entity.id).update(closed_through=TODAY)
    before = await how_many_rows()

    for refusal, path, wrong in (
        (NotFound, "categoryId", {"category_id": uuid7()}),
        (NotFound, "legalEntityId", {"legal_entity_id": None}),
        (PeriodClosed, "validFrom", {}),
    ):
        given: Any = {"category_id": category.id, "legal_entity_id": entity.id, "valid_from": TODAY, **wrong}
        rate = NewRate(**given, percent=Decimal(20), is_included=True)
        with pytest.raises(refusal) as refused:
            await taxes.set_rate(manager.viewer, rate, key="k1", now=NOW)
        assert refused.value.path == (path,)
    with pytest.raises(InvalidInput):
        await taxes.add_category(manager.viewer, "", key="k2", now=NOW)
    assert await how_many_rows() == before


async def test_a_hundred_quotes_are_asked_for_at_once(database):
    place = await a_location()
    items = [await an_item(f"Item {number}", minor=number) for number in range(100)]

    with counted() as statements:
        found_there = await quotes.quotes([each.id for each in items], await Location.get(id=place.id), TODAY)

    assert statements.count == 2  # the place itself, and all of them
    assert [found_there[each.id].minor for each in items] == list(range(100))
