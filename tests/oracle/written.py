"""Written: what stands in the records of the house, alone and in a note, with slips that were marked and weights that jump."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from models import (
    Allergy,
    Certainty,
    Diagnosis,
    DiagnosisTerm,
    Note,
    Pet,
    Prescription,
    PrescriptionRepeat,
    Problem,
    ProblemState,
    Procedure,
    Service,
    Treatment,
    Visit,
    Vital,
    VitalKind,
    VitalSource,
    VitalUnit,
)
from tests.world import NOW, a_weight

A_SLIP: Any = {"errored_at": NOW, "errored_because": "A slip."}


async def what_was_written(pets: Sequence[Pet]) -> None:
    """Something of everything about each pet, in the last of its visits and alone; of some things a slip as well."""
    for number, pet in enumerate(pets):
        visit = await Visit.filter(pet_id=pet.id, locked_at=None, errored_at=None).order_by("id").first()
        assert visit
        note = await Note.create(
            visit_id=visit.id, pet_id=pet.id, kind="VET", author_id=visit.vet_id, at=visit.at, created_at=NOW,
            changed_at=NOW,
        )  # fmt: skip
        at = NOW - timedelta(days=number, hours=1)
        whose: Any = {"pet_id": pet.id, "at": at, "recorded_at": NOW, "recorded_by_id": visit.vet_id}
        noted = {**whose, "note_id": note.id}
        weight = await _measured(pet, whose, noted)
        await _medicines(pet, visit, whose, noted, weight)
        await _problems(pet, whose, noted)
        service = await Service.get(name="Check-up")
        x_ray: Any = {"name": "X-ray", "site": "Left hind", "details": "Two views.", "service_id": service.id}
        await Procedure.create(**noted, **x_ray, done_by_id=visit.vet_id)
        await Treatment.create(**whose, name="Saline", amount="20 ml", given_by_id=visit.vet_id)
        await Allergy.create(**whose, substance="Latex", ended_at=NOW)
        await Allergy.create(**noted, **A_SLIP, substance="Pollen")
    terms = (("Sprain", "SPRAIN", True), ("Broken tail", "TAIL", True), ("Old gout", "GOUT", False))
    for name, code, is_in_use in terms:
        await DiagnosisTerm.create(name=name, fold=name.lower(), local_code=code, is_in_use=is_in_use, venom_code="7")


async def _measured(pet: Pet, whose: Any, noted: Any) -> Vital:
    await a_weight(pet, 12.299, at=whose["at"] - timedelta(days=40))
    heavier = await a_weight(pet, 15.301, at=whose["at"])
    await Vital.filter(id=heavier.id).update(change_percent=25, recorded_by_id=None)
    slip = await a_weight(pet, 1530.1, at=whose["at"])
    await Vital.filter(id=slip.id).update(**A_SLIP, errored_by_id=whose["recorded_by_id"], change_percent=-20)
    warm: Any = {"kind": VitalKind.TEMPERATURE, "thousandths": 39_167, "given": "102.5"}
    await Vital.create(**noted, **warm, unit=VitalUnit.FAHRENHEIT, source=VitalSource.MEASURED)
    score: Any = {"kind": VitalKind.PAIN, "thousandths": 3000, "given": "3"}
    await Vital.create(**whose, **score, unit=VitalUnit.OF_24, source=VitalSource.ESTIMATED)
    return heavier


async def _medicines(pet: Pet, seen: Visit, whose: Any, noted: Any, weight: Vital) -> None:
    vet_id = seen.vet_id
    given: Any = {"directions": "Twice a day.", "prescribed_by_id": vet_id, "repeats_allowed": 2}
    by_weight: Any = {
        "micrograms_per_kilogram": 100,
        "micrograms": 1530,
        "weight_id": weight.id,
        "weight_grams": 15_301,
    }
    stopped: Any = {"stopped_at": NOW, "stopped_by_id": vet_id, "stopped_because": "It is well."}
    more: Any = {"times_a_day": 2, "days": 5, "valid_until": NOW.date(), "weight_has_jumped": True}
    over = await Visit.create(
        pet_id=pet.id, location_id=seen.location_id, vet_id=vet_id, at=whose["at"], ended_at=NOW, created_at=NOW
    )
    unsigned = await Note.create(
        visit_id=over.id, pet_id=pet.id, kind="NURSE", author_id=vet_id, at=over.at, created_at=NOW, changed_at=NOW
    )
    handed_out = {**whose, "note_id": unsigned.id}
    once = {"repeats_given": 1}
    for own in ({**whose, **stopped, **once}, {**noted, **once}, {**handed_out, **once}, {**whose, **A_SLIP, **once}):
        medicine = await Prescription.create(**own, **given, **by_weight, **more, medicine=f"Meloxicam for {pet.name}")
        await PrescriptionRepeat.create(prescription_id=medicine.id, number=1, given_at=NOW, given_by_id=vet_id)
    await Prescription.create(**{**whose, "recorded_by_id": None}, **given, medicine="Cream")


async def _problems(pet: Pet, whose: Any, noted: Any) -> None:
    of: Any = {"pet_id": pet.id, "created_at": NOW}
    over = await Problem.create(**of, name="Cough", state=ProblemState.RESOLVED, resolved_on=NOW.date())
    await Diagnosis.create(**whose, problem_id=over.id, certainty=Certainty.RULED_OUT)
    limps = await Problem.create(**of, name="Lameness", local_code="LAME", since_on=NOW.date())
    await Diagnosis.create(**noted, problem_id=limps.id, certainty=Certainty.SUSPECTED, comment="Sprain?")
    await Diagnosis.create(**whose, **A_SLIP, problem_id=limps.id, certainty=Certainty.CONFIRMED)
    wrong = await Problem.create(**of, name="Gout")
    await Diagnosis.create(**noted, **A_SLIP, problem_id=wrong.id, certainty=Certainty.CONFIRMED)
    await Problem.create(**of, name="Imported")
