"""Samples of what is written down in the record of a pet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from tests.api.samples import Sample
from tests.doors import id_of
from tests.lines import some_lines
from tests.world import NOW, World

JUST_NOW = (NOW - timedelta(minutes=5)).isoformat()


async def of_lines(world: World, sample: Callable[..., Sample]) -> list[Sample]:
    """A sample of every mutation that writes a line, or changes what may still be changed of one."""
    kept = await some_lines(world.pet)
    pet = {"petId": id_of(world.pet), "at": JUST_NOW}
    noted = {**pet, "noteId": id_of(kept.draft)}
    vet = id_of(world.vet.staff)
    weight = {"value": 12.3, "unit": "KILOGRAM", "source": "MEASURED"}
    return [
        sample("recordWeight", "WeightRecorded { vital { id value } }", {**pet, **weight}, {"value": 12.4}, Vital=1),
        sample(
            "recordVital",
            "VitalRecorded { vital { id value } }",
            {**noted, "kind": "TEMPERATURE", "value": "102.5", "unit": "FAHRENHEIT", "source": "MEASURED"},
            {"value": "102.6"},
            Vital=1,
        ),
        sample(
            "recordDiagnosis",
            "DiagnosisRecorded { diagnosis { id problem { name } } }",
            {
                **noted,
                "name": "Sprain",
                "venomCode": "1",
                "snomedCode": "2",
                "sinceOn": "2026-03-01",
                "certainty": "CONFIRMED",
                "comment": "Left hind.",
            },
            {"name": "Fracture"},
            Diagnosis=1,
            Problem=1,
        ),
        sample(
            "resolveProblem",
            "ProblemResolved { problem { id state } }",
            {"problemId": id_of(kept.active), "resolvedOn": "2026-03-02"},
            {"resolvedOn": "2026-03-01"},
        ),
        sample(
            "reopenProblem",
            "ProblemReopened { problem { id state } }",
            {"problemId": id_of(kept.resolved)},
            {"problemId": id_of(kept.active)},
        ),
        sample(
            "addDiagnosisTerm",
            "DiagnosisTermAdded { term { id name } }",
            {"name": "Broken tail", "localCode": "tail", "venomCode": "1", "snomedCode": "2"},
            {"name": "Bent tail"},
            DiagnosisTerm=1,
        ),
        sample(
            "amendDiagnosisTerm",
            "DiagnosisTermAmended { term { id name } }",
            {"termId": id_of(kept.term), "name": "Sprain", "venomCode": "1", "snomedCode": None, "isInUse": False},
            {"name": "Strain"},
        ),
        sample(
            "recordProcedure",
            "ProcedureRecorded { procedure { id name } }",
            {
                **noted,
                "name": "X-ray",
                "serviceId": id_of(world.service),
                "site": "Left hind",
                "details": "Two views.",
                "doneById": vet,
            },
            {"name": "Ultrasound"},
            Procedure=1,
        ),
        sample(
            "recordTreatment",
            "TreatmentRecorded { treatment { id name } }",
            {**noted, "name": "Saline", "amount": "20 ml", "route": "s.c.", "lot": "S-17", "givenById": vet},
            {"amount": "30 ml"},
            Treatment=1,
        ),
        sample(
            "recordAllergy",
            "AllergyRecorded { allergy { id substance } }",
            {**noted, "substance": "Latex", "reaction": "Hives", "severity": "MILD"},
            {"severity": "SEVERE"},
            Allergy=1,
        ),
        sample(
            "endAllergy",
            "AllergyEnded { allergy { id endedAt } }",
            {"allergyId": id_of(kept.allergy), "because": "Tested."},
            {"because": "Guessed."},
        ),
        sample(
            "prescribe",
            "Prescribed { prescription { id milligrams } }",
            {
                **noted,
                "medicine": "Meloxicam",
                "strength": "1.5 mg/ml",
                "directions": "Once a day with food.",
                "quantity": "10 ml",
                "milligramsPerKilogram": "0.1",
                "milligrams": 1.5,
                "timesADay": 1,
                "days": 5,
                "repeatsAllowed": 2,
                "validUntil": "2026-06-01",
                "allergySeen": "It is another family.",
            },
            {"days": 6},
            Prescription=1,
        ),
        sample(
            "giveRepeat",
            "RepeatGiven { prescription { id repeatsGiven } }",
            {"prescriptionId": id_of(kept.prescription)},
            {"prescriptionId": id_of(kept.alone)},
            PrescriptionRepeat=1,
        ),
        sample(
            "stopPrescription",
            "PrescriptionStopped { prescription { id stoppedAt } }",
            {"prescriptionId": id_of(kept.alone), "because": "It does not help."},
            {"because": "It helps."},
        ),
        sample(
            "markEnteredInError",
            "EnteredInErrorMarked { line { id erroredBecause } }",
            {"lineId": id_of(kept.diagnosis), "because": "Another pet."},
            {"because": "Another day."},
        ),
    ]
