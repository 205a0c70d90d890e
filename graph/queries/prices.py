"""Asking for who invoices, for taxes, and for the price list."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import strawberry

from graph.context import Info
from graph.ids import key
from graph.reading import Paged
from graph.reading.connection import Connection
from graph.reading.pages import page
from graph.roles import STAFF, field
from graph.types.legal_entity import LegalEntity
from graph.types.paging import After, Before, First, Last
from graph.types.price_list import PriceListEntry
from graph.types.tax import TaxCategory
from models.refusal import NotFound
from resolvers import legal_entities, price_list_items, taxes


@strawberry.type
class PriceQueries:
    """Asking for who invoices, for taxes, and for the price list."""

    @field(STAFF)
    async def legal_entities(self, info: Info) -> list[LegalEntity] | None:
        """Everybody who invoices for a location, by name."""
        return legal_entities.listed(info.context.viewer)  # type: ignore[return-value]

    @field(STAFF)
    async def tax_categories(self, info: Info) -> list[TaxCategory] | None:
        """Every tax category, by name."""
        return taxes.listed(info.context.viewer)  # type: ignore[return-value]

    @field(STAFF)
    async def price_list(
        self,
        info: Info,
        location_id: Annotated[strawberry.ID, strawberry.argument(description="Where.")],
        on: Annotated[
            date | None,
            strawberry.argument(
                description="The day of the prices, on the calendar of the location; today when nothing is said."
            ),
        ] = None,
        search: Annotated[
            str | None,
            strawberry.argument(
                description=(
                    "Words, at most eight: each has to begin a word of the name, of another name, or of the code. Case"
                    " and accents do not count. More than a hundred characters find nothing."
                )
            ),
        ] = None,
        is_offered: Annotated[
            bool | None,
            strawberry.argument(
                description="False for what is no longer charged; what is charged when nothing is said."
            ),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[PriceListEntry] | None:
        """The price list of a location on a day, by name; null when there is no such location.

        What has no price there is on it as well, so that somebody sees it.
        """
        viewer, where = info.context.viewer, key("Location", location_id)
        try:
            place, day = await price_list_items.there(viewer, where, on, now=info.context.now)
        except NotFound:
            return None
        rows = price_list_items.listed(viewer, is_offered=is_offered is not False, search=search)
        most = info.context.limits.max_page
        wanted = page(first=first, after=after, last=last, before=before, most=most)
        return Paged(rows, wanted, {"place": place, "day": day})  # type: ignore[return-value]
