"""The deeds of vaccinations, certificates, vaccines and protocols, as lines of the table of every deed."""

from __future__ import annotations

from models import Role, Species, Target
from resolvers import certificates, vaccination_protocols, vaccinations, vaccines
from resolvers.access import Deed
from tests.every_deed import KEPT, MANAGERS_OF_ALL, here, line

CARERS_HERE, VETS_HERE = here(Role.VET, Role.NURSE), here(Role.VET)


@line(Deed.RECORD_VACCINATION, CARERS_HERE)
async def _(scene, viewer):
    dose = vaccinations.NewVaccination(scene.vaccine.id, location_id=scene.world.location.id, lot="A-1")
    await vaccinations.record(viewer, scene.world.pet.id, dose, **KEPT)


@line(Deed.AMEND_VACCINATION, CARERS_HERE)
async def _(scene, viewer):
    await vaccinations.amend(viewer, scene.dose.id, vaccinations.VaccinationChanges(tag="T-8"), **KEPT)


@line(Deed.VOID_VACCINATION, CARERS_HERE)
async def _(scene, viewer):
    await vaccinations.void(viewer, scene.dose.id, "It was the cat.", **KEPT)


@line(Deed.ISSUE_CERTIFICATE, VETS_HERE)
async def _(scene, viewer):
    await certificates.issue(viewer, scene.dose.id, **KEPT)


@line(Deed.VOID_CERTIFICATE, VETS_HERE)
async def _(scene, viewer):
    await certificates.void(viewer, scene.certificate.id, "The lot is wrong.", **KEPT)


@line(Deed.ADD_VACCINE, MANAGERS_OF_ALL)
async def _(scene, viewer):
    await vaccines.add(viewer, vaccines.NewVaccine("Imrab", [Species.DOG], [Target.RABIES], 36), **KEPT)


@line(Deed.AMEND_VACCINE, MANAGERS_OF_ALL)
async def _(scene, viewer):
    await vaccines.amend(viewer, scene.vaccine.id, vaccines.VaccineChanges(lasts_months=12), **KEPT)


@line(Deed.ACTIVATE_PROTOCOL, MANAGERS_OF_ALL)
async def _(scene, viewer):
    await vaccination_protocols.activate(viewer, scene.protocol.id, **KEPT)


@line(Deed.DEACTIVATE_PROTOCOL, MANAGERS_OF_ALL)
async def _(scene, viewer):
    await vaccination_protocols.deactivate(viewer, scene.protocol.id, **KEPT)
