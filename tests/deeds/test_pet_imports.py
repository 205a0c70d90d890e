"""Records of pets that come in from elsewhere, and go out again."""

from datetime import date, timedelta

import pytest
from tortoise.exceptions import IntegrityError

from models import (
    Allergy,
    EventKind,
    ImportedLine,
    LineKind,
    Message,
    Ownership,
    Pet,
    Problem,
    ProblemState,
    RecordImport,
    Severity,
    Vaccination,
    VaccinationDue,
    Vaccine,
    Vital,
    VitalSource,
    VitalUnit,
    sql,
)
from models.pet import DatePrecision, Sex, Species
from models.refusal import Forbidden, FormatNotInstalled, ImportHasChanged, InvalidInput, NotFound
from resolvers import pet_imports, pet_records
from resolvers.pet_imports import Becomes, DuplicateReason
from tests.imports import arriving, carried_out, exported, imported, paths, rehearsed
from tests.world import NOW, a_nurse, a_pet, a_world, an_owner, how_many_rows
from tests.world.elsewhere import a_document, a_patient, a_thing, an_observation
from vetdesk.database import counted
from vetdesk.open_vet_format.chosen import NoFormat

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(database):
    return await a_world()


# The dry run


async def test_a_dry_run_says_what_would_be_made_and_writes_nothing(world):
    before = await how_many_rows()

    promised = await rehearsed(world, a_document())

    assert {each.line.id: each.becomes for each in promised.lines} == {
        "encounters/visit-1": None,
        "conditions/cond-1": Becomes.PROBLEM,
        "observations/obs-1": Becomes.VITAL,
        "immunizations/imm-1": None,
        "procedures/proc-1": None,
        "allergy_intolerances/all-1": Becomes.ALLERGY,
        "medication_statements/med-1": None,
        "document_references/doc-1": None,
    }
    assert set(paths(promised.left_out)) == {"patient.owner", "immunizations/imm-1"}
    assert len(promised.fingerprint) == 64
    assert promised.duplicates == ()
    assert await how_many_rows() == before


async def test_the_same_dry_run_has_the_same_fingerprint_and_another_document_another(world):
    first = await rehearsed(world, a_document())
    again = await rehearsed(world, a_document())
    other = await rehearsed(world, a_document(patient=a_patient(name="Bisquit")))

    assert first.fingerprint == again.fingerprint
    assert first.fingerprint != other.fingerprint


async def test_pets_that_may_be_the_same_are_named(world):
    chip = await a_pet(name="Rex", microchip="276098100000007")
    namesake = await a_pet(world.owner, name="BISCUIT")
    await a_pet(await an_owner(), name="Biscuit")

    promised = await rehearsed(world, a_document())

    assert [(each.pet_id, each.name, each.reason) for each in promised.duplicates] == [
        (chip.id, "Rex", DuplicateReason.SAME_MICROCHIP),
        (namesake.id, "BISCUIT", DuplicateReason.SAME_NAME_AND_OWNER),
    ]


# The import


async def test_an_import_writes_exactly_what_its_dry_run_said(world):
    done = await imported(world, a_document())

    pet = await Pet.get(id=done.pet_id)
    assert (pet.name, pet.species, pet.breed, pet.sex, pet.neutered, pet.colour, pet.microchip) == (
        "Biscuit", Species.DOG, "Border Terrier", Sex.FEMALE, True, "grizzle", "276098100000007",
    )  # fmt: skip
    assert (pet.born_on, pet.born_precision) == (date(2020, 2, 29), DatePrecision.DAY)
    assert list(pet.alerts) == ["bites"]
    ownership = await Ownership.get(pet_id=pet.id)
    assert (ownership.client_id, ownership.share) == (world.owner.id, 100)
    row = await RecordImport.get(pet_id=pet.id)
    assert (row.software, row.owner, row.imported_by_id) == ("OtherVet", "Olga Berg, 030 901820", world.vet.id)
    lines = await ImportedLine.filter(pet_id=pet.id)
    assert sorted(each.kind for each in lines) == sorted(set(LineKind) - {LineKind.PET})
    visit = next(each for each in lines if each.kind is LineKind.VISIT)
    assert (visit.title, visit.author, visit.practice) == ("Cough", "Dr. Anna Nowak", "Happy Paws")
    assert {each.kind for each in lines if each.within_id == visit.id} == {LineKind.FINDING, LineKind.VACCINATION}


async def test_a_weight_in_pounds_is_kept_as_it_was_given_and_reckoned_in_kilograms(world):
    done = await imported(world, a_document())

    weight = await Vital.get(pet_id=done.pet_id)
    assert (weight.given, weight.unit, weight.thousandths) == ("27.5", VitalUnit.POUND, 12_474)
    assert (weight.source, weight.recorded_by_id, weight.note_id) == (VitalSource.IMPORTED, None, None)
    assert weight.at.isoformat() == "2025-06-15T07:05:00+00:00"


async def test_a_weight_without_a_moment_counts_as_of_when_the_document_was_written(world):
    done = await imported(world, a_document(observations=[]))

    weight = await Vital.get(pet_id=done.pet_id)
    assert (weight.thousandths, weight.at.isoformat()) == (12_474, "2026-02-01T10:00:00+00:00")


async def test_each_weight_says_how_much_it_differs_from_the_one_before(world):
    weights = [
        an_observation("b", 20, "kg", effective_date="2025-02-01T00:00:00Z"),
        an_observation("a", 10, "kg", effective_date="2025-01-01T00:00:00Z"),
    ]
    done = await imported(world, a_document(observations=weights, patient=a_patient(weight=None)))

    assert [each.change_percent for each in await Vital.filter(pet_id=done.pet_id).order_by("at")] == [None, 100]


async def test_problems_and_allergies_come_into_the_lists_of_the_practice(world):
    gone = a_thing("Condition", "cond-2", name="Otitis", clinical_status="resolved", abatement_date="2025-01-05")
    conditions = [*a_document()["conditions"], gone]
    done = await imported(world, a_document(conditions=conditions))

    problems = {each.name: each for each in await Problem.filter(pet_id=done.pet_id)}
    assert {name: (each.state, each.resolved_on) for name, each in problems.items()} == {
        "Asthma": (ProblemState.ACTIVE, None),
        "Otitis": (ProblemState.RESOLVED, date(2025, 1, 5)),
    }
    assert problems["Asthma"].snomed_code == "195967001"
    allergy = await Allergy.get(pet_id=done.pet_id)
    assert (allergy.substance, allergy.reaction, allergy.severity) == ("Chicken", "Itching", Severity.MODERATE)


async def test_a_vaccine_that_the_practice_has_becomes_a_dose_and_makes_the_next_one_due(world):
    await Vaccine.create(
        name="Nobivac Rabies", maker="MSD", fold="nobivac rabies msd", species=["DOG"], targets=["RABIES"],
        lasts_months=36,
    )  # fmt: skip
    done = await imported(world, a_document())

    dose = await Vaccination.get(pet_id=done.pet_id)
    assert (dose.given_on, dose.lot, dose.source, dose.given_by_id) == (date(2025, 6, 15), "A-17", "IMPORTED", None)
    assert [each.target for each in await VaccinationDue.filter(pet_id=done.pet_id)] == ["RABIES"]


async def test_nobody_is_written_to_and_there_is_one_event(world):
    letters = await Message.all().count()
    done = await imported(world, a_document())

    assert await Message.all().count() == letters
    found = await sql.fetch("SELECT kind FROM event WHERE subject_id = ?", (done.pet_id,))
    assert [each["kind"] for each in found] == [EventKind.PET_IMPORTED]


async def test_what_came_in_cannot_be_changed_by_anybody(world):
    done = await imported(world, a_document())

    for table, column in (("imported_line", "text"), ("record_import", "owner")):
        with pytest.raises(IntegrityError):
            await sql.execute(f"UPDATE {table} SET {column} = 'x' WHERE pet_id = ?", (done.pet_id,))
        with pytest.raises(IntegrityError):
            await sql.execute(f"DELETE FROM {table} WHERE pet_id = ?", (done.pet_id,))


async def test_an_import_that_is_sent_again_is_done_once(world):
    first = await imported(world, a_document())
    rows = await how_many_rows()

    again = await carried_out(world, a_document(), (await RecordImport.get(pet_id=first.pet_id)).fingerprint)

    assert again == first
    assert await how_many_rows() == rows


async def test_the_same_document_again_needs_a_new_dry_run_that_names_the_pet(world):
    promised = await rehearsed(world, a_document())
    done = await carried_out(world, a_document(), promised.fingerprint)
    rows = await how_many_rows()

    with pytest.raises(ImportHasChanged):
        await carried_out(world, a_document(), promised.fingerprint, key="another")

    assert await how_many_rows() == rows
    (same,) = (await rehearsed(world, a_document())).duplicates
    assert (same.pet_id, same.reason) == (done.pet_id, DuplicateReason.SAME_MICROCHIP)


@pytest.mark.parametrize("fingerprint", ["", "0" * 64, "x" * 1000])
async def test_without_the_fingerprint_of_the_dry_run_nothing_is_done(world, fingerprint):
    before = await how_many_rows()

    with pytest.raises(ImportHasChanged):
        await carried_out(world, a_document(), fingerprint)

    assert await how_many_rows() == before


async def test_a_nurse_does_not_import(world):
    nurse = await a_nurse()

    with pytest.raises(Forbidden):
        await rehearsed(world, a_document(), viewer=nurse.viewer)


async def test_an_owner_who_is_not_there_is_not_found(world):
    with pytest.raises(NotFound):
        await rehearsed(world, a_document(), world.vet)


async def test_without_the_format_the_refusal_says_what_to_install(world):
    arrival = arriving(world, a_document())

    with pytest.raises(FormatNotInstalled, match=r"vetdesk\[ovf\]"):
        await pet_imports.rehearse(world.vet.viewer, arrival, records=NoFormat(), now=NOW)
    with pytest.raises(FormatNotInstalled, match=r"vetdesk\[ovf\]"):
        await pet_records.told(world.vet.viewer, world.pet.id, records=NoFormat(), now=NOW)


async def test_a_document_from_the_future_is_refused(world):
    later = (NOW + timedelta(days=2)).isoformat()

    with pytest.raises(InvalidInput) as refused:
        await rehearsed(world, a_document(exported_at=later))

    assert refused.value.path == ("document", "exported_at")


async def test_a_pet_that_has_died_comes_in_dead(world):
    dead = a_patient(is_deceased=True, is_active=False)
    done = await imported(world, a_document(patient=dead))

    assert (await Pet.get(id=done.pet_id)).died_on == date(2026, 2, 1)
    assert await VaccinationDue.filter(pet_id=done.pet_id).count() == 0


# How much it asks of the database


@pytest.mark.parametrize("many", [1, 100])
async def test_an_import_and_an_export_take_as_many_statements_for_one_line_as_for_a_hundred(world, many):
    weights = [an_observation(f"w{number}", 10 + number / 10, "kg") for number in range(many)]
    document = a_document(observations=weights, patient=a_patient(weight=None))
    promised = await rehearsed(world, document)
    with counted() as written:
        done = await carried_out(world, document, promised.fingerprint)
    with counted() as read:
        await exported(world, done.pet_id)

    # PostgreSQL numbers an event in the statement that writes it.
    assert (written.count - (0 if sql.is_postgres() else 2), read.count) == (20, 20)
