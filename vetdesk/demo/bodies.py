"""Bodies: what the pets of the demo practice weigh, year by year, and what is measured on them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from models import Species

if TYPE_CHECKING:
    from random import Random

_ADULT = {
    "Labrador Retriever": 29.0, "Golden Retriever": 31.0, "German Shepherd": 33.0, "Greyhound": 29.0, "Whippet": 13.5,
    "Border Collie": 18.0, "Beagle": 13.0, "Cocker Spaniel": 13.5, "Dachshund": 8.5, "French Bulldog": 12.0,
    "Jack Russell Terrier": 7.0, "Poodle": 9.0, "Pug": 8.0, "Maine Coon": 6.2, "Norwegian Forest Cat": 5.6,
    "African Grey": 0.43, "Cockatiel": 0.095, "Budgerigar": 0.036, "Hermann's tortoise": 1.1, "Bearded dragon": 0.42,
    "Corn snake": 0.6,
}  # fmt: skip
_OF_THE_KIND = {
    Species.DOG: 16.0, Species.CAT: 4.3, Species.RABBIT: 1.9, Species.GUINEA_PIG: 0.95, Species.HAMSTER: 0.13,
    Species.FERRET: 1.1, Species.BIRD: 0.09, Species.REPTILE: 0.7,
}  # fmt: skip
_GROWN_AFTER_DAYS = {Species.DOG: 365, Species.CAT: 330, Species.REPTILE: 1500}
_AT_BIRTH = 0.12
TEMPERATURES = {Species.DOG: 38.6, Species.CAT: 38.7, Species.RABBIT: 39.2, Species.FERRET: 38.8}


def kilograms(species: Species, breed: str, born_on: date | None, day: date, size: float, random: Random) -> float:
    """What it weighs that day; `size` is how large it is for its kind, and stays the same all its life."""
    adult = _ADULT.get(breed, _OF_THE_KIND.get(species, 1.0)) * size
    grown = 1.0
    if born_on is not None:
        days = max((day - born_on).days, 30)
        grown = min(1.0, _AT_BIRTH + (1 - _AT_BIRTH) * days / _GROWN_AFTER_DAYS.get(species, 240))
    exact = adult * grown * random.uniform(0.985, 1.015)
    return round(exact, 1 if exact >= 3 else 2 if exact >= 0.5 else 3)
