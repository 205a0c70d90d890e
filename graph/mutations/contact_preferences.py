"""Saying what somebody wants to hear of by e-mail."""

from __future__ import annotations

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key
from graph.inputs import changed
from graph.roles import OWNER, STAFF
from graph.types.client import Client
from graph.types.reminder_enums import ConsentSource
from graph.wanted import ContactPreferenceInput, wanted
from resolvers import clients, consents
from resolvers.access import Deed
from resolvers.consents import Preferences

_WANTED = "What they want to hear of, each purpose once; what is not named stays as it is"
_ZONE = (
    "The zone of the clock by which they are not disturbed, by its IANA name: `Europe/Berlin`; null for that of the"
    " practice"
)


@deed_input(STAFF)
class SetContactPreferencesInput:
    """What a client said to you."""

    client_id: strawberry.ID = said("Which client.")
    preferences: list[ContactPreferenceInput] | None = said(f"{_WANTED}.", default=None)
    source: ConsentSource = said("How you know: `IN_PERSON`, `PHONE`, `FORM` or `IMPORT`.")
    zone: str | None = said(f"{_ZONE}.", default=strawberry.UNSET)
    idempotency_key: str = said(KEY)


@deed_input(OWNER)
class SetMyContactPreferencesInput:
    """What the owner wants to hear of."""

    preferences: list[ContactPreferenceInput] | None = said(f"{_WANTED}.", default=None)
    zone: str | None = said(f"{_ZONE}.", default=strawberry.UNSET)
    idempotency_key: str = said(KEY)


@payload(STAFF)
class ContactPreferencesSet:
    """What the client said is written down; letters that wait are held against it when they are sent."""

    client: Client = said("The client as she is known now.")


@payload(OWNER)
class MyContactPreferencesSet:
    """What the owner said is written down; letters that wait are held against it when they are sent."""

    client: Client = said("She as she is known now.")


@strawberry.type
class ContactPreferenceMutations:
    """Saying what somebody wants to hear of by e-mail."""

    @mutation(Deed.SET_CONTACT_PREFERENCES, ContactPreferencesSet)
    async def set_contact_preferences(self, info: Info, input: SetContactPreferencesInput) -> object:
        """Write down what a client said to the staff about letters, and how they know."""
        viewer = info.context.viewer
        said_now = await consents.set_preferences(
            viewer,
            key("Client", input.client_id),
            Preferences(wanted(input.preferences, "preferences"), changed(input.zone, null="")),
            source=input.source,
            key=input.idempotency_key,
            now=info.context.now,
        )
        return answered(ContactPreferencesSet, client=clients.one(viewer, said_now))

    @mutation(Deed.SET_MY_CONTACT_PREFERENCES, MyContactPreferencesSet)
    async def set_my_contact_preferences(self, info: Info, input: SetMyContactPreferencesInput) -> object:
        """Write down what the owner wants to hear of."""
        viewer = info.context.viewer
        preferences = Preferences(wanted(input.preferences, "preferences"), changed(input.zone, null=""))
        said_now = await consents.set_mine(viewer, preferences, key=input.idempotency_key, now=info.context.now)
        return answered(MyContactPreferencesSet, client=clients.one(viewer, said_now))
