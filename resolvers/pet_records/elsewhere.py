"""Elsewhere: what came in from elsewhere is told again as it came, but for what has become of it here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from models.pet_record import Complaint, Line, LineKind, Meaning, Measure, Person, Reaction

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from models import ImportedLine
    from resolvers.pet_records.reading import Found


def made_elsewhere(found: Found) -> frozenset[UUID]:
    """The keys of those rows of ours that were made of a line from elsewhere."""
    return frozenset(each.row_id for each in found.imported if each.row_id is not None)


def lines(found: Found) -> Iterator[Line]:
    """The lines that came in, but for those of which a row was made that does not stand any more: they are listed."""
    gone = {row.id for rows in (found.vitals, found.allergies) for row in rows if row.errored_at is not None}
    gone |= {row.id for row in found.vaccinations if row.voided_at is not None}
    now = dict(_now(found))
    for each in found.imported:
        if each.row_id is None or each.row_id not in gone:
            yield _line(each, now.get(each.row_id) if each.row_id else None)


def _now(found: Found) -> Iterator[tuple[UUID, Meaning]]:
    for vital in found.vitals:
        yield vital.id, Measure(vital.kind, vital.given, vital.unit)
    for problem in found.problems:
        yield problem.id, Complaint(state=problem.state, resolved_on=problem.resolved_on)
    for allergy in found.allergies:
        yield allergy.id, Reaction(severity=allergy.severity, is_over=allergy.ended_at is not None)


def _line(row: ImportedLine, means: Meaning | None) -> Line:
    details = json.loads(row.details)
    by = details["by"]
    return Line(
        id=str(row.id),
        kind=LineKind(row.kind),
        at=row.at,
        title=row.title,
        text=row.text,
        visit_id=str(row.within_id) if row.within_id else "",
        by=Person(**{**by, "specialities": tuple(by["specialities"])}) if by else None,
        means=means,
        details=details["said"],
    )
