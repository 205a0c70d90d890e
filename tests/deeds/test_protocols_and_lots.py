"""What protocols, places and products make due, and the lots that were given."""

from __future__ import annotations

from datetime import date

import pytest

from models import (
    Location,
    Pet,
    Species,
    Target,
    Vaccination,
    VaccinationDue,
    VaccinationProtocol,
    Vaccine,
    sql,
)
from models.contact import Address
from models.due_date import Reason
from models.pet import Lifestyle
from models.refusal import (
    Forbidden,
    InvalidInput,
)
from resolvers import (
    locations,
    pets,
    vaccination_protocols,
    vaccinations,
    vaccines,
)
from resolvers.vaccinations import NewVaccination
from tests.doses import BORN, CORE, a_practice_in_new_york, give, kept, rabies, what_is_due
from tests.racing import meanwhile
from tests.world import (
    TODAY,
    a_pet,
    a_vaccine,
    activated,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(database):
    return await a_practice_in_new_york()


async def test_a_protocol_that_the_practice_activates_counts_for_all_its_pets_and_one_of_its_versions_alone(world):
    core = await a_vaccine("Versican", targets=CORE, lasts=12)
    await give(world, vaccine=core)
    cat = await a_pet(world.owner, species=Species.CAT)
    new, old = [await VaccinationProtocol.get(code="CORE_DOG_WSAVA", version=version) for version in (2, 1)]
    boss = world.manager.viewer

    await vaccination_protocols.activate(boss, new.id, **kept())
    due = (await what_is_due(world.pet))[Target.DISTEMPER]
    assert (due.due_on, due.reason, due.protocol_id) == (date(2026, 3, 30), Reason.FIRST_SERIES, new.id)
    assert (await what_is_due(cat)) == {}

    await vaccination_protocols.activate(boss, old.id, **kept())
    due = (await what_is_due(world.pet))[Target.DISTEMPER]
    assert (due.due_on, due.protocol_id) == (date(2027, 3, 2), old.id)
    assert [one.version for one in await VaccinationProtocol.filter(code="CORE_DOG_WSAVA", is_active=True)] == [1]

    await vaccination_protocols.deactivate(boss, old.id, **kept())
    assert (await what_is_due(world.pet))[Target.DISTEMPER].reason is Reason.PRODUCT_LABEL
    with pytest.raises(Forbidden):
        await vaccination_protocols.activate(world.vet.viewer, new.id, **kept())


async def test_what_is_known_of_a_pet_a_place_or_a_product_moves_what_is_due(world):
    await activated("FELV_OUTDOOR_CAT_WSAVA")
    key = await pets.register(
        world.vet.viewer,
        pets.PetRegistration("Mia", Species.CAT, owners=[pets.PetOwner(world.owner.id)], **BORN),
        **kept(),
    )
    mia = await Pet.get(id=key)
    due = await what_is_due(mia)
    assert {target: row.due_on for target, row in due.items()} == {Target.RABIES: date(2025, 4, 1)}
    assert due[Target.RABIES].required_by == date(2025, 5, 1)

    await pets.amend(world.vet.viewer, mia.id, pets.PetChanges(lifestyle=[Lifestyle.OUTDOOR]), **kept())
    assert (await what_is_due(mia))[Target.FELINE_LEUKEMIA].due_on == date(2025, 2, 26)
    born = pets.PetChanges(born_on=date(2025, 2, 1))
    await pets.amend(world.vet.viewer, mia.id, born, **kept())
    assert (await what_is_due(mia))[Target.RABIES].due_on == date(2025, 5, 1)

    place = locations.LocationChanges(region="US-TX")
    await locations.amend(world.manager.viewer, world.location.id, place, **kept())
    assert (await what_is_due(mia))[Target.RABIES].required_by is None

    dose = await give(world)
    shorter = vaccines.VaccineChanges(lasts_months=12)
    await give(world, date(2025, 4, 1))
    assert (await rabies(world)).due_on == date(2029, 3, 2)
    await vaccines.amend(world.manager.viewer, dose.vaccine_id, shorter, **kept())
    assert (await rabies(world)).due_on == date(2027, 3, 2)


async def test_a_dose_that_is_recorded_while_the_label_of_its_vaccine_changes_goes_by_the_new_label(world):
    vaccine = await Vaccine.get()
    dose = NewVaccination(vaccine.id, location_id=world.location.id, lot="A-1")
    other = vaccines.VaccineChanges(name="Distemper vaccine", targets=(Target.DISTEMPER,), species=(Species.DOG,))

    await meanwhile(
        lambda: vaccines.amend(world.manager.viewer, vaccine.id, other, **kept()),
        lambda: vaccinations.record(world.vet.viewer, world.pet.id, dose, **kept()),
    )

    given = await Vaccination.get()
    assert given.words.startswith("distemper vaccine")
    due = await VaccinationDue.filter(pet_id=world.pet.id, reason=Reason.PRODUCT_LABEL)
    assert [one.target for one in due] == [Target.DISTEMPER]
    # And the other way round: whoever changes the label waits for the dose, and works out anew what hangs on it.
    luna = await a_pet(world.owner, species=Species.DOG)
    again = vaccines.VaccineChanges(targets=(Target.PARVOVIRUS,))
    await meanwhile(
        lambda: vaccinations.record(world.vet.viewer, luna.id, dose, **kept()),
        lambda: vaccines.amend(world.manager.viewer, vaccine.id, again, **kept()),
    )
    due = await VaccinationDue.filter(pet_id=luna.id, reason=Reason.PRODUCT_LABEL)
    assert [one.target for one in due] == [Target.PARVOVIRUS]


async def test_a_place_that_moves_to_another_country_leaves_its_region_behind(world):
    changes = locations.LocationChanges(address=Address("", "", "Berlin", "DE"))
    await locations.amend(world.manager.viewer, world.location.id, changes, **kept())
    assert (await Location.get(id=world.location.id)).region == ""
    assert await what_is_due(world.pet) == {}
    in_new_york = locations.LocationChanges(region="US-NY")
    with pytest.raises(InvalidInput) as refused:
        await locations.amend(world.manager.viewer, world.location.id, in_new_york, **kept())
    assert refused.value.path == ("region",)


async def test_a_place_that_closes_hands_the_law_on_to_the_next_one(world):
    await give(world, date(2025, 4, 1))
    puppy = await a_pet(world.owner, **BORN)
    hill = locations.NewLocation("Hill", "America/Chicago", "USD", Address("", "", "Austin", "US"), region="US-TX")
    await locations.add(world.manager.viewer, hill, **kept())
    closing = locations.LocationChanges(closed_on=TODAY)
    await locations.amend(world.manager.viewer, world.location.id, closing, **kept())
    codes = {one.id: one.code for one in await VaccinationProtocol.all()}
    due = [(await what_is_due(pet))[Target.RABIES] for pet in (puppy, world.pet)]
    # Where a pet was given its latest dose, there its law is looked up.
    assert [codes[row.protocol_id] for row in due if row.protocol_id] == ["RABIES_US", "RABIES_US_NY"]


async def test_a_lot_is_found_however_it_was_typed_and_without_what_was_voided(world):
    rabisin, other = await Vaccine.get(), await a_vaccine("Versican", targets=CORE)
    found = [
        await give(world, lot="AB-12", vaccine=rabisin),
        await give(world, date(2026, 1, 5), lot="ab 12", vaccine=other),
    ]
    voided = await give(world, lot="AB12")
    await vaccinations.void(world.vet.viewer, voided.id, "It was the cat.", **kept())
    await give(world, lot="AB-13")

    async def keys(*given, **named):
        rows = vaccinations.of_lot(world.vet.viewer, *given, **named)
        text = f"SELECT t.id AS id FROM vaccination t WHERE {rows.scope.format(t='t')}"
        return {sql.as_key(row["id"]) for row in await sql.fetch(text, rows.values)}

    assert await keys("ab.12") == {row.id for row in found}
    assert await keys("ab12", vaccine_id=other.id) == {found[1].id}
    assert await keys("ab12", vaccine_id=world.pet.id) == set()
    assert await keys("-") == set()
