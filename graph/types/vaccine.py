"""Vaccines, and the protocols by which they are given."""

from __future__ import annotations

from datetime import datetime

import strawberry

import models
from graph.reading.shape import column, shape
from graph.roles import STAFF
from graph.types.enums import described
from graph.types.node import Node, id_of
from models.pet import Lifestyle, Species
from models.vaccination_rule import Evidence
from models.vaccine import Target

described(
    Target,
    "What a vaccine protects from.",
    {
        Target.RABIES: "Rabies.",
        Target.DISTEMPER: "Canine distemper.",
        Target.ADENOVIRUS: "Canine adenovirus: infectious hepatitis.",
        Target.PARVOVIRUS: "Canine parvovirus.",
        Target.PARAINFLUENZA: "Canine parainfluenza.",
        Target.LEPTOSPIROSIS: "Leptospirosis.",
        Target.BORDETELLA: "Bordetella bronchiseptica: kennel cough.",
        Target.LYME: "Lyme borreliosis.",
        Target.CANINE_INFLUENZA: "Canine influenza.",
        Target.PANLEUKOPENIA: "Feline panleukopenia.",
        Target.FELINE_HERPESVIRUS: "Feline herpesvirus.",
        Target.FELINE_CALICIVIRUS: "Feline calicivirus.",
        Target.FELINE_LEUKEMIA: "Feline leukaemia.",
        Target.CHLAMYDIA: "Chlamydia felis.",
        Target.MYXOMATOSIS: "Myxomatosis.",
        Target.RABBIT_HAEMORRHAGIC_DISEASE: "Rabbit haemorrhagic disease.",
        Target.EQUINE_INFLUENZA: "Equine influenza.",
        Target.TETANUS: "Tetanus.",
        Target.OTHER: "Any other disease.",
    },
    name="VaccinationTarget",
)
described(
    Evidence,
    "How a protocol came to us.",
    {
        Evidence.PRIMARY: "In the words of the guideline or the law itself.",
        Evidence.SECONDARY: "As others retell it: please compare it with the guideline before you activate it.",
    },
    roles=STAFF,
)
_SPAN = "as an ISO 8601 duration (`P6W`: 6 weeks)"


@shape(models.Vaccine, STAFF)
class Vaccine(Node):
    """A product that the practice gives, or that pets were given elsewhere."""

    id: strawberry.ID = id_of("Vaccine")
    name: str = column("What it is called.")
    maker: str = column("Who makes it; empty when nobody entered it.")
    species: list[Species] = column("For which species it is licensed.")
    targets: list[Target] = column("What it protects from.")
    lasts_months: int = column("How long immunity lasts by its label, in months.")
    is_in_use: bool = column("Whether the practice gives it now.")


@shape(models.VaccinationProtocol, STAFF)
class VaccinationProtocol(Node):
    """One version of what a guideline or a law says about when to vaccinate. It never changes; a new one replaces it."""

    id: strawberry.ID = id_of("VaccinationProtocol")
    code: str = column("Which protocol, for programs; the same for all its versions.")
    version: int = column("Which version of it, from 1.")
    name: str = column("What it is called.")
    species: list[Species] = column("For which species.")
    targets: list[Target] = column("Against what.")
    jurisdiction: str = column("Where: a country (`US`), a region of ISO 3166-2 (`US-NY`), or empty for everywhere.")
    lifestyles: list[Lifestyle] = column("For pets that live in one of these ways; empty: however they live.")
    until_age: str = column(f"Only for pets younger than this, {_SPAN}; empty: of any age.")
    earliest_age: str = column(f"The age from which a first dose counts, {_SPAN}.")
    first_age: str = column(f"The age at which the first dose is due, {_SPAN}.")
    least_gap: str = column(f"After which time the next dose counts, {_SPAN}; empty: any.")
    gap: str = column(f"After which time the next dose of the first series is due, {_SPAN}; empty without a series.")
    doses: int = column("How many doses the first series has at least.")
    late_doses: int = column("How many it has when it begins at `seriesUntilAge` or later.")
    series_until_age: str = column(f"The age at which its last dose is given at the earliest, {_SPAN}; empty: any.")
    first_booster_age: str = column(f"The age at which the first booster is due, {_SPAN}; empty when a time says it.")
    first_booster_after: str = column(f"How long after the series the first booster is due, {_SPAN}; empty: as later.")
    booster_every: str = column(f"How long after the last dose a booster is due, {_SPAN}; empty: as the label says.")
    is_no_sooner: bool = column("Whether a booster before it is due is of no use.")
    restarts_after: str = column(f"After which time without a dose the series begins anew, {_SPAN}; empty: never.")
    legal_onset: str = column(
        f"How long after the first dose the law takes a pet for immunised, {_SPAN}; empty: no law."
    )
    legal_by_age: str = column(f"The age by which the law wants the first dose, {_SPAN}; empty: none.")
    source: str = column("Where every number of it comes from.")
    evidence: Evidence = column("How it came to us.")
    is_active: bool = column("Whether the practice goes by it.")
    activated_at: datetime | None = column("When the practice activated it; null when it never did.")
