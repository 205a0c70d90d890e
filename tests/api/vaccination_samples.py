"""Samples of what the staff do about vaccinations, and what there has to be for that."""

from __future__ import annotations

from typing import Any

from models import Staff, VaccinationProtocol
from resolvers.viewer import Viewer
from tests.api.samples import Sample
from tests.doors import id_of
from tests.world import World, a_certificate, a_vaccination, a_vaccine, a_visit

ONCE = {"Event": 1, "IdempotencyKey": 1, "EventDetail": 1}


async def of_vaccinations(world: World, boss: Viewer) -> list[Sample]:
    """A sample of every mutation about vaccines, protocols, vaccinations and certificates."""
    place, vet, pet = id_of(world.location), id_of(world.vet.staff), id_of(world.pet)
    vaccine, old = await a_vaccine(), await a_vaccine("Old")
    doses = [await a_vaccination(world.pet, vaccine) for _ in range(6)]
    certificates = [await a_certificate(doses[number]) for number in (0, 1)]
    new, other = [
        await VaccinationProtocol.get(code=code, version=1) for code in ("CORE_DOG_AAHA", "LEPTOSPIROSIS_DOG_AAHA")
    ]
    active = await VaccinationProtocol.get(code="RABIES_US")
    await Staff.all().update(licence_number="NY 012345")
    visit = id_of(await a_visit(world.pet, ended_at=None))
    given: dict[str, Any] = {
        "givenOn": "2026-03-01",
        "lot": "B-2",
        "expiresOn": "2027-01-31",
        "givenById": vet,
        "bodySite": "left hind leg",
        "tag": "T-9",
    }

    def sample(deed: str, payload: str, taken: dict[str, Any], other: dict[str, Any], **writes: int) -> Sample:
        return Sample(deed, boss, taken, other, payload, {**ONCE, **writes})

    return [
        sample(
            "addVaccine",
            "VaccineAdded { vaccine { id name } }",
            {"name": "Imrab", "maker": "Merial", "species": ["DOG"], "targets": ["RABIES"], "lastsMonths": 36},
            {"name": "Imrab 3"},
            Vaccine=1,
        ),
        sample(
            "amendVaccine",
            "VaccineAmended { vaccine { id name } }",
            {
                "vaccineId": id_of(old),
                "name": "Older",
                "maker": "Merial",
                "species": ["DOG", "CAT"],
                "targets": ["RABIES", "DISTEMPER"],
                "lastsMonths": 12,
                "isInUse": False,
            },
            {"name": "Oldest"},
        ),
        sample(
            "recordVaccination",
            "VaccinationRecorded { vaccination { id givenOn } }",
            {
                "petId": pet,
                "vaccineId": id_of(vaccine),
                "source": "RECORDED",
                "locationId": place,
                "visitId": visit,
                **given,
            },
            {"lot": "B-3"},
            Vaccination=1,
        ),
        sample(
            "amendVaccination",
            "VaccinationAmended { vaccination { id givenOn } }",
            {"vaccinationId": id_of(doses[2]), "vaccineId": id_of(vaccine), **given},
            {"lot": "B-3"},
        ),
        sample(
            "voidVaccination",
            "VaccinationVoided { vaccination { id voidedBecause } }",
            {"vaccinationId": id_of(doses[3]), "because": "It was the cat."},
            {"because": "It was another dog."},
        ),
        sample(
            "issueCertificate",
            "CertificateIssued { certificate { id number } }",
            {"vaccinationId": id_of(doses[4])},
            {"vaccinationId": id_of(doses[5])},
            Certificate=1,
        ),
        sample(
            "voidCertificate",
            "CertificateVoided { certificate { id voidedBecause } }",
            {"certificateId": id_of(certificates[0]), "because": "The lot is wrong."},
            {"because": "The tag is wrong."},
        ),
        sample(
            "activateProtocol",
            "ProtocolActivated { protocol { id isActive } }",
            {"protocolId": id_of(new)},
            {"protocolId": id_of(other)},
            VaccinationDue=18,  # six dogs, each against three diseases
        ),
        sample(
            "deactivateProtocol",
            "ProtocolDeactivated { protocol { id isActive } }",
            {"protocolId": id_of(active)},
            {"protocolId": id_of(new)},
        ),
        sample(
            "amendStaff",
            "StaffAmended { staff { id licenceNumber } }",
            {"staffId": vet, "licenceNumber": "NY 1"},
            {"licenceNumber": "NY 2"},
        ),
    ]
