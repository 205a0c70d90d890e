"""Issuing certificates, voiding them, and that what stands on one never changes."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest

from models import (
    Certificate,
    Client,
    ClientPhone,
    DoseSource,
    Location,
    NumberSeries,
    Ownership,
    Pet,
    Sex,
    Staff,
    Target,
    Vaccination,
)
from models.certificate import CertificateFacts
from models.pet import DatePrecision
from models.refusal import (
    AlreadyCertified,
    AlreadyVoided,
    Forbidden,
    InvalidInput,
    LicenceNeeded,
    NotFound,
    PetHasDied,
)
from resolvers import certificates, clients, deaths, pets, teams, vaccinations
from resolvers.vaccinations import NewVaccination, VaccinationChanges
from tests.world import (
    NOW,
    TODAY,
    a_location,
    a_nurse,
    a_pet,
    a_vaccination,
    a_vaccine,
    a_vet,
    a_world,
    an_owner,
    an_ownership,
    how_many_rows,
)

pytestmark = pytest.mark.anyio

KEYS = iter(range(10_000))
ADDRESS: Any = {"street": "1 Main Street", "postal_code": "10001", "city": "New York", "country": "US"}


def kept() -> Any:
    return {"key": f"key {next(KEYS)}", "now": NOW}


@pytest.fixture
async def world(database):
    """A practice in New York whose vet has a licence, and Rex, of whom everything is known."""
    world = await a_world()
    await Location.all().update(**ADDRESS, region="US-NY", zone="America/New_York", phone="212 555 0100")
    await Staff.filter(id=world.vet.id).update(licence_number="NY 012345")
    await Client.filter(id=world.owner.id).update(street="2 Elm Street", city="Albany", country="US")
    await ClientPhone.create(client_id=world.owner.id, as_given="518 555 0199", position=0)
    known: Any = {"sex": Sex.FEMALE, "neutered": True, "breed": "Beagle", "colour": "black and tan"}
    born: Any = {"born_on": date(2024, 11, 30), "born_precision": DatePrecision.DAY}
    await Pet.filter(id=world.pet.id).update(**known, **born, microchip="276098100000001")
    await a_vaccine()
    return world


async def a_dose(world, day=TODAY) -> Vaccination:
    vaccine = await a_vaccine("Imrab 3", maker="Merial", lasts=36)
    given: Any = {"lot": "18 234", "expires_on": date(2027, 1, 31), "tag": "T-7", "body_site": "right hind leg"}
    dose = NewVaccination(vaccine.id, location_id=world.location.id, given_on=day, **given)
    key = await vaccinations.record(world.vet.viewer, world.pet.id, dose, **kept())
    return await Vaccination.get(id=key)


async def issued(world, dose, viewer=None) -> Certificate:
    key = await certificates.issue(viewer or world.vet.viewer, dose.id, **kept())
    return await Certificate.get(id=key)


async def test_a_certificate_says_everything_that_is_asked_of_it(world):
    certificate = await issued(world, await a_dose(world))

    assert CertificateFacts.read(certificate.facts) == CertificateFacts(
        number="1",
        issued_on="2026-03-02",
        owner="Olga Berg",
        owner_address=["2 Elm Street", "Albany", "United States"],
        owner_phone="518 555 0199",
        animal="Rex",
        microchip="276098100000001",
        species="Dog",
        breed="Beagle",
        sex="Female, neutered",
        age="1 year, 3 months",
        born_on="2024-11-30",
        colours=["black and tan"],
        tag="T-7",
        targets=["Rabies"],
        product="Imrab 3",
        maker="Merial",
        lot="18 234",
        expires_on="2027-01-31",
        given_on="2026-03-02",
        body_site="right hind leg",
        next_due_on="2027-03-02",
        duration="3 years",
        vet="Vera Falk",
        licence_number="NY 012345",
        signature="Vera Falk, licence NY 012345",
        practice="High Street Vets",
        location="High Street",
        location_address=["1 Main Street", "10001 New York", "United States"],
        location_phone="212 555 0100",
        language="en-US",
    )
    assert (certificate.client_id, certificate.vet_id, certificate.issued_on) == (world.owner.id, world.vet.id, TODAY)
    assert len(certificate.token) == 32


async def test_it_is_in_the_language_of_the_owner_and_what_staff_typed_is_not_translated(world):
    await Client.filter(id=world.owner.id).update(language="de-AT")
    facts = CertificateFacts.read((await issued(world, await a_dose(world))).facts)
    assert (facts.species, facts.sex, facts.age) == ("Hund", "Weiblich, kastriert", "1 Jahr, 3 Monate")
    assert (facts.targets, facts.duration, facts.language) == (["Tollwut"], "3 Jahre", "de-AT")
    assert facts.signature == "Vera Falk, Approbation NY 012345"
    assert facts.owner_address[-1] == "Vereinigte Staaten"
    assert (facts.body_site, facts.breed, facts.colours) == ("right hind leg", "Beagle", ["black and tan"])
    assert facts.given_on == "2026-03-02"


async def test_what_stands_on_it_stays_whatever_changes_later(world):
    dose = await a_dose(world)
    before = (await issued(world, dose)).facts
    await clients.amend(world.vet.viewer, world.owner.id, clients.ClientChanges(family_name="Borg"), **kept())
    await pets.amend(world.vet.viewer, world.pet.id, pets.PetChanges(name="Max"), **kept())
    await teams.amend_staff(world.manager.viewer, world.vet.id, licence_number="NY 9", **kept())
    assert (await Certificate.get(vaccination_id=dose.id)).facts == before


async def test_numbers_follow_one_another_and_a_refused_one_leaves_no_gap(world):
    doses = [await a_vaccination(world.pet, given_on=date(2025, 1, day)) for day in (1, 2, 3)]
    assert (await issued(world, doses[0])).number == 1
    with pytest.raises(AlreadyCertified):
        await issued(world, doses[0])
    await Vaccination.filter(id=doses[1].id).update(expires_on=date(2024, 1, 1))
    with pytest.raises(InvalidInput):
        await issued(world, doses[1])
    assert (await issued(world, doses[2])).number == 2
    assert [one.last_number for one in await NumberSeries.all()] == [2]


async def test_many_at_once_have_numbers_without_a_gap_and_one_dose_one_certificate(world):
    doses = [await a_vaccination(await a_pet(world.owner)) for _ in range(6)]
    await asyncio.gather(*(issued(world, dose) for dose in doses))
    assert sorted(one.number for one in await Certificate.all()) == [1, 2, 3, 4, 5, 6]
    again = await asyncio.gather(*(issued(world, doses[0]) for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in again] == [AlreadyCertified] * 3


async def test_a_wrong_one_is_voided_and_another_replaces_it(world):
    dose = await a_dose(world)
    first = await issued(world, dose)
    await certificates.void(world.vet.viewer, first.id, "The lot is wrong.", **kept())
    await vaccinations.amend(world.vet.viewer, dose.id, VaccinationChanges(lot="18 235"), **kept())
    second = await issued(world, dose)

    first = await Certificate.get(id=first.id)
    assert (first.voided_at, first.voided_by_id, first.voided_because) == (NOW, world.vet.id, "The lot is wrong.")
    assert (first.replaced_by_id, second.number, second.voided_at) == (second.id, 2, None)
    assert [CertificateFacts.read(one.facts).lot for one in (first, second)] == ["18 234", "18 235"]
    assert first.token != second.token
    with pytest.raises(AlreadyVoided):
        await certificates.void(world.vet.viewer, first.id, "Again.", **kept())
    with pytest.raises(InvalidInput):
        await certificates.void(world.vet.viewer, second.id, " ", **kept())


async def test_only_a_vet_of_the_place_signs_and_only_with_a_licence(world):
    dose = await a_dose(world)
    before = await how_many_rows()
    for viewer in ((await a_nurse()).viewer, world.receptionist.viewer, world.manager.viewer, world.owner.viewer):
        with pytest.raises(Forbidden):
            await issued(world, dose, viewer)
    hill = await a_location("Hill")
    with pytest.raises(Forbidden):
        await issued(world, dose, (await a_vet(location=hill)).viewer)
    with pytest.raises(LicenceNeeded):
        await issued(world, dose, (await a_vet()).viewer)
    assert (await how_many_rows()).get("Certificate") is before.get("Certificate") is None


async def test_only_a_dose_that_was_given_here_and_counts_is_certified(world):
    vaccine = await a_vaccine("Old")
    elsewhere = NewVaccination(vaccine.id, DoseSource.ELSEWHERE, given_on=TODAY, location_id=world.location.id)
    told = await vaccinations.record(world.vet.viewer, world.pet.id, elsewhere, **kept())
    with pytest.raises(InvalidInput):
        await certificates.issue(world.vet.viewer, told, **kept())
    dose = await a_dose(world)
    await vaccinations.void(world.vet.viewer, dose.id, "It was the cat.", **kept())
    with pytest.raises(AlreadyVoided):
        await issued(world, dose)
    with pytest.raises(NotFound):
        await certificates.issue(world.vet.viewer, world.pet.id, **kept())
    assert await Certificate.all().count() == 0


async def test_neither_a_dead_pet_nor_one_that_nobody_owns_gets_one(world):
    dose = await a_dose(world)
    await Ownership.filter(pet_id=world.pet.id).update(ends_on=TODAY)
    with pytest.raises(InvalidInput):
        await issued(world, dose)
    await Ownership.filter(pet_id=world.pet.id).update(ends_on=None)
    await deaths.record(world.vet.viewer, world.pet.id, TODAY, **kept())
    with pytest.raises(PetHasDied):
        await issued(world, dose)


async def test_it_names_the_owner_who_pays_most_and_what_was_due_right_after_that_dose(world):
    paul = await an_owner("Paul Stone")
    await Ownership.filter(pet_id=world.pet.id).update(share=40)
    await an_ownership(world.pet, paul, share=60)
    first, second = await a_dose(world, date(2025, 3, 2)), await a_dose(world)
    told = [CertificateFacts.read((await issued(world, dose)).facts) for dose in (first, second)]
    assert [(one.owner, one.next_due_on) for one in told] == [
        ("Paul Stone", "2026-03-02"),
        ("Paul Stone", "2029-03-02"),
    ]


async def test_what_nobody_knows_is_empty_and_a_guessed_age_says_so(world):
    stray = await a_pet(world.owner, name="Bo")
    dose = await a_vaccination(
        stray, await a_vaccine("Triple", maker="", targets=[Target.DISTEMPER, Target.PARVOVIRUS])
    )
    facts = CertificateFacts.read((await issued(world, dose)).facts)
    assert (facts.microchip, facts.sex, facts.age, facts.born_on, facts.colours, facts.maker) == (
        "", "Unknown", "", "", [], "",
    )  # fmt: skip
    assert (facts.targets, facts.next_due_on) == (["Distemper", "Parvovirus"], "2029-03-02")
    guessed: Any = {"born_on": date(2026, 2, 20), "born_precision": DatePrecision.ESTIMATED}
    puppy = await a_pet(world.owner, **guessed)
    facts = CertificateFacts.read((await issued(world, await a_vaccination(puppy))).facts)
    assert (facts.age, facts.born_on) == ("about under 1 month", "")
