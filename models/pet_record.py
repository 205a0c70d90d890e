"""Pet records: the whole record of one pet as plain facts, on its way out of the practice or into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from models.allergy import Severity
from models.document import DocumentKind
from models.pet import DatePrecision, Sex, Species
from models.problem import ProblemState
from models.vital import VitalKind, VitalUnit

LONGEST_TEXT = 50_000
"""The most characters of a text that comes in from elsewhere."""


class LineKind(StrEnum):
    """What a line of the record of a pet tells."""

    PET = "PET"
    VISIT = "VISIT"
    FINDING = "FINDING"
    PROBLEM = "PROBLEM"
    VACCINATION = "VACCINATION"
    PROCEDURE = "PROCEDURE"
    ALLERGY = "ALLERGY"
    MEDICINE = "MEDICINE"
    DOCUMENT = "DOCUMENT"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that did not fit: where it stands, what it says (shortened), and why, in words for a person."""

    path: str
    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who wrote or did something, as it is told; "" where nothing is known."""

    name: str
    licence_number: str = ""
    practice: str = ""
    phone: str = ""
    email: str = ""
    specialities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """Who the pet belongs to, as it is told; "" where nothing is known."""

    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetFacts:
    """What is known of the pet itself; `neutered` is null when nobody knows. `weight` is the latest one."""

    name: str
    species: Species
    breed: str = ""
    sex: Sex = Sex.UNKNOWN
    neutered: bool | None = None
    born_on: date | None = None
    born_precision: DatePrecision | None = None
    colour: str = ""
    microchip: str | None = None
    alerts: tuple[str, ...] = ()
    died_on: date | None = None
    weight: Measure | None = None


# What a line means beyond its words, where the practice can work with it.


@dataclass(frozen=True, slots=True)
class Seen:
    """A visit: when it ended, null when nobody said so, and whether it is over."""

    ended_at: datetime | None
    is_over: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """A measurement, exactly as it was given and in the unit it was given in."""

    kind: VitalKind
    given: str
    unit: VitalUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """Something that the pet suffers from; `local_code` is of the list of whoever wrote it."""

    state: ProblemState
    since_on: date | None = None
    resolved_on: date | None = None
    snomed_code: str | None = None
    venom_code: str | None = None
    local_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """Something that the pet does not tolerate, and whether it still does not."""

    reaction: str = ""
    severity: Severity = Severity.UNKNOWN
    is_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Medicine:
    """A medicine: from when to when, and how much of it at a time, in micrograms, where that is known."""

    ended_on: date | None = None
    was_stopped: bool = False
    micrograms: int | None = None
    times_a_day: int | None = None
    directions: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """A dose of a vaccine. `expires_on` stands on the vial."""

    given_on: date
    maker: str = ""
    lot: str = ""
    expires_on: date | None = None
    body_site: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document, whose words are the text of its line; `addressee` is whom a letter goes to, "" for no letter."""

    kind: DocumentKind
    addressee: str = ""


Meaning = Seen | Measure | Complaint | Reaction | Medicine | Dose | Paper


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing of the record: what it is called, what it says, when it was, and by whom.

    `visit_id` is the `id` of the line of the visit it belongs to, "" for none. `details` are all that was said of it
    elsewhere, in the words of the format it came in; empty for what was written here.
    """

    id: str
    kind: LineKind
    at: datetime
    title: str
    text: str = ""
    visit_id: str = ""
    by: Person | None = None
    means: Meaning | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PetRecord:
    """The record of one pet, told at `written_at` by some software.

    `details` are what was said elsewhere about the pet itself, in the words of the format it came in.
    """

    id: str
    written_at: datetime
    software: str = ""
    software_version: str = ""
    format_version: str = ""
    pet: PetFacts
    keeper: Keeper | None = None
    lines: tuple[Line, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
