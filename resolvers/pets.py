"""Pets: registering and amending them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models import Client, EventKind, Ownership, Pet, Right, Sex, Species, sql
from models.ownership import WHOLE_BILL, share_the_bill
from models.pet import DatePrecision, Lifestyle, microchip_number
from models.refusal import AlreadyAnOwner, InvalidInput, Refusal
from models.row import folded, uuid7
from models.text import line, named
from resolvers import access, events, retries, vaccinations_due
from resolvers.access import Deed
from resolvers.changes import UNSET, Unset, given, plain, write
from resolvers.events import Happening
from resolvers.locks import hold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from resolvers.retries import Outcome
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

EVERY_RIGHT = frozenset(Right)
MOST_OWNERS = 20
MOST_WORDS = 20


@dataclass(frozen=True, slots=True)
class PetOwner:
    """Somebody who will own a new pet.

    When no owner has a share, the first one with the right to pay pays for everything.
    """

    client_id: UUID | None
    rights: frozenset[Right] = EVERY_RIGHT
    share: int | None = None


@dataclass(frozen=True, slots=True)
class PetRegistration:
    """A pet that comes into care. The owners, alerts and tags are for the staff to say: an owner registers her own."""

    name: str
    species: Species
    breed: str = ""
    sex: Sex = Sex.UNKNOWN
    neutered: bool | None = None
    born_on: date | None = None
    born_precision: DatePrecision | None = None
    colour: str = ""
    microchip: str | None = None
    alerts: Sequence[str] = ()
    tags: Sequence[str] = ()
    owners: Sequence[PetOwner] = ()


@dataclass(frozen=True, slots=True)
class PetChanges:
    """What changes about a pet; lists are replaced as a whole, and a birth date comes with its precision."""

    name: str | Unset = UNSET
    species: Species | Unset = UNSET
    breed: str | Unset = UNSET
    sex: Sex | Unset = UNSET
    neutered: bool | Unset | None = UNSET
    born_on: date | Unset | None = UNSET
    born_precision: DatePrecision | Unset | None = UNSET
    colour: str | Unset = UNSET
    microchip: str | Unset | None = UNSET
    alerts: Sequence[str] | Unset = UNSET
    tags: Sequence[str] | Unset = UNSET
    lifestyle: Sequence[Lifestyle] | Unset = UNSET


# Reading


def one(viewer: Viewer, pet_id: UUID | None) -> Rows:
    """The pet with this key."""
    return access.rows(viewer, Pet).only(pet_id)


def listed(viewer: Viewer) -> Rows:
    """Every pet that the viewer may see, by name."""
    return access.rows(viewer, Pet).sorted_by("fold")


def mine(viewer: Viewer) -> Rows:
    """The pets that the owner who asks owns now, by name."""
    return access.rows(viewer, Pet, _OWNED_BY, viewer.client_id).sorted_by("fold")


_OWNED_BY = (
    "EXISTS (SELECT 1 FROM ownership held WHERE held.pet_id = {t}.id AND held.client_id = ? AND held.ends_on IS NULL)"
)


# Writing


async def register(viewer: Viewer, registration: PetRegistration, *, key: str, now: datetime) -> UUID:
    """Register a pet with its owners: an owner's own pet is hers alone, with every right and the whole bill.

    Raises:
        NotFound: an owner named is not the viewer's to see.
        InvalidInput: a name, date or microchip makes no sense, or nobody is named as owner.
        AlreadyAnOwner: the same client is named twice.
        SharesMustSumTo100, LastPayer: the shares do not add up.
    """
    access.may(viewer, Deed.REGISTER_PET)
    retry = retries.asked(viewer, Deed.REGISTER_PET, key, plain(registration), now=now)
    pet_id = uuid7()

    async def work() -> Outcome:
        columns = _columns(given(registration), now)
        _must_fit(columns, None)
        pet = Pet(id=pet_id, created_at=now, **columns)
        owners = await _owners(viewer, registration)
        ownerships = joined(pet, owners, now.astimezone(UTC).date())
        async with in_transaction():
            await retry.keep(pet=pet_id)
            await sql.insert([pet])
            await sql.insert(ownerships)
            await vaccinations_due.work_out([pet_id], now=now)
            after = {**columns, "owners": [str(ownership.client_id) for ownership in ownerships]}
            await events.record(viewer, Happening(EventKind.PET_REGISTERED, pet_id, after=after), now=now)
        return {"pet": str(pet_id)}

    return sql.as_key((await retries.once(retry, work))["pet"])


async def amend(viewer: Viewer, pet_id: UUID | None, changes: PetChanges, *, key: str, now: datetime) -> UUID:
    """Change what is known of a pet.

    Raises:
        NotFound: the pet is not the viewer's to see.
        InvalidInput: as for registering.
    """
    access.may(viewer, Deed.AMEND_PET)
    asked = {"pet": str(pet_id), "changes": plain(changes)}
    retry = retries.asked(viewer, Deed.AMEND_PET, key, asked, now=now)

    async def work() -> Outcome:
        found = await access.find(viewer, Pet, pet_id, path="petId")
        columns = _columns(given(changes), now)
        async with in_transaction():
            await retry.keep(pet=found.id)
            pet = await hold(Pet, found.id)
            _must_fit(columns, pet)
            change = await write(pet, columns)
            if change.after.keys() & _DUE_HANGS_ON:
                await vaccinations_due.work_out([pet.id], now=now)
            if change:
                happening = Happening(EventKind.PET_AMENDED, pet.id, before=change.before, after=change.after)
                await events.record(viewer, happening, now=now)
        return {"pet": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["pet"])


_DUE_HANGS_ON = {"species", "born_on", "lifestyle"}


# What the deeds above share


def _columns(said: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    columns = {name: said[name] for name in ("species", "sex", "neutered", "born_on", "born_precision") if name in said}
    if "name" in said:
        columns["name"] = named(said["name"], path=("name",))
        columns["fold"] = folded(columns["name"])
    for name in ("breed", "colour"):
        if name in said:
            columns[name] = line(said[name], path=(name,))
    if "microchip" in said:
        columns["microchip"] = microchip_number(said["microchip"]) if said["microchip"] else None
    if "lifestyle" in said:
        columns["lifestyle"] = [one.value for one in Lifestyle if one in said["lifestyle"]]
    for name in ("alerts", "tags"):
        if name in said:
            columns[name] = _words(said[name], name)
    if columns.get("born_on") is not None:
        must_have_come(columns["born_on"], now, path="bornOn")
    return columns


def _words(typed: Sequence[str], name: str) -> list[str]:
    if len(typed) > MOST_WORDS:
        raise InvalidInput(f"Please keep at most {MOST_WORDS} of these.", path=(name,))
    kept = [named(text, path=(name, str(number))) for number, text in enumerate(typed)]
    return list(dict.fromkeys(kept))


def must_have_come(day: date, now: datetime, *, path: str) -> None:
    """Refuse a day that lies in the future wherever somebody is.

    Raises:
        InvalidInput: it does.
    """
    # Where the day begins first, it is already tomorrow in UTC.
    if day > now.astimezone(UTC).date() + timedelta(days=1):
        raise InvalidInput("That day has not come yet. Please check the date.", path=(path,))


def _must_fit(columns: Mapping[str, Any], pet: Pet | None) -> None:
    born_on, precision = (
        columns[name] if name in columns else getattr(pet, name, None) for name in ("born_on", "born_precision")
    )
    if (born_on is None) != (precision is None):
        raise InvalidInput("A birth date comes with how precisely it is known.", path=("bornPrecision",))
    if pet and pet.died_on and born_on and pet.died_on < born_on:
        raise InvalidInput("That day comes after the pet has died.", path=("bornOn",))


async def _owners(viewer: Viewer, registration: PetRegistration) -> Sequence[PetOwner]:
    if viewer.is_owner:
        if registration.owners or registration.alerts or registration.tags:
            raise InvalidInput("Owners, alerts and tags are for the practice to say.", path=("owners",))
        return [PetOwner(viewer.client_id, share=WHOLE_BILL)]
    if not 1 <= len(registration.owners) <= MOST_OWNERS:
        raise InvalidInput(f"Please name 1 to {MOST_OWNERS} owners.", path=("owners",))
    await access.find_all(viewer, Client, [owner.client_id for owner in registration.owners], path="owners")
    return registration.owners


def joined(pet: Pet, owners: Sequence[PetOwner], starts_on: date) -> list[Ownership]:
    """The ownerships of a new pet. When nobody has a share, the first owner with the right to pay pays everything.

    Raises:
        AlreadyAnOwner: the same client is named twice.
        SharesMustSumTo100, LastPayer, InvalidInput: the shares do not add up.
    """
    ownerships: list[Ownership] = []
    for owner in owners:
        ownership = Ownership(pet_id=pet.id, client_id=owner.client_id, starts_on=starts_on, share=0)
        ownership.allow(owner.rights)
        ownerships.append(ownership)
    if len({ownership.client_id for ownership in ownerships}) < len(ownerships):
        raise AlreadyAnOwner(path=("owners",))
    shares = {
        one.client_id: owner.share for one, owner in zip(ownerships, owners, strict=True) if owner.share is not None
    }
    if not shares:
        shares = {one.client_id: WHOLE_BILL for one in [one for one in ownerships if one.may_pay][:1]}
    try:
        share_the_bill(ownerships, shares, somebody_must_pay=True)
    except Refusal as refusal:
        refusal.path = ("owners",)
        raise
    return ownerships
