"""Locations: adding and amending the places where the practice sees pets, and reading them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tortoise.transactions import in_transaction

from models import EventKind, Invoice, InvoiceState, LegalEntity, Location, OpeningHours, Price, sql
from models.code import currency, region, zone
from models.contact import Address, phone
from models.refusal import InvalidInput
from models.row import folded, uuid7
from models.stretch import Stretch, must_be_apart
from models.text import named
from resolvers import access, contacts, events, legal_entities, retries, vaccinations_due
from resolvers.access import Deed, Where
from resolvers.changes import UNSET, Change, Unset, given, plain, write
from resolvers.events import Happening
from resolvers.locks import hold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from resolvers.retries import Outcome
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

NOT_KNOWN = Address()
MOST_STRETCHES = 70


@dataclass(frozen=True, slots=True)
class NewLocation:
    """A place where the practice will see pets; without opening hours it is never open.

    Where nobody is named who invoices there, it is whoever was there first.
    """

    name: str
    zone: str
    currency: str
    address: Address = NOT_KNOWN
    phone: str = ""
    opening_hours: Sequence[Stretch] = ()
    region: str = ""
    legal_entity_id: UUID | Unset | None = UNSET


@dataclass(frozen=True, slots=True)
class LocationChanges:
    """What changes about a location; its address and opening hours are replaced as a whole.

    `closed_on` is the first day on which it takes no appointments any more; None opens it again.
    """

    name: str | Unset = UNSET
    zone: str | Unset = UNSET
    currency: str | Unset = UNSET
    address: Address | Unset = UNSET
    phone: str | Unset = UNSET
    opening_hours: Sequence[Stretch] | Unset = UNSET
    closed_on: date | Unset | None = UNSET
    region: str | Unset = UNSET
    legal_entity_id: UUID | Unset | None = UNSET


# Reading


def one(viewer: Viewer, location_id: UUID | None) -> Rows:
    """The location with this key."""
    return access.rows(viewer, Location).only(location_id)


def listed(viewer: Viewer) -> Rows:
    """Every location, by name, closed ones too."""
    return access.rows(viewer, Location).sorted_by("fold")


# Known to the process and not to somebody who is handed on: it is never the truth, only a guess that saves a question,
# and a statement that relies on it says so in its condition.
_ZONES: dict[UUID, str] = {}


async def kept_zone(viewer: Viewer, location_id: UUID | None) -> str:
    """The zone of a location's clock: as it was when we last looked, so whoever relies on it asks for it again.

    Raises:
        NotFound: the viewer cannot see the location.
    """
    known = _ZONES.get(location_id) if location_id is not None else None
    if known is None:
        location = await access.find(viewer, Location, location_id, path="locationId")
        known = _ZONES[location.id] = ZoneInfo(location.zone).key  # one that nobody here knows is not kept
    return known


def forget_zone(location_id: UUID | None) -> None:
    """Look anew when the zone of this location is next asked for."""
    if location_id is not None:
        _ZONES.pop(location_id, None)


# Writing


async def add(viewer: Viewer, location: NewLocation, *, key: str, now: datetime) -> UUID:
    """Add a location.

    Raises:
        NotFound: there is no such legal entity.
        InvalidInput: its name, zone, currency, address, phone or opening hours make no sense.
    """
    access.may(viewer, Deed.ADD_LOCATION, Where.EVERYWHERE)
    retry = retries.asked(viewer, Deed.ADD_LOCATION, key, plain(location), now=now)
    location_id = uuid7()

    async def work() -> Outcome:
        said = given(location)
        columns = await _columns(said, said["address"].country) | await _invoiced_by(viewer, said)
        columns.setdefault("legal_entity_id", await legal_entities.usual())
        async with in_transaction():
            await retry.keep(location=location_id)
            await sql.insert([Location(id=location_id, **columns)])
            hours = await _open(location_id, location.opening_hours)
            if await Location.all().count() == 1:  # the first place brings the law that counts for every pet
                await vaccinations_due.work_out_where(access.ALL, now=now)
            after = {**columns, "opening_hours": hours}
            await events.record(viewer, _happening(EventKind.LOCATION_ADDED, location_id, Change(after=after)), now=now)
        return {"location": str(location_id)}

    return sql.as_key((await retries.once(retry, work))["location"])


async def amend(viewer: Viewer, location_id: UUID | None, changes: LocationChanges, *, key: str, now: datetime) -> UUID:
    """Change what is known of a location; what is booked there stays as it is.

    Raises:
        NotFound: there is no such location, or no such legal entity.
        InvalidInput: as for adding; or the currency would change where there are prices or invoices already.
    """
    access.may(viewer, Deed.AMEND_LOCATION)
    asked = {"location": str(location_id), "changes": plain(changes)}
    retry = retries.asked(viewer, Deed.AMEND_LOCATION, key, asked, now=now)

    async def work() -> Outcome:
        found = await access.find(viewer, Location, location_id, path="locationId")
        access.may(viewer, Deed.AMEND_LOCATION, found.id)
        said = given(changes)
        if "legal_entity_id" in said:  # it concerns more than the one place
            access.may(viewer, Deed.AMEND_LEGAL_ENTITY, Where.EVERYWHERE)
        columns = await _columns(said, said["address"].country if "address" in said else found.country)
        columns |= await _invoiced_by(viewer, said)
        async with in_transaction():
            await retry.keep(location=found.id)
            location = await hold(Location, found.id)
            if "region" not in columns and location.region[:2] != columns.get("country", location.country):
                columns["region"] = ""  # a place that moves to another country leaves its subdivision behind
            if columns.get("currency", location.currency) != location.currency:
                await _must_not_be_priced(location)
            if columns.get("legal_entity_id", location.legal_entity_id) != location.legal_entity_id:
                await _must_have_no_drafts(location)
            change = await write(location, columns)
            if change.after.keys() & {"country", "region", "closed_on"}:
                await vaccinations_due.work_out_where(access.ALL, now=now)
            if "opening_hours" in said:
                held = await OpeningHours.filter(location_id=location.id).order_by("weekday", "from_minute")
                before = [plain(Stretch(one.weekday, one.from_minute, one.until_minute)) for one in held]
                await OpeningHours.filter(location_id=location.id).delete()
                change.note("opening_hours", before, await _open(location.id, said["opening_hours"]))
            if change:
                await events.record(viewer, _happening(EventKind.LOCATION_AMENDED, location.id, change), now=now)
        return {"location": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["location"])


async def _columns(said: Mapping[str, Any], country: str) -> dict[str, Any]:
    columns = {name: said[name] for name in ("closed_on",) if name in said}
    if "name" in said:
        columns["name"] = named(said["name"], path=("name",))
        columns["fold"] = folded(columns["name"])
    if "zone" in said:
        columns["zone"] = zone(said["zone"], path=("zone",))
    if "currency" in said:
        columns["currency"] = currency(said["currency"], path=("currency",))
    if "address" in said:
        columns |= plain(said["address"].checked(path=("address",)))
    country = columns.get("country", country)
    if "region" in said:
        columns["region"] = region(said["region"], country=country, path=("region",))
    if "phone" in said:
        columns |= await _phone(said["phone"], country)
    return columns


async def _invoiced_by(viewer: Viewer, said: Mapping[str, Any]) -> dict[str, Any]:
    if "legal_entity_id" not in said:
        return {}
    return {"legal_entity_id": (await access.find(viewer, LegalEntity, said["legal_entity_id"], path=_ENTITY)).id}


_ENTITY = "legalEntityId"


async def _must_not_be_priced(location: Location) -> None:
    """Refuse to charge in another currency where somebody has been told an amount in this one.

    Raises:
        InvalidInput: there are prices or invoices of the location.
    """
    if await Price.exists(location_id=location.id) or await Invoice.exists(location_id=location.id):
        raise InvalidInput(
            f"{location.name} has prices or invoices in {location.currency} already, so its currency stays. Please add"
            " another location for another currency.",
            path=("currency",),
        )


async def _must_have_no_drafts(location: Location) -> None:
    """Refuse to let another company invoice what was taxed as the one before taxes it.

    Raises:
        InvalidInput: there are drafts of the location.
    """
    if await Invoice.exists(location_id=location.id, state=InvoiceState.DRAFT):
        raise InvalidInput(
            f"{location.name} has drafts of invoices. Please issue or discard them before somebody else invoices for it.",
            path=(_ENTITY,),
        )


async def _phone(typed: str, country: str) -> dict[str, str | None]:
    if not typed.strip():
        return {"phone": "", "phone_e164": None}
    number = phone(typed, region=country or await contacts.practice_country(), path=("phone",))
    return {"phone": number.as_given, "phone_e164": number.e164}


async def _open(location_id: UUID, hours: Sequence[Stretch]) -> list[dict[str, int]]:
    if len(hours) > MOST_STRETCHES:
        raise InvalidInput(f"Please keep at most {MOST_STRETCHES} of these.", path=("openingHours",))
    checked = sorted(hours)
    must_be_apart(hours, path=("openingHours",))
    await sql.insert([OpeningHours(location_id=location_id, **plain(stretch)) for stretch in checked])
    return [plain(stretch) for stretch in checked]


def _happening(kind: EventKind, location_id: UUID, change: Change) -> Happening:
    return Happening(kind, location_id, location_id, before=change.before, after=change.after)
