"""Animals: the pets of the demo practice."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from models import Right, Sex, Species
from models.pet import DatePrecision
from resolvers.pets import EVERY_RIGHT, PetRegistration
from vetdesk.demo import names
from vetdesk.demo.places import THAMES

if TYPE_CHECKING:
    from random import Random

    from vetdesk.demo.households import Household, Person

_A_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class _Kind:
    often: float
    breeds: tuple[str, ...]
    colours: tuple[str, ...]
    oldest: int
    chipped: float


_KINDS = {
    Species.DOG: _Kind(
        42,
        ("Mixed breed", "Labrador Retriever", "Dachshund", "Border Collie", "French Bulldog", "Cocker Spaniel", "Whippet",
         "German Shepherd", "Jack Russell Terrier", "Poodle", "Golden Retriever", "Pug", "Beagle", "Greyhound"),
        ("black", "brown", "fawn", "golden", "black and tan", "brindle", "white and brown"), 14, 0.92,
    ),
    Species.CAT: _Kind(
        36,
        ("Domestic shorthair", "Domestic shorthair", "Maine Coon", "British Shorthair", "Siamese", "Ragdoll",
         "Norwegian Forest Cat", "Bengal", "Persian"),
        ("tabby", "black", "ginger", "tortoiseshell", "grey", "black and white", "seal point"), 17, 0.7,
    ),
    Species.RABBIT: _Kind(
        8, ("Netherland Dwarf", "Mini Lop", "Lionhead", "Rex"), ("grey", "white", "agouti", "orange"), 9, 0.1
    ),
    Species.GUINEA_PIG: _Kind(4, ("American", "Abyssinian", "Peruvian"), ("tricolour", "brown", "cream"), 6, 0),
    Species.HAMSTER: _Kind(2, ("Syrian", "Roborovski"), ("golden", "sandy"), 2, 0),
    Species.FERRET: _Kind(2, ("",), ("sable", "albino", "silver"), 7, 0.5),
    Species.BIRD: _Kind(3, ("Budgerigar", "Cockatiel", "African Grey"), ("green", "blue", "grey"), 15, 0),
    Species.REPTILE: _Kind(3, ("Hermann's tortoise", "Bearded dragon", "Corn snake"), ("brown", "orange"), 25, 0.2),
}  # fmt: skip
_ALERTS = (
    "Bites when the ears are touched", "Muzzle needed", "Allergic to penicillin", "Very nervous: please use room 3",
    "Heart murmur: ask before any sedation", "Does not get on with cats in the waiting room", "Faints when blood is drawn",
)  # fmt: skip
_TAGS = ("insured", "diabetic", "senior", "rescue", "breeding", "special diet", "kidney trouble")
_OF_THE_FIRST = (("Biscuit", Species.DOG), ("Pixel", Species.CAT), ("Wilma", Species.CAT))
_SHARES = ((50, 50), (50, 50), (60, 40), (70, 30), (100, 0))
_MAKERS = ("985", "981", "956", "900")
_ANIMALS_A_MAKER_NUMBERS = 1 << 38


@dataclass(slots=True, eq=False)
class Animal:
    """A pet as reception will register it; `days` are those on which something is planned for it."""

    household: Household
    registration: PetRegistration
    shares: tuple[int, ...]
    since: datetime
    dies_at: datetime | None = None
    days: set[date] = field(default_factory=set)

    @property
    def species(self) -> Species:
        """The kind of animal."""
        return self.registration.species

    @property
    def people(self) -> tuple[Person, ...]:
        """Its owners."""
        return self.household.people[: len(self.shares)]

    def rights_of(self, number: int) -> frozenset[Right]:
        """What that owner may do for it."""
        return EVERY_RIGHT if number == 0 or self.shares[number] else frozenset({Right.BOOK, Right.VIEW})

    def is_in_care_at(self, moment: datetime) -> bool:
        """Whether it is registered and alive then."""
        return self.since < moment and (self.dies_at is None or moment < self.dies_at)


def made_up(households: list[Household], count: int, now: datetime, random: Random) -> list[Animal]:
    """Pets for every household, `count` together; the first three are those of the first household."""
    first, *others = households
    theirs = [_made(first, species, now, random, name=name) for name, species in _OF_THE_FIRST]
    homes = others[: count - 3] + random.choices(others, k=max(0, count - 3 - len(others)))
    animals = []
    for home in homes:
        species = random.choices(list(_KINDS), [kind.often for kind in _KINDS.values()])[0]
        animal = _made(home, species, now, random)
        # A few have died at home; others do so here, after a farewell.
        if random.random() < 0.01 and animal.since < now - timedelta(days=40):
            animal.dies_at = now - timedelta(days=random.uniform(12, 30))
        animals.append(animal)
    return theirs + animals


def _made(home: Household, species: Species, now: datetime, random: Random, *, name: str = "") -> Animal:
    kind = _KINDS[species]
    since = home.since + timedelta(minutes=6)
    if random.random() < 0.15:
        since += (now - since) * random.uniform(0.1, 0.9)
    born_on, precision = _born(kind, since, now, random)
    registration = PetRegistration(
        name=name or random.choice(names.PETS),
        species=species,
        breed=random.choice(kind.breeds),
        sex=random.choices((Sex.FEMALE, Sex.MALE, Sex.UNKNOWN), (48, 48, 4 if kind.chipped > 0.5 else 20))[0],
        neutered=random.choices((True, False, None), (60, 30, 10))[0] if kind.chipped else None,
        born_on=born_on,
        born_precision=precision,
        colour=random.choice(kind.colours),
        microchip=_chip(home, random) if random.random() < kind.chipped else None,
        alerts=random.sample(_ALERTS, 1) if random.random() < 0.08 else (),
        tags=random.sample(_TAGS, random.randint(1, 2)) if random.random() < 0.25 else (),
    )
    shares = random.choice(_SHARES) if len(home.people) > 1 else (100,)
    return Animal(home, registration, shares, since)


def _born(kind: _Kind, since: datetime, now: datetime, random: Random) -> tuple[date | None, DatePrecision | None]:
    # Most are young when they first come; the oldest are no older today than their kind grows.
    known_days = (now - since).days
    days = min(random.betavariate(1.1, 3) * kind.oldest, kind.oldest - known_days / _A_YEAR) * _A_YEAR
    born = (since - timedelta(days=max(days, 45))).date()
    precision = random.choices((*DatePrecision, None), (56, 20, 14, 6, 4))[0]
    if precision is DatePrecision.MONTH:
        return born.replace(day=1), precision
    if precision in (DatePrecision.YEAR, DatePrecision.ESTIMATED):
        return born.replace(month=1, day=1), precision
    return (born, precision) if precision else (None, None)


def _chip(home: Household, random: Random) -> str:
    maker = random.choice((*_MAKERS, "826" if home.place is THAMES else "276"))
    return f"{maker}{random.randrange(_ANIMALS_A_MAKER_NUMBERS):012}"
