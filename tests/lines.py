"""Lines: a pet with something of everything that can be written down about it, in a draft and alone."""

from __future__ import annotations

from dataclasses import dataclass
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
    Problem,
    ProblemState,
    Vital,
)
from resolvers.lines import Line
from tests.world import NOW, a_note, a_visit, a_weight


@dataclass(frozen=True)
class Lines:
    """An open draft and what stands in it; the weight, the allergy and the second prescription stand alone."""

    draft: Note
    weight: Vital
    active: Problem
    resolved: Problem
    diagnosis: Diagnosis
    prescription: Prescription
    alone: Prescription
    allergy: Allergy
    term: DiagnosisTerm

    @property
    def in_the_draft(self) -> Line:
        return Line(self.draft.pet_id, self.draft.id)

    @property
    def by_itself(self) -> Line:
        return Line(self.draft.pet_id)


async def some_lines(pet: Pet) -> Lines:
    """All of it, written an hour ago; the pet weighs 12.5 kg."""
    at = NOW - timedelta(hours=1)
    draft = await a_note(await a_visit(pet, at=at, ended_at=None))
    whose: dict[str, Any] = {"pet_id": pet.id, "at": at, "recorded_at": at, "recorded_by_id": draft.author_id}
    noted = {**whose, "note_id": draft.id}
    active = await Problem.create(pet_id=pet.id, name="Lameness", local_code="LIMPS", created_at=at)
    resolved = await Problem.create(
        pet_id=pet.id, name="Cough", state=ProblemState.RESOLVED, resolved_on=at.date(), created_at=at
    )
    medicine: dict[str, Any] = {
        "medicine": "Meloxicam",
        "strength": "1.5 mg/ml",
        "directions": "With food.",
        "repeats_allowed": 2,
        "prescribed_by_id": draft.author_id,
    }
    return Lines(
        draft=draft,
        weight=await a_weight(pet, 12.5, at=at),
        active=active,
        resolved=resolved,
        diagnosis=await Diagnosis.create(**noted, problem_id=active.id, certainty=Certainty.SUSPECTED),
        prescription=await Prescription.create(**noted, **medicine),
        alone=await Prescription.create(**whose, **medicine),
        allergy=await Allergy.create(**whose, substance="Penicillin"),
        term=await DiagnosisTerm.create(name="Sprained leg", fold="sprained leg", local_code="SPRAINED"),
    )
