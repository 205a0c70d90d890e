"""Registering clients, and amending what is known of them."""

from __future__ import annotations

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key
from graph.inputs import changed
from graph.mutations.locations import AddressInput, address
from graph.roles import OWNER, STAFF
from graph.types.client import Client
from graph.types.reminder_enums import ConsentSource
from graph.wanted import ContactPreferenceInput, wanted
from models.contact import Address
from resolvers import clients
from resolvers.access import Deed
from resolvers.clients import ClientChanges, ClientRegistration, MyChanges

_GIVEN = "The given name, at most 200 characters; empty for a business"
_FAMILY = "The family name, or the name of the business, 1 to 200 characters"
_EMAILS = "The e-mail addresses, at most 10; letters go to the first"
_PHONES = (
    "The phone numbers, at most 10 of at most 60 characters, the best one first; without a country's code they are of"
    " the country of the address, or else of the practice"
)
_LANGUAGE = "The language of letters, as a BCP 47 tag: `en`, `de`"
_REPLACED = "They replace all that were known; null clears them."


@deed_input(STAFF)
class RegisterClientInput:
    """Somebody who becomes a client."""

    given_name: str | None = said(f"{_GIVEN}.", default=None)
    family_name: str = said(f"{_FAMILY}.")
    emails: list[str] | None = said(f"{_EMAILS}.", default=None)
    phones: list[str] | None = said(f"{_PHONES}.", default=None)
    language: str | None = said(f"{_LANGUAGE}; that of the practice when nothing is said.", default=None)
    address: AddressInput | None = said("Where they live.", default=None)
    contact_preferences: list[ContactPreferenceInput] | None = said(
        "What they want to hear of by e-mail, each purpose once; of what is not named nothing is said.", default=None
    )
    contact_preferences_source: ConsentSource = said(
        "How you know what they want: `IN_PERSON`, `PHONE`, `FORM` or `IMPORT`.", default=ConsentSource.IN_PERSON
    )
    idempotency_key: str = said(KEY)


@deed_input(STAFF)
class AmendClientInput:
    """What changes about a client; what is not given stays as it is."""

    client_id: strawberry.ID = said("Which client.")
    given_name: str | None = said(f"{_GIVEN}. Null clears it.", default=strawberry.UNSET)
    family_name: str | None = said(f"{_FAMILY}. It cannot be cleared.", default=strawberry.UNSET)
    emails: list[str] | None = said(
        f"{_EMAILS}. {_REPLACED} Whoever signs in with an address that goes is no longer linked to this client.",
        default=strawberry.UNSET,
    )
    phones: list[str] | None = said(f"{_PHONES}. {_REPLACED}", default=strawberry.UNSET)
    language: str | None = said(f"{_LANGUAGE}. It cannot be cleared.", default=strawberry.UNSET)
    address: AddressInput | None = said("Where they live, as a whole; null clears it.", default=strawberry.UNSET)
    idempotency_key: str = said(KEY)


@deed_input(OWNER)
class AmendMyselfInput:
    """What changes about the owner; what is not given stays as it is. The e-mail address is for the practice to change."""

    given_name: str | None = said(f"{_GIVEN}. Null clears it.", default=strawberry.UNSET)
    family_name: str | None = said(f"{_FAMILY}. It cannot be cleared.", default=strawberry.UNSET)
    phones: list[str] | None = said(f"{_PHONES}. {_REPLACED}", default=strawberry.UNSET)
    language: str | None = said(f"{_LANGUAGE}. It cannot be cleared.", default=strawberry.UNSET)
    address: AddressInput | None = said("Where the owner lives, as a whole; null clears it.", default=strawberry.UNSET)
    idempotency_key: str = said(KEY)


@payload(STAFF)
class ClientRegistered:
    """The practice has another client."""

    client: Client = said("The client as they are known now.")


@payload(STAFF)
class ClientAmended:
    """What was given is written."""

    client: Client = said("The client as they are known now.")


@payload(OWNER)
class MyselfAmended:
    """What was given is written."""

    client: Client = said("The owner as the practice knows her now.")


@strawberry.type
class ClientMutations:
    """Registering clients, and amending what is known of them."""

    @mutation(Deed.REGISTER_CLIENT, ClientRegistered)
    async def register_client(self, info: Info, input: RegisterClientInput) -> object:
        """Register a client. Nobody is asked whether the same person is known already: please search first."""
        viewer = info.context.viewer
        registration = ClientRegistration(
            family_name=input.family_name,
            given_name=input.given_name or "",
            emails=input.emails or (),
            phones=input.phones or (),
            language=input.language,
            address=address(input.address or AddressInput()),
            wanted=wanted(input.contact_preferences, "contactPreferences"),
            source=input.contact_preferences_source,
        )
        registered = await clients.register(viewer, registration, key=input.idempotency_key, now=info.context.now)
        return answered(ClientRegistered, client=clients.one(viewer, registered))

    @mutation(Deed.AMEND_CLIENT, ClientAmended)
    async def amend_client(self, info: Info, input: AmendClientInput) -> object:
        """Change what is known of a client."""
        viewer = info.context.viewer
        changes = ClientChanges(
            given_name=changed(input.given_name, null=""),
            family_name=changed(input.family_name, null=""),
            emails=changed(input.emails, null=()),
            phones=changed(input.phones, null=()),
            language=changed(input.language, null=""),
            address=changed(input.address, address, null=Address()),
        )
        client_id = key("Client", input.client_id)
        amended = await clients.amend(viewer, client_id, changes, key=input.idempotency_key, now=info.context.now)
        return answered(ClientAmended, client=clients.one(viewer, amended))

    @mutation(Deed.AMEND_MYSELF, MyselfAmended)
    async def amend_myself(self, info: Info, input: AmendMyselfInput) -> object:
        """Change what the practice knows of the owner who asks."""
        viewer = info.context.viewer
        changes = MyChanges(
            given_name=changed(input.given_name, null=""),
            family_name=changed(input.family_name, null=""),
            phones=changed(input.phones, null=()),
            language=changed(input.language, null=""),
            address=changed(input.address, address, null=Address()),
        )
        await clients.amend_myself(viewer, changes, key=input.idempotency_key, now=info.context.now)
        return answered(MyselfAmended, client=clients.one(viewer, viewer.client_id))
