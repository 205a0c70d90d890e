"""Certificates."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

import models
from graph.reading.shape import column, computed, one, shape
from graph.roles import EVERYBODY, STAFF, allow
from graph.types.location import Location
from graph.types.node import Node, id_of
from graph.types.pet import Pet
from graph.types.staff import Staff
from graph.types.vaccination import Vaccination
from models import certificate as kept


def _said(description: str) -> str:
    words: str = strawberry.field(description=description)
    return words


def _lines(description: str) -> list[str]:
    lines: list[str] = strawberry.field(description=description)
    return lines


@strawberry.type(
    directives=[allow(EVERYBODY)],
    description="What stands on a certificate, as it was when it was issued. What was not known is empty; days are ISO dates.",
)
class CertificateFacts:
    """What stands on a certificate."""

    number: str = _said("Its number.")
    issued_on: str = _said("The day of issue.")
    owner: str = _said("The owner's name.")
    owner_address: list[str] = _lines("The owner's address, line by line.")
    owner_phone: str = _said("The owner's phone.")
    animal: str = _said("The pet's name.")
    microchip: str = _said("The digits of its microchip.")
    species: str = _said("Its species.")
    breed: str = _said("Its breed.")
    sex: str = _said("Its sex, and whether it is neutered.")
    age: str = _said("Its age on the day of the dose.")
    born_on: str = _said("Its birth date, when that is known to the day.")
    colours: list[str] = _lines("Its colours and marks.")
    tag: str = _said("The number of the tag.")
    targets: list[str] = _lines("What it was vaccinated against.")
    product: str = _said("The vaccine.")
    maker: str = _said("Who makes it.")
    lot: str = _said("The lot, or serial number.")
    expires_on: str = _said("The day on which the vial expires.")
    given_on: str = _said("The day of the dose.")
    body_site: str = _said("Where on the body it was given.")
    next_due_on: str = _said("The day on which the next dose is due.")
    duration: str = _said("How long the product lasts by its label.")
    vet: str = _said("The vet who signs.")
    licence_number: str = _said("The vet's licence number.")
    signature: str = _said("The line under which the vet signs.")
    practice: str = _said("The practice.")
    location: str = _said("The place.")
    location_address: list[str] = _lines("The address of the place, line by line.")
    location_phone: str = _said("The phone of the place.")
    location_email: str = _said("The e-mail address of the place.")
    language: str = _said(
        "The language of all this, as a BCP 47 tag: `en`, `de`, or `de-AT` where days are written as there. What staff typed is"
        " as they typed it."
    )


def _facts(written: str) -> CertificateFacts:
    facts = kept.CertificateFacts.read(written)
    return CertificateFacts(**{name: getattr(facts, name) for name in kept.CertificateFacts.__slots__})


@shape(models.Certificate, EVERYBODY)
class Certificate(Node):
    """A certificate of one vaccination. It never changes: a wrong one is voided, and another replaces it."""

    id: strawberry.ID = id_of("Certificate")
    number: int = column("Its number; the practice gives out one after the other.")
    vaccination: Vaccination | None = one("The dose it is about; null for an owner when that was voided.")
    pet: Pet = one("Which pet.", carried=True)
    vet: Staff = one("Who signed it.", carried=True)
    location: Location = one("Where it was issued.", carried=True)
    issued_at: datetime = column("When it was issued.")
    issued_on: date = column("On which day, on the calendar of the place.")
    facts: CertificateFacts = computed("What stands on it.", _facts, "facts")
    token: str = column("What is printed on it for whoever wants to check that it stands: whoever knows it may ask.")
    voided_at: datetime | None = column("When it was voided; null while it stands.")
    voided_because: str = column("Why it was voided; empty while it stands.")
    voided_by: Staff | None = one("Who voided it; null while it stands.", STAFF, carried=True)
    replaced_by: Certificate | None = one(
        "The certificate that replaces it; null while none does, and for an owner whom that one does not name.",
        key="replaced_by",
    )
