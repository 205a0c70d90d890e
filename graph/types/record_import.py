"""Records from elsewhere: what came in, and what did not fit."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import strawberry

import models
from graph.reading.shape import column, computed, one, shape
from graph.roles import EVERYBODY, STAFF, allow
from graph.types.enums import described
from graph.types.history_entry import HistoryEntry
from graph.types.node import Node, id_of
from graph.types.pet import Pet
from graph.types.staff import Staff
from models import HistoryKind
from models.pet_record import LineKind
from resolvers.pet_imports import Becomes, DuplicateReason

described(
    LineKind,
    "What a line of a record tells.",
    {
        LineKind.PET: "About the pet itself.",
        LineKind.VISIT: "A visit, with what was written about it.",
        LineKind.FINDING: "Something measured or found.",
        LineKind.PROBLEM: "Something the pet suffers, or suffered, from.",
        LineKind.VACCINATION: "A dose of a vaccine.",
        LineKind.PROCEDURE: "Something that was done.",
        LineKind.ALLERGY: "Something the pet does not tolerate.",
        LineKind.MEDICINE: "A medicine.",
        LineKind.DOCUMENT: "A document.",
    },
    roles=STAFF,
    name="ImportedLineKind",
)
described(
    Becomes,
    "What the practice makes of a line from elsewhere, beside keeping it as it was written.",
    {
        Becomes.VITAL: "A vital sign, with the source IMPORTED.",
        Becomes.PROBLEM: "An entry in its list of problems.",
        Becomes.ALLERGY: "An allergy.",
        Becomes.VACCINATION: "A vaccination, by which the next dose becomes due.",
    },
    roles=STAFF,
    name="BecomesOfImport",
)
described(
    DuplicateReason,
    "Why a pet may be the one that comes in.",
    {
        DuplicateReason.SAME_MICROCHIP: "It has the same microchip.",
        DuplicateReason.CAME_IN_BEFORE: "It came in from the same software, where it has the same id.",
        DuplicateReason.SAME_NAME_AND_OWNER: "It has the same name, species and one of the owners.",
    },
    roles=STAFF,
)


@strawberry.type(directives=[allow(EVERYBODY)], description="Something that did not fit.")
class LeftOut:
    """Something that did not fit."""

    path: str = strawberry.field(description="Where it stands, such as `observations[3].value`.")
    what: str = strawberry.field(description="What it says, shortened to 120 characters.")
    why: str = strawberry.field(description="Why it did not fit, and what becomes of it, in words for a person.")


@strawberry.type(directives=[allow(STAFF)], description="A fact as it was told elsewhere.")
class ImportedFact:
    """A fact as it was told elsewhere."""

    name: str = strawberry.field(description="What it is called in the format it came in: `dosage.value`.")
    value: str = strawberry.field(description="What it says.")


def _left_out(text: str) -> list[LeftOut]:
    return [LeftOut(**each) for each in json.loads(text)]


def _facts(text: str) -> list[ImportedFact]:
    found: list[ImportedFact] = []
    _collect(json.loads(text)["said"], "", found)
    return found


def _collect(value: Any, name: str, found: list[ImportedFact]) -> None:
    if isinstance(value, dict):
        for key, each in value.items():
            _collect(each, f"{name}.{key}" if name else key, found)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            _collect(each, f"{name}[{number}]", found)
    else:
        found.append(ImportedFact(name=name, value=value if isinstance(value, str) else json.dumps(value)))


@shape(models.RecordImport, STAFF)
class RecordImport(Node):
    """A record of a pet that came in from elsewhere. It stays as it came in."""

    id: strawberry.ID = id_of("RecordImport")
    imported_at: datetime = column("When it came in.")
    imported_by: Staff | None = one("Who took it in; null for the practice's own machinery.", carried=True)
    written_at: datetime = column("When it was written elsewhere.")
    software: str = column("The program that wrote it; empty when it does not say.")
    software_version: str = column("The version of that program; empty when it does not say.")
    format_version: str = column("The version of the Open Vet Format that it says it is in.")
    owner: str = column("Whom it names as the owner, in its own words; empty when it does not say.")
    left_out: list[LeftOut] = computed("What of it did not fit.", _left_out, "left_out")


@shape(models.ImportedLine, STAFF, pet="pet_id", kind=HistoryKind.IMPORTED)
class ImportedLine(HistoryEntry):
    """One thing of a record as it was written elsewhere. Nobody can change it."""

    id: strawberry.ID = id_of("ImportedLine")
    pet: Pet = one("Which pet.", carried=True)
    record_import: RecordImport = one("With what it came in.", carried=True)
    within: ImportedLine | None = one("The line of the visit that it belongs to; null for none.", carried=True)
    kind: LineKind = column("What it tells.")
    at: datetime = column("When it was; noon UTC where only a day is known.")
    title: str = column("What it is called, at most 300 characters.", body=True)
    text: str = column("What it says; empty when it says nothing more.", body=True)
    author: str = column("Who wrote it; empty when it does not say. They are not our staff.")
    practice: str = column("Where that was; empty when it does not say.")
    facts: list[ImportedFact] = computed("All that was said of it, fact by fact.", _facts, "details", body=True)
