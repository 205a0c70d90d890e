"""Asking for payments and statements."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import strawberry

from graph.context import Info
from graph.ids import key, maybe_key
from graph.limits import bad_input
from graph.reading import Paged
from graph.reading.connection import Connection
from graph.reading.pages import page
from graph.roles import OWNER, STAFF, field
from graph.types.ledger_entry import LedgerEntry
from graph.types.money_enums import PaymentMethod
from graph.types.paging import After, Before, First, Last
from graph.types.payment import Payment
from models import code
from resolvers import payments, statements
from resolvers.statements import Stretch

LegalEntityId = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="With which legal entity; when nothing is said, the one with which it began."),
]
Currency = Annotated[
    str | None,
    strawberry.argument(
        description="In which currency, as three letters of ISO 4217; when nothing is said, the one in which it began."
    ),
]
From = Annotated[
    date | None, strawberry.argument(name="from", description="Only what was posted on this day or later.")
]
To = Annotated[date | None, strawberry.argument(description="Only what was posted on this day or before.")]


@strawberry.type
class PaymentQueries:
    """Asking for payments and statements."""

    @field(STAFF, OWNER)
    async def payment(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which payment.")]
    ) -> Payment | None:
        """One payment; null when there is no such payment."""
        return payments.one(info.context.viewer, key("Payment", id))  # type: ignore[return-value]

    @field(STAFF)
    async def payments(
        self,
        info: Info,
        client_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those of this client.")
        ] = None,
        location_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those at this location.")
        ] = None,
        method: Annotated[
            PaymentMethod | None, strawberry.argument(description="Only those that came in this way.")
        ] = None,
        from_: Annotated[
            date | None,
            strawberry.argument(
                name="from", description="Only those received on this day or later, as `receivedOn` says."
            ),
        ] = None,
        to: Annotated[
            date | None, strawberry.argument(description="Only those received on this day or before.")
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Payment] | None:
        """The payments, the latest begun first; with a day named, only those whose money has come."""
        _must_follow(from_, to)
        wish = payments.Wish(
            client_id=maybe_key("Client", client_id),
            location_id=maybe_key("Location", location_id),
            method=method,
            since=from_,
            until=to,
        )
        rows = payments.listed(info.context.viewer, wish)
        return Paged(rows, page(first=first, after=after, last=last, before=before, most=info.context.limits.max_page))  # type: ignore[return-value]

    @field(OWNER)
    async def my_payments(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Payment] | None:
        """Your payments, the latest begun first."""
        rows = payments.mine(info.context.viewer)
        return Paged(rows, page(first=first, after=after, last=last, before=before, most=info.context.limits.max_page))  # type: ignore[return-value]

    @field(STAFF)
    async def statement(
        self,
        info: Info,
        client_id: Annotated[strawberry.ID, strawberry.argument(description="Whose.")],
        legal_entity_id: LegalEntityId = None,
        currency: Currency = None,
        from_: From = None,
        to: To = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[LedgerEntry] | None:
        """The statement of a client.

        What was charged, credited, paid, given back and written off, in the order in which it was written, each with
        what she owed after it. Ask with `last` for the end of it.
        """
        stretch = _stretch(legal_entity_id, currency, from_, to)
        rows = statements.of_client(info.context.viewer, key("Client", client_id), stretch)
        return Paged(rows, page(first=first, after=after, last=last, before=before, most=info.context.limits.max_page))  # type: ignore[return-value]

    @field(OWNER)
    async def my_statement(
        self,
        info: Info,
        legal_entity_id: LegalEntityId = None,
        currency: Currency = None,
        from_: From = None,
        to: To = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[LedgerEntry] | None:
        """Your statement.

        What you were charged, credited, paid and got back, in the order in which it was written, each with what you
        owed after it. Ask with `last` for the end of it.
        """
        rows = statements.mine(info.context.viewer, _stretch(legal_entity_id, currency, from_, to))
        return Paged(rows, page(first=first, after=after, last=last, before=before, most=info.context.limits.max_page))  # type: ignore[return-value]


def _stretch(
    legal_entity_id: strawberry.ID | None, currency: str | None, since: date | None, until: date | None
) -> Stretch:
    _must_follow(since, until)
    spoken = None if currency is None else code.currency(currency, path=("currency",))
    return Stretch(maybe_key("LegalEntity", legal_entity_id), spoken, since, until)


def _must_follow(since: date | None, until: date | None) -> None:
    if since is not None and until is not None and until < since:
        raise bad_input("The period ends before it starts.")
