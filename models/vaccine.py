"""Vaccines: the products that the practice gives, and what each protects from."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields

from models.pet import Species
from models.row import Row, Words


class Target(StrEnum):
    """What a vaccine protects from."""

    RABIES = "RABIES"
    DISTEMPER = "DISTEMPER"
    ADENOVIRUS = "ADENOVIRUS"
    PARVOVIRUS = "PARVOVIRUS"
    PARAINFLUENZA = "PARAINFLUENZA"
    LEPTOSPIROSIS = "LEPTOSPIROSIS"
    BORDETELLA = "BORDETELLA"
    LYME = "LYME"
    CANINE_INFLUENZA = "CANINE_INFLUENZA"
    PANLEUKOPENIA = "PANLEUKOPENIA"
    FELINE_HERPESVIRUS = "FELINE_HERPESVIRUS"
    FELINE_CALICIVIRUS = "FELINE_CALICIVIRUS"
    FELINE_LEUKEMIA = "FELINE_LEUKEMIA"
    CHLAMYDIA = "CHLAMYDIA"
    MYXOMATOSIS = "MYXOMATOSIS"
    RABBIT_HAEMORRHAGIC_DISEASE = "RABBIT_HAEMORRHAGIC_DISEASE"
    EQUINE_INFLUENZA = "EQUINE_INFLUENZA"
    TETANUS = "TETANUS"
    OTHER = "OTHER"


class Vaccine(Row):
    """A product: what it is called, for which species it is licensed, from what it protects, and for how long.

    `lasts_months` is the duration of immunity on its label.
    """

    name = fields.TextField()
    maker = fields.TextField(default="")
    fold = fields.TextField()
    species = Words(default=list)
    targets = Words(default=list)
    lasts_months = fields.SmallIntField()
    is_in_use = fields.BooleanField(default=True)

    class Meta:
        table = "vaccine"

    def is_for(self, species: Species) -> bool:
        """Whether it is licensed for that species."""
        return species.value in self.species
