"""The crowd: clients, their pets and their visits, any number of them, as plain rows that are written in one go."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from bench import histories
from bench.bills import ISSUED, Bills
from bench.limit.database import numbered
from graph.ids import global_id
from models.client import search_words
from models.period import on_the_wall
from models.row import folded, uuid7
from vetdesk.database.address import parse

_GIVEN = ("Anna", "Bruno", "Clara", "David", "Emma", "Felix", "Greta", "Hugo", "Ida", "Jakob", "Klara", "Leo", "Mia")
_FAMILY = (
    *("Adler", "Bauer", "Berger", "Brandt", "Dietrich", "Engel", "Fischer", "Graf", "Hartmann", "Huber", "Jansen"),
    *("Keller", "Koch", "Lang", "Lehmann", "Maier", "Neumann", "Otto", "Peters", "Richter", "Schmidt", "Schulz"),
    *("Sommer", "Stein", "Vogel", "Wagner", "Weber", "Winter", "Wolf", "Ziegler", "Zimmermann"),
)
_NAMES = tuple(product(_GIVEN, _FAMILY))
_ANIMALS = ("Balu", "Cleo", "Emil", "Filou", "Gismo", "Hexe", "Kira", "Luna", "Mogli", "Nala", "Paula", "Rocky", "Sam")
_BREEDS = ("Border Collie", "European Shorthair", "", "Maine Coon", "Beagle")
_REASONS = (
    "Vaccination",
    "Limps on the left hind leg since yesterday",
    "",
    "Does not eat",
    "Check after the operation",
)
_CLIENTS, _PETS, _VISITS, _HISTORY = 400, 600, 230, 50
PHONE_STEM = "820"
# Other people's phones are written without the digits that the searches look for.
_OTHER_DIGITS = str.maketrans("0123456789", "1345679134")
_SYLLABLES = ("ba", "do", "fe", "gi", "ka", "lu", "mo", "na", "pe", "ro")

Rows = Iterator[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where all of them come to, and whom they see there."""

    location_id: UUID
    clock: ZoneInfo
    service_id: UUID
    vets: list[UUID]
    rooms: list[UUID]


@dataclass(slots=True)
class Crowd:
    """So many `times` 400 clients, around the `day` that is asked for."""

    place: Place
    day: date
    times: int
    clients: list[UUID] = field(init=False)
    pets: list[UUID] = field(init=False)

    def __post_init__(self) -> None:
        self.clients = [uuid7() for _ in range(_CLIENTS * self.times)]
        self.pets = [uuid7() for _ in range(_PETS * self.times)]

    @property
    def pet_ids(self) -> list[str]:
        """The pets that are there at any size, by the ids that clients use."""
        return [global_id("Pet", pet) for pet in self.pets[:_PETS]]

    def owner_of(self, pet: int) -> UUID:
        """Who pays for it; those who are there at any size own what is there at any size, and nothing else."""
        if pet < _PETS:
            return self.clients[pet % _CLIENTS]
        return self.clients[_CLIENTS + (pet - _PETS) % (len(self.clients) - _CLIENTS)]

    def tables(self) -> Iterator[tuple[str, str, Rows]]:
        """Each table, its columns and its rows, in the order in which they may refer to each other."""
        now, visits = datetime.now(UTC), list(self._visits())
        people = [(one, *_named(number), _phone(number)) for number, one in enumerate(self.clients)]
        yield (
            "client",
            "id given_name family_name display_name fold language street postal_code city country "
            "is_registered_online created_at",
            (
                (one, given, family, f"{given} {family}", folded(f"{family} {given}"), "en", "", "", "", "", False, now)
                for one, given, family, _, _ in people
            ),
        )
        emails = ((uuid7(), one, email, email, 0) for one, _, _, email, _ in people)
        yield "client_email", "id client_id address fold position", emails
        phones = ((uuid7(), one, phone, phone, 0) for one, _, _, _, phone in people)
        yield "client_phone", "id client_id as_given e164 position", phones
        words = (
            (uuid7(), one, kind.value, word)
            for one, given, family, email, phone in people
            for kind, word in sorted(search_words([given, family], [email], [phone]))
        )
        yield "client_word", "id client_id kind word", words
        yield (
            "pet",
            "id name fold species breed sex colour alerts tags born_on born_precision created_at",
            (
                (one, *_animal(number), "UNKNOWN", "", "[]", "[]", *_born(number), now)
                for number, one in enumerate(self.pets)
            ),
        )
        yield (
            "ownership",
            "id pet_id client_id starts_on may_book may_pay may_consent may_view share",
            self._ownerships(),
        )
        yield (
            "appointment",
            "id starts_at ends_at status reason cancelled_because created_at client_id location_id pet_id room_id "
            "service_id vet_id",
            (
                (
                    *(one, starts, ends, status, _REASONS[number % 5], "", now, self.owner_of(pet)),
                    *(self.place.location_id, self.pets[pet], room, self.place.service_id, vet),
                )
                for number, (one, pet, vet, room, starts, ends, status) in enumerate(visits)
            ),
        )
        yield (
            "busy_time",
            "id resource resource_id starts_at ends_at is_exclusive appointment_id",
            (
                (uuid7(), resource, taken, starts, ends, True, one)
                for one, pet, vet, room, starts, ends, _ in visits
                for resource, taken in (("VET", vet), ("ROOM", room), ("PET", self.pets[pet]))
            ),
        )
        over = [
            (one, self.pets[pet], vet, starts, ends)
            for one, pet, vet, _, starts, ends, status in visits
            if status == "COMPLETED"
        ]
        yield from histories.tables(over, self.place.location_id)

    def _ownerships(self) -> Rows:
        since = date(2025, 1, 1)
        for number, pet in enumerate(self.pets):
            yield (uuid7(), pet, self.owner_of(number), since, True, True, True, True, 100)
        yield (uuid7(), self.pets[0], self.clients[1], since, True, True, True, True, 0)

    def _visits(self) -> Iterator[tuple[Any, ...]]:
        for number in range(60):
            yield self._visit(number, number, self.day, number // 6)
        for number in range(120):
            yield self._visit(number, number + 60, self.day + timedelta(days=1 + number // 30), number % 30 // 6)
        first = self.day - timedelta(weeks=_HISTORY + 4)
        for number in range(_HISTORY):
            yield self._visit(number, 0, first + timedelta(weeks=number), 2, "COMPLETED")
        for number in range(_VISITS * (self.times - 1)):
            # Sixty a day: half of the days lead up to the one that is asked for, the others are far ahead.
            days, pet = number // 60, _PETS + number % (len(self.pets) - _PETS)
            if days % 2:
                before = self.day - timedelta(days=1 + days // 2)
                yield self._visit(number, pet, before, number % 60 // 6, "COMPLETED", past=30)
            else:
                yield self._visit(number, pet, self.day + timedelta(weeks=60, days=days), number % 60 // 6)

    def _visit(
        self, number: int, pet: int, on: date, hour: int, status: str = "BOOKED", *, past: int = 0
    ) -> tuple[Any, ...]:
        starts = on_the_wall(on, (8 + hour) * 60 + past, self.place.clock)
        vet, room = self.place.vets[number % 6], self.place.rooms[number % 6]
        return uuid7(), pet, vet, room, starts, starts + timedelta(minutes=30), status


def families() -> tuple[str, ...]:
    """The names of those who are there at any size; nobody else's begins like one of them."""
    return _FAMILY


async def written(url: str, crowd: Crowd, bills: Bills) -> None:
    """Write all of it by the quickest way there is, and leave the database as it would be after some time."""
    where = parse(url)
    if where.dialect == "sqlite":
        with closing(sqlite3.connect(str(where.path))) as file:

            def fill(tables: Iterator[tuple[str, str, Rows]]) -> None:
                for table, columns, rows in tables:
                    names = columns.split()
                    marks = ", ".join("?" * len(names))
                    text = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"
                    file.executemany(text, (tuple(map(_as_text, row)) for row in rows))

            fill(crowd.tables())
            file.execute(histories.SIGNED)
            if bills.many:
                fill(bills.tables())
                file.executemany(ISSUED, (tuple(map(_as_text, row)) for row in bills.issues()))
                fill(bills.books())
            # Not analyzed, for nobody analyzes the file of a practice; on PostgreSQL its own autovacuum does.
            file.commit()
        return
    connection = await asyncpg.connect(**dict(where.credentials))

    async def copy(tables: Iterator[tuple[str, str, Rows]]) -> None:
        for table, columns, rows in tables:
            await connection.copy_records_to_table(table, columns=columns.split(), records=rows)

    try:
        await copy(crowd.tables())
        await connection.execute(histories.SIGNED)
        if bills.many:
            await copy(bills.tables())
            await connection.executemany(numbered(ISSUED), bills.issues())
            await copy(bills.books())
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


def _named(number: int) -> tuple[str, str, str]:
    if number < _CLIENTS:
        given, family = _NAMES[number]
    else:
        given, family = _GIVEN[number % 13], "Y" + "".join(_SYLLABLES[int(digit)] for digit in f"{number:05d}")
    return given, family, f"{folded(given)}.{folded(family)}@home.example"


def _phone(number: int) -> str:
    if number < _CLIENTS:
        return f"+4930901{PHONE_STEM}{number:03d}"
    return f"+4940{number:07d}".translate(_OTHER_DIGITS)


def _animal(number: int) -> tuple[str, str, str, str]:
    name = _ANIMALS[number % 13]
    return name, folded(name), ("DOG", "CAT")[number % 2], _BREEDS[number % 5]


def _born(number: int) -> tuple[date, str]:
    return date(2015, 1, 1) + timedelta(days=number * 37 % 3000), "DAY"


def _as_text(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(" ")
    return value.isoformat() if isinstance(value, date) else value
