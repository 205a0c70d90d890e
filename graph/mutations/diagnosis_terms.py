"""Adding and amending the terms of the practice's own list of diagnoses."""

from __future__ import annotations

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key
from graph.inputs import changed, changed_not_cleared
from graph.types.problem import DiagnosisTerm
from resolvers import diagnosis_terms
from resolvers.access import DEEDS, Deed
from resolvers.diagnosis_terms import NewTerm, TermChanges

_NAME = "What it is called, 1 to 200 characters"
_VENOM = "Its code in VeNom, at most 32 characters; for practices that hold the licence"
_SNOMED = "Its code in SNOMED CT, at most 32 characters; for practices that hold the licence"


@deed_input(DEEDS[Deed.ADD_DIAGNOSIS_TERM])
class AddDiagnosisTermInput:
    """A term that the practice uses from now on."""

    name: str = said(f"{_NAME}.")
    local_code: str = said("Its code in this practice: 1 to 32 letters from A to Z and digits, taken by no other term.")
    venom_code: str | None = said(f"{_VENOM}.", default=None)
    snomed_code: str | None = said(f"{_SNOMED}.", default=None)
    idempotency_key: str = said(KEY)


@deed_input(DEEDS[Deed.AMEND_DIAGNOSIS_TERM])
class AmendDiagnosisTermInput:
    """What changes about a term; what is not given stays as it is."""

    term_id: strawberry.ID = said("Which term.")
    name: str | None = said(f"{_NAME}. It cannot be cleared.", default=strawberry.UNSET)
    venom_code: str | None = said(f"{_VENOM}; null clears it.", default=strawberry.UNSET)
    snomed_code: str | None = said(f"{_SNOMED}; null clears it.", default=strawberry.UNSET)
    is_in_use: bool | None = said("Whether it can be chosen. It cannot be cleared.", default=strawberry.UNSET)
    idempotency_key: str = said(KEY)


@payload(DEEDS[Deed.ADD_DIAGNOSIS_TERM])
class DiagnosisTermAdded:
    """The term can be chosen."""

    term: DiagnosisTerm = said("The term.")


@payload(DEEDS[Deed.AMEND_DIAGNOSIS_TERM])
class DiagnosisTermAmended:
    """What was given is written; what was diagnosed by the term keeps the words that it had then."""

    term: DiagnosisTerm = said("The term as it is now.")


@strawberry.type
class DiagnosisTermMutations:
    """Adding and amending the terms of the practice's own list of diagnoses."""

    @mutation(Deed.ADD_DIAGNOSIS_TERM, DiagnosisTermAdded)
    async def add_diagnosis_term(self, info: Info, input: AddDiagnosisTermInput) -> object:
        """Add a term to the practice's own list."""
        viewer = info.context.viewer
        term = NewTerm(input.name, input.local_code, input.venom_code, input.snomed_code)
        added = await diagnosis_terms.add(viewer, term, key=input.idempotency_key, now=info.context.now)
        return answered(DiagnosisTermAdded, term=diagnosis_terms.one(viewer, added))

    @mutation(Deed.AMEND_DIAGNOSIS_TERM, DiagnosisTermAmended)
    async def amend_diagnosis_term(self, info: Info, input: AmendDiagnosisTermInput) -> object:
        """Change a term of the practice's own list."""
        viewer = info.context.viewer
        changes = TermChanges(
            name=changed(input.name, null=""),
            venom_code=changed(input.venom_code, null=None),
            snomed_code=changed(input.snomed_code, null=None),
            is_in_use=changed_not_cleared(input.is_in_use, "isInUse"),
        )
        amended = await diagnosis_terms.amend(
            viewer, key("DiagnosisTerm", input.term_id), changes, key=input.idempotency_key, now=info.context.now
        )
        return answered(DiagnosisTermAmended, term=diagnosis_terms.one(viewer, amended))
