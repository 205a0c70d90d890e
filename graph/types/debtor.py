"""Debtors: who owes what, and since when."""

from __future__ import annotations

from datetime import date
from typing import Any

import strawberry

from graph.reading import Picked
from graph.reading.connection import PageInfo
from graph.reading.pages import cursor
from graph.roles import allow
from graph.types.client import Client
from graph.types.enums import described
from graph.types.money import Money
from models import sql
from resolvers import access, clients
from resolvers.debtors import DebtorOrder, Found
from resolvers.deeds import FRONT_DESK
from resolvers.viewer import Viewer

described(
    DebtorOrder,
    "By what debtors are sorted; always by currency first.",
    {DebtorOrder.AMOUNT: "Who owes most comes first.", DebtorOrder.OLDEST: "Whose debt is the oldest comes first."},
    roles=FRONT_DESK,
)


def _said(description: str) -> Money:
    amount: Money = strawberry.field(description=description)
    return amount


@strawberry.type(directives=[allow(FRONT_DESK)], description="What a client owes in one currency, by age.")
class Debtor:
    """What a client owes in one currency, by age."""

    client: Client = strawberry.field(description="Who owes it.")
    total: Money = _said("What is open of her invoices. What is on account for her is not taken off.")
    not_due: Money = _said("What of it is not due yet, or is due on that very day.")
    due_1_to_30: Money = strawberry.field(name="due1To30", description="What was due 1 to 30 days before.")
    due_31_to_60: Money = strawberry.field(name="due31To60", description="What was due 31 to 60 days before.")
    due_61_to_90: Money = strawberry.field(name="due61To90", description="What was due 61 to 90 days before.")
    due_longer: Money = _said("What was due longer before.")
    oldest_due_on: date = strawberry.field(description="The day on which the oldest of it was, or will be, due.")
    invoices: int = strawberry.field(description="How many invoices something is open of.")


@strawberry.type(directives=[allow(FRONT_DESK)], description="A page of the debtors as of one day.")
class Debtors:
    """A page of the debtors as of one day."""

    as_of: date = strawberry.field(description="The day at whose end it was so.")
    nodes: list[Debtor] = strawberry.field(description="The debtors of the page, one for each client and currency.")
    page_info: PageInfo = strawberry.field(description="Where this page lies in the list.")
    debtor_count: int | None = strawberry.field(
        description="How many debtors there are in all; null when not asked for."
    )
    totals: list[Money] | None = strawberry.field(
        description="What all of them owe together, by currency; null when not asked for."
    )


def shown(
    viewer: Viewer, found: Found, order: DebtorOrder, totals: tuple[int, list[Any]] | None, *, is_first: bool
) -> Debtors:
    """The debtors as clients see them; the clients are read only when somebody asks for them, and all at once."""
    ids = sorted({each.client_id for each in found.debtors})
    scope = f"{{t}}.id IN ({sql.marks(len(ids))})" if ids else access.NOTHING
    named = clients.listed(viewer).narrowed(scope, *ids)
    cursors = [cursor(each.after(order)) for each in found.debtors]
    return Debtors(
        as_of=found.as_of,
        nodes=[_debtor(each, Picked(named, (each.client_id,))) for each in found.debtors],
        page_info=PageInfo(
            has_next_page=found.has_more,
            has_previous_page=not is_first,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        ),
        debtor_count=totals[0] if totals else None,
        totals=totals[1] if totals else None,
    )


def _debtor(found: Any, client: Any) -> Debtor:
    return Debtor(
        client=client,
        total=found.total,
        not_due=found.not_due,
        due_1_to_30=found.due_1_to_30,
        due_31_to_60=found.due_31_to_60,
        due_61_to_90=found.due_61_to_90,
        due_longer=found.due_longer,
        oldest_due_on=found.oldest_due_on,
        invoices=found.invoices,
    )
