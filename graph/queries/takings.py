"""Asking for takings, debtors and the journal."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import strawberry

from graph.context import Info
from graph.ids import key, maybe_key
from graph.limits import bad_input
from graph.queries.appointments import After, First
from graph.reading.pages import fits, page
from graph.roles import field
from graph.selected import selects
from graph.types import debtor, takings
from graph.types.debtor import Debtors
from graph.types.journal_link import JournalFormat, JournalLink
from graph.types.takings import Takings
from models.refusal import NotFound
from models.role import Role
from resolvers import debtors as owing
from resolvers import journals
from resolvers import takings as of_a_day
from resolvers.debtors import DebtorOrder, Wish
from resolvers.deeds import FRONT_DESK

_BAD_CURSOR = "This is not a cursor of this list. Please start again from the first page."


@strawberry.type
class TakingsQueries:
    """Asking for takings, debtors and the journal."""

    @field(FRONT_DESK)
    async def takings(
        self,
        info: Info,
        location_id: Annotated[strawberry.ID, strawberry.argument(description="Where.")],
        day: Annotated[date, strawberry.argument(description="The day, on the calendar of the location.")],
    ) -> Takings | None:
        """What came in at a location on a day, and what went back; null when there is no such location."""
        viewer = info.context.viewer
        try:
            return takings.shown(viewer, await of_a_day.takings(viewer, key("Location", location_id), day))
        except NotFound:
            return None

    @field(FRONT_DESK)
    async def debtors(
        self,
        info: Info,
        location_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only what was invoiced at this location.")
        ] = None,
        legal_entity_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only what is owed to this legal entity.")
        ] = None,
        as_of: Annotated[
            date | None,
            strawberry.argument(description="As it was at the end of this day; today when nothing is said."),
        ] = None,
        order: Annotated[DebtorOrder, strawberry.argument(description="By what they are sorted.")] = DebtorOrder.AMOUNT,
        first: First = None,
        after: After = None,
    ) -> Debtors | None:
        """Who owes what, and since when; null when there is no such location or legal entity."""
        viewer, now = info.context.viewer, info.context.now
        wish = Wish(maybe_key("Location", location_id), maybe_key("LegalEntity", legal_entity_id), as_of, order)
        stretch = page(first=first, after=after, most=info.context.limits.max_page)
        _must_fit(stretch.beyond, order)
        try:
            found = await owing.debtors(viewer, wish, stretch.size, stretch.beyond, now=now)
            is_counted = selects(info, "debtorCount") or selects(info, "totals")
            totals = await owing.totals(viewer, wish, now=now) if is_counted else None
        except NotFound:
            return None
        return debtor.shown(viewer, found, order, totals, is_first=stretch.beyond is None)

    @field(Role.MANAGER)
    async def journal_link(
        self,
        info: Info,
        legal_entity_id: Annotated[strawberry.ID, strawberry.argument(description="Whose books.")],
        from_: Annotated[date, strawberry.argument(name="from", description="The first day.")],
        to: Annotated[date, strawberry.argument(description="The last day, included; at most 366 days in all.")],
        format: Annotated[JournalFormat, strawberry.argument(description="As what.")],
    ) -> JournalLink | None:
        """A link to every entry of the books, day by day, for the tax adviser; null when there is no such legal entity."""
        context = info.context
        if to < from_:
            raise bad_input("The period ends before it starts.")
        try:
            url, ends_at = await journals.link(
                context.viewer,
                key("LegalEntity", legal_entity_id),
                from_,
                to,
                format.value.lower(),
                vault=context.ports.vault,
                rules=context.ports.rules,
                public_url=context.ports.public_url,
                now=context.now,
            )
        except NotFound:
            return None
        return JournalLink(url=url, ends_at=ends_at)


def _must_fit(beyond: tuple[Any, ...] | None, order: DebtorOrder) -> None:
    """Refuse a cursor that is not one of this list in this order."""
    is_by_amount = order is DebtorOrder.AMOUNT
    if not fits(beyond, (str, str if is_by_amount else date, UUID)):
        raise bad_input(_BAD_CURSOR)
    if (
        beyond is not None
        and is_by_amount
        and not (beyond[1].isascii() and beyond[1].isdigit() and len(beyond[1]) < 19)
    ):
        raise bad_input(_BAD_CURSOR)
