"""People: the staff, the clients and the pets they own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from models import (
    Account,
    Client,
    ClientEmail,
    ClientPhone,
    ClientWord,
    Location,
    Ownership,
    Pet,
    Role,
    Service,
    ServiceStaff,
    Session,
    Species,
    Staff,
    StaffRole,
    WorkingHours,
    sql,
)
from models.client import search_words
from models.contact import email_fold
from models.ownership import Right
from models.row import folded
from resolvers.viewer import Audience, Viewer
from tests.world.places import FROM_EIGHT, MON_TO_FRI, NOW, UNTIL_SIX, the_location

EVERY_RIGHT = frozenset(Right)

_TEAM = ("Vera Falk", "Tom Reed", "Ines Moreau", "Karl Brandt", "Nadia Haddad", "Jonas Weber")
_OWNERS = ("Olga Berg", "Peter Lang", "Amira Said", "John Miles", "Lena Hoff", "Paul Stone")
_PETS = ("Rex", "Luna", "Bello", "Maja", "Oskar", "Nelly")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the staff, who is signed in."""

    staff: Staff
    account: Account
    viewer: Viewer

    @property
    def id(self):
        return self.staff.id


@dataclass(frozen=True, slots=True)
class Owner:
    """A client with a linked account, who is signed in at the owners' door."""

    client: Client
    account: Account
    viewer: Viewer

    @property
    def id(self):
        return self.client.id


async def a_vet(name: str | None = None, location: Location | None = None, **working: Any) -> Member:
    """A vet at the location, at work whenever it is open by default, who does every service there is."""
    location = location or await the_location()
    vet = await a_member(name, Role.VET, at=location)
    await some_working_hours(vet, location, **working)
    await sql.insert([ServiceStaff(service_id=service.id, staff_id=vet.id) for service in await Service.all()])
    return vet


async def a_nurse(name: str | None = None, location: Location | None = None) -> Member:
    return await a_member(name, Role.NURSE, at=location or await the_location())


async def a_receptionist(name: str | None = None, location: Location | None = None) -> Member:
    return await a_member(name, Role.RECEPTIONIST, at=location or await the_location())


async def a_manager(name: str | None = None, location: Location | None = None) -> Member:
    """A manager: of every location, unless one is named."""
    return await a_member(name, Role.MANAGER, at=location)


async def a_member(name: str | None, *roles: Role, at: Location | None) -> Member:
    """Somebody of the staff with these roles at that location, or at every location."""
    given, family = _names(name or _next(_TEAM, await Staff.all().count()))
    display = f"{given} {family}".strip()
    address = f"{folded(display).replace(' ', '.')}@practice.example"
    staff = await Staff.create(
        given_name=given, family_name=family, display_name=display, fold=folded(f"{family} {given}"), email=address
    )
    await sql.insert([StaffRole(staff_id=staff.id, location_id=at and at.id, role=role) for role in roles])
    account, session = await _an_account(Audience.STAFF, address, staff_id=staff.id, is_linked=True)
    held = frozenset(roles)
    viewer = Viewer(
        account_id=account.id,
        session_id=session.id,
        staff_id=staff.id,
        is_linked=True,
        everywhere=frozenset() if at else held,
        at={at.id: held} if at else {},
    )
    return Member(staff, account, viewer)


async def some_working_hours(
    member: Member,
    location: Location | None = None,
    *,
    weekdays: Iterable[int] = MON_TO_FRI,
    starts: int = FROM_EIGHT,
    ends: int = UNTIL_SIX,
    starts_on: date = date(2025, 1, 1),
    ends_on: date | None = None,
) -> list[WorkingHours]:
    location = location or await the_location()
    hours = [
        WorkingHours(
            staff_id=member.id,
            location_id=location.id,
            weekday=weekday,
            from_minute=starts,
            until_minute=ends,
            starts_on=starts_on,
            ends_on=ends_on,
        )
        for weekday in weekdays
    ]
    await sql.insert(hours)
    return hours


async def a_client(
    name: str | None = None,
    *,
    email: str | None = None,
    phone: str | None = None,
    language: str = "en",
    is_registered_online: bool = False,
) -> Client:
    """A client with an e-mail address of her own and, when given as +49…, a phone."""
    given, family = _names(name or _next(_OWNERS, await Client.all().count()))
    display = f"{given} {family}".strip()
    email = email or f"{folded(display).replace(' ', '.')}@home.example"
    client = await Client.create(
        given_name=given,
        family_name=family,
        display_name=display,
        fold=folded(f"{family} {given}"),
        language=language,
        is_registered_online=is_registered_online,
        created_at=NOW,
    )
    await ClientEmail.create(client_id=client.id, address=email, fold=email_fold(email), position=0)
    if phone:
        await ClientPhone.create(client_id=client.id, as_given=phone, e164=phone, position=0)
    words = search_words([given, family], [email], [phone] if phone else [])
    await sql.insert([ClientWord(client_id=client.id, kind=kind, word=word) for kind, word in sorted(words)])
    return client


async def an_owner(name: str | None = None, *, is_linked: bool = True, **client: Any) -> Owner:
    """A client who can sign in; `is_linked=False` for one who registered online and is not yet recognised."""
    row = await a_client(name, is_registered_online=not is_linked, **client)
    email = await ClientEmail.get(client_id=row.id)
    account, session = await _an_account(Audience.OWNER, email.address, client_id=row.id, is_linked=is_linked)
    viewer = Viewer(account_id=account.id, session_id=session.id, client_id=row.id, is_linked=is_linked)
    return Owner(row, account, viewer)


async def a_pet(*owners: Owner | Client, name: str | None = None, species: Species = Species.DOG, **more: Any) -> Pet:
    """A dog: the first owner pays for everything, and each has every right."""
    owners = owners or (await Client.first() or (await an_owner()).client,)
    name = name or _next(_PETS, await Pet.all().count())
    pet = await Pet.create(name=name, fold=folded(name), species=species, created_at=NOW, **more)
    for number, owner in enumerate(owners):
        await an_ownership(pet, owner, share=0 if number else 100)
    return pet


async def an_ownership(
    pet: Pet,
    owner: Owner | Client,
    *,
    share: int = 0,
    rights: frozenset[Right] = EVERY_RIGHT,
    starts_on: date = date(2025, 1, 1),
    ends_on: date | None = None,
) -> Ownership:
    ownership = Ownership(pet_id=pet.id, client_id=owner.id, starts_on=starts_on, ends_on=ends_on, share=share)
    ownership.allow(rights)
    await ownership.save()
    return ownership


async def every_vet(location: Location | None = None) -> list:
    held = (
        StaffRole.filter(role=Role.VET)
        if location is None
        else StaffRole.filter(role=Role.VET, location_id=location.id)
    )
    return list(dict.fromkeys([role.staff_id for role in await held.order_by("staff_id")]))


async def _an_account(audience: Audience, address: str, **whose: Any) -> tuple[Account, Session]:
    account = await Account.create(
        audience=audience.value, email=address, email_fold=email_fold(address), created_at=NOW, **whose
    )
    session = await Session.create(account_id=account.id, created_at=NOW, expires_at=NOW + timedelta(days=90))
    return account, session


def _names(name: str) -> tuple[str, str]:
    given, _, family = name.rpartition(" ")
    return given, family


def _next(names: Sequence[str], number: int) -> str:
    return names[number] if number < len(names) else f"{names[number % len(names)]}-{number}"
