"""The deeds of the lines of a record, as lines of the table of every deed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from models import Certainty, Diagnosis, Prescription, Role, Vital, VitalKind, VitalUnit
from resolvers import (
    allergies,
    diagnosis_terms,
    lines,
    prescriptions,
    problems,
    procedures,
    treatments,
    vitals,
)
from resolvers.access import Deed
from tests.every_deed import KEPT, anywhere, here, line

CLINICIANS, CLINICIANS_HERE = anywhere(Role.NURSE, Role.VET), here(Role.NURSE, Role.VET)
TWELVE_KILOS = vitals.Measurement(VitalKind.WEIGHT, Decimal(12), VitalUnit.KILOGRAM)
ORDER: Any = {"medicine": "Meloxicam", "directions": "With food."}


@line(Deed.RECORD_WEIGHT, CLINICIANS, anywhere(Role.RECEPTIONIST))
async def _(scene, viewer):
    await vitals.record_weight(viewer, scene.lines.by_itself, TWELVE_KILOS, **KEPT)


@line(Deed.RECORD_VITAL, CLINICIANS)
async def _(scene, viewer):
    await vitals.record(viewer, scene.lines.by_itself, TWELVE_KILOS, **KEPT)


@line(Deed.RECORD_VITAL, CLINICIANS_HERE)
async def _(scene, viewer):
    await vitals.record(viewer, scene.lines.in_the_draft, TWELVE_KILOS, **KEPT)


@line(Deed.RECORD_DIAGNOSIS, CLINICIANS_HERE)
async def _(scene, viewer):
    finding = problems.Finding(Certainty.SUSPECTED, name="Sprain")
    await problems.record_diagnosis(viewer, scene.lines.in_the_draft, finding, **KEPT)


@line(Deed.RESOLVE_PROBLEM, CLINICIANS)
async def _(scene, viewer):
    await problems.resolve(viewer, scene.lines.active.id, None, **KEPT)


@line(Deed.REOPEN_PROBLEM, CLINICIANS)
async def _(scene, viewer):
    await problems.reopen(viewer, scene.lines.resolved.id, **KEPT)


@line(Deed.ADD_DIAGNOSIS_TERM, anywhere(Role.MANAGER, Role.VET))
async def _(scene, viewer):
    await diagnosis_terms.add(viewer, diagnosis_terms.NewTerm("Broken tail", "TAIL"), **KEPT)


@line(Deed.AMEND_DIAGNOSIS_TERM, anywhere(Role.MANAGER, Role.VET))
async def _(scene, viewer):
    await diagnosis_terms.amend(viewer, scene.lines.term.id, diagnosis_terms.TermChanges(is_in_use=False), **KEPT)


@line(Deed.RECORD_PROCEDURE, CLINICIANS_HERE)
async def _(scene, viewer):
    await procedures.record(viewer, scene.lines.in_the_draft, procedures.Done("X-ray"), **KEPT)


@line(Deed.RECORD_TREATMENT, CLINICIANS_HERE)
async def _(scene, viewer):
    await treatments.record(viewer, scene.lines.in_the_draft, treatments.Given("Saline"), **KEPT)


@line(Deed.RECORD_ALLERGY, CLINICIANS)
async def _(scene, viewer):
    await allergies.record(viewer, scene.lines.by_itself, allergies.Reaction("Latex"), **KEPT)


@line(Deed.END_ALLERGY, CLINICIANS)
async def _(scene, viewer):
    await allergies.end(viewer, scene.lines.allergy.id, "Tested.", **KEPT)


@line(Deed.PRESCRIBE, anywhere(Role.VET))
async def _(scene, viewer):
    await prescriptions.prescribe(viewer, scene.lines.by_itself, prescriptions.Order(**ORDER), **KEPT)


@line(Deed.PRESCRIBE, here(Role.VET))
async def _(scene, viewer):
    await prescriptions.prescribe(viewer, scene.lines.in_the_draft, prescriptions.Order(**ORDER), **KEPT)


@line(Deed.GIVE_REPEAT, CLINICIANS)
async def _(scene, viewer):
    await prescriptions.give_repeat(viewer, scene.lines.alone.id, **KEPT)


@line(Deed.GIVE_REPEAT, CLINICIANS_HERE)
async def _(scene, viewer):
    await prescriptions.give_repeat(viewer, scene.lines.prescription.id, **KEPT)


@line(Deed.STOP_PRESCRIPTION, here(Role.VET))
async def _(scene, viewer):
    await prescriptions.stop(viewer, scene.lines.prescription.id, "It does not help.", **KEPT)


@line(Deed.MARK_ENTERED_IN_ERROR, CLINICIANS_HERE)
async def _(scene, viewer):
    await lines.mark_entered_in_error(viewer, Diagnosis, scene.lines.diagnosis.id, "Another pet.", **KEPT)


@line(Deed.MARK_ENTERED_IN_ERROR, CLINICIANS)
async def _(scene, viewer):
    await lines.mark_entered_in_error(viewer, Vital, scene.lines.weight.id, "Another pet.", **KEPT)


@line(Deed.MARK_ENTERED_IN_ERROR, here(Role.VET))
async def _(scene, viewer):
    await lines.mark_entered_in_error(viewer, Prescription, scene.lines.prescription.id, "Another pet.", **KEPT)


@line(Deed.MARK_ENTERED_IN_ERROR, anywhere(Role.VET))
async def _(scene, viewer):
    await lines.mark_entered_in_error(viewer, Prescription, scene.lines.alone.id, "Another pet.", **KEPT)
