"""Adding tax categories, and saying how they are taxed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key
from graph.types.tax import TaxCategory
from models.refusal import PeriodClosed
from models.role import Role
from resolvers import taxes
from resolvers.access import Deed
from resolvers.taxes import NewRate


@deed_input(Role.MANAGER)
class AddTaxCategoryInput:
    """Another way of being taxed."""

    name: str = said("What it is called, 1 to 200 characters: `Standard`, `Reduced`, `Exempt`.")
    idempotency_key: str = said(KEY)


@deed_input(Role.MANAGER)
class SetTaxRateInput:
    """How a category is taxed from a day on, on the invoices of a legal entity."""

    category_id: strawberry.ID = said("Which tax category.")
    legal_entity_id: strawberry.ID = said("On whose invoices.")
    valid_from: date = said(
        "The first day on which it counts, in the past or to come, as long as its books are not closed."
    )
    percent: Decimal = said("The rate in percent, 0 to 100, with at most 3 decimals: `19`, `7.7`.")
    is_included: bool = said("Whether the prices on the price list have the tax in them.")
    idempotency_key: str = said(KEY)


@payload(Role.MANAGER)
class TaxCategoryAdded:
    """There is another tax category; say with `setTaxRate` how it is taxed."""

    category: TaxCategory = said("The tax category as it is now.")


@payload(Role.MANAGER)
class TaxRateSet:
    """The rate counts from its day on, until a later one does. What is issued stays as it is."""

    category: TaxCategory = said("The tax category as it is now.")


@strawberry.type
class TaxMutations:
    """Adding tax categories, and saying how they are taxed."""

    @mutation(Deed.ADD_TAX_CATEGORY, TaxCategoryAdded)
    async def add_tax_category(self, info: Info, input: AddTaxCategoryInput) -> object:
        """Add a tax category. Only somebody who manages the whole practice may."""
        viewer = info.context.viewer
        added = await taxes.add_category(viewer, input.name, key=input.idempotency_key, now=info.context.now)
        return answered(TaxCategoryAdded, category=taxes.one(viewer, added))

    @mutation(Deed.SET_TAX_RATE, TaxRateSet, PeriodClosed)
    async def set_tax_rate(self, info: Info, input: SetTaxRateInput) -> object:
        """Say how a category is taxed from a day on. Only somebody who manages the whole practice may.

        Rates are never changed or deleted: of several with the same first day, the one that was said last counts.
        """
        viewer = info.context.viewer
        rate = NewRate(
            category_id=key("TaxCategory", input.category_id),
            legal_entity_id=key("LegalEntity", input.legal_entity_id),
            valid_from=input.valid_from,
            percent=input.percent,
            is_included=input.is_included,
        )
        category_id = await taxes.set_rate(viewer, rate, key=input.idempotency_key, now=info.context.now)
        return answered(TaxRateSet, category=taxes.one(viewer, category_id))
