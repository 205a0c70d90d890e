"""Promising: what an import would make of a document, said before anything is made."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from models import Vaccine, sql
from models.pet_record import Complaint, Dose, LeftOut, Line, LineKind, Measure, PetRecord, Reaction
from models.refusal import InvalidInput
from models.row import folded
from models.text import LONGEST_LINE
from resolvers.changes import plain
from resolvers.pet_imports.duplicates import Duplicate, duplicates

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from resolvers.pets import PetOwner

LONGEST_LOT = 64


class Becomes(StrEnum):
    """What the practice makes of a line, beside keeping it as it was written."""

    VITAL = "VITAL"
    PROBLEM = "PROBLEM"
    ALLERGY = "ALLERGY"
    VACCINATION = "VACCINATION"


@dataclass(frozen=True, slots=True)
class Promised:
    """A line that would be kept, and what would be made of it; the vaccine where a dose of one would be."""

    line: Line
    becomes: Becomes | None = None
    vaccine: Vaccine | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """Everything an import would do. The fingerprint names exactly this, and nothing else."""

    record: PetRecord
    lines: tuple[Promised, ...]
    left_out: tuple[LeftOut, ...]
    duplicates: tuple[Duplicate, ...]
    fingerprint: str


async def promise(record: PetRecord, owners: Sequence[PetOwner], *, now: datetime) -> Promise:
    """What would be made of the record for these owners.

    Raises:
        InvalidInput: it was written in the future.
    """
    # Clocks differ, and where the day begins first it is already tomorrow.
    if record.written_at > now + timedelta(days=1):
        raise InvalidInput("It was written in the future. Please check its date.", path=("document", "exported_at"))
    vaccines = await _vaccines()
    left_out: list[LeftOut] = []
    lines = tuple(_promised(line, record, vaccines, left_out) for line in record.lines)
    same = await duplicates(record, [owner.client_id for owner in owners if owner.client_id])
    every = (*record.left_out, *left_out)
    return Promise(record, lines, every, same, _fingerprint(record, owners, lines, every, same))


async def _vaccines() -> dict[tuple[str, str], Vaccine]:
    """The vaccines of the practice by name, and by name and maker."""
    found = [sql.loaded(Vaccine, row) for row in await sql.fetch("SELECT * FROM vaccine ORDER BY is_in_use, id")]
    exact = {(folded(each.name), folded(each.maker)): each for each in found}
    return {(folded(each.name), ""): each for each in found} | exact


def _promised(
    line: Line, record: PetRecord, vaccines: dict[tuple[str, str], Vaccine], left_out: list[LeftOut]
) -> Promised:
    """What would be made of one line; where nothing can be, although it could have been, that is listed."""
    match line.means:
        case Measure() if line.at.date() > record.written_at.date():
            left_out.append(LeftOut(line.id, line.title[:120], "It lies in the future. We keep its words."))
            return Promised(line)
        case Measure():
            return Promised(line, Becomes.VITAL)
        case Complaint() | Reaction() if len(line.title) > LONGEST_LINE:
            left_out.append(
                LeftOut(line.id, line.title[:120], "Its name is too long for our lists. We keep its words.")
            )
            return Promised(line)
        case Complaint():
            return Promised(line, Becomes.PROBLEM)
        case Reaction():
            return Promised(line, Becomes.ALLERGY)
        case Dose() as dose:
            return _dose(line, dose, record, vaccines, left_out)
    return Promised(line)


def _dose(
    line: Line,
    dose: Dose,
    record: PetRecord,
    vaccines: dict[tuple[str, str], Vaccine],
    left_out: list[LeftOut],
) -> Promised:
    name = folded(line.title)
    vaccine = vaccines.get((name, folded(dose.maker))) or vaccines.get((name, "")) if name else None
    why = ""
    if vaccine is None:
        why = "We have no such vaccine, so nothing becomes due by it. We keep its words."
    elif not vaccine.is_for(record.pet.species):
        why = "Our vaccine of that name is not for this species. We keep its words."
    elif len(dose.lot) > LONGEST_LOT or len(dose.body_site) > LONGEST_LINE:
        why = "Its lot or its place on the body is too long for our lists. We keep its words."
    elif dose.given_on > record.written_at.date() or (record.pet.born_on and dose.given_on < record.pet.born_on):
        why = "It lies in the future, or before the birth. We keep its words."
    if why:
        left_out.append(LeftOut(line.id, line.title[:120], why))
        return Promised(line)
    return Promised(line, Becomes.VACCINATION, vaccine)


def _fingerprint(
    record: PetRecord,
    owners: Sequence[PetOwner],
    lines: Sequence[Promised],
    left_out: Sequence[LeftOut],
    same: Sequence[Duplicate],
) -> str:
    made = [(plain(each.line), each.becomes, each.vaccine and each.vaccine.id) for each in lines]
    said = [plain(record), plain(owners), made, plain(left_out), plain(same)]
    text = json.dumps(said, default=str, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def counts(lines: Sequence[Promised]) -> dict[LineKind, int]:
    """How many lines of each kind there are, in the order of the kinds."""
    many = {kind: sum(each.line.kind is kind for each in lines) for kind in LineKind}
    return {kind: number for kind, number in many.items() if number}


def ids(duplicates: Sequence[Duplicate]) -> list[UUID]:
    """The keys of the pets."""
    return [each.pet_id for each in duplicates]
