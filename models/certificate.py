"""Certificates: the paper that says that a pet was vaccinated, and what it said on the day it was signed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """Everything that stands on a vaccination certificate, frozen on the day of issue.

    All of it is text, ready to print: "" where nothing is known, days as ISO dates ("2026-11-22"). The lists are
    lists of lines or of words, never empty texts. `duration` says how long the product is licensed to last, in words
    ("3 years"); `signature` is the line under which the vet signs.
    Source: NASPHV Form 51 names the owner, the animal, the product, its lot, the next due date, the vet and the licence.
    """

    number: str
    issued_on: str
    owner: str
    owner_address: list[str]
    owner_phone: str
    animal: str
    microchip: str
    species: str
    breed: str
    sex: str
    age: str
    born_on: str
    colours: list[str]
    tag: str
    targets: list[str]
    product: str
    maker: str
    lot: str
    expires_on: str
    given_on: str
    body_site: str
    next_due_on: str
    duration: str
    vet: str
    licence_number: str
    signature: str
    practice: str
    location: str
    location_address: list[str]
    location_phone: str
