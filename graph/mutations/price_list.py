"""Adding and amending what the practice charges for, and saying what it costs."""

from __future__ import annotations

from datetime import date
from functools import partial

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key, maybe_key
from graph.inputs import changed, changed_not_cleared
from graph.types.money import MoneyInput, minor_of
from graph.types.price_list import PriceListItem
from models import Money
from models.price_list import ItemKind
from models.refusal import PeriodClosed
from models.role import Role
from resolvers import price_list_items, prices
from resolvers.access import Deed
from resolvers.price_list_items import ItemChanges, NewItem
from resolvers.prices import NewPrice

_NAME = "What it is called, on invoices too, 1 to 200 characters"
_CODE = "The practice's own number for it, or the one of a scale of fees, at most 32 characters"
_UNIT = "What one of it is, at most 32 characters: `tablet`, `ml`"
_SERVICE = "The service that is charged as this. No other item that is offered may be charged for it"
_VACCINE = "The vaccine whose doses are charged as this. No other item that is offered may be charged for it"
_OTHERS = (
    "Other names, at most 20 of 1 to 200 characters: what is recorded under its name or one of these is charged as this"
)


@deed_input(Role.MANAGER)
class AddPriceListItemInput:
    """Something that the practice charges for from now on."""

    kind: ItemKind = said("What it is.")
    name: str = said(f"{_NAME}.")
    code: str | None = said(f"{_CODE}.", default=None)
    unit: str | None = said(f"{_UNIT}. Without one it is a piece, or something done once.", default=None)
    tax_category_id: strawberry.ID = said("How it is taxed.")
    service_id: strawberry.ID | None = said(f"{_SERVICE}.", default=None)
    vaccine_id: strawberry.ID | None = said(f"{_VACCINE}.", default=None)
    also_called: list[str] | None = said(f"{_OTHERS}.", default=None)
    idempotency_key: str = said(KEY)


@deed_input(Role.MANAGER)
class AmendPriceListItemInput:
    """What changes about an item; what is not given stays as it is."""

    item_id: strawberry.ID = said("Which item.")
    kind: ItemKind | None = said("What it is. It cannot be cleared.", default=strawberry.UNSET)
    name: str | None = said(f"{_NAME}. It cannot be cleared.", default=strawberry.UNSET)
    code: str | None = said(f"{_CODE}; null clears it.", default=strawberry.UNSET)
    unit: str | None = said(f"{_UNIT}; null clears it.", default=strawberry.UNSET)
    tax_category_id: strawberry.ID | None = said("How it is taxed. It cannot be cleared.", default=strawberry.UNSET)
    service_id: strawberry.ID | None = said(f"{_SERVICE}; null for none.", default=strawberry.UNSET)
    vaccine_id: strawberry.ID | None = said(f"{_VACCINE}; null for none.", default=strawberry.UNSET)
    also_called: list[str] | None = said(
        f"{_OTHERS}. They replace all that were known; null clears them.", default=strawberry.UNSET
    )
    is_offered: bool | None = said("Whether it is charged from now on. It cannot be cleared.", default=strawberry.UNSET)
    idempotency_key: str = said(KEY)


@deed_input(Role.MANAGER)
class SetPriceInput:
    """What an item costs at a location from a day on."""

    item_id: strawberry.ID = said("Which item.")
    location_id: strawberry.ID = said("Where.")
    price: MoneyInput = said(
        "What one of the item's unit costs, in the currency of the location, with the tax in it where the tax rate says"
        " so."
    )
    valid_from: date = said(
        "The first day on which it counts, on the calendar of the location, in the past or to come, as long as the books"
        " are not closed."
    )
    idempotency_key: str = said(KEY)


@payload(Role.MANAGER)
class PriceListItemAdded:
    """It is on the price list; say with `setPrice` what it costs where."""

    item: PriceListItem = said("The item as it is now.")


@payload(Role.MANAGER)
class PriceListItemAmended:
    """What was given is written. What is on invoices stays as it is."""

    item: PriceListItem = said("The item as it is now.")


@payload(Role.MANAGER)
class PriceSet:
    """The price counts from its day on, until a later one does. What is on invoices stays as it is."""

    item: PriceListItem = said("The item as it is now.")


@strawberry.type
class PriceListMutations:
    """Adding and amending what the practice charges for, and saying what it costs."""

    @mutation(Deed.ADD_PRICE_LIST_ITEM, PriceListItemAdded)
    async def add_price_list_item(self, info: Info, input: AddPriceListItemInput) -> object:
        """Put something on the price list of every location. Only somebody who manages the whole practice may."""
        viewer = info.context.viewer
        item = NewItem(
            kind=input.kind,
            name=input.name,
            tax_category_id=key("TaxCategory", input.tax_category_id),
            code=input.code or "",
            unit=input.unit or "",
            service_id=maybe_key("Service", input.service_id),
            vaccine_id=maybe_key("Vaccine", input.vaccine_id),
            also_called=tuple(input.also_called or ()),
        )
        added = await price_list_items.add(viewer, item, key=input.idempotency_key, now=info.context.now)
        return answered(PriceListItemAdded, item=price_list_items.one(viewer, added))

    @mutation(Deed.AMEND_PRICE_LIST_ITEM, PriceListItemAmended)
    async def amend_price_list_item(self, info: Info, input: AmendPriceListItemInput) -> object:
        """Change something on the price list, or take it off. Only somebody who manages the whole practice may."""
        viewer = info.context.viewer
        changes = ItemChanges(
            kind=changed_not_cleared(input.kind, "kind"),
            name=changed(input.name, null=""),
            code=changed(input.code, null=""),
            unit=changed(input.unit, null=""),
            tax_category_id=changed_not_cleared(input.tax_category_id, "taxCategoryId", partial(key, "TaxCategory")),
            service_id=changed(input.service_id, partial(maybe_key, "Service"), null=None),
            vaccine_id=changed(input.vaccine_id, partial(maybe_key, "Vaccine"), null=None),
            also_called=changed(input.also_called, tuple, null=()),
            is_offered=changed_not_cleared(input.is_offered, "isOffered"),
        )
        item_id = key("PriceListItem", input.item_id)
        amended = await price_list_items.amend(
            viewer, item_id, changes, key=input.idempotency_key, now=info.context.now
        )
        return answered(PriceListItemAmended, item=price_list_items.one(viewer, amended))

    @mutation(Deed.SET_PRICE, PriceSet, PeriodClosed)
    async def set_price(self, info: Info, input: SetPriceInput) -> object:
        """Say what something costs at a location from a day on. Managers of the location may.

        Prices are never changed or deleted: of several with the same first day, the one that was said last counts.
        """
        viewer = info.context.viewer
        minor, currency = minor_of(input.price, path=("price",))
        price = NewPrice(
            item_id=key("PriceListItem", input.item_id),
            location_id=key("Location", input.location_id),
            price=Money(minor, currency),
            valid_from=input.valid_from,
        )
        item_id = await prices.put(viewer, price, key=input.idempotency_key, now=info.context.now)
        return answered(PriceSet, item=price_list_items.one(viewer, item_id))
