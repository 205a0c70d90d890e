"""Meanings: what a thing of a document is to the practice, beyond its words."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from models.allergy import Severity
from models.document import DocumentKind
from models.pet_record import (
    LONGEST_TEXT,
    Complaint,
    Dose,
    Line,
    Measure,
    Medicine,
    Paper,
    Reaction,
    Seen,
)
from models.problem import ProblemState
from models.refusal import InvalidInput
from models.text import prose
from models.vital import VitalKind, VitalUnit, thousandths
from vetdesk.open_vet_format.dates import day_of, instant_of
from vetdesk.open_vet_format.documents import Step, Unfit

NAMES: Final = {
    VitalKind.WEIGHT: "Weight",
    VitalKind.TEMPERATURE: "Temperature",
    VitalKind.PULSE: "Heart rate",
    VitalKind.RESPIRATION: "Respiratory rate",
    VitalKind.BODY_CONDITION: "Body condition score",
    VitalKind.PAIN: "Pain score",
}
"""What each vital sign is called in a document."""
UNITS: Final = {
    VitalUnit.KILOGRAM: "kg",
    VitalUnit.GRAM: "g",
    VitalUnit.POUND: "lbs",
    VitalUnit.CELSIUS: "°C",
    VitalUnit.FAHRENHEIT: "°F",
    VitalUnit.PER_MINUTE: "/min",
    VitalUnit.OF_5: "/5",
    VitalUnit.OF_9: "/9",
    VitalUnit.OF_10: "/10",
    VitalUnit.OF_24: "/24",
}
"""How each unit is written in a document."""
RESOLVED: Final = frozenset({"resolved", "inactive"})
"""The states of a condition in which we have a problem behind us; one in remission can come back."""
KINDS: Final = {
    DocumentKind.DISCHARGE: "discharge-summary",
    DocumentKind.REFERRAL: "referral",
    DocumentKind.INSTRUCTIONS: "other",
    DocumentKind.OTHER: "other",
}
"""What each kind of document is called in a document of the format."""
_CALLED = {name.lower(): kind for kind, name in NAMES.items()} | {
    "body weight": VitalKind.WEIGHT,
    "body temperature": VitalKind.TEMPERATURE,
    "rectal temperature": VitalKind.TEMPERATURE,
    "pulse": VitalKind.PULSE,
    "pulse rate": VitalKind.PULSE,
    "respiration": VitalKind.RESPIRATION,
    "respiration rate": VitalKind.RESPIRATION,
    "body condition": VitalKind.BODY_CONDITION,
    "bcs": VitalKind.BODY_CONDITION,
    "pain": VitalKind.PAIN,
}
_WRITTEN = {text.lower(): unit for unit, text in UNITS.items()} | {
    "lb": VitalUnit.POUND,
    "pounds": VitalUnit.POUND,
    "kilograms": VitalUnit.KILOGRAM,
    "grams": VitalUnit.GRAM,
    "c": VitalUnit.CELSIUS,
    "cel": VitalUnit.CELSIUS,
    "f": VitalUnit.FAHRENHEIT,
    "bpm": VitalUnit.PER_MINUTE,
    "beats/min": VitalUnit.PER_MINUTE,
    "breaths/min": VitalUnit.PER_MINUTE,
    "per minute": VitalUnit.PER_MINUTE,
}
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
_PLAIN = re.compile(r"text/plain\b.*", re.IGNORECASE)


def visit(known: dict[str, Any], line: Line, path: tuple[Step, ...], unfit: Unfit) -> Line | None:
    """A visit that took place; what was only planned is no part of the record."""
    if known["status"] in ("planned", "cancelled"):
        unfit.note((*path, "status"), known["status"], "It did not take place, so it is no part of the record.")
        return None
    ended_at = instant_of(known.get("end_date"))
    return replace(
        line,
        text=_told(known, "diagnoses_display", "notes"),
        means=Seen(ended_at, is_over=known["status"] == "completed"),
    )


def procedure(known: dict[str, Any], line: Line, path: tuple[Step, ...], unfit: Unfit) -> Line | None:
    """Something that was done."""
    if known["status"] in ("planned", "cancelled"):
        unfit.note((*path, "status"), known["status"], "It was not done, so it is no part of the record.")
        return None
    return replace(line, text=_told(known, "notes", "outcome", "complications"))


def problem(known: dict[str, Any], line: Line, _path: tuple[Step, ...], _unfit: Unfit) -> Line:
    """Something the pet suffers from."""
    is_behind = known["clinical_status"] in RESOLVED
    code = known.get("code") or {}
    snomed = code.get("value") if code.get("system") == "snomed-ct-vet" else None
    complaint = Complaint(
        state=ProblemState.RESOLVED if is_behind else ProblemState.ACTIVE,
        since_on=day_of(known.get("onset_date")),
        resolved_on=(day_of(known.get("abatement_date")) or line.at.date()) if is_behind else None,
        snomed_code=snomed if snomed and len(snomed) <= 32 else None,
    )
    return replace(line, text=_told(known, "severity", "notes"), means=complaint)


def finding(known: dict[str, Any], line: Line, path: tuple[Step, ...], unfit: Unfit) -> Line:
    """Something that was found, or measured."""
    value = known.get("value")
    said = "" if value is None else value if isinstance(value, str) else _number(value) or str(value)
    unit = known.get("unit") or ""
    text = "\n".join(each for each in (f"{said} {unit}".strip(), known.get("notes")) if each)
    measure = None
    if known["category"] == "vital-signs":
        measure = measured(known["name"], said, unit)
        if measure is None:
            unfit.note(path, f"{known['name']}: {said} {unit}", "We keep its words, but not as a vital sign.")
    return replace(line, text=text[:LONGEST_TEXT], means=measure)


def measured(name: str, said: str, unit: str) -> Measure | None:
    """What was measured; None when we do not know the sign or the unit, or no living animal has that value."""
    kind, known = _CALLED.get(name.strip().lower()), _WRITTEN.get(unit.strip().lower())
    if kind is None or known is None or not _NUMBER.fullmatch(said):
        return None
    try:
        thousandths(kind, Decimal(said), known)
    except InvalidInput:
        return None
    return Measure(kind, said, known)


def vaccination(known: dict[str, Any], line: Line, _path: tuple[Step, ...], _unfit: Unfit) -> Line:
    """A dose of a vaccine."""
    dose = Dose(
        given_on=date.fromisoformat(known["occurrence_date"]),
        maker=known.get("manufacturer") or "",
        lot=known.get("lot_number") or "",
        expires_on=day_of(known.get("expiration_date")),
        body_site=known.get("site") or "",
    )
    return replace(line, text=_told(known, "notes"), means=dose)


def allergy(known: dict[str, Any], line: Line, _path: tuple[Step, ...], _unfit: Unfit) -> Line:
    """Something the pet does not tolerate."""
    reaction = known.get("reaction") or {}
    said = reaction.get("severity")
    means = Reaction(
        reaction=reaction.get("manifestation") or "",
        severity=Severity(said.upper()) if said else Severity.UNKNOWN,
        is_over=known["clinical_status"] != "active",
    )
    return replace(line, text="\n".join(each for each in (means.reaction, known.get("notes")) if each), means=means)


def medicine(known: dict[str, Any], line: Line, _path: tuple[Step, ...], _unfit: Unfit) -> Line:
    """A medicine the pet is given or was given. What it says of the dose is words: nobody here reckoned it."""
    dosage = known.get("dosage") or {}
    dose = f"{_number(dosage['value'])} {dosage['unit']}, {dosage['frequency']}, {dosage['route']}" if dosage else ""
    text = "\n".join(
        each for each in (dose, dosage.get("frequency_text"), known.get("reason"), known.get("notes")) if each
    )
    ended_on = day_of(known.get("date_ended"))
    return replace(line, text=text, means=Medicine(ended_on=ended_on, was_stopped=known["status"] == "stopped"))


def document(known: dict[str, Any], line: Line, path: tuple[Step, ...], unfit: Unfit) -> Line:
    """A document, of which we keep the words; what is no plain text is not taken over."""
    if known.get("data") is None:
        unfit.note((*path, "url"), known["url"], "The file lies elsewhere: we keep its address, and do not fetch it.")
        return replace(line, details=_without(line, "data"), means=Paper(DocumentKind.OTHER))
    text = _words(known)
    if text is None:
        what = known.get("content_type") or "no content type"
        unfit.note((*path, "data"), what, "We keep plain text of one piece alone, so its content is not taken over.")
        return replace(line, details=_without(line, "data"), means=Paper(DocumentKind.OTHER))
    content = known["data"].encode()
    expected = known.get("hash")
    if expected and expected.lower() != hashlib.sha256(base64.b64decode(content)).hexdigest():
        unfit.note((*path, "hash"), expected, "The content is not the one that this belongs to.")
    details = _without(line, "data", "hash", "size_bytes", "content_type")
    return replace(line, text=text, details=details, means=Paper(DocumentKind.OTHER))


def _words(known: dict[str, Any]) -> str | None:
    if not _PLAIN.fullmatch(known.get("content_type") or ""):
        return None
    try:
        return prose(base64.b64decode(known["data"], validate=True).decode(), path=(), longest=LONGEST_TEXT)
    except (binascii.Error, ValueError, InvalidInput):
        return None


def _without(line: Line, *names: str) -> dict[str, Any]:
    return {name: value for name, value in line.details.items() if name not in names}


def _number(value: Any) -> str:
    """A number as it is written by hand: no more than six places, no exponent; "" when it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _told(known: dict[str, Any], *names: str) -> str:
    said = (known.get(name) for name in names)
    return "\n".join("; ".join(each) if isinstance(each, list) else each for each in said if each)[:LONGEST_TEXT]
