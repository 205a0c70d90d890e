"""The price list through the contract: set up by a manager, read by everybody of the staff, page by page."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from models import LegalEntity, Location
from tests.api.deed import done, refused, unheard_of
from tests.doors import Program, id_of
from tests.world import (
    NOW,
    TODAY,
    a_location,
    a_manager,
    a_practice,
    a_receptionist,
    a_service,
    a_vaccine,
    an_owner,
)
from tests.world.money import a_legal_entity, an_item, the_tax_category

ENTITY = """legalEntity { id name numberPrefix taxNumber bankDetails dueDays closedThrough
  address { street postalCode city country } locations { name } }"""
ITEM = """item { id kind name code unit alsoCalled isOffered taxCategory { name } service { name } vaccine { name }
  prices { validFrom price { amount currency } location { name } } }"""
LIST = """query ($place: ID!, $on: Date, $search: String, $after: String, $first: Int = 50) {
  priceList(locationId: $place, on: $on, search: $search, after: $after, first: $first) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { item { name unit taxCategory { name } }
            quote { price { amount currency } taxPercent taxIsIncluded net { amount } tax { amount } total { amount } } } } }"""


async def test_a_manager_sets_up_who_invoices(database):
    manager, program = await a_manager(), Program()
    place = id_of(await a_location())
    added = await done(
        program,
        manager.viewer,
        "addLegalEntity",
        f"LegalEntityAdded {{ {ENTITY} }}",
        name="Quay Vets Ltd",
        numberPrefix="Q1",
        address={"street": "1 Quay", "postalCode": "BN1 1AA", "city": "Brighton", "country": "GB"},
        taxNumber="GB 123",
        bankDetails="Sort code 1\nAccount 2",
    )
    entity = added["legalEntity"]
    expected = {
        "id": entity["id"],
        "name": "Quay Vets Ltd",
        "numberPrefix": "Q1",
        "taxNumber": "GB 123",
        "bankDetails": "Sort code 1\nAccount 2",
        "dueDays": 14,
        "closedThrough": None,
        "address": {"street": "1 Quay", "postalCode": "BN1 1AA", "city": "Brighton", "country": "GB"},
        "locations": [],
    }
    assert entity == expected
    of_place = "LocationAmended { location { legalEntity { name locations { name } } } }"
    named = await done(program, manager.viewer, "amendLocation", of_place, locationId=place, legalEntityId=entity["id"])
    assert named["location"]["legalEntity"] == {"name": "Quay Vets Ltd", "locations": [{"name": "High Street"}]}
    amend = partial(done, program, manager.viewer, "amendLegalEntity", f"LegalEntityAmended {{ {ENTITY} }}")
    cleared = await amend(legalEntityId=entity["id"], address=None, taxNumber=None, bankDetails=None, dueDays=0)
    nowhere = {"street": "", "postalCode": "", "city": "", "country": ""}
    nothing: Any = {"address": nowhere, "taxNumber": "", "bankDetails": "", "dueDays": 0}
    assert cleared["legalEntity"] == {**expected, **nothing, "locations": [{"name": "High Street"}]}
    for deed, made, wrong, path in (
        ("amendLegalEntity", "LegalEntityAmended { legalEntity { id } }", {"name": None}, "name"),
        ("amendLegalEntity", "LegalEntityAmended { legalEntity { id } }", {"dueDays": None}, "dueDays"),
        ("addLegalEntity", "LegalEntityAdded { legalEntity { id } }", {"numberPrefix": "Q1"}, "numberPrefix"),
        ("amendLocation", "LocationAmended { location { id } }", {"legalEntityId": None}, "legalEntityId"),
    ):
        given: Any = {"legalEntityId": entity["id"]} if deed == "amendLegalEntity" else {}
        given |= {"locationId": place} if deed == "amendLocation" else {"name": "Other"}
        told = await refused(program, manager.viewer, deed, made, **given | wrong, idempotencyKey="k9")
        assert told == ("InvalidInput", [path])


async def test_a_manager_says_how_things_are_taxed_and_what_they_cost(database):
    await a_location()
    manager, entity, program = await a_manager(), await a_legal_entity(), Program()
    place, service, vaccine = await Location.get(), await a_service("Dental"), await a_vaccine()
    boss = manager.viewer
    made = "TaxCategoryAdded { category { id name rates { percent } } }"
    category = (await done(program, boss, "addTaxCategory", made, name="Reduced"))["category"]
    assert (category["name"], category["rates"]) == ("Reduced", [])
    rates = f"""TaxRateSet {{ category {{ rates {{ validFrom percent isIncluded legalEntity {{ name }} }}
      onThatDay: rates(on: "{TODAY}") {{ percent }} }} }}"""
    rate: Any = {"categoryId": category["id"], "legalEntityId": id_of(entity), "isIncluded": False}
    await done(program, boss, "setTaxRate", rates, **rate, percent="7.7", validFrom="2020-01-01")
    later = str(TODAY + timedelta(days=1))
    told = await done(program, boss, "setTaxRate", rates, **rate, percent=8.125, validFrom=later, idempotencyKey="2")
    name = {"name": "High Street Vets Ltd"}
    assert told["category"] == {
        "rates": [
            {"validFrom": later, "percent": 8.125, "isIncluded": False, "legalEntity": name},
            {"validFrom": "2020-01-01", "percent": 7.7, "isIncluded": False, "legalEntity": name},
        ],
        "onThatDay": [{"percent": 7.7}],
    }
    item = (
        await done(
            program,
            boss,
            "addPriceListItem",
            f"PriceListItemAdded {{ {ITEM} }}",
            kind="PRODUCT",
            name="Carprofen",
            code="M1",
            unit="tablet",
            taxCategoryId=category["id"],
            serviceId=id_of(service),
            vaccineId=id_of(vaccine),
            alsoCalled=["Rimadyl"],
        )
    )["item"]
    assert {key: item[key] for key in ("kind", "unit", "alsoCalled", "isOffered", "prices")} == {
        "kind": "PRODUCT",
        "unit": "tablet",
        "alsoCalled": ["Rimadyl"],
        "isOffered": True,
        "prices": [],
    }
    assert (item["service"], item["vaccine"], item["taxCategory"]) == (
        {"name": "Dental"},
        {"name": "Rabisin"},
        {"name": "Reduced"},
    )
    price: Any = {"itemId": item["id"], "locationId": id_of(place), "validFrom": str(TODAY)}
    euros = {"amount": "3.33", "currency": "EUR"}
    set_there = await done(program, boss, "setPrice", f"PriceSet {{ {ITEM} }}", **price, price=euros)
    assert set_there["item"]["prices"] == [
        {"validFrom": str(TODAY), "price": euros, "location": {"name": "High Street"}}
    ]
    (entry,) = (await program.ask(boss, LIST, place=id_of(place))).data["priceList"]["nodes"]
    assert entry["quote"] == {
        "price": euros,
        "taxPercent": 7.7,
        "taxIsIncluded": False,
        "net": {"amount": "3.33"},
        "tax": {"amount": "0.26"},
        "total": {"amount": "3.59"},
    }
    too_exact = await refused(
        program, boss, "setPrice", "PriceSet { item { id } }", **price, price={"amount": "1.234", "currency": "EUR"}
    )
    assert too_exact == ("InvalidInput", ["price", "amount"])
    none = await refused(
        program, boss, "setPrice", "PriceSet { item { id } }", **price, price={"amount": 1, "currency": "XX"}
    )
    assert none == ("InvalidInput", ["price", "currency"])


async def test_a_closed_period_is_told_with_its_last_day(database):
    await a_location()
    manager, item, program = await a_manager(), await an_item(), Program()
    entity = (await Location.get()).legal_entity_id
    await LegalEntity.filter(id=entity).update(closed_through=TODAY)
    made = "PeriodClosed { closedThrough }"
    text = f"mutation ($input: SetPriceInput!) {{ setPrice(input: $input) {{ ... on Refusal {{ code path }} ... on {made} }} }}"
    place = id_of(await Location.get())
    given = {"itemId": id_of(item), "locationId": place, "validFrom": str(TODAY), "idempotencyKey": "k"}
    answer = await program.ask(manager.viewer, text, input={**given, "price": {"amount": 1, "currency": "EUR"}})
    assert answer.data["setPrice"] == {"code": "PERIOD_CLOSED", "path": ["validFrom"], "closedThrough": str(TODAY)}


async def test_the_front_desk_finds_what_something_costs_today_or_on_any_day(database):
    await a_location()
    desk, program = await a_receptionist(), Program()
    place = id_of(await Location.get())
    await an_item("Consultation", minor=5950, since=TODAY)
    await an_item("Donation", minor=None)
    await an_item("Old consultation", is_offered=False)

    async def costs(**asked: Any) -> list[tuple[str, str | None]]:
        nodes = (await program.ask(desk.viewer, LIST, place=place, **asked)).data["priceList"]["nodes"]
        return [(each["item"]["name"], (each["quote"]["total"] or {}).get("amount")) for each in nodes]

    assert await costs() == [("Consultation", "59.50"), ("Donation", None)]
    assert await costs(search="CONS") == [("Consultation", "59.50")]
    assert await costs(search="cons", on=str(TODAY - timedelta(days=1))) == [("Consultation", None)]
    for wrong in (id_of(await the_tax_category()), "nonsense"):
        assert (await program.ask(desk.viewer, LIST, place=wrong)).data == {"priceList": None}


async def test_nothing_of_this_is_in_the_owners_contract(database):
    olga, program = await an_owner(), Program()
    made = "PriceSet { item { id } }"
    assert await unheard_of(program, olga.viewer, "setPrice", made)
    for text in ("{ priceList(locationId: 1) { totalCount } }", "{ legalEntities { id } }", "{ taxCategories { id } }"):
        assert (await program.ask(olga.viewer, text)).status == 400
    await a_practice()
    assert (await program.ask(olga.viewer, "{ practice { name mostDiscountPercent } }")).status == 400
    desk = await a_receptionist()
    practice = await program.ask(desk.viewer, "{ practice { mostDiscountPercent } }")
    assert practice.data == {"practice": {"mostDiscountPercent": 10}}


async def test_a_page_of_the_price_list_takes_as_many_statements_for_a_hundred_as_for_one(database):
    await a_location()
    desk, program = await a_receptionist(), Program()
    place = id_of(await Location.get())
    await an_item("Item 000")
    one = await program.ask(desk.viewer, LIST, place=place, first=100)
    for number in range(1, 102):
        await an_item(f"Item {number:03}", minor=number)
    full = await program.ask(desk.viewer, LIST, place=place, first=100)
    found = full.data["priceList"]
    assert (one.data["priceList"]["totalCount"], found["totalCount"], len(found["nodes"])) == (1, 102, 100)
    # Who asks, the place, the items with their categories, and what all of them cost.
    assert (one.statements.count, full.statements.count) == (4, 4), "\n".join(full.statements.texts)
    rest = await program.ask(desk.viewer, LIST, place=place, after=found["pageInfo"]["endCursor"])
    names = [each["item"]["name"] for each in rest.data["priceList"]["nodes"]]
    assert (names, rest.data["priceList"]["pageInfo"]["hasNextPage"]) == (["Item 100", "Item 101"], False)


@pytest.mark.parametrize("many", [1, 30])
async def test_the_versions_of_many_items_are_read_at_once(database, many):
    await a_location()
    desk, program = await a_receptionist(), Program()
    for number in range(many):
        await an_item(f"Item {number:03}", since=NOW.date() - timedelta(days=number))
    text = """query ($place: ID!, $on: Date!) { priceList(locationId: $place, first: 100) { nodes { item {
      name taxCategory { rates(on: $on) { percent } } all: prices { validFrom } now: prices(on: $on, locationId: $place) {
      price { amount } } } } } }"""
    answer = await program.ask(desk.viewer, text, place=id_of(await Location.get()), on=str(TODAY))
    assert [len(each["item"]["now"]) for each in answer.data["priceList"]["nodes"]] == [1] * many
    # On PostgreSQL rates and prices come together.
    number = {"sqlite": 6, "postgres": 4}[database.dialect]
    assert answer.statements.count == number, "\n".join(answer.statements.texts)
