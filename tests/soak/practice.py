"""The practice that is soaked: open day and night, so that something can happen at any time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from models import Session
from models.free_time import GRID_MINUTES
from resolvers.viewer import Viewer
from tests.doors import Program, id_of
from tests.world import (
    a_booking,
    a_location,
    a_pet,
    a_practice,
    a_receptionist,
    a_room,
    a_service,
    a_vet,
    an_owner,
    an_ownership,
)

OWNERS, VETS, ROOMS, RECEPTIONISTS = 30, 4, 3, 3
_ALL_WEEK, _ALL_DAY = range(1, 8), 24 * 60


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in; the ids are those that clients use."""

    account: str
    token: str
    pets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Practice:
    """What there is to ask for."""

    location: str
    services: tuple[str, ...]
    owners: tuple[Person, ...]
    reception: tuple[Person, ...]


async def a_practice_to_soak(minutes: float) -> Practice:
    """Write its rows; everybody stays signed in for longer than these minutes."""
    await a_practice()
    location = await a_location(weekdays=_ALL_WEEK, opens=0, closes=_ALL_DAY)
    for _ in range(VETS):
        await a_vet(weekdays=_ALL_WEEK, starts=0, ends=_ALL_DAY)
    reception = [await a_receptionist() for _ in range(RECEPTIONISTS)]
    for _ in range(ROOMS):
        await a_room()
    services = [
        await a_service(),
        await a_service("Operation", lasts=90, buffer_before_minutes=15, buffer_after_minutes=30),
        await a_service("Injection", lasts=15, lead_minutes=120),
    ]
    owners = [await an_owner() for _ in range(OWNERS)]
    pets = [[await a_pet(owner), await a_pet(owner)] for owner in owners]
    for number in range(0, OWNERS, 3):
        await an_ownership(pets[number][0], owners[(number + 1) % OWNERS])
    await _some_that_nobody_came_to(pets[0][0])
    now = datetime.now(UTC)
    await Session.all().update(expires_at=now + timedelta(minutes=minutes, days=1))
    program = Program(access_token_minutes=int(minutes) + 24 * 60)
    program.clock.now = now

    async def person(viewer: Viewer, theirs: list) -> Person:
        return Person(str(viewer.account_id), await program.token(viewer), tuple(id_of(pet) for pet in theirs))

    everybodys = [pet for theirs in pets for pet in theirs]
    return Practice(
        id_of(location),
        tuple(id_of(service) for service in services),
        tuple([await person(owner.viewer, theirs) for owner, theirs in zip(owners, pets, strict=True)]),
        tuple([await person(member.viewer, everybodys) for member in reception]),
    )


async def _some_that_nobody_came_to(pet) -> None:
    """A few visits that should have begun already, for reception to deal with."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    begun = now - timedelta(minutes=now.minute % GRID_MINUTES)
    for number in range(1, 9):
        await a_booking(pet, starts_at=begun - timedelta(minutes=30 * number))
