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
from graph.types.stated import lines, words
from graph.types.vaccination import Vaccination
from models import certificate as kept


@strawberry.type(
    directives=[allow(EVERYBODY)],
    description="What stands on a certificate, as it was when it was issued. What was not known is empty; days are ISO dates.",
)
class CertificateFacts:
    """What stands on a certificate."""

    number: str = words("Its number.")
    issued_on: str = words("The day of issue.")
    owner: str = words("The owner's name.")
    owner_address: list[str] = lines("The owner's address, line by line.")
    owner_phone: str = words("The owner's phone.")
    animal: str = words("The pet's name.")
    microchip: str = words("The digits of its microchip.")
    species: str = words("Its species.")
    breed: str = words("Its breed.")
    sex: str = words("Its sex, and whether it is neutered.")
    age: str = words("Its age on the day of the dose.")
    born_on: str = words("Its birth date, when that is known to the day.")
    colours: list[str] = lines("Its colours and marks.")
    tag: str = words("The number of the tag.")
    targets: list[str] = lines("What it was vaccinated against.")
    product: str = words("The vaccine.")
    maker: str = words("Who makes it.")
    lot: str = words("The lot, or serial number.")
    expires_on: str = words("The day on which the vial expires.")
    given_on: str = words("The day of the dose.")
    body_site: str = words("Where on the body it was given.")
    next_due_on: str = words("The day on which the next dose is due.")
    duration: str = words("How long the product lasts by its label.")
    vet: str = words("The vet who signs.")
    licence_number: str = words("The vet's licence number.")
    signature: str = words("The line under which the vet signs.")
    practice: str = words("The practice.")
    location: str = words("The place.")
    location_address: list[str] = lines("The address of the place, line by line.")
    location_phone: str = words("The phone of the place.")
    location_email: str = words("The e-mail address of the place.")
    language: str = words(
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
