"""Making: the rows that a promise becomes."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, time
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from models import (
    Allergy,
    DoseSource,
    ImportedLine,
    Pet,
    Problem,
    RecordImport,
    Vaccination,
    Vital,
    VitalKind,
    VitalSource,
    sql,
)
from models.pet_record import Complaint, Dose, LineKind, Measure, Reaction
from models.row import folded, uuid7
from models.vaccination import lot_fold
from models.vital import change_percent, thousandths
from models.words import search_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from models import Vaccine
    from models.row import Row
    from resolvers.pet_imports.promising import Promise, Promised

# SQLite takes 32,766 values in one statement, and no table of these has 60 columns.
_AT_ONCE = 500


def pet(promise: Promise, pet_id: UUID, *, now: datetime) -> Pet:
    """The pet itself."""
    facts = promise.record.pet
    return Pet(
        id=pet_id,
        name=facts.name,
        fold=folded(facts.name),
        species=facts.species,
        breed=facts.breed,
        sex=facts.sex,
        neutered=facts.neutered,
        born_on=facts.born_on,
        born_precision=facts.born_precision,
        colour=facts.colour,
        microchip=facts.microchip,
        alerts=list(facts.alerts),
        died_on=facts.died_on,
        created_at=now,
    )


async def write(promise: Promise, row: RecordImport, *, now: datetime) -> None:
    """Write the import, every line as it was written elsewhere, and what is made of some of them."""
    made = [_row(each, row.pet_id, now) for each in promise.lines]
    _compare([each for each in made if isinstance(each, Vital) and each.kind is VitalKind.WEIGHT])
    lines = _lines(promise, row, made)
    await sql.insert([row])
    for kind in (Vital, Problem, Allergy, Vaccination):
        await _insert([each for each in made if isinstance(each, kind)])
    # Visits first: the other lines name them.
    await _insert([each for each in lines if each.kind is LineKind.VISIT])
    await _insert([each for each in lines if each.kind is not LineKind.VISIT])


async def _insert(rows: Sequence[Row]) -> None:
    for start in range(0, len(rows), _AT_ONCE):
        await sql.insert(rows[start : start + _AT_ONCE])


def _lines(promise: Promise, row: RecordImport, made: Sequence[Row | None]) -> list[ImportedLine]:
    keys = {each.line.id: uuid7() for each in promise.lines}
    return [
        ImportedLine(
            id=keys[each.line.id],
            pet_id=row.pet_id,
            record_import_id=row.id,
            within_id=keys.get(each.line.visit_id),
            kind=each.line.kind,
            at=each.line.at,
            title=each.line.title,
            text=each.line.text,
            author=each.line.by.name if each.line.by else "",
            practice=each.line.by.practice if each.line.by else "",
            details=json.dumps({"said": each.line.details, "by": asdict(each.line.by) if each.line.by else None}),
            row_id=ours.id if ours else None,
            words=search_words(each.line.title, each.line.text),
        )
        for each, ours in zip(promise.lines, made, strict=True)
    ]


def _row(promised: Promised, pet_id: UUID, now: datetime) -> Row | None:
    """What is made of a line, if anything is."""
    if promised.becomes is None:
        return None
    line, means = promised.line, promised.line.means
    common: dict[str, Any] = {"id": uuid7(), "pet_id": pet_id}
    match means:
        case Measure():
            return Vital(**common, at=line.at, recorded_at=now, **_measured(means))
        case Complaint():
            return Problem(**common, name=line.title, created_at=now, **_suffered(means))
        case Reaction():
            more: dict[str, Any] = {"severity": means.severity, "ended_at": line.at if means.is_over else None}
            more["words"] = search_words(line.title, means.reaction)
            return Allergy(**common, at=line.at, recorded_at=now, substance=line.title, reaction=means.reaction, **more)
        case Dose() if promised.vaccine is not None:
            return _vaccination(means, promised.vaccine, common, now)
    return None


def _measured(measure: Measure) -> dict[str, Any]:
    value = thousandths(measure.kind, Decimal(measure.given), measure.unit)
    return {
        "kind": measure.kind,
        "thousandths": value,
        "given": measure.given,
        "unit": measure.unit,
        "source": VitalSource.IMPORTED,
        "words": search_words(measure.kind.value.replace("_", " "), measure.given),
    }


def _suffered(complaint: Complaint) -> dict[str, Any]:
    return {
        "state": complaint.state,
        "since_on": complaint.since_on,
        "resolved_on": complaint.resolved_on,
        "snomed_code": complaint.snomed_code,
    }


def _vaccination(dose: Dose, vaccine: Vaccine, common: dict[str, Any], now: datetime) -> Vaccination:
    said = search_words(vaccine.name, vaccine.maker, *vaccine.targets, dose.lot)
    return Vaccination(
        **common,
        vaccine_id=vaccine.id,
        lot=dose.lot,
        lot_fold=lot_fold(dose.lot),
        expires_on=dose.expires_on,
        given_on=dose.given_on,
        at=datetime.combine(dose.given_on, time(12), tzinfo=UTC),
        body_site=dose.body_site,
        source=DoseSource.IMPORTED,
        words=said,
        recorded_at=now,
    )


def _compare(weights: list[Vital]) -> None:
    """Say of each weight by how much it differs from the one before."""
    ordered = sorted(weights, key=lambda each: each.at)
    for before, after in pairwise(ordered):
        after.change_percent = change_percent(before.thousandths, after.thousandths)
