"""Problems: what a pet suffers from, and what was diagnosed of it when."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields

from models.pet import Pet
from models.recorded import Recorded
from models.refusal import AlreadySo
from models.row import Instant, Row

if TYPE_CHECKING:
    from datetime import date


class DiagnosisTerm(Row):
    """A term of the practice's own list, with room for the codes of lists that it holds a licence for."""

    name = fields.TextField()
    fold = fields.TextField()
    local_code = fields.CharField(max_length=32, unique=True)
    venom_code = fields.CharField(max_length=32, null=True)
    snomed_code = fields.CharField(max_length=32, null=True)
    is_in_use = fields.BooleanField(default=True)

    class Meta:
        table = "diagnosis_term"


class ProblemState(StrEnum):
    """Whether a pet still has it."""

    ACTIVE = "ACTIVE"
    RESOLVED = "RESOLVED"


class Problem(Row):
    """An entry in the list of problems of a pet: it lasts beyond the visit at which it was found."""

    pet: fields.ForeignKeyRelation[Pet] = fields.ForeignKeyField(
        "models.Pet", related_name="problems", on_delete=fields.OnDelete.RESTRICT
    )
    pet_id: UUID
    name = fields.TextField()
    local_code = fields.CharField(max_length=32, null=True)
    venom_code = fields.CharField(max_length=32, null=True)
    snomed_code = fields.CharField(max_length=32, null=True)
    state = fields.CharEnumField(ProblemState, max_length=16, default=ProblemState.ACTIVE)
    since_on = fields.DateField(null=True)
    resolved_on = fields.DateField(null=True)
    created_at = Instant()

    class Meta:
        table = "problem"
        indexes = (("pet_id", "state"),)

    def resolve(self, on: date) -> None:
        """The pet does not have it any more.

        Raises:
            AlreadySo: it is resolved.
        """
        if self.state is ProblemState.RESOLVED:
            raise AlreadySo
        self.state, self.resolved_on = ProblemState.RESOLVED, on

    def reopen(self) -> None:
        """The pet has it again, or has it still.

        Raises:
            AlreadySo: it is active.
        """
        if self.state is ProblemState.ACTIVE:
            raise AlreadySo
        self.state, self.resolved_on = ProblemState.ACTIVE, None


class Certainty(StrEnum):
    """How sure a diagnosis is."""

    SUSPECTED = "SUSPECTED"
    CONFIRMED = "CONFIRMED"
    RULED_OUT = "RULED_OUT"


class Diagnosis(Recorded):
    """What somebody found about a problem."""

    problem: fields.ForeignKeyRelation[Problem] = fields.ForeignKeyField(
        "models.Problem", related_name="diagnoses", on_delete=fields.OnDelete.RESTRICT
    )
    problem_id: UUID
    certainty = fields.CharEnumField(Certainty, max_length=16)
    comment = fields.TextField(default="")

    class Meta:
        table = "diagnosis"
        indexes = (("pet_id", "at"), ("note_id",), ("problem_id", "at"))
