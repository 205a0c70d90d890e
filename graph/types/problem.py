"""Problems of a pet, what was diagnosed of them, and the terms in which that is said."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

import models
from graph.reading.shape import column, many, one, shape
from graph.roles import STAFF
from graph.types.node import Node, id_of
from graph.types.pet import Pet
from graph.types.record_enums import Certainty, ProblemState
from graph.types.record_line import RecordLine
from models import HistoryKind

_VENOM = "Its code in VeNom; null where the practice holds no licence or has none for it."
_SNOMED = "Its code in SNOMED CT; null where the practice holds no licence or has none for it."


@shape(models.DiagnosisTerm, STAFF)
class DiagnosisTerm(Node):
    """A term of the practice's own list of diagnoses."""

    id: strawberry.ID = id_of("DiagnosisTerm")
    name: str = column("What it is called.")
    local_code: str = column("Its code in this practice. It never changes.")
    venom_code: str | None = column(_VENOM)
    snomed_code: str | None = column(_SNOMED)
    is_in_use: bool = column("Whether it can be chosen.")


@shape(models.Problem, STAFF, pet="pet_id")
class Problem(Node):
    """Something a pet suffers from, or suffered from: it lasts beyond the visit at which it was found."""

    id: strawberry.ID = id_of("Problem")
    pet: Pet = one("Which pet.", carried=True)
    name: str = column("What it is called, as it was when it was found.", body=True)
    local_code: str | None = column("Its code in this practice; null for free words.")
    venom_code: str | None = column(_VENOM)
    snomed_code: str | None = column(_SNOMED)
    state: ProblemState = column("Whether the pet has it.")
    since_on: date | None = column("Since when it has it; null when nobody knows.")
    resolved_on: date | None = column("Since when it does not have it any more; null while it does.")
    created_at: datetime = column("When it came onto the list.")
    diagnoses: list[Diagnosis] = many(
        "What was diagnosed of it, oldest first; what was entered in error is among them, and marked so.",
        models.Diagnosis,
        "problem",
        order=("at",),
        size=3,
    )


@shape(models.Diagnosis, STAFF, pet="pet_id", kind=HistoryKind.DIAGNOSIS)
class Diagnosis(RecordLine):
    """What somebody found about a problem."""

    id: strawberry.ID = id_of("Diagnosis")
    problem: Problem = one("About which problem.", carried=True)
    certainty: Certainty = column("How sure it is.", body=True)
    comment: str = column("What else was said; empty when nothing was.", body=True)
