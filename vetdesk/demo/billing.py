"""Billing: who invoices for the demo practice, how it is taxed, and its price list with what it cost and will cost."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from models import Money
from models.contact import Address
from resolvers import legal_entities, locations, price_list_items, prices, taxes
from resolvers.legal_entities import LegalEntityChanges, NewLegalEntity
from resolvers.locations import LocationChanges
from resolvers.price_list_items import NewItem
from resolvers.prices import NewPrice
from resolvers.taxes import NewRate
from vetdesk.demo.fees import FEES, FOR_VISITS
from vetdesk.demo.house import DEMO
from vetdesk.demo.places import PLACES, SPREE, THAMES

if TYPE_CHECKING:
    from uuid import UUID

    from vetdesk.demo.fees import Fee
    from vetdesk.demo.house import House
    from vetdesk.demo.places import Place

RAISED_DAYS_AGO = (230, 3)
"""When it was said that fees would be raised; the second time, that is still to come."""
_PERCENT_A_RAISE = 4
_ROUND = 50
DUE_DAYS = {THAMES: 14, SPREE: 21}
"""How many days after its day an invoice is due at each place."""
_TWO_MONTHS = timedelta(days=62)

# Numbers and accounts that are nobody's: those that banks and tax offices print in their examples.
_COMPANY = LegalEntityChanges(
    name="Two Rivers Thames Ltd",
    address=THAMES.address,
    tax_number="GB 999 9999 73",
    bank_details="Barclays\nIBAN GB33 BUKB 2020 1555 5555 55",
    due_days=DUE_DAYS[THAMES],
)
_GMBH = NewLegalEntity(
    name="Two Rivers Spree Tierarztpraxis GmbH",
    number_prefix="BER",
    address=Address("Uferstieg 7", "10997", "Berlin", "DE"),
    tax_number="DE 123456789",
    bank_details="Deutsche Kreditbank\nIBAN DE02 1203 0000 0000 2020 51",
    due_days=DUE_DAYS[SPREE],
)
_VAT = {THAMES: Decimal(20), SPREE: Decimal(19)}


async def set_up(house: House, moment: datetime) -> None:
    """Two companies, one for each place, the tax of each country, and the price list of the first day."""
    entities = await _companies(house, moment)
    category = await taxes.add_category(DEMO, "Standard rate", key=house.key(), now=moment)
    for place, entity_id in entities.items():
        rate = NewRate(category, entity_id, moment.date(), _VAT[place], is_included=True)
        await taxes.set_rate(DEMO, rate, key=house.key(), now=moment)
    for fee in FEES:
        await _add(house, fee, category, moment)
    await _say(house, FEES, moment.date(), 0, moment)


async def raise_fees(house: House, number: int, moment: datetime) -> None:
    """Say that visits will cost more from the first of the month after next on, for so many times now."""
    valid_from = (moment.date().replace(day=1) + _TWO_MONTHS).replace(day=1)
    await _say(house, FOR_VISITS, valid_from, number, moment)


async def _companies(house: House, moment: datetime) -> dict[Place, UUID]:
    """The practice's own company invoices in London, another one in Berlin."""
    london = await legal_entities.usual()
    await legal_entities.amend(DEMO, london, _COMPANY, key=house.key(), now=moment)
    berlin = await legal_entities.add(DEMO, _GMBH, key=house.key(), now=moment)
    theirs = LocationChanges(legal_entity_id=berlin)
    await locations.amend(DEMO, house.places[SPREE], theirs, key=house.key(), now=moment)
    assert london is not None  # noqa: S101 - opening the practice has made it
    return {THAMES: london, SPREE: berlin}


async def _add(house: House, fee: Fee, category: UUID, moment: datetime) -> None:
    item = NewItem(
        kind=fee.kind,
        name=fee.name,
        tax_category_id=category,
        code=fee.code,
        unit=fee.unit,
        service_id=house.offers[fee.offer] if fee.offer else None,
        vaccine_id=house.vaccines[fee.vaccine] if fee.vaccine else None,
        also_called=fee.also_called,
    )
    house.items[fee] = await price_list_items.add(DEMO, item, key=house.key(), now=moment)


async def _say(house: House, fees: tuple[Fee, ...], valid_from: date, raises: int, moment: datetime) -> None:
    """What each of these costs at each place from that day on."""
    for fee in fees:
        for place in PLACES:
            price = Money(_raised(fee.at(place), raises), place.currency)
            said = NewPrice(house.items[fee], house.places[place], price, valid_from)
            await prices.put(DEMO, said, key=house.key(), now=moment)


def _raised(minor: int, times: int) -> int:
    """The price raised so many times, to a round amount."""
    if not times:
        return minor
    return round(minor * (100 + times * _PERCENT_A_RAISE) / 100 / _ROUND) * _ROUND
