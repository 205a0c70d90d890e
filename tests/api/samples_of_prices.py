"""Samples of what is decided about prices, taxes and who invoices."""

from __future__ import annotations

from collections.abc import Callable

from tests.api.samples import ADDRESS, Sample
from tests.doors import id_of
from tests.world import World, a_service, a_vaccine
from tests.world.money import an_item, the_legal_entity, the_tax_category


async def of_prices(world: World, sample: Callable[..., Sample]) -> list[Sample]:
    """A sample of every mutation about prices, taxes and who invoices."""
    item, category, entity = await an_item(), id_of(await the_tax_category()), id_of(await the_legal_entity())
    services = [id_of(await a_service(name)) for name in ("Dental", "X-ray")]
    vaccines = [id_of(await a_vaccine(name)) for name in ("Rabisin", "Versican")]
    tax = {"taxNumber": "DE 1", "bankDetails": "IBAN 1\nBIC 2", "dueDays": 30}
    words = {"code": "GOT 1", "unit": "ml", "taxCategoryId": category, "alsoCalled": ["Meloxicam", "Metacam"]}
    return [
        sample(
            "addLegalEntity",
            "LegalEntityAdded { legalEntity { id name } }",
            {"name": "Quay Vets Ltd", "numberPrefix": "QUAY", "address": ADDRESS, **tax},
            {"name": "Key Vets Ltd"},
            LegalEntity=1,
        ),
        sample(
            "amendLegalEntity",
            "LegalEntityAmended { legalEntity { id name } }",
            {"legalEntityId": entity, "name": "Main Street Vets Ltd", "address": ADDRESS, **tax},
            {"name": "High Street Vets"},
        ),
        sample(
            "addTaxCategory",
            "TaxCategoryAdded { category { id name } }",
            {"name": "Reduced"},
            {"name": "Exempt"},
            TaxCategory=1,
        ),
        sample(
            "setTaxRate",
            "TaxRateSet { category { id name } }",
            {
                "categoryId": category,
                "legalEntityId": entity,
                "validFrom": "2027-01-01",
                "percent": "7.7",
                "isIncluded": False,
            },
            {"percent": 8},
            TaxRate=1,
        ),
        sample(
            "addPriceListItem",
            "PriceListItemAdded { item { id name } }",
            {"kind": "PRODUCT", "name": "Pain relief", "serviceId": services[0], "vaccineId": vaccines[0], **words},
            {"name": "Painkiller"},
            PriceListItem=1,
        ),
        sample(
            "amendPriceListItem",
            "PriceListItemAmended { item { id name } }",
            {
                "itemId": id_of(item),
                "kind": "PRODUCT",
                "name": "Pain relief",
                "serviceId": services[1],
                "vaccineId": vaccines[1],
                "isOffered": True,
                **words,
            },
            {"name": "Painkiller"},
        ),
        sample(
            "setPrice",
            "PriceSet { item { id name } }",
            {
                "itemId": id_of(item),
                "locationId": id_of(world.location),
                "price": {"amount": "12.50", "currency": "EUR"},
                "validFrom": "2027-01-01",
            },
            {"price": {"amount": 13, "currency": "EUR"}},
            Price=1,
        ),
        sample(
            "amendBillingSettings",
            "BillingSettingsAmended { practice { id mostDiscountPercent } }",
            {"mostDiscountPercent": 15},
            {"mostDiscountPercent": 20},
        ),
    ]
