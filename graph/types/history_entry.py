"""The history of pets: whatever happened to them and was written about them, in one order."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import models
from graph.reading.shape import Many, mixed
from graph.roles import EVERYBODY, STAFF
from graph.types.enums import described
from graph.types.node import Node
from models import HistoryKind
from resolvers.histories import Wanted, with_words

if TYPE_CHECKING:
    from graph.context import Context
    from graph.types.pet import Pet

described(
    HistoryKind,
    "What stands in the history of a pet.",
    {
        HistoryKind.APPOINTMENT: "An appointment, whatever became of it: an `Appointment`.",
        HistoryKind.VISIT: "A visit: a `Visit`.",
        HistoryKind.NOTE: "What somebody wrote about a visit: a `Note`.",
        HistoryKind.DIAGNOSIS: "What somebody found it to have, or to be suspected of: a `Diagnosis`.",
        HistoryKind.PROCEDURE: "Something that was done to it: a `Procedure`.",
        HistoryKind.TREATMENT: "Something that it was given here: a `Treatment`.",
        HistoryKind.VITAL: "Something that was measured, such as its weight: a `Vital`.",
        HistoryKind.ALLERGY: "Something that it must not be given: an `Allergy`.",
        HistoryKind.VACCINATION: "A vaccination, given here or elsewhere: a `Vaccination`.",
        HistoryKind.PRESCRIPTION: "A medicine that was prescribed: a `Prescription`.",
        HistoryKind.DOCUMENT: "Something that was written for others to read: a `Document`.",
        HistoryKind.IMPORTED: "Something of a record from elsewhere that is nothing of the above: an `ImportedLine`.",
    },
    only={
        kind: STAFF
        for kind in HistoryKind
        if kind
        not in {
            HistoryKind.APPOINTMENT,
            HistoryKind.NOTE,
            HistoryKind.VACCINATION,
            HistoryKind.PRESCRIPTION,
            HistoryKind.DOCUMENT,
        }
    },
)


@mixed(models.HistoryEntry, "kind", EVERYBODY)
class HistoryEntry(Node):
    """Something in the history of a pet.

    Ask for what you know with `... on`, and be ready for kinds that you do not know yet: of them, `at` still
    says when it was.
    """

    at: datetime = strawberry.field(
        description="When it happened, or, of what is planned, when it is to; the history is in this order."
    )
    pet: Annotated[Pet, strawberry.lazy("graph.types.pet")] = strawberry.field(description="To which pet.")


def _meant(_context: Context, given: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
    scope, values = wanted(given).condition()
    if (search := given.get("search")) is None:
        return scope, values
    found, words = with_words(search)
    return " AND ".join(filter(None, (scope, found))), (*values, *words)


def wanted(given: dict[str, Any]) -> Wanted:
    """What is asked for, by the names of the arguments."""
    kinds = given.get("kinds")
    return Wanted(None if kinds is None else tuple(kinds), given.get("from"), given.get("to"))


OF_A_PET = Many(models.HistoryEntry, "pet", ("-at",), _meant)
"""The edge from a pet to its history."""
