"""Records: visits, notes and what they hold, and the whole record of a pet at once."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from models import (
    Addendum,
    Allergy,
    Certainty,
    Death,
    DeathEffect,
    Diagnosis,
    DiagnosisTerm,
    Document,
    DocumentKind,
    Note,
    NoteKind,
    NoteRevision,
    NoteTemplate,
    Pet,
    PlanKind,
    Practice,
    PracticeLogo,
    Prescription,
    PrescriptionRepeat,
    Problem,
    Procedure,
    RecordReading,
    Treatment,
    TreatmentPlan,
    TreatmentStep,
    Visit,
    Vital,
    VitalKind,
    VitalSource,
    VitalUnit,
)
from models.logo import LogoKind
from models.row import uuid7
from tests.world.people import Member, a_vet, every_vet
from tests.world.places import AN_HOUR, NOW, TODAY, the_location


async def _the_vet() -> Any:
    return next(iter(await every_vet(await the_location())), None) or (await a_vet()).id


async def a_visit(pet: Pet, *, at: datetime = NOW - 2 * AN_HOUR, vet: Member | None = None, **more: Any) -> Visit:
    """A visit without an appointment that began two hours ago and lasted half an hour."""
    given: dict[str, Any] = {
        "location_id": (await the_location()).id,
        "vet_id": vet.id if vet else await _the_vet(),
        "ended_at": at + timedelta(minutes=30),
        "reason": "She limps.",
        "created_at": at,
    }
    return await Visit.create(pet_id=pet.id, at=at, **given | more)


async def a_note(visit: Visit, *, author: Member | None = None, is_signed: bool = False, **more: Any) -> Note:
    """A vet's note of a visit, a draft unless it is signed by its author."""
    author_id = author.id if author else visit.vet_id
    given: dict[str, Any] = {
        "kind": NoteKind.VET,
        "subjective": "Limps since Sunday.",
        "objective": "Left hind leg is tender.",
        "assessment": "Sprain.",
        "plan": "Rest for a week.",
        "internal": "Nervous, two people to hold.",
        "at": visit.at,
        "created_at": visit.at,
        "changed_at": visit.at,
    }
    if is_signed:
        given |= {"signed_at": visit.at + timedelta(minutes=20), "signed_by_id": author_id}
    return await Note.create(visit_id=visit.id, pet_id=visit.pet_id, author_id=author_id, **given | more)


async def a_weight(
    pet: Pet, kilograms: float = 12.5, *, at: datetime = NOW - 2 * AN_HOUR, note: Note | None = None
) -> Vital:
    """A weight that was measured."""
    return await Vital.create(
        pet_id=pet.id,
        note_id=note.id if note else None,
        at=at,
        recorded_at=at,
        recorded_by_id=await _the_vet(),
        kind=VitalKind.WEIGHT,
        thousandths=round(kilograms * 1000),
        given=str(kilograms),
        unit=VitalUnit.KILOGRAM,
        source=VitalSource.MEASURED,
    )


async def a_prescription(note: Note, **more: Any) -> Prescription:
    """A medicine that stands in a note."""
    given: dict[str, Any] = {
        "pet_id": note.pet_id, "at": note.at, "recorded_at": note.at, "recorded_by_id": note.author_id,
        "medicine": "Meloxicam", "strength": "1.5 mg/ml", "directions": "With food.", "quantity": "10 ml",
        "prescribed_by_id": note.author_id,
    }  # fmt: skip
    return await Prescription.create(note_id=note.id, **given | more)


@dataclass(frozen=True, slots=True)
class Record:
    """One row of each table that belongs to the record of a pet."""

    visit: Visit
    note: Note
    revision: NoteRevision
    draft: Note
    addendum: Addendum
    weight: Vital
    problem: Problem
    diagnosis: Diagnosis
    procedure: Procedure
    treatment: Treatment
    plan: TreatmentPlan
    step: TreatmentStep
    home_care: TreatmentPlan
    home_care_step: TreatmentStep
    prescription: Prescription
    repeat: PrescriptionRepeat
    allergy: Allergy
    document: Document
    letter: Document

    def rows(self) -> list[Any]:
        """All of them."""
        return [getattr(self, each.name) for each in fields(self)]


async def a_record(pet: Pet, **of_visit: Any) -> Record:
    """A visit with a signed note and all that can belong to it, a draft, plans, a shared document and a letter."""
    visit = await a_visit(pet, **of_visit)
    vet_id, at = visit.vet_id, visit.at
    note = await a_note(visit)
    revision = await NoteRevision.create(note_id=note.id, version=1, saved_by_id=vet_id, saved_at=at, plan="Rest.")
    weight = await a_weight(pet, note=note, at=at)
    problem = await Problem.create(pet_id=pet.id, name="Lameness", local_code="LAME", created_at=at)
    line: dict[str, Any] = {
        "pet_id": pet.id, "note_id": note.id, "at": at, "recorded_at": at, "recorded_by_id": vet_id,
    }  # fmt: skip
    diagnosis = await Diagnosis.create(**line, problem_id=problem.id, certainty=Certainty.SUSPECTED, comment="Sprain?")
    procedure = await Procedure.create(**line, name="X-ray", site="Left hind", details="Two views", done_by_id=vet_id)
    given: Any = {"name": "Meloxicam", "amount": "0.8 ml", "route": "s.c.", "lot": "M-17"}
    treatment = await Treatment.create(**line, **given, given_by_id=vet_id)
    prescription = await a_prescription(
        note, weight_id=weight.id, weight_grams=12_500, repeats_allowed=1, repeats_given=1
    )
    repeat = await PrescriptionRepeat.create(prescription_id=prescription.id, number=1, given_at=at, given_by_id=vet_id)
    allergy = await Allergy.create(**line, substance="Penicillin", reaction="Hives")
    await Note.filter(id=note.id).update(signed_at=at + timedelta(minutes=20), signed_by_id=vet_id)
    await note.refresh_from_db()
    addendum = await Addendum.create(
        note_id=note.id, author_id=vet_id, at=at + AN_HOUR, reason="X-ray read", text="No fracture."
    )
    plan, step = await _a_plan(pet, visit, PlanKind.TREATMENT)
    home_care, home_care_step = await _a_plan(pet, visit, PlanKind.HOME_CARE)
    paper: Any = {"pet_id": pet.id, "visit_id": visit.id, "author_id": vet_id, "at": at, "changed_at": at}
    signed: Any = {"signed_at": at, "signed_by_id": vet_id}
    document = await Document.create(
        **paper, **signed, kind=DocumentKind.DISCHARGE, title="Going home", body="Short walks.", shared_at=at
    )
    letter = await Document.create(
        **paper, kind=DocumentKind.REFERRAL, title="Referral", body="Please see.", addressee="Dr Who"
    )
    return Record(
        visit=visit, note=note, revision=revision, draft=await a_note(visit), addendum=addendum, weight=weight,
        problem=problem, diagnosis=diagnosis, procedure=procedure, treatment=treatment, plan=plan, step=step,
        home_care=home_care, home_care_step=home_care_step, prescription=prescription, repeat=repeat, allergy=allergy,
        document=document, letter=letter,
    )  # fmt: skip


async def _a_plan(pet: Pet, visit: Visit, kind: PlanKind) -> tuple[TreatmentPlan, TreatmentStep]:
    plan = await TreatmentPlan.create(
        pet_id=pet.id, visit_id=visit.id, kind=kind, title="Leg", goal="Walks well", starts_on=TODAY,
        made_by_id=visit.vet_id, created_at=visit.at,
    )  # fmt: skip
    return plan, await TreatmentStep.create(plan_id=plan.id, position=1, what="Look again", due_on=TODAY)


async def what_the_practice_keeps(pet: Pet) -> None:
    """A template, a term, a logo, a reading of the record, and a death that was taken back."""
    ours = await Practice.get()
    await PracticeLogo.create(practice_id=ours.id, kind=LogoKind.PNG, content=b"a picture", changed_at=NOW)
    await NoteTemplate.create(
        name="Check-up", fold="check-up", kind=NoteKind.VET, subjective="Eats?", objective="T, P, R", assessment="A",
        plan="P", internal="I",
    )  # fmt: skip
    await DiagnosisTerm.create(name="Lameness", fold="lameness", local_code="LAME", venom_code="1", snomed_code="2")
    await RecordReading.create(account_id=uuid7(), pet_id=pet.id, operation="History", at=NOW)
    death = await Death.create(
        pet_id=pet.id, died_on=TODAY, recorded_at=NOW, undone_at=NOW, undone_because="It was another pet."
    )
    await DeathEffect.create(death_id=death.id, subject_table="pet", subject_id=pet.id, before="{}", after="{}")
