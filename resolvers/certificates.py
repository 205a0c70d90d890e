"""Certificates: issuing and voiding the papers about vaccinations, and reading them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import (
    Certificate,
    Client,
    ClientPhone,
    DoseSource,
    EventKind,
    Location,
    Ownership,
    Pet,
    Practice,
    Staff,
    Target,
    Vaccination,
    Vaccine,
    sql,
)
from models.certificate import CertificateFacts
from models.period import today_in
from models.pet import DatePrecision
from models.refusal import AlreadyCertified, InvalidInput, LicenceNeeded
from models.row import uuid7
from models.text import named
from resolvers import access, events, numbers, retries, vaccinations_due, wording
from resolvers.access import Deed
from resolvers.changes import write
from resolvers.events import Happening
from resolvers.locks import hold
from resolvers.papers import letterheads

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from resolvers.retries import Outcome
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer
    from resolvers.wording import Wording

_TOKEN_BYTES = 24


# Reading


def one(viewer: Viewer, certificate_id: UUID | None) -> Rows:
    """The certificate with this key."""
    return access.rows(viewer, Certificate).only(certificate_id)


# Writing


async def issue(viewer: Viewer, vaccination_id: UUID | None, *, key: str, now: datetime) -> UUID:
    """Issue a certificate of a dose that was given here, signed by the vet who asks; it replaces one that was voided.

    Its number is the next of the practice: the row that counts them is held until the deed is done, so no number is
    missing and none is given twice.

    Raises:
        NotFound: the vaccination is not there.
        Forbidden: the viewer is no vet where it was given.
        AlreadyVoided, AlreadyCertified: the dose was voided, or a certificate of it stands.
        PetHasDied: the pet has died.
        LicenceNeeded: the vet has no licence number.
        InvalidInput: the dose was not given here, came from an expired vial, or nobody owns the pet.
    """
    access.may(viewer, Deed.ISSUE_CERTIFICATE)
    retry = retries.asked(viewer, Deed.ISSUE_CERTIFICATE, key, {"vaccination": str(vaccination_id)}, now=now)
    certificate_id = uuid7()

    async def work() -> Outcome:
        found = await access.find(viewer, Vaccination, vaccination_id, path="vaccinationId")
        place = await _place(found)
        access.may(viewer, Deed.ISSUE_CERTIFICATE, place.id)
        vet = await access.find(viewer, Staff, viewer.staff_id)
        if not vet.licence_number:
            raise LicenceNeeded
        async with in_transaction():
            await retry.keep(certificate=certificate_id)
            pet = await hold(Pet, found.pet_id)
            pet.must_be_alive()
            dose = await hold(Vaccination, found.id)
            dose.must_stand()
            before = await Certificate.filter(vaccination_id=dose.id).order_by("-number").first()
            if before is not None and before.voided_at is None:
                raise AlreadyCertified("There is a certificate of this vaccination already.", path=("vaccinationId",))
            _must_count(dose)
            owner = await _owner(pet)
            (number,) = await numbers.following("certificate")
            facts = await _facts(number, pet, dose, owner, vet, place, today_in(place.clock, now))
            certificate = Certificate(
                id=certificate_id,
                number=number,
                vaccination_id=dose.id,
                pet_id=pet.id,
                client_id=owner.id,
                vet_id=vet.id,
                location_id=place.id,
                issued_at=now,
                issued_on=today_in(place.clock, now),
                facts=facts.written(),
                token=secrets.token_urlsafe(_TOKEN_BYTES),
            )
            await sql.insert([certificate])
            if before is not None:
                await write(before, {"replaced_by_id": certificate_id})
            after = {"number": number, "vaccination": str(dose.id)}
            happening = Happening(EventKind.CERTIFICATE_ISSUED, certificate_id, place.id, after=after)
            await events.record(viewer, happening, now=now)
        return {"certificate": str(certificate_id)}

    return sql.as_key((await retries.once(retry, work))["certificate"])


async def void(viewer: Viewer, certificate_id: UUID | None, because: str, *, key: str, now: datetime) -> UUID:
    """Say that a certificate does not stand; its number is never given again.

    Raises:
        NotFound: the certificate is not there.
        Forbidden: the viewer is no vet where it was issued.
        AlreadyVoided: it was voided before.
        InvalidInput: no reason is given.
    """
    access.may(viewer, Deed.VOID_CERTIFICATE)
    asked = {"certificate": str(certificate_id), "because": because}
    retry = retries.asked(viewer, Deed.VOID_CERTIFICATE, key, asked, now=now)

    async def work() -> Outcome:
        found = await access.find(viewer, Certificate, certificate_id, path="certificateId")
        access.may(viewer, Deed.VOID_CERTIFICATE, found.location_id)
        reason = named(because, path=("because",))
        async with in_transaction():
            await retry.keep(certificate=found.id)
            await hold(Pet, found.pet_id)
            certificate = await hold(Certificate, found.id)
            certificate.void(reason, by=viewer.staff_id, now=now)
            await certificate.save(update_fields=["voided_at", "voided_by_id", "voided_because"])
            after = {"voided_at": now, "voided_because": reason}
            happening = Happening(EventKind.CERTIFICATE_VOIDED, certificate.id, certificate.location_id, after=after)
            await events.record(viewer, happening, now=now)
        return {"certificate": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["certificate"])


async def _place(dose: Vaccination) -> Location:
    place = await Location.get_or_none(id=dose.location_id)
    if place is None or dose.source is not DoseSource.RECORDED:
        raise InvalidInput("A certificate is for a dose that was given here.", path=("vaccinationId",))
    return place


def _must_count(dose: Vaccination) -> None:
    if dose.expires_on is not None and dose.expires_on < dose.given_on:
        raise InvalidInput("The vial had expired on that day, so this dose does not count.", path=("vaccinationId",))


async def _owner(pet: Pet) -> Client:
    """Whom the certificate names: of the owners the one who pays most."""
    held = await Ownership.filter(pet_id=pet.id, ends_on=None).order_by("-share", "id").first()
    if held is None:
        raise InvalidInput("Nobody owns this pet now. Please enter its owner first.", path=("vaccinationId",))
    return await Client.get(id=held.client_id)


async def _facts(
    number: int, pet: Pet, dose: Vaccination, owner: Client, vet: Staff, place: Location, today: date
) -> CertificateFacts:
    vaccine = await Vaccine.get(id=dose.vaccine_id)
    practice = await Practice.first()
    phone = await ClientPhone.filter(client_id=owner.id).order_by("position", "id").first()
    words = wording.of(owner.language, place.country)
    targets = [Target(one) for one in vaccine.targets]
    next_due_on = await vaccinations_due.as_of(pet, targets, dose.given_on)
    return CertificateFacts(
        number=str(number),
        issued_on=str(today),
        owner=owner.display_name,
        owner_address=letterheads.lines(owner, words),
        owner_phone=phone.as_given if phone else "",
        animal=pet.name,
        microchip=pet.microchip or "",
        species=words.said("species", pet.species.value),
        breed=pet.breed,
        sex=_sex(pet, words),
        age=_age(pet, dose.given_on, words),
        born_on=str(pet.born_on) if pet.born_on and pet.born_precision is DatePrecision.DAY else "",
        colours=[pet.colour] if pet.colour else [],
        tag=dose.tag,
        targets=[words.said("target", one.value) for one in targets],
        product=vaccine.name,
        maker=vaccine.maker,
        lot=dose.lot,
        expires_on=str(dose.expires_on or ""),
        given_on=str(dose.given_on),
        body_site=dose.body_site,
        next_due_on=str(next_due_on or ""),
        duration=words.months(vaccine.lasts_months),
        vet=vet.display_name,
        licence_number=vet.licence_number,
        signature=words.said("certificate", "signed_by", vet=vet.display_name, number=vet.licence_number),
        practice=practice.name if practice else "",
        location=place.name,
        location_address=letterheads.lines(place, words),
        location_phone=place.phone,
        location_email=place.email,
        language=words.tag,
    )


def _sex(pet: Pet, words: Wording) -> str:
    sex = words.said("sex", pet.sex.value)
    return sex if pet.neutered is None else words.said("neutered", "yes" if pet.neutered else "no", sex=sex)


def _age(pet: Pet, day: date, words: Wording) -> str:
    if pet.born_on is None:
        return ""
    whole = (day.year - pet.born_on.year) * 12 + day.month - pet.born_on.month - (day.day < pet.born_on.day)
    age = words.months(max(whole, 0)) or words.said("age", "newborn")
    return age if pet.born_precision is DatePrecision.DAY else words.said("age", "about", age=age)
