"""Clients."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from graph.context import Info
from graph.reading.connection import Connection
from graph.reading.shape import READS, Many, batched, column, many, shape, unresolved
from graph.roles import EVERYBODY, STAFF, allow
from graph.types.client_balance import ClientBalance, balances
from graph.types.contact_preference import ContactPreference
from graph.types.location import Address, address_of
from graph.types.node import Node, id_of
from graph.types.paging import After, Before, First, Last
from resolvers import preferences

if TYPE_CHECKING:
    from graph.types.invoice import Invoice
    from graph.types.message import Message
    from graph.types.ownership import Ownership

_INVOICES = Many(models.Invoice, "client", ("-opened_at",))
_MESSAGES = Many(models.Message, "client", ("-created_at",))


@shape(models.ClientEmail, EVERYBODY)
class Email:
    """An e-mail address of a client."""

    address: str = column("The address.")
    undeliverable_since: datetime | None = batched(
        "Since when we know that nobody reads it, from a mail server; null while letters arrive. Nothing is sent there but"
        " codes and invitations.",
        preferences.undeliverable_since,
    )


@shape(models.ClientPhone, EVERYBODY)
class Phone:
    """A phone number of a client."""

    as_given: str = column("The number as it was given.")
    e164: str | None = column("The number to dial, in E.164; null when it is no full number.")


@shape(models.Client, EVERYBODY)
class Client(Node):
    """Somebody who pays for the care of pets; an owner sees nobody but herself."""

    id: strawberry.ID = id_of("Client")
    given_name: str = column("The given name; empty for a business.")
    family_name: str = column("The family name, or the name of the business.")
    display_name: str = column("The whole name.")
    language: str = column("The language of letters, as a BCP 47 tag: `en`, `de`.")
    address: Address = address_of("Where they live.")
    emails: list[Email] = many(
        "The e-mail addresses; letters go to the first.", models.ClientEmail, "client", order=("position",), size=3
    )
    phones: list[Phone] = many(
        "The phone numbers, the best one first.", models.ClientPhone, "client", order=("position",), size=3
    )
    contact_preferences: list[ContactPreference] = batched(
        "What they want to hear by e-mail: of each purpose, also of those of which they never said anything.",
        preferences.of,
        size=3,
    )
    zone: str = column(
        "The zone of the clock by which they are not disturbed, by its IANA name; empty when it is that of the practice."
    )
    is_registered_online: bool | None = column(
        "Whether they registered themselves and reception has not recognised them yet.", STAFF
    )
    created_at: datetime | None = column("Since when the practice knows them.", STAFF)
    ownerships: list[Annotated[Ownership, strawberry.lazy("graph.types.ownership")]] | None = many(
        "The pets they own now.", models.Ownership, "client", STAFF, narrow="{t}.ends_on IS NULL"
    )
    balances: list[ClientBalance] | None = batched(
        "What they owe, for each legal entity and currency in which they were ever invoiced or paid; by name and"
        " currency.",
        balances,
        STAFF,
        size=2,
    )

    @strawberry.field(  # type: ignore[untyped-decorator]
        description="The invoices to them, drafts among them, those that were opened last first.",
        directives=[allow(STAFF)],
        metadata={READS: _INVOICES},
    )
    def invoices(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Annotated[Invoice, strawberry.lazy("graph.types.invoice")]] | None:
        """Their invoices."""
        return unresolved()

    @strawberry.field(  # type: ignore[untyped-decorator]
        description="The letters to them, also those that wait or were not sent, those that were written last first.",
        directives=[allow(STAFF)],
        metadata={READS: _MESSAGES},
    )
    def messages(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Annotated[Message, strawberry.lazy("graph.types.message")]] | None:
        """The letters to them."""
        return unresolved()
