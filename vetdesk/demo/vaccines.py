"""Vaccines: what the demo practice has in its fridge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from models import Species, Target


@dataclass(frozen=True, slots=True)
class Vaccine:
    """A product as it will be added; names and makers are made up."""

    name: str
    maker: str
    species: tuple[Species, ...]
    targets: tuple[Target, ...]
    lasts_months: int
    is_certified: bool = False


CORE = (
    Vaccine(
        "Canivac DHP", "Riverside Biologics", (Species.DOG,),
        (Target.DISTEMPER, Target.ADENOVIRUS, Target.PARVOVIRUS), 36, is_certified=True,
    ),
    Vaccine("Canivac Lepto 4", "Riverside Biologics", (Species.DOG,), (Target.LEPTOSPIROSIS,), 12),
    Vaccine(
        "Felivac RCP", "Riverside Biologics", (Species.CAT,),
        (Target.PANLEUKOPENIA, Target.FELINE_HERPESVIRUS, Target.FELINE_CALICIVIRUS), 36, is_certified=True,
    ),
    Vaccine(
        "Lapivac", "Meadow Pharma", (Species.RABBIT,), (Target.MYXOMATOSIS, Target.RABBIT_HAEMORRHAGIC_DISEASE), 12
    ),
    Vaccine("Canivac D", "Riverside Biologics", (Species.FERRET,), (Target.DISTEMPER,), 12),
)  # fmt: skip
"""What is given at a vaccination."""
RABIES = Vaccine("Rabigard", "Meadow Pharma", (Species.DOG, Species.CAT), (Target.RABIES,), 12)
"""Given to those who travel."""
ACTIVATED = ("CORE_DOG_WSAVA", "LEPTOSPIROSIS_DOG_WSAVA", "CORE_CAT_WSAVA")
"""The protocols that this practice has read and made its own."""


def lot_on(vaccine: Vaccine, day: date) -> str:
    """The lot that is in use that day: a new one each quarter."""
    return f"{vaccine.name[0]}{vaccine.name[-1].upper()}{day.year % 100}{(day.month + 2) // 3}0{len(vaccine.name) % 10}"
