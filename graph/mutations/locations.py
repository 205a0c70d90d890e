"""Adding and amending the places where the practice sees pets."""

from __future__ import annotations

from datetime import date
from functools import partial

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key
from graph.inputs import changed, changed_not_cleared
from graph.roles import EVERYBODY
from graph.scalars import WallTime
from graph.types.location import Location
from models import contact, stretch
from models.role import Role
from resolvers import locations
from resolvers.access import Deed
from resolvers.changes import UNSET
from resolvers.locations import LocationChanges, NewLocation

_ZONE = "The zone of the clock on its wall, by its IANA name: `Europe/Berlin`."
_CURRENCY = "The currency it charges in, as three letters of ISO 4217: `EUR`."
_HOURS = "When it is open in a usual week: at most 70 stretches, which may touch and must not overlap"
_REGION = "The region of its country whose law counts there, as ISO 3166-2: `US-NY`"


@deed_input(EVERYBODY)
class AddressInput:
    """A postal address; a part that is not given is kept as empty."""

    street: str | None = said("Street and number, at most 200 characters.", default=None)
    postal_code: str | None = said("The postal code, at most 20 characters.", default=None)
    city: str | None = said("The town, at most 200 characters.", default=None)
    country: str | None = said("The country, as two letters of ISO 3166: `DE`.", default=None)


@deed_input(Role.MANAGER)
class StretchInput:
    """A stretch of one weekday, on the clock of the location."""

    weekday: int = said("The weekday, from 1 (Monday) to 7 (Sunday).")
    from_: WallTime = strawberry.field(name="from", description="When it begins: `08:30`.")
    until: WallTime = said("When it ends, later that day: `12:00`; at most `24:00`.")


@deed_input(Role.MANAGER)
class AddLocationInput:
    """A place where the practice will see pets."""

    name: str = said("What everybody calls it, 1 to 200 characters.")
    zone: str = said(_ZONE)
    currency: str = said(_CURRENCY)
    address: AddressInput | None = said("Where it is.", default=None)
    phone: str | None = said(
        "Its phone number, as people read it, at most 60 characters; without a country's code it is one of the"
        " country of its address.",
        default=None,
    )
    opening_hours: list[StretchInput] | None = said(f"{_HOURS}. Without any it is never open.", default=None)
    region: str | None = said(f"{_REGION}.", default=None)
    legal_entity_id: strawberry.ID | None = said(
        "Who invoices for what is done there; whoever was there first when nobody is named.", default=None
    )
    idempotency_key: str = said(KEY)


@deed_input(Role.MANAGER)
class AmendLocationInput:
    """What changes about a location; what is not given stays as it is."""

    location_id: strawberry.ID = said("Which location.")
    name: str | None = said(
        "What everybody calls it, 1 to 200 characters; it cannot be cleared.", default=strawberry.UNSET
    )
    zone: str | None = said(f"{_ZONE} It cannot be cleared. What is booked keeps its moment.", default=strawberry.UNSET)
    currency: str | None = said(
        f"{_CURRENCY} It cannot be cleared, and stays once there are prices or invoices of the location.",
        default=strawberry.UNSET,
    )
    address: AddressInput | None = said("Where it is, as a whole; null clears it.", default=strawberry.UNSET)
    phone: str | None = said(
        "Its phone number, as people read it, at most 60 characters; without a country's code it is one of the"
        " country of its address. Null clears it.",
        default=strawberry.UNSET,
    )
    opening_hours: list[StretchInput] | None = said(
        f"{_HOURS}. They replace all that were known; null or none at all: it is never open.",
        default=strawberry.UNSET,
    )
    closed_on: date | None = said(
        "The first day on which it takes no appointments any more; null opens it again. What is booked stays.",
        default=strawberry.UNSET,
    )
    region: str | None = said(
        f"{_REGION}. What is due for pets by law is worked out anew. Null clears it.", default=strawberry.UNSET
    )
    legal_entity_id: strawberry.ID | None = said(
        "Who invoices from now on for what is done there: only somebody who manages the whole practice may say so. It"
        " cannot be cleared. `InvalidInput` while drafts of invoices wait there. Issued invoices stay whose they are, and"
        " can still be paid there when they are named.",
        default=strawberry.UNSET,
    )
    idempotency_key: str = said(KEY)


@payload(Role.MANAGER)
class LocationAdded:
    """The practice has another location."""

    location: Location = said("The location as it is now.")


@payload(Role.MANAGER)
class LocationAmended:
    """What was given is written."""

    location: Location = said("The location as it is now.")


def address(given: AddressInput) -> contact.Address:
    """The address, as the deeds take it."""
    return contact.Address(given.street or "", given.postal_code or "", given.city or "", given.country or "")


def one_stretch(given: StretchInput) -> stretch.Stretch:
    """The stretch, as the deeds take it."""
    return stretch.Stretch(given.weekday, given.from_, given.until)


@strawberry.type
class LocationMutations:
    """Adding and amending the places where the practice sees pets."""

    @mutation(Deed.ADD_LOCATION, LocationAdded)
    async def add_location(self, info: Info, input: AddLocationInput) -> object:
        """Add a location. Only somebody who manages the whole practice may."""
        viewer = info.context.viewer
        location = NewLocation(
            name=input.name,
            zone=input.zone,
            currency=input.currency,
            address=address(input.address or AddressInput()),
            phone=input.phone or "",
            opening_hours=_stretches(input.opening_hours or []),
            region=input.region or "",
            legal_entity_id=UNSET if input.legal_entity_id is None else key("LegalEntity", input.legal_entity_id),
        )
        added = await locations.add(viewer, location, key=input.idempotency_key, now=info.context.now)
        return answered(LocationAdded, location=locations.one(viewer, added))

    @mutation(Deed.AMEND_LOCATION, LocationAmended)
    async def amend_location(self, info: Info, input: AmendLocationInput) -> object:
        """Change what is known of a location. What is booked there stays as it is."""
        viewer = info.context.viewer
        changes = LocationChanges(
            name=changed(input.name, null=""),
            zone=changed(input.zone, null=""),
            currency=changed(input.currency, null=""),
            address=changed(input.address, address, null=contact.Address()),
            phone=changed(input.phone, null=""),
            opening_hours=changed(input.opening_hours, _stretches, null=()),
            closed_on=changed(input.closed_on, null=None),
            region=changed(input.region, null=""),
            legal_entity_id=changed_not_cleared(input.legal_entity_id, "legalEntityId", partial(key, "LegalEntity")),
        )
        location_id = key("Location", input.location_id)
        amended = await locations.amend(viewer, location_id, changes, key=input.idempotency_key, now=info.context.now)
        return answered(LocationAmended, location=locations.one(viewer, amended))


def _stretches(given: list[StretchInput]) -> tuple[stretch.Stretch, ...]:
    return tuple(one_stretch(each) for each in given)
