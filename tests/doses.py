"""Doses: a practice in New York that gives a rabies vaccine, and what is then due for its pets."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from models import Location, Pet, Target, Vaccination, VaccinationDue, Vaccine
from models.pet import DatePrecision
from resolvers import vaccinations
from resolvers.vaccinations import NewVaccination
from tests.world import NOW, TODAY, World, a_vaccine, a_world

BORN: Any = {"born_on": date(2025, 1, 1), "born_precision": DatePrecision.DAY}
CORE = (Target.DISTEMPER, Target.ADENOVIRUS, Target.PARVOVIRUS)
KEYS = iter(range(10_000))


async def a_practice_in_new_york() -> World:
    """It gives a rabies vaccine of three years; Rex was born on 1 January 2025."""
    world = await a_world()
    await Location.all().update(country="US", region="US-NY", zone="America/New_York")
    await Pet.filter(id=world.pet.id).update(**BORN)
    await a_vaccine()
    return world


def kept(now: datetime = NOW) -> Any:
    return {"key": f"key {next(KEYS)}", "now": now}


async def give(world, day=TODAY, *, viewer=None, vaccine=None, now=NOW, **more) -> Vaccination:
    vaccine = vaccine or await Vaccine.all().order_by("id").first()
    assert vaccine
    dose = NewVaccination(vaccine.id, location_id=world.location.id, given_on=day, **{"lot": "A-1", **more})
    key = await vaccinations.record(viewer or world.vet.viewer, world.pet.id, dose, **kept(now))
    return await Vaccination.get(id=key)


async def what_is_due(pet) -> dict[Target, VaccinationDue]:
    return {row.target: row for row in await VaccinationDue.filter(pet_id=pet.id)}


async def rabies(world) -> VaccinationDue:
    return (await what_is_due(world.pet))[Target.RABIES]
