"""Households: the clients of the demo practice, who lives with whom, and how to reach them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from models.contact import Address
from models.row import folded
from resolvers.clients import ClientRegistration
from vetdesk.demo import names
from vetdesk.demo.places import SPREE, THAMES, Place
from vetdesk.demo.sign_ins import OWNER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from vetdesk.demo.names import Origin

OPENED_DAYS_AGO = 1200
_SETTLED_DAYS_AGO = 400
"""By then more than half of the clients had come; the visits we tell of begin later."""
_COUPLES = 0.11
_IN_LONDON = 0.55
_JAMES = "james.bennett@post.example"
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "ł": "l", "å": "aa"})


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """A client as reception will register her, and the moment when."""

    registration: ClientRegistration
    since: datetime

    @property
    def gets_letters(self) -> bool:
        """Whether we can write to her."""
        return bool(self.registration.emails)


@dataclass(frozen=True, slots=True, eq=False)
class Household:
    """One client, or two who own their pets together, near one of our places."""

    place: Place
    people: tuple[Person, ...]

    @property
    def since(self) -> datetime:
        """Since when all of them are registered."""
        return self.people[-1].since


def made_up(count: int, now: datetime, random: Random) -> list[Household]:
    """Households of `count` clients, the one whose sign-in is printed first."""
    phones, addresses = _phones(), _Addresses(random)
    households, made = [_the_bennetts(now, phones[THAMES])], 2
    while made < count:
        place = THAMES if random.random() < _IN_LONDON else SPREE
        origin = random.choice(names.IN_LONDON if place is THAMES else names.IN_BERLIN)
        couple = made + 2 <= count and random.random() < _COUPLES
        people = _named(origin, random, couple=couple)
        households.append(_household(place, people, _language(origin, random), now, random, phones, addresses))
        made += len(people)
    return households


def _the_bennetts(now: datetime, phones: Iterator[str]) -> Household:
    """Whose sign-in is printed: she has an account, he is known to reception only."""
    lives = Address("21 Wherry Steps", "SE16 4XX", "London", "GB")
    since = now - timedelta(days=OPENED_DAYS_AGO - 90)
    olivia = ClientRegistration("Bennett", "Olivia", [OWNER], [next(phones), next(phones)], "en", lives)
    james = ClientRegistration("Bennett", "James", [_JAMES], [next(phones)], "en", lives)
    return Household(THAMES, (Person(olivia, since), Person(james, since + timedelta(minutes=3))))


def _named(origin: Origin, random: Random, *, couple: bool) -> list[str]:
    given, family = random.sample(origin.given, 2), random.choice(origin.family)
    if not couple:
        return [f"{given[0]} {family}"]
    other = family if random.random() < 0.6 else random.choice(origin.family)
    return [f"{given[0]} {family}", f"{given[1]} {other}"]


def _language(origin: Origin, random: Random) -> str:
    if random.random() < 0.92:
        return origin.language
    return "de" if origin.language == "en" else "en"


def _household(
    place: Place,
    people: list[str],
    language: str,
    now: datetime,
    random: Random,
    phones: dict[Place, Iterator[str]],
    addresses: _Addresses,
) -> Household:
    lives = _lives(place, random)
    days_ago = random.uniform(_SETTLED_DAYS_AGO, OPENED_DAYS_AGO - 5)
    if random.random() < 0.4:
        days_ago = random.uniform(0.5, _SETTLED_DAYS_AGO)
    since = now - timedelta(days=days_ago)
    registered = []
    for number, name in enumerate(people):
        given, _, family = name.partition(" ")
        registration = ClientRegistration(
            family_name=family,
            given_name=given,
            emails=addresses.of(given, family),
            phones=[next(phones[place]) for _ in range(2 if random.random() < 0.25 else 1)],
            language=language,
            address=lives,
        )
        registered.append(Person(registration, since + timedelta(minutes=3 * number)))
    return Household(place, tuple(registered))


def _lives(place: Place, random: Random) -> Address:
    number = random.randint(1, 140)
    if place is THAMES:
        street = f"{number} {random.choice(names.STREETS_IN_LONDON)}"
        return Address(street, random.choice(names.POST_CODES_IN_LONDON), "London", "GB")
    street = f"{random.choice(names.STREETS_IN_BERLIN)} {number}"
    return Address(street, random.choice(names.POST_CODES_IN_BERLIN), "Berlin", "DE")


class _Addresses:
    """E-mail addresses, each given once."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._given = {OWNER, _JAMES}

    def of(self, given: str, family: str) -> list[str]:
        """The addresses of somebody: one for most, two for some, none for a few."""
        how_many = self._random.choices((0, 1, 2), (8, 84, 8))[0]
        local = f"{as_local_part(given)}.{as_local_part(family)}"
        hosts = self._random.sample(names.MAIL_HOSTS, how_many)
        return [self._free(local, host) for host in hosts]

    def _free(self, local: str, host: str) -> str:
        address, number = f"{local}@{host}", 1
        while address in self._given:
            number += 1
            address = f"{local}{number}@{host}"
        self._given.add(address)
        return address


def as_local_part(name: str) -> str:
    """The name as it stands in an e-mail address."""
    return re.sub(r"[^a-z]", "", folded(name.lower().translate(_SPELLED)))


def _phones() -> dict[Place, Iterator[str]]:
    """Numbers that are nobody's, as people say them. Source: as for the places; 555-01xx is kept for fiction."""

    def in_london() -> Iterator[str]:
        for number in range(100, 1000):
            yield f"+1 202 555 01{number // 9:02}" if number % 9 == 0 and number < 900 else f"020 7946 0{number}"

    def in_berlin() -> Iterator[str]:
        for number in range(100, 1000):
            yield f"030 23125 {number}" if number % 3 else f"+49 30 23125{number}"

    return {THAMES: in_london(), SPREE: in_berlin()}
