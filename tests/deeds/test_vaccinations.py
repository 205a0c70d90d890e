"""Recording, amending and voiding doses, and what is then due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from models import (
    Certificate,
    DoseSource,
    Event,
    EventKind,
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
from models.due_date import LegalStatus, Reason
from models.pet import DatePrecision, Lifestyle
from models.refusal import (
    AlreadyCertified,
    AlreadyVoided,
    Forbidden,
    InvalidInput,
    NotFound,
    PetHasDied,
    RecordLocked,
)
from resolvers import (
    certificates,
    deaths,
    locations,
    pets,
    vaccination_protocols,
    vaccinations,
    vaccinations_due,
    vaccines,
)
from resolvers.vaccinations import NewVaccination, VaccinationChanges
from tests.racing import meanwhile
from tests.world import (
    NOW,
    TODAY,
    a_certificate,
    a_location,
    a_nurse,
    a_pet,
    a_vaccination,
    a_vaccine,
    a_visit,
    a_world,
    activated,
    how_many_rows,
)

pytestmark = pytest.mark.anyio

BORN: Any = {"born_on": date(2025, 1, 1), "born_precision": DatePrecision.DAY}
CORE = (Target.DISTEMPER, Target.ADENOVIRUS, Target.PARVOVIRUS)
KEYS = iter(range(10_000))


@pytest.fixture
async def world(database):
    """A practice in New York that gives a rabies vaccine of three years; Rex was born on 1 January 2025."""
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


async def test_a_vet_records_a_dose_and_what_is_due_is_known_at_once(world):
    dose = await give(world, lot="ab 12/3", body_site="right hind leg", tag="T-7", expires_on=date(2027, 1, 1))

    assert (dose.lot, dose.lot_fold, dose.tag, dose.body_site) == ("ab 12/3", "ab123", "T-7", "right hind leg")
    assert (dose.given_by_id, dose.location_id, dose.source) == (world.vet.id, world.location.id, DoseSource.RECORDED)
    assert dose.at == datetime(2026, 3, 2, 17, tzinfo=UTC)  # noon in New York
    assert dose.words == "rabisin boehringer rabies ab 12 3"
    due = await rabies(world)
    protocol = await VaccinationProtocol.get(code="RABIES_US_NY")
    assert (due.due_on, due.reason, due.protocol_id) == (date(2027, 3, 2), Reason.FIRST_BOOSTER, protocol.id)
    assert (due.immune_from, due.immune_until) == (date(2026, 3, 16), date(2027, 3, 2))
    event = await Event.all().order_by("-number").first()
    assert event
    assert (event.kind, event.subject_id, event.location_id) == (
        EventKind.VACCINATION_RECORDED,
        dose.id,
        world.location.id,
    )


async def test_without_a_day_a_dose_is_of_today_on_the_calendar_of_the_place(world):
    late = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)  # 22:00 on 2 March in New York
    assert (await give(world, None, now=late)).given_on == TODAY


async def test_a_booster_a_backdated_dose_and_a_voided_one_each_move_what_is_due(world):
    nurse = (await a_nurse()).viewer
    first = await give(world, date(2025, 4, 1), viewer=nurse)
    assert (await rabies(world)).due_on == date(2026, 4, 1)
    await give(world)
    assert ((await rabies(world)).due_on, (await rabies(world)).immune_from) == (date(2029, 3, 2), TODAY)

    await vaccinations.void(nurse, first.id, "It was the cat.", **kept())
    due = await rabies(world)
    assert (due.due_on, due.immune_from) == (date(2027, 3, 2), date(2026, 3, 16))

    second = await Vaccination.get(given_on=TODAY)
    await vaccinations.amend(nurse, second.id, VaccinationChanges(given_on=date(2026, 2, 2)), **kept())
    assert (await rabies(world)).due_on == date(2027, 2, 2)
    assert (await Vaccination.get(id=second.id)).at == datetime(2026, 2, 2, 17, tzinfo=UTC)

    elsewhere = NewVaccination(second.vaccine_id, DoseSource.ELSEWHERE, given_on=date(2025, 5, 1))
    await vaccinations.record(nurse, world.pet.id, elsewhere, **kept())
    due = await rabies(world)
    assert (due.due_on, due.immune_from) == (date(2029, 2, 2), date(2026, 2, 2))
    told = await Vaccination.get(source=DoseSource.ELSEWHERE)
    assert (told.given_by_id, told.location_id, told.lot) == (None, None, "")
    assert told.at == datetime(2025, 5, 1, 12, tzinfo=UTC)


async def test_a_row_of_what_is_due_keeps_its_key_and_is_written_only_when_it_changes(world):
    await give(world, date(2025, 4, 1))
    before = await rabies(world)
    later = NOW + timedelta(hours=1)
    await give(world, now=later)
    after = await rabies(world)
    assert (after.id, after.worked_out_at) == (before.id, later)
    changes = pets.PetChanges(lifestyle=[Lifestyle.OUTDOOR])
    await pets.amend(world.vet.viewer, world.pet.id, changes, **kept(later + timedelta(hours=1)))
    assert (await rabies(world)).worked_out_at == later


async def test_what_the_law_says_of_today_turns_at_midnight_and_nothing_is_written(world):
    await give(world)
    due = await rabies(world)
    count = await how_many_rows()
    told = {}
    # Midnight in New York is 05:00 in UTC, and 04:00 in summer.
    for moment in ("2026-03-16T03:59", "2026-03-16T04:00", "2027-03-03T04:59", "2027-03-03T05:00"):
        now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        told[moment] = (await vaccinations_due.legal_statuses(world.vet.viewer, [due.id], now))[due.id]
    assert list(told.values()) == [
        LegalStatus.NOT_YET_IMMUNISED,
        LegalStatus.CURRENT,
        LegalStatus.CURRENT,
        LegalStatus.EXPIRED,
    ]
    assert await how_many_rows() == count


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"given_on": TODAY + timedelta(days=1)}, "givenOn"),
        ({"given_on": date(2024, 12, 31)}, "givenOn"),
        ({"given_on": date(1969, 1, 1)}, "givenOn"),
        ({"lot": " "}, "lot"),
        ({"lot": "x" * 65}, "lot"),
        ({"tag": "a\nb"}, "tag"),
        ({"body_site": "x" * 201}, "bodySite"),
        ({"expires_on": date(9999, 1, 1)}, "expiresOn"),
    ],
)
async def test_a_dose_that_makes_no_sense_is_refused(world, changes, path):
    before = await how_many_rows()
    with pytest.raises(InvalidInput) as refused:
        await give(world, **{"day": changes.pop("given_on", TODAY), **changes})
    assert refused.value.path == (path,)
    assert await how_many_rows() == before


async def test_a_vaccine_is_for_its_species_and_in_use(world):
    for_cats, old = await a_vaccine("Feligen", species=[Species.CAT]), await a_vaccine("Old", is_in_use=False)
    for vaccine in (for_cats, old):
        with pytest.raises(InvalidInput) as refused:
            await give(world, vaccine=vaccine)
        assert refused.value.path == ("vaccineId",)
    elsewhere = NewVaccination(old.id, DoseSource.ELSEWHERE, given_on=TODAY)
    await vaccinations.record(world.vet.viewer, world.pet.id, elsewhere, **kept())
    assert [one.vaccine_id for one in await Vaccination.all()] == [old.id]


async def test_a_pet_that_has_died_gets_none_and_nothing_is_due_for_it(world):
    await give(world)
    await deaths.record(world.vet.viewer, world.pet.id, TODAY, **kept())
    assert not await VaccinationDue.filter(pet_id=world.pet.id, lapses_on=None).exists()
    before = await how_many_rows()
    with pytest.raises(PetHasDied):
        await give(world)
    assert await how_many_rows() == before


async def test_receptionists_record_nothing_and_whoever_works_elsewhere_neither(world):
    for viewer in (world.receptionist.viewer, world.owner.viewer):
        with pytest.raises(Forbidden):
            await give(world, viewer=viewer)
    hill = await Location.create(name="Hill", fold="hill", zone="Europe/Berlin", currency="EUR")
    with pytest.raises(Forbidden):
        await give(world, viewer=(await a_nurse(location=hill)).viewer)


async def test_a_certified_dose_stays_as_it_is_until_its_certificate_is_voided(world):
    dose = await a_vaccination(world.pet)
    certificate = await a_certificate(dose)
    with pytest.raises(AlreadyCertified):
        await vaccinations.amend(world.vet.viewer, dose.id, VaccinationChanges(lot="B-2"), **kept())
    with pytest.raises(AlreadyCertified):
        await vaccinations.void(world.vet.viewer, dose.id, "Wrong lot.", **kept())
    await certificates.void(world.vet.viewer, certificate.id, "Wrong lot.", **kept())
    await vaccinations.amend(world.vet.viewer, dose.id, VaccinationChanges(lot="B-2", tag=""), **kept())
    changed = await Vaccination.get(id=dose.id)
    assert (changed.lot, changed.lot_fold, changed.tag) == ("B-2", "b2", "")
    assert (await Certificate.get(id=certificate.id)).voided_because == "Wrong lot."


async def test_a_voided_dose_stays_and_is_neither_amended_nor_voided_again(world):
    dose = await give(world)
    await vaccinations.void(world.vet.viewer, dose.id, "It was the cat.", **kept())
    voided = await Vaccination.get(id=dose.id)
    assert (voided.voided_at, voided.voided_by_id, voided.voided_because) == (NOW, world.vet.id, "It was the cat.")
    with pytest.raises(AlreadyVoided):
        await vaccinations.amend(world.vet.viewer, dose.id, VaccinationChanges(tag="1"), **kept())
    with pytest.raises(AlreadyVoided):
        await vaccinations.void(world.vet.viewer, dose.id, "Again.", **kept())
    with pytest.raises(InvalidInput):
        await vaccinations.void(world.vet.viewer, (await give(world)).id, " ", **kept())


async def test_a_dose_belongs_to_an_open_visit_of_the_same_pet(world):
    visit, other = await a_visit(world.pet), await a_visit(await a_pet())
    dose = await give(world, visit_id=visit.id)
    assert dose.visit_id == visit.id
    with pytest.raises(NotFound):
        await give(world, visit_id=other.id)
    await type(visit).filter(id=visit.id).update(locked_at=NOW)
    with pytest.raises(RecordLocked):
        await give(world, visit_id=visit.id)
    with pytest.raises(RecordLocked):
        await vaccinations.amend(world.vet.viewer, dose.id, VaccinationChanges(tag="1"), **kept())
    await vaccinations.void(world.vet.viewer, dose.id, "It was the cat.", **kept())
    assert (await Vaccination.get(id=dose.id)).voided_at == NOW


@pytest.mark.parametrize("source", [DoseSource.RECORDED, DoseSource.ELSEWHERE])
async def test_whoever_works_elsewhere_writes_no_dose_into_a_visit_of_this_place(world, source):
    harbour = await a_location("Harbour")
    nurse = (await a_nurse(location=harbour)).viewer
    visit = await a_visit(world.pet)
    more = {"source": source, "location_id": harbour.id if source is DoseSource.RECORDED else None}
    dose = NewVaccination((await Vaccine.get()).id, lot="A-1", visit_id=visit.id, **more)
    before = await how_many_rows()
    with pytest.raises(Forbidden):
        await vaccinations.record(nurse, world.pet.id, dose, **kept())
    assert await how_many_rows() == before
    given = await a_vaccination(world.pet, visit_id=visit.id, source=source, location_id=more["location_id"])
    with pytest.raises(Forbidden):
        await vaccinations.amend(nurse, given.id, VaccinationChanges(tag="T-9"), **kept())
    assert (await Vaccination.get(id=given.id)).tag == "T-7"


async def test_another_product_changes_what_the_dose_was_against(world):
    core = await a_vaccine("Versican", targets=CORE, lasts=36)
    dose = await give(world)
    await vaccinations.amend(world.vet.viewer, dose.id, VaccinationChanges(vaccine_id=core.id), **kept())
    due = await what_is_due(world.pet)
    assert {target: row.reason for target, row in due.items()} == {
        Target.RABIES: Reason.FIRST_DOSE,
        **dict.fromkeys(CORE, Reason.PRODUCT_LABEL),
    }
    assert "versican" in (await Vaccination.get(id=dose.id)).words


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


async def test_sent_twice_it_is_done_once(world):
    vaccine = await a_vaccine("Nobivac")
    dose = NewVaccination(vaccine.id, location_id=world.location.id, lot="A-1")
    once = [await vaccinations.record(world.vet.viewer, world.pet.id, dose, key="k", now=NOW) for _ in range(2)]
    assert once[0] == once[1]
    assert await Vaccination.all().count() == 1
