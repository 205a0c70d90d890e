"""Prices: what the oracle says of the price list, of taxes and of who invoices; and what there is of them in the house."""

from __future__ import annotations

import base64
import unicodedata
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from models import ItemKind, LegalEntity, Location, Price, PriceListItem, Service, TaxRate, Vaccine
from tests.oracle.kinds import Thing
from tests.world import NOW, TODAY
from tests.world.money import a_legal_entity, a_tax_category, an_item

if TYPE_CHECKING:
    from random import Random
    from uuid import UUID

    from tests.oracle.oracle import Oracle

DAY = timedelta(days=1)
DAYS = (*[str(TODAY + days * DAY) for days in (-400, -10, -1, 0, 1, 10)], None)
WORDS = ("con", "CONSULT dog", "tablet", "rimadyl", "elan", "got 2", "xyz", "-", "", "con " * 30, "%", "Carprofen 50")


async def some_prices() -> None:
    """Versions of prices and rates at two places, those to come too; an item without a price, and one that has gone."""
    place, quay = await Location.get(name="High Street"), await Location.get(name="Quay")
    first = await a_legal_entity(closed_through=TODAY - 300 * DAY)
    second = await a_legal_entity("Ärzte am Quay GmbH", prefix="Q1", tax_number="", due_days=0, street="")
    await Location.filter(id=quay.id).update(legal_entity_id=second.id, currency="JPY")
    await Location.filter(name="Hill").update(legal_entity_id=None)
    standard, reduced = await a_tax_category(), await a_tax_category("Reduced", rate=7_700, is_included=False)
    exempt = await a_tax_category("Exempt", rate=0)
    for number, (entity, days, rate) in enumerate(((first, -1, 16_000), (first, -1, 20_000), (second, 1, 10_000))):
        await _a_rate(standard.id, entity, TODAY + days * DAY, rate, number)
    of: Any = {"service_id": (await Service.get(name="Dental")).id}
    consultation = await an_item("Consultation, dog", code="GOT 21", **of)
    tablets = await an_item(
        "Élan 50 mg",
        kind=ItemKind.PRODUCT,
        unit="tablet",
        also_called=["Rimadyl", "Carprofen 50 mg"],
        tax_category_id=reduced.id,
        minor=333,
        vaccine_id=(await Vaccine.all().order_by("fold", "id").first() or Vaccine()).id,
    )
    await an_item("Donation", tax_category_id=exempt.id, minor=1)
    await an_item("Élan 100 mg", minor=None, code="got-2")
    await an_item("Old consultation", is_offered=False)
    for number in range(4):
        await an_item("Bandage", minor=100 + number)
    for item in (consultation, tablets):
        for number, (where, days, minor) in enumerate(
            ((place, -10, 6000), (place, -10, 6100), (place, 1, 7000), (quay, -10, 900), (quay, 10, 1000))
        ):
            await _a_price(item, where, TODAY + days * DAY, minor, number)


async def _a_rate(category_id: Any, entity: LegalEntity, day: date, rate: int, number: int) -> None:
    at = NOW - (10 - number) * DAY
    given: Any = {"category_id": category_id, "legal_entity_id": entity.id, "valid_from": day, "added_at": at}
    await TaxRate.create(**given, rate=rate, is_included=rate != 10_000)


async def _a_price(item: PriceListItem, place: Location, day: date, minor: int, number: int) -> None:
    currency = "JPY" if place.name == "Quay" else place.currency
    given: Any = {"item_id": item.id, "location_id": place.id, "valid_from": day, "added_at": NOW - (10 - number) * DAY}
    await Price.create(**given, minor=minor, currency=currency)


# What the oracle says


def money(minor: int | None, currency: str) -> dict[str, str] | None:
    """An amount as clients see it."""
    if minor is None:
        return None
    places = {"JPY": 0, "KWD": 3}.get(currency, 2)
    return {"amount": f"{Decimal(minor).scaleb(-places):f}", "currency": currency}


def price_list(oracle: Oracle, place: Any, day: date, search: str | None, is_offered: bool | None) -> list[Thing]:
    """The items on the price list there, or those that are no longer offered, as far as they are meant."""
    found = [each for each in oracle.all("PriceListItem", "fold") if each.row.is_offered is (is_offered is not False)]
    if search is not None:
        words = [] if len(search) > 100 else _words(search)[:8]
        found = [each for each in found if words and all(_begins(word, each.row) for word in words)]
    return [Thing("PriceListEntry", _There(each.row, place, day)) for each in found]


class _There:
    """An item at a place on a day."""

    def __init__(self, row: Any, place: Any, day: date) -> None:
        self.id, self.fold, self.row, self.place, self.day = row.id, row.fold, row, place, day


def graph_id(kind: str, key: UUID) -> str:
    """The id under which clients know a row."""
    return base64.urlsafe_b64encode(f"{kind}:{key.hex}".encode()).decode().rstrip("=")


def _plain(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(each))


def _words(text: str) -> list[str]:
    return "".join(each if each.isalnum() else " " for each in _plain(text)).split()


def _begins(word: str, item: Any) -> bool:
    held = [each for text in (item.name, item.code, *item.also_called) for each in _words(text)]
    return any(each.startswith(word) for each in held)


def _counting(things: list[Thing], day: date) -> Any | None:
    """Of these versions, the one that counts on the day."""
    known = [each.row for each in things if each.row.valid_from <= day]
    return max(known, key=lambda row: (row.valid_from, row.added_at, row.id)) if known else None


def _quote(oracle: Oracle, there: _There) -> dict[str, Any]:
    item, place = there.row, there.place
    prices = oracle.all("Price", item_id=item.id, location_id=place.id, currency=place.currency)
    entity = {"legal_entity_id": place.legal_entity_id}
    rates = oracle.all("TaxRate", category_id=item.tax_category_id, **entity) if place.legal_entity_id else []
    price, rate = _counting(prices, there.day), _counting(rates, there.day)
    net = tax = total = None
    if price is not None and rate is not None:
        part, whole = Decimal(rate.rate), Decimal(100_000)
        exact = price.minor * part / (whole + part if rate.is_included else whole)
        tax = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
        net, total = (price.minor - tax, price.minor) if rate.is_included else (price.minor, price.minor + tax)
    return {
        "price": money(price and price.minor, place.currency),
        "taxPercent": None if rate is None else rate.rate / 1000,
        "taxIsIncluded": None if rate is None else rate.is_included,
        "net": money(net, place.currency),
        "tax": money(tax, place.currency),
        "total": money(total, place.currency),
    }


def _versions(kind: str, of: str, by: str, among: str) -> Any:
    """The versions that a field shows, of all that belong to a row: the last first; of a day, those that count."""

    def shown(oracle: Oracle, row: Any, on: str | None = None, **which: str) -> list[Thing]:
        things = oracle.all(kind, "-valid_from", "-added_at", **{of: row.id})
        text = which.get(among)
        if text is not None:
            kind_of = f"{among[0].upper()}{among[1:-2]}"
            things = [each for each in things if graph_id(kind_of, getattr(each.row, by)) == text]
        if on is None:
            return things
        day = date.fromisoformat(on)
        groups = {getattr(each.row, by) for each in things}
        counting = [_counting([each for each in things if getattr(each.row, by) == one], day) for one in groups]
        return [each for each in things if each.row in counting]

    return shown


ASKED: dict[tuple[str, str], Any] = {
    ("TaxCategory", "rates"): _versions("TaxRate", "category_id", "legal_entity_id", "legalEntityId"),
    ("PriceListItem", "prices"): _versions("Price", "item_id", "location_id", "locationId"),
}
SPECIAL: dict[tuple[str, str], Any] = {
    ("TaxRate", "percent"): lambda _oracle, row: row.rate / 1000,
    ("Price", "price"): lambda _oracle, row: money(row.minor, row.currency),
    ("PriceListEntry", "item"): lambda _oracle, there: Thing("PriceListItem", there.row),
    ("PriceListEntry", "quote"): _quote,
}


# What is given


def drawn(chance: Random, of: str, field: str, an_id: Any) -> dict[str, Any]:
    """What is given to a field about prices, but for its page; a day, a place and words, each now and then."""
    if (of, field) == ("Query", "priceList"):
        given: dict[str, Any] = {"locationId": an_id("Location")}
        if chance.random() < 0.3:
            given["search"] = chance.choice(WORDS)
        if chance.random() < 0.3:
            given["isOffered"] = chance.choice((True, False, None))
    else:
        name = "Location" if field == "prices" else "LegalEntity"
        given = {f"{name[0].lower()}{name[1:]}Id": an_id(name)} if chance.random() < 0.3 else {}
    if chance.random() < 0.6:
        given["on"] = chance.choice(DAYS)
    return given
