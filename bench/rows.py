"""The rows: a practice of 400 clients and 600 pets, with one full day of 60 visits and a pet with a long history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product

from pwdlib.hashers.argon2 import Argon2Hasher
from tortoise.transactions import in_transaction

from models import Account, Session, Species, Status
from models.period import on_the_wall
from tests.doors import Program, id_of
from tests.world import (
    a_booking,
    a_client,
    a_location,
    a_pet,
    a_practice,
    a_receptionist,
    a_room,
    a_service,
    a_vet,
    an_ownership,
)

PASSWORD = "seven lazy hedgehogs"
_GIVEN = ("Anna", "Bruno", "Clara", "David", "Emma", "Felix", "Greta", "Hugo", "Ida", "Jakob", "Klara", "Leo", "Mia")
_FAMILY = (
    *("Adler", "Bauer", "Berger", "Brandt", "Dietrich", "Engel", "Fischer", "Graf", "Hartmann", "Huber", "Jansen"),
    *("Keller", "Koch", "Lang", "Lehmann", "Maier", "Neumann", "Otto", "Peters", "Richter", "Schmidt", "Schulz"),
    *("Sommer", "Stein", "Vogel", "Wagner", "Weber", "Winter", "Wolf", "Ziegler", "Zimmermann"),
)
_ANIMALS = ("Balu", "Cleo", "Emil", "Filou", "Gismo", "Hexe", "Kira", "Luna", "Mogli", "Nala", "Paula", "Rocky", "Sam")
_CLIENTS, _PETS, _VETS, _HISTORY = 400, 600, 6, 50


@dataclass(frozen=True, slots=True)
class Practice:
    """What the journeys ask for, by the ids that clients use."""

    day: date
    location: str
    service: str
    vets: tuple[str, ...]
    rooms: tuple[str, ...]
    pets: tuple[str, ...]
    pet_with_history: str
    staff_emails: tuple[str, ...]
    searches: tuple[str, ...]
    token: str


async def a_busy_practice() -> Practice:
    """Write the rows, some thousands of them; the day is the Monday two to three weeks from now."""
    async with in_transaction():
        return await _written()


async def _written() -> Practice:
    await a_practice()
    location = await a_location()
    vets = [await a_vet() for _ in range(_VETS)]
    receptionist = await a_receptionist()
    rooms = [await a_room() for _ in range(_VETS)]
    service = await a_service()
    names = [f"{given} {family}" for given, family in product(_GIVEN, _FAMILY)][:_CLIENTS]
    clients = [await a_client(name, phone=f"+4930901820{number:03d}") for number, name in enumerate(names)]
    kinds = (Species.DOG, Species.CAT)
    pets = [
        await a_pet(clients[number % _CLIENTS], name=_ANIMALS[number % len(_ANIMALS)], species=kinds[number % 2])
        for number in range(_PETS)
    ]
    await an_ownership(pets[0], clients[1])
    today = datetime.now(UTC).date()
    day = today + timedelta(days=21 - today.weekday())

    async def visit(number: int, on: date, minute: int, status: Status = Status.BOOKED, pet: int | None = None) -> None:
        whose = number % _PETS if pet is None else pet
        await a_booking(
            pets[whose],
            starts_at=on_the_wall(on, minute, location.clock),
            status=status,
            vet=vets[number % _VETS],
            room=rooms[number % _VETS],
            service=service,
            location=location,
            client=clients[whose % _CLIENTS],
        )

    for number in range(60):
        await visit(number, day, 8 * 60 + 60 * (number // _VETS))
    for number in range(120):
        await visit(number + 60, day + timedelta(days=1 + number // 30), 8 * 60 + 60 * (number % 30 // _VETS))
    first = day - timedelta(weeks=_HISTORY + 4)
    for number in range(_HISTORY):
        await visit(number, first + timedelta(weeks=number), 10 * 60, Status.COMPLETED, pet=0)
    await Session.all().update(expires_at=datetime.now(UTC) + timedelta(days=1))
    await Account.filter(audience="staff").update(password_hash=Argon2Hasher(2, 19_456, 1).hash(PASSWORD))
    staff = await Account.filter(audience="staff").order_by("email")
    program = Program(access_token_minutes=24 * 60)
    program.clock.now = datetime.now(UTC)
    return Practice(
        day=day,
        location=id_of(location),
        service=id_of(service),
        vets=tuple(id_of(vet.staff) for vet in vets),
        rooms=tuple(id_of(room) for room in rooms),
        pets=tuple(id_of(pet) for pet in pets),
        pet_with_history=id_of(pets[0]),
        staff_emails=tuple(account.email_fold for account in staff),
        searches=tuple(sorted({name.rpartition(" ")[2][:3].lower() for name in names})),
        token=await program.token(receptionist.viewer),
    )
