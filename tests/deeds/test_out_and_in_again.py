"""Records of pets that go out and come in again: what is said of them stays the same."""

import json
from datetime import date

import pytest

from models import Allergy, Pet, Practice, Prescription, Problem, ProblemState, Vaccine, Vital
from models.pet import DatePrecision, Sex, Species
from models.refusal import NotFound
from tests.imports import exported, imported, paths
from tests.world import NOW, a_note, a_pet, a_prescription, a_record, a_vaccination, a_visit, a_world, an_owner
from tests.world.elsewhere import a_document

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(database):
    return await a_world()


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
