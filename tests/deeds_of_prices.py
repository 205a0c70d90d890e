"""The deeds of prices, taxes and who invoices, as lines of the table of every deed."""

from __future__ import annotations

from decimal import Decimal

from models import ItemKind, Money
from resolvers import legal_entities, locations, practices, price_list_items, prices, taxes
from resolvers.access import Deed
from tests.every_deed import KEPT, MANAGERS_HERE, MANAGERS_OF_ALL, line
from tests.world import TODAY
from tests.world.money import the_legal_entity


@line(Deed.ADD_LEGAL_ENTITY, MANAGERS_OF_ALL)
async def _(scene, viewer):
    await legal_entities.add(viewer, legal_entities.NewLegalEntity("Quay Vets Ltd", "QUAY"), **KEPT)


@line(Deed.AMEND_LEGAL_ENTITY, MANAGERS_OF_ALL)
async def _(scene, viewer):
    changes = legal_entities.LegalEntityChanges(due_days=30)
    await legal_entities.amend(viewer, (await the_legal_entity()).id, changes, **KEPT)


@line(Deed.AMEND_LEGAL_ENTITY, MANAGERS_OF_ALL)
async def _(scene, viewer):
    changes = locations.LocationChanges(legal_entity_id=(await the_legal_entity()).id)
    await locations.amend(viewer, scene.world.location.id, changes, **KEPT)


@line(Deed.ADD_TAX_CATEGORY, MANAGERS_OF_ALL)
async def _(scene, viewer):
    await taxes.add_category(viewer, "Reduced", **KEPT)


@line(Deed.SET_TAX_RATE, MANAGERS_OF_ALL)
async def _(scene, viewer):
    entity = await the_legal_entity()
    rate = taxes.NewRate(scene.item.tax_category_id, entity.id, TODAY, Decimal(20), is_included=True)
    await taxes.set_rate(viewer, rate, **KEPT)


@line(Deed.ADD_PRICE_LIST_ITEM, MANAGERS_OF_ALL)
async def _(scene, viewer):
    item = price_list_items.NewItem(ItemKind.PRODUCT, "Collar", scene.item.tax_category_id)
    await price_list_items.add(viewer, item, **KEPT)


@line(Deed.AMEND_PRICE_LIST_ITEM, MANAGERS_OF_ALL)
async def _(scene, viewer):
    await price_list_items.amend(viewer, scene.item.id, price_list_items.ItemChanges(code="1"), **KEPT)


@line(Deed.SET_PRICE, MANAGERS_HERE)
async def _(scene, viewer):
    place = scene.world.location
    price = prices.NewPrice(scene.item.id, place.id, Money(100, place.currency), TODAY)
    await prices.put(viewer, price, **KEPT)


@line(Deed.AMEND_BILLING_SETTINGS, MANAGERS_OF_ALL)
async def _(scene, viewer):
    await practices.amend_billing(viewer, practices.BillingSettings(20), **KEPT)
