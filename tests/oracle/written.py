"""Written: what stands in the records of the house, in drafts and signed notes, with slips that were marked and weights that jump."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from models import (
    Allergy,
    Certainty,
    Diagnosis,
    DiagnosisTerm,
    Pet,
    Prescription,
    Problem,
    ProblemState,
    Vital,
    VitalKind,
    VitalSource,
    VitalUnit,
)
from tests.world import AN_HOUR, NOW, a_record, a_weight

A_SLIP: Any = {"errored_at": NOW, "errored_because": "A slip."}


async def what_was_written(pets: Sequence[Pet]) -> None:
    """A record of every pet; of some things one more that was a mistake."""
    for number, pet in enumerate(pets):
        written = await a_record(pet, at=NOW - timedelta(days=number % 4, hours=2))
        vet_id, at = written.visit.vet_id, written.visit.at + AN_HOUR
        whose: Any = {"pet_id": pet.id, "at": at, "recorded_at": NOW}
        heavier = await a_weight(pet, 15.301, at=at)
        await Vital.filter(id=heavier.id).update(change_percent=23, recorded_by_id=None)
        slip = await a_weight(pet, 1530.1, at=at)
        await Vital.filter(id=slip.id).update(**A_SLIP, errored_by_id=vet_id, change_percent=-20)
        warm: Any = {"kind": VitalKind.TEMPERATURE, "thousandths": 39_167, "given": "102.5"}
        await Vital.create(**whose, **warm, unit=VitalUnit.FAHRENHEIT, source=VitalSource.MEASURED)
        score: Any = {"kind": VitalKind.PAIN, "thousandths": 3000, "given": "3"}
        await Vital.create(**whose, **score, unit=VitalUnit.OF_24, source=VitalSource.ESTIMATED)
        await _medicines(pet, vet_id, whose, heavier)
        await _problems(pet, whose)
        await Allergy.create(**whose, substance="Latex", ended_at=NOW)
        await Allergy.create(**whose, **A_SLIP, substance="Pollen")
    for name, code, is_in_use in (
        ("Sprain", "SPRAIN", True),
        ("Broken tail", "TAIL", True),
        ("Old gout", "GOUT", False),
    ):
        await DiagnosisTerm.create(name=name, fold=name.lower(), local_code=code, is_in_use=is_in_use, venom_code="7")


async def _medicines(pet: Pet, vet_id: Any, whose: Any, weight: Vital) -> None:
    given: Any = {"directions": "Twice a day.", "prescribed_by_id": vet_id}
    by_weight: Any = {
        "micrograms_per_kilogram": 100,
        "micrograms": 1530,
        "weight_id": weight.id,
        "weight_grams": 15_301,
    }
    stopped: Any = {"stopped_at": NOW, "stopped_by_id": vet_id, "stopped_because": "It is well."}
    more: Any = {"times_a_day": 2, "days": 5, "valid_until": NOW.date(), "weight_has_jumped": True}
    await Prescription.create(**whose, **given, **by_weight, **stopped, **more, medicine=f"Meloxicam for {pet.name}")
    slip = await Prescription.create(**whose, **given, **A_SLIP, medicine="Aspirin", repeats_allowed=1, repeats_given=1)
    await slip.save()


async def _problems(pet: Pet, whose: Any) -> None:
    over = await Problem.create(
        pet_id=pet.id, name="Cough", state=ProblemState.RESOLVED, resolved_on=NOW.date(), created_at=NOW
    )
    await Diagnosis.create(**whose, problem_id=over.id, certainty=Certainty.RULED_OUT)
    wrong = await Problem.create(pet_id=pet.id, name="Gout", created_at=NOW)
    await Diagnosis.create(**whose, **A_SLIP, problem_id=wrong.id, certainty=Certainty.CONFIRMED)
    await Problem.create(pet_id=pet.id, name="Imported", since_on=NOW.date(), created_at=NOW)
