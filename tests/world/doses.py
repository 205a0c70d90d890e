"""Doses: vaccines, what pets were given, and the certificates of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from models import (
    Certificate,
    CertificateFile,
    Client,
    Location,
    NumberSeries,
    Ownership,
    Pet,
    Species,
    Staff,
    Target,
    Vaccination,
    VaccinationProtocol,
    Vaccine,
)
from models.certificate import CertificateFacts
from models.row import folded
from models.vaccination import lot_fold
from tests.world.people import Member
from tests.world.places import NOW, TODAY, the_location


async def a_vaccine(
    name: str = "Rabisin",
    *,
    maker: str = "Boehringer",
    targets: Iterable[Target] = (Target.RABIES,),
    species: Iterable[Species] = (Species.DOG, Species.CAT),
    lasts: int = 36,
    is_in_use: bool = True,
) -> Vaccine:
    """A rabies vaccine for dogs and cats that lasts three years."""
    return await Vaccine.create(
        name=name,
        maker=maker,
        fold=folded(f"{name} {maker}"),
        species=[one.value for one in species],
        targets=[one.value for one in targets],
        lasts_months=lasts,
        is_in_use=is_in_use,
    )


async def a_vaccination(
    pet: Pet,
    vaccine: Vaccine | None = None,
    *,
    given_on: date = TODAY,
    lot: str = "A-1",
    by: Member | None = None,
    **more: Any,
) -> Vaccination:
    """A dose given at noon of today, of lot A-1; what is due is not worked out."""
    vaccine = vaccine or await Vaccine.first() or await a_vaccine()
    given: dict[str, Any] = {
        "location_id": (await the_location()).id,
        "at": datetime.combine(given_on, time(11), tzinfo=UTC),
        "recorded_at": NOW,
        "body_site": "right hind leg",
        "tag": "T-7",
        "given_by_id": by.id if by else (await Staff.all().order_by("id").first()).id,  # type: ignore[union-attr]
    }
    return await Vaccination.create(
        pet_id=pet.id, vaccine_id=vaccine.id, given_on=given_on, lot=lot, lot_fold=lot_fold(lot), **given | more
    )


def some_facts(**more: Any) -> CertificateFacts:
    """What stands on a certificate: everything, and all of it made up."""
    texts = {name: "" for name, kind in CertificateFacts.__annotations__.items() if kind == "str"}
    lists: dict[str, Any] = {name: [] for name, kind in CertificateFacts.__annotations__.items() if kind != "str"}
    said = {"number": "1", "issued_on": str(TODAY), "owner": "Olga Berg", "animal": "Rex", "product": "Rabisin"}
    return CertificateFacts(**{**texts, **lists, **said, **more})


async def a_certificate(vaccination: Vaccination, **more: Any) -> Certificate:
    """A certificate of a dose, for the owner who pays most."""
    owner = await Ownership.filter(pet_id=vaccination.pet_id, ends_on=None).order_by("-share", "id").first()
    client_id = owner.client_id if owner else (await Client.all().order_by("id").first()).id  # type: ignore[union-attr]
    place = await Location.all().order_by("id").first()
    assert place
    number = await Certificate.all().count() + 1
    if not await NumberSeries.filter(name="certificate").update(last_number=number):
        await NumberSeries.create(name="certificate", last_number=number)
    given: dict[str, Any] = {
        "number": number,
        "client_id": client_id,
        "vet_id": vaccination.given_by_id,
        "location_id": place.id,
        "issued_at": NOW,
        "issued_on": TODAY,
        "facts": some_facts(number=str(number)).written(),
        "token": f"token {number} of a certificate",
    }
    return await Certificate.create(vaccination_id=vaccination.id, pet_id=vaccination.pet_id, **given | more)


async def a_certificate_file(certificate: Certificate, content: bytes = b"%PDF", **more: Any) -> CertificateFile:
    """A certificate as it was printed."""
    given: dict[str, Any] = {"is_void": False, "sha256": hashlib.sha256(content).hexdigest(), "rendered_at": NOW}
    return await CertificateFile.create(certificate_id=certificate.id, content=content, **given | more)


async def activated(*codes: str) -> None:
    """Make the practice go by the latest version of these protocols."""
    for code in codes:
        latest = await VaccinationProtocol.filter(code=code).order_by("-version").first()
        assert latest
        await VaccinationProtocol.filter(id=latest.id).update(is_active=True, activated_at=NOW)
