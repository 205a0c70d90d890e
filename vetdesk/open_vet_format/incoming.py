"""Incoming: a document of the format becomes the record of a pet, thing by thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from ovf_types import Practitioner
from ovf_types.allergy_intolerance import AllergyIntolerance
from ovf_types.condition import Condition
from ovf_types.document_reference import DocumentReference1, DocumentReference2
from ovf_types.encounter import Encounter
from ovf_types.immunization import Immunization
from ovf_types.medication_statement import MedicationStatement
from ovf_types.observation import Observation
from ovf_types.ovf import Exporter
from ovf_types.procedure import Procedure
from pydantic import BaseModel

from models.pet_record import Line, LineKind, Person, PetRecord
from models.refusal import InvalidInput
from vetdesk.open_vet_format import meanings, pets
from vetdesk.open_vet_format.dates import day_of, instant_of, with_a_zone
from vetdesk.open_vet_format.documents import Step, Unfit, cleaned, parsed
from vetdesk.open_vet_format.fitting import fitted

VERSION_READ: Final = 1
MOST_THINGS: Final = 2_000
LONGEST_TITLE: Final = 300

_Made = Callable[[dict[str, Any], Line, tuple[Step, ...], Unfit], Line | None]

_OWN = frozenset({"resource_type", "id", "patient_id", "encounter_id", "practitioner_id", "prescriber_id"})
_HEAD = frozenset({"format_version", "exported_at", "exporter", "patient", "practitioners"})
# In each list: what kind of line its things are, what they have to be, their instants, and what they mean to us.
THINGS: Final[dict[str, tuple[LineKind, type[BaseModel], tuple[str, ...], _Made]]] = {
    "encounters": (LineKind.VISIT, Encounter, ("date", "end_date"), meanings.visit),
    "conditions": (LineKind.PROBLEM, Condition, (), meanings.problem),
    "observations": (LineKind.FINDING, Observation, ("effective_date",), meanings.finding),
    "immunizations": (LineKind.VACCINATION, Immunization, (), meanings.vaccination),
    "procedures": (LineKind.PROCEDURE, Procedure, ("performed_date", "end_date"), meanings.procedure),
    "allergy_intolerances": (LineKind.ALLERGY, AllergyIntolerance, (), meanings.allergy),
    "medication_statements": (LineKind.MEDICINE, MedicationStatement, (), meanings.medicine),
    "document_references": (LineKind.DOCUMENT, DocumentReference2, ("date",), meanings.document),
}
_WHEN: Final = ("date", "effective_date", "performed_date", "occurrence_date", "date_started", "onset_date")
_TITLES: Final = ("reason", "name", "vaccine_name", "substance", "medication_name", "description", "type")
_DAYS: Final = frozenset({
    "onset_date", "abatement_date", "occurrence_date", "expiration_date", "next_dose_date", "date_started", "date_ended",
})  # fmt: skip


def read(document: str) -> PetRecord:
    """The record that the document tells, and what of it does not fit.

    Raises:
        InvalidInput: it is no document of the format, or not one that we read; the path leads into it.
    """
    given = parsed(document)
    version = given.get("format_version")
    if not isinstance(version, str) or not version.startswith(f"{VERSION_READ}.") or len(version) > 32:
        raise InvalidInput(
            f"We read version {VERSION_READ} of the Open Vet Format, such as 1.0.0.",
            path=("document", "format_version"),
        )
    unfit = Unfit()
    written_at = _written_at(given.get("exported_at"), unfit)
    whole = cleaned(given, (), unfit)
    _must_be_few(whole)
    pet = pets.read(whole.get("patient"), written_at, unfit)
    exporter = fitted(Exporter, whole.get("exporter") or {}, ("exporter",), unfit) or {}
    reading = _Reading(pet.id, written_at, unfit)
    lines = reading.lines(whole)
    for name, value in whole.items():
        if name not in _HEAD and name not in THINGS:
            unfit.note((name,), value, "The format has no such field.")
    return replace(
        pets.weighed(pet, lines, unfit),
        software=_word(exporter.get("name")),
        software_version=_word(exporter.get("version")),
        format_version=version,
        left_out=tuple(unfit.found),
    )


def _word(value: Any) -> str:
    return " ".join(value.split())[:200] if isinstance(value, str) else ""


def _written_at(value: Any, unfit: Unfit) -> datetime:
    zoned = with_a_zone(value) if isinstance(value, str) else None
    moment = instant_of(zoned)
    if moment is None:
        raise InvalidInput(
            "It says no readable moment at which it was written, such as 2026-03-02T09:00:00Z.",
            path=("document", "exported_at"),
        )
    if zoned != value:
        unfit.note(("exported_at",), value, f"It says no time zone, and is read as {zoned}.")
    return moment


def _must_be_few(given: dict[str, Any]) -> None:
    for name in ("practitioners", *THINGS):
        held = given.get(name)
        if held is not None and not isinstance(held, list):
            raise InvalidInput("This is a list, from [ to ].", path=("document", name))
    many = sum(len(given.get(name) or ()) for name in ("practitioners", *THINGS))
    if many > MOST_THINGS:
        raise InvalidInput(f"There are {many} things in it; we take at most {MOST_THINGS} at once.", path=("document",))


class _Reading:
    """Reads the lists of one document, in which things name each other."""

    def __init__(self, pet_id: str, written_at: datetime, unfit: Unfit) -> None:
        self._pet_id = pet_id
        self._written_at = written_at
        self._unfit = unfit
        self._people: dict[str, Person] = {}
        self._visits: dict[str, datetime] = {}

    def lines(self, whole: dict[str, Any]) -> list[Line]:
        """Every line of the record; visits first, for the others name them."""
        for number, each in enumerate(whole.get("practitioners") or ()):
            self._meet(each, ("practitioners", number))
        found: list[Line] = []
        for name in THINGS:
            seen: set[str] = set()
            for number, each in enumerate(whole.get(name) or ()):
                line = self._line(name, each, (name, number), seen)
                if line is not None:
                    found.append(line)
        return found

    def _meet(self, given: Any, path: tuple[Step, ...]) -> None:
        known = fitted(Practitioner, given, path, self._unfit)
        if known is None:
            return
        if not known["name"] or known["id"] in self._people:
            self._unfit.note(path, known, "It names nobody, or somebody who is in the list already.")
            return
        contact = known.get("contact") or {}
        self._people[known["id"]] = Person(
            name=known["name"],
            licence_number=known.get("license_number") or "",
            practice=known.get("clinic") or "",
            phone=contact.get("phone") or "",
            email=contact.get("email") or "",
            specialities=tuple(known.get("specializations") or ()),
        )

    def _line(self, name: str, given: Any, path: tuple[Step, ...], seen: set[str]) -> Line | None:
        kind, model, instants, made = THINGS[name]
        if isinstance(given, dict):
            self._mend(given, instants, path)
            if kind is LineKind.DOCUMENT and given.get("data") is None:
                model = DocumentReference1
        known = fitted(model, given, path, self._unfit)
        if known is None:
            return None
        if known["patient_id"] != self._pet_id:
            self._unfit.note((*path, "patient_id"), known["patient_id"], "This is about another animal.")
            return None
        if known["id"] in seen:
            self._unfit.note((*path, "id"), known["id"], "There is another one of this name before it.")
            return None
        seen.add(known["id"])
        visit_id = self._visit(known, path)
        line = Line(
            id=f"{name}/{known['id']}",
            kind=kind,
            at=self._at(known, visit_id),
            title=_title(known, kind),
            visit_id=f"encounters/{visit_id}" if visit_id else "",
            by=self._by(known, path),
            details={each: value for each, value in known.items() if each not in _OWN},
        )
        line_made = made(known, line, path, self._unfit)
        if line_made is not None and kind is LineKind.VISIT:
            self._visits[known["id"]] = line_made.at
        return line_made

    def _mend(self, given: dict[str, Any], instants: tuple[str, ...], path: tuple[Step, ...]) -> None:
        """Give a zone to moments without one, and take out what is no moment or day."""
        for name in instants:
            value = given.get(name)
            if isinstance(value, str):
                given[name] = with_a_zone(value)
                if given[name] != value:
                    self._unfit.note((*path, name), value, f"It says no time zone, and is read as {given[name]}.")
        for name in (*instants, *(each for each in given if each in _DAYS)):
            value = given.get(name)
            is_known = instant_of(value) if name in instants else day_of(value)
            if value is not None and is_known is None:
                self._unfit.note((*path, name), value, "This is no date that we know.")
                del given[name]

    def _visit(self, known: dict[str, Any], path: tuple[Step, ...]) -> str:
        named = known.get("encounter_id")
        if named is None or named in self._visits:
            return named or ""
        self._unfit.note((*path, "encounter_id"), named, "There is no such visit in this document.")
        return ""

    def _by(self, known: dict[str, Any], path: tuple[Step, ...]) -> Person | None:
        for name in ("practitioner_id", "prescriber_id"):
            named = known.get(name)
            if named in self._people:
                return self._people[named]
            if named is not None:
                self._unfit.note((*path, name), named, "There is no such person in this document.")
        author = (known.get("author") or {}).get("name")
        return Person(name=author) if author else None

    def _at(self, known: dict[str, Any], visit_id: str) -> datetime:
        """When it was: as it says itself, or with the visit it belongs to, or when all was written down."""
        said: str | None = next((known[each] for each in _WHEN if known.get(each)), None)
        if said is None:
            return self._visits.get(visit_id, self._written_at)
        moment = instant_of(said)
        if moment is not None:
            return moment
        day = day_of(said)
        return noon(day) if day else self._written_at


def _title(known: dict[str, Any], kind: LineKind) -> str:
    """What it is called; the whole of it stands in its details."""
    said = next((known[each] for each in _TITLES if known.get(each)), kind.value.capitalize())
    title = " ".join(str(said).split())
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"


def noon(day: date) -> datetime:
    """The middle of a day, so that it is the same day at most places."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=12)
