"""Locations, and when they are open."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from graph.reading.shape import column, computed, many, one, shape
from graph.roles import EVERYBODY, STAFF, allow
from graph.scalars import WallTime
from graph.types.node import Node, id_of

if TYPE_CHECKING:
    from graph.types.legal_entity import LegalEntity
    from graph.types.staff import HoursException


@strawberry.type(directives=[allow(EVERYBODY)], description="A postal address; a part that is not known is empty.")
class Address:
    """A postal address."""

    street: str = strawberry.field(description="Street and number.")
    postal_code: str = strawberry.field(description="The postal code.")
    city: str = strawberry.field(description="The town.")
    country: str = strawberry.field(description="The country, as two letters of ISO 3166: `DE`.")


def address_of(about: str) -> Address:
    """The field `address` of a row with street, postal code, town and country."""

    def made(street: str, postal_code: str, city: str, country: str) -> Address:
        return Address(street=street, postal_code=postal_code, city=city, country=country)

    field: Address = computed(about, made, "street", "postal_code", "city", "country")
    return field


@shape(models.OpeningHours, EVERYBODY)
class OpeningHours:
    """A stretch of one weekday in which a location is open."""

    weekday: int = column("The weekday, from 1 (Monday) to 7 (Sunday).")
    from_: WallTime = column("When it opens, on its own clock.", of="from_minute", name="from")
    until: WallTime = column("When it closes, on its own clock.", of="until_minute")


@shape(models.Location, EVERYBODY)
class Location(Node):
    """A place where the practice sees pets."""

    id: strawberry.ID = id_of("Location")
    name: str = column("What everybody calls it.")
    zone: str = column("The zone of the clock on its wall, by its IANA name: `Europe/Berlin`.")
    currency: str = column("The currency it charges in, as three letters of ISO 4217: `EUR`.")
    address: Address = address_of("Where it is.")
    region: str = column("The region whose law counts there, as ISO 3166-2 (`US-NY`); empty when nobody entered it.")
    phone: str = column("Its phone number, as people read it.")
    phone_e164: str | None = column("Its phone number to dial, in E.164; null when it is no full number.")
    closed_on: date | None = column("The first day on which it is closed for good; null while it stays open.")
    opening_hours: list[OpeningHours] = many(
        "When it is open in a usual week.", models.OpeningHours, "location", order=("weekday", "from_minute")
    )
    legal_entity: Annotated[LegalEntity, strawberry.lazy("graph.types.legal_entity")] | None = one(
        "Who invoices for what is done there; null while nobody does, and then nothing can be billed.",
        STAFF,
        carried=True,
    )
    rooms: list[Room] | None = many("Its rooms, by name.", models.Room, "location", STAFF, order=("fold",))
    exceptions: list[Annotated[HoursException, strawberry.lazy("graph.types.staff")]] | None = many(
        "When it is closed, or somebody does not work there, whatever the usual hours say; soonest first.",
        models.HoursException,
        "location",
        STAFF,
        order=("starts_at",),
    )


from graph.types.room import Room  # noqa: E402 - a room and its location name each other
