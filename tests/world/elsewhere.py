"""Elsewhere: the record of a pet as other software writes it, by hand."""

from __future__ import annotations

import json
from typing import Any

from models import ImportedLine, LineKind, Pet, RecordImport
from tests.world.people import Member
from tests.world.places import NOW

OF_BISCUIT: dict[str, Any] = {"patient_id": "p-1"}
THE_VISIT: dict[str, Any] = {"encounter_id": "visit-1"}


def a_document(**more: Any) -> dict[str, Any]:
    """A dog that weighs 27.5 pounds and was seen for a cough; `more` replaces whole lists."""
    made: dict[str, Any] = {
        "format_version": "1.2.0",
        "exported_at": "2026-02-01T10:00:00Z",
        "exporter": {"name": "OtherVet", "version": "3.1"},
        "patient": a_patient(),
        "practitioners": [
            {"resource_type": "Practitioner", "id": "dr-1", "name": "Dr. Anna Nowak", "clinic": "Happy Paws"}
        ],
        "encounters": [a_thing("Encounter", "visit-1", status="completed", type="consultation",
                               date="2025-06-15T09:00:00+02:00", end_date="2025-06-15T09:20:00+02:00",
                               reason="Cough", practitioner_id="dr-1", notes="Lungs are clear.")],
        "observations": [an_observation("obs-1", **THE_VISIT)],
        "conditions": [a_thing("Condition", "cond-1", name="Asthma", clinical_status="remission", severity="mild",
                               onset_date="2024-03-01", code={"system": "snomed-ct-vet", "value": "195967001"})],
        "allergy_intolerances": [a_thing("AllergyIntolerance", "all-1", type="intolerance", category="food",
                                         substance="Chicken", clinical_status="active",
                                         reaction={"manifestation": "Itching", "severity": "moderate"})],
        "immunizations": [a_thing("Immunization", "imm-1", vaccine_name="Nobivac Rabies", manufacturer="MSD",
                                  occurrence_date="2025-06-15", lot_number="A-17", expiration_date="2026-12-31",
                                  practitioner_id="dr-1", **THE_VISIT)],
        "procedures": [a_thing("Procedure", "proc-1", name="X-ray", status="completed", category="diagnostic",
                               performed_date="2025-06-15T09:10:00Z", outcome="Nothing found.")],
        "medication_statements": [a_thing("MedicationStatement", "med-1", medication_name="Meloxicam",
                                          status="completed", date_started="2025-06-15", date_ended="2025-06-20",
                                          dosage={"value": 0.5, "unit": "mg", "frequency": "once-daily",
                                                  "route": "oral"})],
        "document_references": [a_thing("DocumentReference", "doc-1", type="discharge-summary",
                                        description="Going home", date="2025-06-15T10:00:00Z",
                                        content_type="text/plain", data="U2hvcnQgd2Fsa3Mu")],
    }  # fmt: skip
    return {**made, **more}


def a_patient(**more: Any) -> dict[str, Any]:
    return {
        "resource_type": "Patient",
        "id": "p-1",
        "name": "Biscuit",
        "species": "dog",
        "breed": "Border Terrier",
        "sex": "female",
        "gender_status": "spayed",
        "date_of_birth": "2020-02-29",
        "color": "grizzle",
        "weight": {"value": 27.5, "unit": "lbs"},
        "identifiers": [
            {"system": "iso-microchip-11784", "value": "276098100000007"},
            {"system": "eu-pet-passport", "value": "DE 01 123"},
        ],
        "owner": {"name": "Olga Berg", "phone": "030 901820"},
        "notes": "Alert: bites\nLoves cheese.",
        **more,
    }


def a_thing(resource: str, id: str, **more: Any) -> dict[str, Any]:
    """Something that is told of Biscuit."""
    return {"resource_type": resource, "id": id, **OF_BISCUIT, **more}


def an_observation(id: str, value: Any = 27.5, unit: str = "lbs", **more: Any) -> dict[str, Any]:
    """A weight, unless another name is given."""
    said = {"category": "vital-signs", "name": "Body weight", "effective_date": "2025-06-15T07:05:00Z"}
    return a_thing("Observation", id, value=value, unit=unit, **{**said, **more})


async def an_import(pet: Pet, *, by: Member | None = None) -> ImportedLine:
    """A record that came in: one visit, and one line of it; that line."""
    row = await RecordImport.create(
        pet_id=pet.id, imported_by_id=by.id if by else None, imported_at=NOW, written_at=NOW, software="OtherVet", software_version="3.1",
        format_version="1.2.0", pet_there=f"there-{pet.id}", owner="Somebody", details="{}",
        left_out=json.dumps([{"path": "zzz", "what": "1", "why": "The format has no such field."}]),
        fingerprint="f" * 64,
    )  # fmt: skip
    common: Any = {"pet_id": pet.id, "record_import_id": row.id, "at": NOW, "author": "Dr X", "practice": "Paws"}
    said: dict[str, Any] = {"said": {"status": "completed", "date": "2025-06-15T09:00:00Z", "reason": "Cough"}}
    details = json.dumps({**said, "by": None})
    visit = await ImportedLine.create(**common, kind=LineKind.VISIT, title="Cough", text="Clear.", details=details)
    found = {"said": {"category": "other", "name": "Cough", "effective_date": "2025-06-15T09:00:00Z"}, "by": None}
    return await ImportedLine.create(
        **common, kind=LineKind.FINDING, title="Cough", within_id=visit.id, details=json.dumps(found)
    )
