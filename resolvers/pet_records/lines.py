"""Lines: what each row of a record tells, for others to read."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from models.pet_record import (
    Complaint,
    Dose,
    Line,
    LineKind,
    Measure,
    Medicine,
    Paper,
    Reaction,
    Seen,
)
from models.vital import VitalSource

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime
    from uuid import UUID

    from models import Note, Prescription, Visit
    from resolvers.pet_records.reading import Found

_PARTS = (("S", "subjective"), ("O", "objective"), ("A", "assessment"), ("P", "plan"))
_INSIDE = "It is for the staff of this practice alone."


def lines(found: Found, made_elsewhere: frozenset[UUID], today: date) -> Iterator[Line]:
    """A line for each row that stands and was written here; what is not told is listed in `found`."""
    visits = dict(_visits(found))
    yield from visits.values()
    notes = {note.id: str(note.visit_id) for note in found.notes if note.visit_id in visits}
    for line, key, note_id in (
        *_problems(found),
        *_vitals(found, made_elsewhere),
        *_vaccinations(found, visits),
        *_procedures(found),
        *_allergies(found),
        *_medicines(found, today),
        *_documents(found, visits),
    ):
        if key not in made_elsewhere:
            yield line if note_id is None else _in_visit(line, notes.get(note_id, ""))
    for plan in found.plans:
        found.leave(f"plans/{plan.id}", plan.title, "The format has no place for what is planned.")


def _in_visit(line: Line, visit_id: str) -> Line:
    return replace(line, visit_id=visit_id)


_Told = tuple[Line, "UUID", "UUID | None"]


def _visits(found: Found) -> Iterator[tuple[UUID, Line]]:
    notes: dict[UUID, list[Note]] = defaultdict(list)
    for note in found.notes:
        if not found.stands(note, "notes", "A note"):
            continue
        if note.signed_at is None:
            found.leave(f"notes/{note.id}", "A draft", "Nobody has signed it yet.")
            continue
        if note.internal and found.tells_inside:
            found.leave(f"notes/{note.id}", "The internal part of a note", _INSIDE)
        notes[note.visit_id].append(note)
    for visit in found.visits:
        if found.stands(visit, "visits", visit.reason):
            yield visit.id, _visit(found, visit, notes.pop(visit.id, []))
    # Whoever does not see the visits themselves may see what was signed about them.
    seen = {each.id for each in found.visits}
    for visit_id, signed in notes.items():
        if visit_id not in seen:
            yield visit_id, _visit(found, None, signed)


def _visit(found: Found, visit: Visit | None, notes: list[Note]) -> Line:
    ended_at = visit.ended_at if visit else None
    return Line(
        id=str(visit.id if visit else notes[0].visit_id),
        kind=LineKind.VISIT,
        at=visit.at if visit else notes[0].at,
        title=visit.reason if visit else "",
        text="\n\n".join(_note(found, note) for note in notes),
        by=found.people.get(visit.vet_id if visit else notes[0].author_id),
        means=Seen(ended_at, is_over=visit is None or ended_at is not None or visit.locked_at is not None),
    )


def _note(found: Found, note: Note) -> str:
    said = [f"{letter}: {text}" for letter, name in _PARTS if (text := getattr(note, name))]
    author = found.people.get(note.author_id)
    head = f"{author.name if author else 'Somebody'} ({note.kind.value.lower()})"
    added = [f"Added {_when(each.at)}, {each.reason}: {each.text}" for each in found.addenda.get(note.id, ())]
    return "\n".join([head, *said, *added])


def _when(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def _line(found: Found, row: Any, kind: LineKind, title: str, by: UUID | None = None, **more: Any) -> _Told:
    person = found.people.get(by) if by else None
    line = Line(id=str(row.id), kind=kind, at=row.at, title=title, by=person, **more)
    return line, row.id, row.note_id


def _vitals(found: Found, made_elsewhere: frozenset[UUID]) -> Iterator[_Told]:
    for vital in found.vitals:
        name = vital.kind.value.capitalize().replace("_", " ")
        if not found.stands(vital, "observations", f"{name}: {vital.given} {vital.unit.value}"):
            continue
        if vital.source is not VitalSource.MEASURED and vital.id not in made_elsewhere:
            found.leave(f"observations/{vital.id}", vital.source.value, "The format does not say how it is known.")
        measure = Measure(vital.kind, vital.given, vital.unit)
        yield _line(found, vital, LineKind.FINDING, name, by=vital.recorded_by_id, means=measure)


def _problems(found: Found) -> Iterator[_Told]:
    said: dict[UUID, list[str]] = defaultdict(list)
    for each in found.diagnoses:
        if found.stands(each, "diagnoses", each.comment):
            words = f"{each.at:%Y-%m-%d} {each.certainty.value.replace('_', ' ').lower()}"
            said[each.problem_id].append(f"{words}: {each.comment}" if each.comment else words)
    for problem in found.problems:
        means = Complaint(
            state=problem.state,
            since_on=problem.since_on,
            resolved_on=problem.resolved_on,
            snomed_code=problem.snomed_code,
            venom_code=problem.venom_code,
            local_code=problem.local_code,
        )
        text = "\n".join(said[problem.id])
        line = Line(
            id=str(problem.id),
            kind=LineKind.PROBLEM,
            at=problem.created_at,
            title=problem.name,
            text=text,
            means=means,
        )
        yield line, problem.id, None


def _procedures(found: Found) -> Iterator[_Told]:
    for each in found.procedures:
        if found.stands(each, "procedures", each.name):
            text = "\n".join(part for part in (each.site, each.details) if part)
            yield _line(found, each, LineKind.PROCEDURE, each.name, by=each.done_by_id, text=text)


def _allergies(found: Found) -> Iterator[_Told]:
    for each in found.allergies:
        if found.stands(each, "allergy_intolerances", each.substance):
            means = Reaction(reaction=each.reaction, severity=each.severity, is_over=each.ended_at is not None)
            yield _line(found, each, LineKind.ALLERGY, each.substance, by=each.recorded_by_id, means=means)


def _medicines(found: Found, today: date) -> Iterator[_Told]:
    for each in found.treatments:
        if found.stands(each, "medication_statements", each.name):
            how = ", ".join(part for part in (each.amount, each.route, f"lot {each.lot}" if each.lot else "") if part)
            means = Medicine(ended_on=each.at.date())
            text = f"Given here: {how}" if how else "Given here"
            yield _line(found, each, LineKind.MEDICINE, each.name, by=each.given_by_id, text=text, means=means)
    for row in found.prescriptions:
        if found.stands(row, "medication_statements", row.medicine):
            yield _prescription(found, row, today)


def _prescription(found: Found, row: Prescription, today: date) -> _Told:
    if row.repeats_given:
        what = f"{row.repeats_given} repeats"
        found.leave(f"medication_statements/{row.id}", what, "The format does not say when repeats were handed out.")
    ends_on = row.at.date() + timedelta(days=row.days) if row.days is not None else None
    stopped_on = row.stopped_at.date() if row.stopped_at else None
    means = Medicine(
        ended_on=stopped_on or (ends_on if ends_on is not None and ends_on < today else None),
        was_stopped=stopped_on is not None,
        micrograms=row.micrograms,
        times_a_day=row.times_a_day,
        directions=row.directions,
    )
    said = (
        ("Quantity", row.quantity),
        ("Days", row.days),
        ("Repeats allowed", row.repeats_allowed or None),
        ("Valid until", row.valid_until),
        *(
            (("Reckoned from grams", row.weight_grams), ("Stopped because", row.stopped_because))
            if found.tells_inside
            else ()
        ),
    )
    text = "\n".join(f"{name}: {value}" for name, value in said if value not in (None, ""))
    title = f"{row.medicine} {row.strength}".strip()
    return _line(found, row, LineKind.MEDICINE, title, by=row.prescribed_by_id, text=text, means=means)


def _vaccinations(found: Found, visits: dict[UUID, Line]) -> Iterator[_Told]:
    for each in found.vaccinations:
        vaccine = found.vaccines.get(each.vaccine_id)
        name = vaccine.name if vaccine else "A vaccine"
        if each.voided_at is not None:
            found.leave(f"immunizations/{each.id}", name, "It was voided.")
            continue
        means = Dose(
            given_on=each.given_on,
            maker=vaccine.maker if vaccine else "",
            lot=each.lot,
            expires_on=each.expires_on,
            body_site=each.body_site,
        )
        line = Line(
            id=str(each.id),
            kind=LineKind.VACCINATION,
            at=each.at,
            title=name,
            text=f"Tag: {each.tag}" if each.tag else "",
            visit_id=str(each.visit_id) if each.visit_id in visits else "",
            by=found.people.get(each.given_by_id) if each.given_by_id else None,
            means=means,
        )
        yield line, each.id, None


def _documents(found: Found, visits: dict[UUID, Line]) -> Iterator[_Told]:
    for each in found.documents:
        if not found.stands(each, "document_references", each.title):
            continue
        if each.signed_at is None:
            found.leave(f"document_references/{each.id}", each.title, "Nobody has signed it yet.")
            continue
        line = Line(
            id=str(each.id),
            kind=LineKind.DOCUMENT,
            at=each.at,
            title=each.title,
            text=each.body,
            visit_id=str(each.visit_id) if each.visit_id in visits else "",
            by=found.people.get(each.author_id),
            means=Paper(each.kind, each.addressee),
        )
        yield line, each.id, None
