"""The price list of the demo practice: two companies, two currencies, and everything that is recorded can be charged."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from models import LegalEntity, Location, Price, PriceListItem, Service, Vaccine
from resolvers import matching, quotes
from resolvers.ports import Ports
from tests.doorkeeper import RULES, VAULT, FastPasswords
from vetdesk.database import connect
from vetdesk.demo import billing, cases
from vetdesk.demo.house import opened
from vetdesk.demo.quiet import NoTokens
from vetdesk.open_vet_format import record_format

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 3, 4, 11, 10, tzinfo=UTC)
TODAY = NOW.date()
PORTS = Ports(VAULT, FastPasswords(), NoTokens(), record_format(), RULES)


@pytest.fixture(scope="module")
async def database(anyio_backend, databases):
    """The demo practice as it is set up, and as its fees were raised since: these tests only look at it."""
    async with databases.migrated() as made, connect(made.url):
        begun = NOW - timedelta(days=1200)
        house = await opened(PORTS, begun)
        await billing.set_up(house, begun)
        for number, days in enumerate(billing.RAISED_DAYS_AGO, 1):
            await billing.raise_fees(house, number, NOW - timedelta(days=days))
        yield made


async def test_each_place_is_invoiced_by_a_company_of_its_own(database):
    told = {each.name: (each.currency, await LegalEntity.get(id=each.legal_entity_id)) for each in await Location.all()}
    assert {name: (currency, entity.number_prefix, entity.city) for name, (currency, entity) in told.items()} == {
        "Two Rivers Thames": ("GBP", "", "London"),
        "Two Rivers Spree": ("EUR", "BER", "Berlin"),
    }


async def test_whatever_is_recorded_is_on_the_price_list_with_a_price_and_its_tax(database):
    services, vaccines = await Service.all(), await Vaccine.filter(name__contains="vac ")
    vaccines += await Vaccine.filter(name="Lapivac")
    names = {each.procedure for each in cases.CASES} | {each.medicine.name for each in cases.CASES if each.medicine}
    names = (names | {each.given[0] for each in cases.CASES if each.given}) - {""}
    lines = [
        *((f"service {each.name}", each.id, None, None) for each in services),
        *((f"vaccine {each.name}", None, each.id, None) for each in vaccines),
        *((name, None, None, name) for name in names),
    ]
    assert (len(services), len(vaccines), len(names)) == (8, 5, 19)

    charged = await matching.items_for(lines)

    assert {key for key, *_ in lines} - charged.keys() == set()
    assert set(charged.values()) == {each.id for each in await PriceListItem.all()}  # and nothing that is never done
    for place in await Location.all():
        found = await quotes.quotes(charged.values(), place, TODAY)
        assert all(each.minor and each.amounts for each in found.values())
        rates = {"GBP": (20_000, True), "EUR": (19_000, True)}
        assert {(each.tax_rate, each.tax_is_included) for each in found.values()} == {rates[place.currency]}


async def test_the_fees_of_visits_were_raised_and_will_be(database):
    consultation = await PriceListItem.get(name="Consultation")
    told = await Price.filter(item_id=consultation.id, currency="GBP").order_by("valid_from")
    assert [(str(each.valid_from), each.minor) for each in told] == [
        ("2022-11-20", 5200),
        ("2025-09-01", 5400),
        ("2026-05-01", 5600),
    ]
    versions = Counter(each.item_id for each in await Price.filter(currency="EUR"))
    assert Counter(versions.values()) == {3: 8, 1: 24}
