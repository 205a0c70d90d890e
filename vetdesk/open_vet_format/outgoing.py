"""Outgoing: the record of a pet becomes a document of the format, and what has no place in it is listed."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from email_validator import EmailNotValidError, validate_email
from ovf_types import OvfDocument

from models.allergy import Severity
from models.pet_record import Complaint, Dose, LeftOut, LineKind, Measure, Medicine, Paper, Reaction, Seen
from models.problem import ProblemState
from vetdesk import __version__
from vetdesk.open_vet_format import pets
from vetdesk.open_vet_format.meanings import KINDS, NAMES, RESOLVED, UNITS

if TYPE_CHECKING:
    from models.pet_record import Line, Person, PetRecord

FORMAT_VERSION: Final = "1.0.0"
_LISTS: Final = {
    LineKind.VISIT: ("encounters", "Encounter"),
    LineKind.PROBLEM: ("conditions", "Condition"),
    LineKind.FINDING: ("observations", "Observation"),
    LineKind.VACCINATION: ("immunizations", "Immunization"),
    LineKind.PROCEDURE: ("procedures", "Procedure"),
    LineKind.ALLERGY: ("allergy_intolerances", "AllergyIntolerance"),
    LineKind.MEDICINE: ("medication_statements", "MedicationStatement"),
    LineKind.DOCUMENT: ("document_references", "DocumentReference"),
}
_BY: Final = {
    LineKind.VISIT: "practitioner_id",
    LineKind.VACCINATION: "practitioner_id",
    LineKind.PROCEDURE: "practitioner_id",
    LineKind.MEDICINE: "prescriber_id",
}
_TIMES: Final = {1: "once-daily", 2: "twice-daily", 3: "three-times-daily", 4: "four-times-daily"}


def written(record: PetRecord) -> tuple[str, tuple[LeftOut, ...]]:
    """The document, and what it has no place for."""
    writing = _Writing(record)
    document = writing.document()
    text = json.dumps(document, ensure_ascii=False, indent=1)
    OvfDocument.model_validate_json(text, strict=True)
    return text, (*record.left_out, *writing.left_out)


@dataclass
class _Writing:
    """Writes one record."""

    record: PetRecord
    left_out: list[LeftOut] = field(default_factory=list)
    people: dict[Person, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        record = self.record
        lists: dict[str, list[dict[str, Any]]] = {}
        for line in record.lines:
            name, resource = _LISTS[line.kind]
            made = self._thing(line, resource, f"{name}/{line.id}")
            if made is not None:
                lists.setdefault(name, []).append(made)
        patient = pets.told(record, record.id)
        self._without_bad_email(patient.get("owner"), "patient.owner.email")
        return {
            "format_version": FORMAT_VERSION,
            "exported_at": _moment(record.written_at),
            "exporter": {"name": "Vetdesk", "version": __version__},
            "patient": patient,
            **(
                {"practitioners": [self._person(each, key) for each, key in self.people.items()]} if self.people else {}
            ),
            **{name: lists[name] for name, _ in _LISTS.values() if name in lists},
        }

    def _thing(self, line: Line, resource: str, path: str) -> dict[str, Any] | None:
        made = {**_said(_told(line)), **line.details}
        if line.kind is LineKind.DOCUMENT:
            made |= _content(line)
            if "data" not in made and "url" not in made:
                self._leave(path, line.title, "Its content was not taken over when it came in from elsewhere.")
                return None
        made |= _said(_as_it_is_now(line, made))
        made |= {"resource_type": resource, "id": line.id, "patient_id": self.record.id}
        if line.visit_id and line.kind is not LineKind.VISIT:
            made["encounter_id"] = line.visit_id
        if line.by is not None:
            self._sign(line, line.by, made, path)
        self._list_what_is_lost(line, path)
        return made

    def _sign(self, line: Line, by: Person, made: dict[str, Any], path: str) -> None:
        if line.kind in _BY:
            made[_BY[line.kind]] = self.people.setdefault(by, f"practitioner-{len(self.people) + 1}")
        elif line.kind is LineKind.DOCUMENT:
            made["author"] = {"name": by.name}
        else:
            self._leave(path, by.name, "The format does not say who wrote such a thing.")

    def _list_what_is_lost(self, line: Line, path: str) -> None:
        if isinstance(line.means, Complaint) and not line.details:
            codes = (line.means.snomed_code, line.means.venom_code, line.means.local_code)
            for each in [code for code in codes if code][1:]:
                self._leave(path, each, "The format has room for one code.")

    def _person(self, person: Person, id: str) -> dict[str, Any]:
        contact = {name: value for name, value in (("phone", person.phone), ("email", person.email)) if value}
        self._without_bad_email(contact, f"practitioners/{id}.contact.email")
        said = {
            "name": person.name,
            "license_number": person.licence_number,
            "clinic": person.practice,
            "specializations": list(person.specialities),
            "contact": contact,
        }
        return {"resource_type": "Practitioner", "id": id, **{name: value for name, value in said.items() if value}}

    def _without_bad_email(self, holder: dict[str, Any] | None, path: str) -> None:
        if holder and "email" in holder:
            try:
                validate_email(holder["email"], check_deliverability=False)
            except EmailNotValidError:
                self._leave(path, holder.pop("email"), "The format does not take this for an e-mail address.")

    def _leave(self, path: str, what: str, why: str) -> None:
        self.left_out.append(LeftOut(path, what, why))


def _said(what: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in what.items() if value not in (None, "")}


def _told(line: Line) -> dict[str, Any]:
    """What a line of our own is in the words of the format; of one that came from elsewhere, those stand already."""
    if line.details:
        return {}
    match line.means:
        case Seen(ended_at=ended_at, is_over=is_over):
            status = "completed" if is_over else "in-progress"
            ends = _moment(ended_at) if ended_at else None
            return {
                "status": status,
                "date": _moment(line.at),
                "end_date": ends,
                "reason": line.title,
                "notes": line.text,
            }
        case Measure() as measure:
            return _measured(line, measure)
        case Complaint() as complaint:
            return _suffered(line, complaint)
        case Reaction() as reaction:
            return _reacted(line, reaction)
        case Medicine() as medicine:
            return _given(line, medicine)
        case Dose() as dose:
            return _vaccinated(line, dose)
        case Paper() as paper:
            said = {"type": KINDS[paper.kind], "description": line.title, "date": _moment(line.at)}
            return {**said, "notes": f"For: {paper.addressee}" if paper.addressee else None}
    return {"name": line.title, "status": "completed", "performed_date": _moment(line.at), "notes": line.text}


def _measured(line: Line, measure: Measure) -> dict[str, Any]:
    return {
        "category": "vital-signs",
        "name": NAMES[measure.kind],
        "effective_date": _moment(line.at),
        "value": float(measure.given),
        "value_type": "quantity",
        "unit": UNITS[measure.unit],
        "notes": line.text,
    }


def _suffered(line: Line, complaint: Complaint) -> dict[str, Any]:
    codes = (
        ("snomed-ct-vet", complaint.snomed_code),
        ("other", complaint.venom_code),
        ("internal", complaint.local_code),
    )
    code = next(({"system": system, "value": value} for system, value in codes if value), None)
    return {
        "name": line.title,
        "clinical_status": complaint.state.value.lower(),
        "code": code,
        "onset_date": _day(complaint.since_on),
        "abatement_date": _day(complaint.resolved_on),
        "notes": line.text,
    }


def _reacted(line: Line, reaction: Reaction) -> dict[str, Any]:
    severity = None if reaction.severity is Severity.UNKNOWN else reaction.severity.value.lower()
    manifestation = {"manifestation": reaction.reaction, **({"severity": severity} if severity else {})}
    return {
        "type": "allergy",
        "category": "other",
        "substance": line.title,
        "clinical_status": "inactive" if reaction.is_over else "active",
        "onset_date": _day(line.at.date()),
        "reaction": manifestation if reaction.reaction or severity else None,
        "notes": line.text,
    }


def _given(line: Line, medicine: Medicine) -> dict[str, Any]:
    dosage = None
    if medicine.micrograms is not None:
        dosage = {
            "value": medicine.micrograms / 1000,
            "unit": "mg",
            "frequency": _TIMES.get(medicine.times_a_day or 0, "other"),
            "frequency_text": medicine.directions or None,
            "route": "other",
        }
    status = "stopped" if medicine.was_stopped else "completed" if medicine.ended_on else "active"
    notes = [*([medicine.directions] if medicine.directions and dosage is None else []), line.text]
    return {
        "medication_name": line.title,
        "status": status,
        "date_started": _day(line.at.date()),
        "date_ended": _day(medicine.ended_on),
        "dosage": dosage,
        "notes": "\n".join(each for each in notes if each),
    }


def _vaccinated(line: Line, dose: Dose) -> dict[str, Any]:
    return {
        "vaccine_name": line.title,
        "occurrence_date": _day(dose.given_on),
        "expiration_date": _day(dose.expires_on),
        "lot_number": dose.lot,
        "manufacturer": dose.maker,
        "site": dose.body_site,
        "notes": line.text,
    }


def _content(line: Line) -> dict[str, Any]:
    if not line.text:
        return {}
    content = line.text.encode()
    return {
        "content_type": "text/plain; charset=utf-8",
        "data": base64.b64encode(content).decode(),
        "size_bytes": len(content),
        "hash": hashlib.sha256(content).hexdigest(),
    }


def _as_it_is_now(line: Line, made: dict[str, Any]) -> dict[str, Any]:
    """What has become of something that came from elsewhere since it did."""
    match line.means:
        case Complaint(state=state, resolved_on=resolved_on):
            if (made["clinical_status"] in RESOLVED) == (state is ProblemState.RESOLVED):
                return {}
            return {"clinical_status": state.value.lower(), "abatement_date": _day(resolved_on)}
        case Reaction(is_over=is_over) if (made["clinical_status"] == "active") == is_over:
            return {"clinical_status": "inactive" if is_over else "active"}
    return {}


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _day(day: date | None) -> str | None:
    return str(day) if day else None
