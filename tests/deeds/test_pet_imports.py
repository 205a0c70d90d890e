"""Records of pets that come in from elsewhere, and go out again."""

import json
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
    Practice,
    Prescription,
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
from resolvers.pet_imports import Arrival, Becomes, DuplicateReason
from resolvers.pets import PetOwner
from tests.world import (
    NOW,
    a_note,
    a_nurse,
    a_pet,
    a_prescription,
    a_record,
    a_vaccination,
    a_visit,
    a_world,
    an_owner,
    how_many_rows,
)
from tests.world.elsewhere import a_document, a_patient, a_thing, an_observation
from vetdesk.database import counted
from vetdesk.open_vet_format import record_format
from vetdesk.open_vet_format.chosen import NoFormat

pytestmark = pytest.mark.anyio

OVF = record_format()


@pytest.fixture
async def world(database):
    return await a_world()


def arriving(world, document, *owners):
    text = document if isinstance(document, str) else json.dumps(document)
    return Arrival(text, [PetOwner(each.id) for each in owners or (world.owner,)])


async def rehearsed(world, document, *owners, viewer=None):
    viewer = viewer or world.vet.viewer
    return await pet_imports.rehearse(viewer, arriving(world, document, *owners), records=OVF, now=NOW)


async def imported(world, document, *owners, key="k"):
    """A dry run, and then what it promised."""
    promised = await rehearsed(world, document, *owners)
    return await carried_out(world, document, promised.fingerprint, *owners, key=key)


async def carried_out(world, document, fingerprint, *owners, key="k"):
    arrival = arriving(world, document, *owners)
    return await pet_imports.carry_out(world.vet.viewer, arrival, fingerprint, records=OVF, key=key, now=NOW)


async def exported(world, pet_id, *, viewer=None):
    return await pet_records.told(viewer or world.vet.viewer, pet_id, records=OVF, now=NOW)


def paths(left_out):
    return {each.path: each.why for each in left_out}


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


# Out and in again


def without_ids(document):
    """What a document says, its lists in the order of their words, with the names of things in the place of their ids."""
    told = json.loads(document)
    names = {each["id"]: f"{each['date']} {each.get('reason')}" for each in told.get("encounters", ())}
    for name, things in told.items():
        if isinstance(things, list):
            for each in things:
                each.pop("id") if name != "practitioners" else None
                each.pop("patient_id", None)
                if "encounter_id" in each:
                    each["encounter_id"] = names[each["encounter_id"]]
            things.sort(key=lambda each: json.dumps(each, sort_keys=True))
    told["patient"].pop("id")
    return told


async def test_a_record_that_goes_out_and_comes_in_goes_out_the_same(world):
    pet = await a_pet(
        world.owner, name="Maja", species=Species.CAT, sex=Sex.FEMALE, neutered=True, colour="tabby",
        microchip="276098100000009", alerts=["bites"], born_on=date(2020, 2, 29), born_precision=DatePrecision.DAY,
    )  # fmt: skip
    await a_record(pet)
    first = await exported(world, pet.id)
    done = await imported(world, first.document)

    second = await exported(world, done.pet_id)

    assert without_ids(second.document) == without_ids(first.document)
    assert len(json.loads(first.document)) == 12


async def test_a_document_of_other_software_goes_out_as_it_came_in(world):
    given = a_document()
    done = await imported(world, given)

    told = without_ids((await exported(world, done.pet_id)).document)

    came = without_ids(json.dumps(given))
    for name in ("conditions", "observations", "allergy_intolerances", "immunizations", "procedures",
                 "medication_statements", "encounters"):  # fmt: skip
        for each in (*came[name], *told[name]):
            for ref in ("practitioner_id", "prescriber_id"):
                each.pop(ref, None)
        assert told[name] == came[name], name
    assert [each["name"] for each in told["practitioners"]] == ["Dr. Anna Nowak"]
    assert told["patient"]["identifiers"] == came["patient"]["identifiers"]
    assert told["patient"]["notes"] == came["patient"]["notes"]
    assert told["patient"]["weight"] == {"value": 27.5, "unit": "lbs"}


async def test_what_has_become_of_something_here_goes_out_as_it_is_now(world):
    done = await imported(world, a_document())
    await Problem.filter(pet_id=done.pet_id).update(state=ProblemState.RESOLVED, resolved_on=date(2026, 3, 1))
    await Allergy.filter(pet_id=done.pet_id).update(ended_at=NOW)
    await Vital.filter(pet_id=done.pet_id).update(errored_at=NOW, errored_because="Another dog.")

    told = await exported(world, done.pet_id)

    document = json.loads(told.document)
    (problem,), (allergy,) = document["conditions"], document["allergy_intolerances"]
    assert (problem["clinical_status"], problem["abatement_date"]) == ("resolved", "2026-03-01")
    assert allergy["clinical_status"] == "inactive"
    assert "observations" not in document
    assert "weight" not in document["patient"]
    assert any(each.why == "It was entered in error." for each in told.left_out)


async def test_what_has_no_place_in_the_format_is_listed(world):
    pet = world.pet
    await Pet.filter(id=pet.id).update(
        tags=["vip"], born_on=date(2020, 1, 1), born_precision=DatePrecision.YEAR, lifestyle=["INDOOR"]
    )
    record = await a_record(pet)

    told = await exported(world, pet.id)

    assert paths(told.left_out) == {
        "patient.date_of_birth": "The format has days alone, and does not say how exact one is.",
        "patient.tags": "The format has no place for it.",
        "patient.lifestyle": "The format has no place for it.",
        f"notes/{record.note.id}": "It is for the staff of this practice alone.",
        f"notes/{record.draft.id}": "Nobody has signed it yet.",
        f"medication_statements/{record.prescription.id}": "The format does not say when repeats were handed out.",
        f"plans/{record.plan.id}": "The format has no place for what is planned.",
        f"plans/{record.home_care.id}": "The format has no place for what is planned.",
        f"document_references/{record.letter.id}": "Nobody has signed it yet.",
        f"observations/{record.weight.id}": "The format does not say who wrote such a thing.",
        f"allergy_intolerances/{record.allergy.id}": "The format does not say who wrote such a thing.",
    }
    assert "two people to hold" not in told.document


async def test_an_owner_gets_of_her_pets_record_only_what_owners_see(world):
    record = await a_record(world.pet)

    told = await exported(world, world.pet.id, viewer=world.owner.viewer)

    document = json.loads(told.document)
    assert {name for name in document if isinstance(document[name], list)} == {
        "practitioners", "medication_statements", "document_references",
    }  # fmt: skip
    assert not any(str(record.note.id) in each.path for each in told.left_out)
    assert "Limps since Sunday." not in told.document


async def test_an_owner_reads_in_it_what_she_was_given_and_not_what_the_staff_thought_of_it(world):
    await Practice.all().update(shares_notes=True)
    record, dose = await a_record(world.pet), await a_vaccination(world.pet)
    stopped = {"stopped_at": NOW, "stopped_by_id": world.vet.id, "stopped_because": "They never gave it."}
    await Prescription.filter(id=record.prescription.id).update(**stopped)
    await a_prescription(await a_note(await a_visit(world.pet, ended_at=None)), medicine="Perhaps this one")

    told = await exported(world, world.pet.id, viewer=world.owner.viewer)

    document = json.loads(told.document)
    (medicine,), (given,) = document["medication_statements"], document["immunizations"]
    assert "Quantity: 10 ml" in json.dumps(medicine)
    assert given["id"] == str(dose.id)
    assert (await Vaccine.get()).name in json.dumps(given)
    said = told.document + str(told.left_out)
    for inside in (
        "never gave it",
        "12500",
        "Perhaps this one",
        "two people to hold",
        "Sprain?",
        "Penicillin",
        'X-ray"',
    ):
        assert inside not in said, inside
    assert "No fracture." in told.document  # what was added to a signed note is hers to read
    whole = await exported(world, world.pet.id)
    for inside in ("never gave it", "12500", "Penicillin"):
        assert inside in whole.document, inside


async def test_another_owner_gets_nothing(world):
    stranger = await an_owner()

    with pytest.raises(NotFound):
        await exported(world, world.pet.id, viewer=stranger.viewer)


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
