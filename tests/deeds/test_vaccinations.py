"""Recording, amending and voiding doses, and what is then due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from models import (
    Certificate,
    DoseSource,
    Event,
    EventKind,
    Location,
    Species,
    Target,
    Vaccination,
    VaccinationDue,
    VaccinationProtocol,
    Vaccine,
)
from models.due_date import LegalStatus, Reason
from models.pet import Lifestyle
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
    pets,
    vaccinations,
    vaccinations_due,
)
from resolvers.vaccinations import NewVaccination, VaccinationChanges
from tests.doses import CORE, a_practice_in_new_york, give, kept, rabies, what_is_due
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
    how_many_rows,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(database):
    return await a_practice_in_new_york()


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


async def test_sent_twice_it_is_done_once(world):
    vaccine = await a_vaccine("Nobivac")
    dose = NewVaccination(vaccine.id, location_id=world.location.id, lot="A-1")
    once = [await vaccinations.record(world.vet.viewer, world.pet.id, dose, key="k", now=NOW) for _ in range(2)]
    assert once[0] == once[1]
    assert await Vaccination.all().count() == 1
