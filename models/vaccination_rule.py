"""Vaccination rules: one version of what a guideline or a law says about some species and some diseases."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from models.pet import Lifestyle, Species
from models.span import Span
from models.vaccine import Target


class Evidence(StrEnum):
    """How a rule came to us."""

    PRIMARY = "PRIMARY"
    SECONDARY = "SECONDARY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is to be given when, and what the law makes of it. A version is never changed; a new one replaces it.

    For whom: pets of one of the `species`, at places in the `jurisdiction` (a country, a subdivision of ISO 3166, or ""
    for everywhere), who lead one of the `lifestyles` (any life when there are none), younger than `until_age`.

    The first series: a first dose counts from `earliest_age` on and is due at `first_age`; the next one counts after
    `least_gap` and is due after `gap`. A series begun before `series_until_age` needs `doses`, the last of them at that
    age or later; one begun later, or at an age that nobody knows, needs `late_doses`.

    Boosters: the first at `first_booster_age`, or `first_booster_after` the last dose; then every `booster_every`, or
    as long as the product is licensed for. With `is_no_sooner` an earlier one is no use. After `restarts_after` without
    a dose the series begins anew.

    The law, where `legal_onset` is said: immunised that long after the first dose, until the first booster would be
    due; at once after each booster, for as long as the product is licensed for. `legal_by_age` is the age by which the
    first dose must have been given.

    `source` says where every number comes from. Only what was read in the words of the guideline or the law itself
    (`evidence`) and has not been replaced ships active; the rest is for the practice to activate, on its own
    responsibility.
    """

    code: str
    version: int
    name: str
    species: tuple[Species, ...]
    targets: tuple[Target, ...]
    jurisdiction: str = ""
    lifestyles: tuple[Lifestyle, ...] = ()
    until_age: Span | None = None
    earliest_age: Span
    first_age: Span
    least_gap: Span | None = None
    gap: Span | None = None
    doses: int = 1
    late_doses: int = 1
    series_until_age: Span | None = None
    first_booster_age: Span | None = None
    first_booster_after: Span | None = None
    booster_every: Span | None = None
    is_no_sooner: bool = False
    restarts_after: Span | None = None
    legal_onset: Span | None = None
    legal_by_age: Span | None = None
    source: str
    evidence: Evidence
    ships_active: bool = False

    @property
    def rank(self) -> tuple[int, bool, bool]:
        """How closely it fits, of rules that fit: the nearer place, then the narrower life, then the whole life."""
        return (len(self.jurisdiction), bool(self.lifestyles), self.until_age is None)
