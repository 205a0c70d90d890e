"""Pets: the animals in care."""

from __future__ import annotations

import re
from enum import StrEnum

from tortoise import fields

from models.refusal import InvalidInput, PetHasDied
from models.row import Instant, Row, Words


class Species(StrEnum):
    """The kind of animal."""

    DOG = "DOG"
    CAT = "CAT"
    RABBIT = "RABBIT"
    GUINEA_PIG = "GUINEA_PIG"
    HAMSTER = "HAMSTER"
    FERRET = "FERRET"
    BIRD = "BIRD"
    REPTILE = "REPTILE"
    HORSE = "HORSE"
    OTHER = "OTHER"


class Sex(StrEnum):
    """The sex of a pet."""

    FEMALE = "FEMALE"
    MALE = "MALE"
    UNKNOWN = "UNKNOWN"


class DatePrecision(StrEnum):
    """How much of a date is known."""

    DAY = "DAY"
    MONTH = "MONTH"
    YEAR = "YEAR"
    ESTIMATED = "ESTIMATED"


class Lifestyle(StrEnum):
    """How a pet lives, as far as it matters for what it can catch."""

    INDOOR = "INDOOR"
    OUTDOOR = "OUTDOOR"
    WITH_OUTDOOR_PETS = "WITH_OUTDOOR_PETS"
    BOARDING = "BOARDING"
    TRAVEL = "TRAVEL"
    WILDLIFE_AND_WATER = "WILDLIFE_AND_WATER"
    TICKS = "TICKS"
    BREEDING = "BREEDING"


class Pet(Row):
    """An animal in the care of the practice.

    `neutered` is null when nobody knows. `alerts` and `tags` are for the staff only. `lifestyle` holds `Lifestyle`s.
    """

    name = fields.TextField()
    fold = fields.TextField()
    species = fields.CharEnumField(Species, max_length=16)
    breed = fields.TextField(default="")
    sex = fields.CharEnumField(Sex, max_length=8, default=Sex.UNKNOWN)
    neutered = fields.BooleanField(null=True)
    born_on = fields.DateField(null=True)
    born_precision = fields.CharEnumField(DatePrecision, max_length=16, null=True)
    colour = fields.TextField(default="")
    microchip = fields.CharField(max_length=32, null=True)
    alerts = Words(default=list)
    tags = Words(default=list)
    lifestyle = Words(default=list, db_default=[])
    died_on = fields.DateField(null=True)
    created_at = Instant()

    class Meta:
        table = "pet"

    def must_be_alive(self) -> None:
        """Refuse to plan anything for a pet that has died.

        Raises:
            PetHasDied: a death is recorded.
        """
        if self.died_on is not None:
            raise PetHasDied(path=("petId",))


_TEST_MAKER = 999
_NOT_ASSIGNED = range(895, 900)
_ANIMAL_BITS = 38


def microchip_number(text: str) -> str:
    """The 15 digits of a microchip, without spaces, dots and dashes.

    Raises:
        InvalidInput: it is no number that a chip can carry.
    Source: ISO 11784 (three digits country or maker, twelve digits animal below 2^38).
    """
    digits = re.sub(r"[\s.\-]", "", text)
    if re.fullmatch(r"[0-9]{15}", digits):
        maker, animal = int(digits[:3]), int(digits[3:])
        if animal < 1 << _ANIMAL_BITS and maker not in (0, _TEST_MAKER) and maker not in _NOT_ASSIGNED:
            return digits
    raise InvalidInput("A microchip number has 15 digits. Please check it against the scanner.", path=("microchip",))
