"""Recording diagnoses, and keeping the list of problems true."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

import models
from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key, maybe_key
from graph.mutations.vitals import AT, NOTE, PET
from graph.types.problem import Diagnosis, Problem
from graph.types.record_enums import Certainty
from models.refusal import AlreadySigned, AlreadySo, EnteredInError, RecordLocked
from resolvers import lines, problems
from resolvers.access import DEEDS, Deed
from resolvers.lines import Line
from resolvers.problems import Finding

_WAYS = "Give exactly one of `problemId`, `localCode` and `name`."


@deed_input(DEEDS[Deed.RECORD_DIAGNOSIS])
class RecordDiagnosisInput:
    """What was found about a pet. Give exactly one of `problemId`, `localCode` and `name`."""

    pet_id: strawberry.ID = said(PET)
    note_id: strawberry.ID | None = said(NOTE, default=None)
    problem_id: strawberry.ID | None = said(f"A problem that is on the pet's list. {_WAYS}", default=None)
    local_code: str | None = said(f"A term in use of the practice's own list, by its code. {_WAYS}", default=None)
    name: str | None = said(f"Any other problem in words, 1 to 200 characters. {_WAYS}", default=None)
    venom_code: str | None = said("With `name`, its code in VeNom, at most 32 characters.", default=None)
    snomed_code: str | None = said("With `name`, its code in SNOMED CT, at most 32 characters.", default=None)
    since_on: date | None = said("Since when the pet has it, for what comes onto the list by this.", default=None)
    certainty: Certainty = said("How sure it is.")
    comment: str | None = said("What else is to be said, at most 5000 characters.", default=None)
    at: datetime | None = said(AT, default=None)
    idempotency_key: str = said(KEY)


@deed_input(DEEDS[Deed.RESOLVE_PROBLEM])
class ResolveProblemInput:
    """A problem that a pet does not have any more."""

    problem_id: strawberry.ID = said("Which problem.")
    resolved_on: date | None = said(
        "Since when, not in the future and not before it began; today in UTC when nothing is said.", default=None
    )
    idempotency_key: str = said(KEY)


@deed_input(DEEDS[Deed.REOPEN_PROBLEM])
class ReopenProblemInput:
    """A problem that a pet has still, or again."""

    problem_id: strawberry.ID = said("Which problem.")
    idempotency_key: str = said(KEY)


@payload(DEEDS[Deed.RECORD_DIAGNOSIS])
class DiagnosisRecorded:
    """The diagnosis is written down, and its problem is on the pet's list."""

    diagnosis: Diagnosis = said("The diagnosis.")


@payload(DEEDS[Deed.RESOLVE_PROBLEM])
class ProblemResolved:
    """The pet does not have it any more."""

    problem: Problem = said("The problem as it is now.")


@payload(DEEDS[Deed.REOPEN_PROBLEM])
class ProblemReopened:
    """The pet has it."""

    problem: Problem = said("The problem as it is now.")


@strawberry.type
class ProblemMutations:
    """Recording diagnoses, and keeping the list of problems true."""

    @mutation(Deed.RECORD_DIAGNOSIS, DiagnosisRecorded, AlreadySigned, RecordLocked, EnteredInError)
    async def record_diagnosis(self, info: Info, input: RecordDiagnosisInput) -> object:
        """Record a diagnosis. Its problem comes onto the pet's list, unless it is there under the same name.

        The latest diagnosis says whether the pet has the problem: one that is ruled out is resolved by that.
        """
        viewer = info.context.viewer
        line = Line(key("Pet", input.pet_id), maybe_key("Note", input.note_id), input.at)
        finding = Finding(
            certainty=input.certainty,
            problem_id=maybe_key("Problem", input.problem_id),
            local_code=input.local_code,
            name=input.name,
            venom_code=input.venom_code,
            snomed_code=input.snomed_code,
            since_on=input.since_on,
            comment=input.comment or "",
        )
        made = await problems.record_diagnosis(viewer, line, finding, key=input.idempotency_key, now=info.context.now)
        return answered(DiagnosisRecorded, diagnosis=lines.one(viewer, models.Diagnosis, made))

    @mutation(Deed.RESOLVE_PROBLEM, ProblemResolved, AlreadySo)
    async def resolve_problem(self, info: Info, input: ResolveProblemInput) -> object:
        """Write down that a pet does not have a problem any more."""
        viewer, named = info.context.viewer, key("Problem", input.problem_id)
        resolved = await problems.resolve(
            viewer, named, input.resolved_on, key=input.idempotency_key, now=info.context.now
        )
        return answered(ProblemResolved, problem=problems.one(viewer, resolved))

    @mutation(Deed.REOPEN_PROBLEM, ProblemReopened, AlreadySo)
    async def reopen_problem(self, info: Info, input: ReopenProblemInput) -> object:
        """Write down that a pet has a problem still, or again."""
        viewer, named = info.context.viewer, key("Problem", input.problem_id)
        reopened = await problems.reopen(viewer, named, key=input.idempotency_key, now=info.context.now)
        return answered(ProblemReopened, problem=problems.one(viewer, reopened))
