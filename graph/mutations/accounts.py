"""Recognising owners who registered online."""

from __future__ import annotations

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key
from graph.types.client import Client
from models.refusal import AlreadyLinked
from models.role import Role
from resolvers import accounts, clients
from resolvers.access import Deed


@deed_input(Role.RECEPTIONIST, Role.MANAGER)
class LinkAccountInput:
    """Who an owner is that registered online."""

    account_id: strawberry.ID = said("Which of `unlinkedAccounts`.")
    client_id: strawberry.ID = said(
        "Which client she is. To accept her as a new client, name the one that the account has already."
    )
    idempotency_key: str = said(KEY)


@payload(Role.RECEPTIONIST, Role.MANAGER)
class AccountLinked:
    """The practice knows who she is."""

    client: Client = said("The client, with the pets and appointments that moved along.")


@strawberry.type
class AccountMutations:
    """Recognising owners who registered online."""

    @mutation(Deed.LINK_ACCOUNT, AccountLinked, AlreadyLinked)
    async def link_account(self, info: Info, input: LinkAccountInput) -> object:
        """Say which client an owner is that registered online; her pets, appointments and letters move to that client.

        Drafts of invoices move as well. Who was invoiced already, or has paid something, stays the client that she
        registered as: `InvalidInput` at `clientId` for any other.
        """
        viewer, client_id = info.context.viewer, key("Client", input.client_id)
        account_id = key("UnlinkedAccount", input.account_id)
        await accounts.link_account(viewer, account_id, client_id, key=input.idempotency_key, now=info.context.now)
        return answered(AccountLinked, client=clients.one(viewer, client_id))
