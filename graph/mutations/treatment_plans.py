"""Making treatment plans, and saying what came of their steps."""

from __future__ import annotations

from datetime import date

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key, maybe_key
from graph.roles import CLINICAL
from graph.types.treatment_plan import TreatmentPlan
from models.refusal import EnteredInError, PetHasDied, PlanEnded, StepSettled
from models.treatment import PlanKind, StepOutcome
from resolvers import treatment_plans
from resolvers.access import Deed
from resolvers.treatment_plans import NewPlan, Step

_NOW = "The plan as it is now."
_WHAT = "What is to be done, 1 to 500 characters; it may have line breaks."
_DUE = (
    "The day by which it is to be done, on the calendar of whoever does it; not before the plan starts. Null when it is"
    " done whenever it fits."
)


@deed_input(CLINICAL)
class TreatmentStepInput:
    """A step of a new plan."""

    what: str = said(_WHAT)
    due_on: date | None = said(_DUE, default=None)


@deed_input(CLINICAL)
class PlanTreatmentInput:
    """What is to be done for a pet, step by step."""

    pet_id: strawberry.ID = said("For which pet; it must be alive.")
    visit_id: strawberry.ID | None = said(
        "From which visit of it the plan comes, when it comes from one.", default=None
    )
    kind: PlanKind = said("Whose plan it is: owners see those for home.")
    title: str = said("What it is called, 1 to 200 characters.")
    goal: str | None = said("What it is to lead to, at most 2,000 characters.", default=None)
    starts_on: date = said("The day on which it starts.")
    steps: list[TreatmentStepInput] = said("Its steps in their order, 1 to 50.")
    idempotency_key: str = said(KEY)


@deed_input(CLINICAL)
class AddTreatmentStepInput:
    """One more step, at the end of a plan that goes on."""

    plan_id: strawberry.ID = said("Which plan; it has at most 50 steps.")
    what: str = said(_WHAT)
    due_on: date | None = said(_DUE, default=None)
    idempotency_key: str = said(KEY)


@deed_input(CLINICAL)
class SettleTreatmentStepInput:
    """What came of a step."""

    step_id: strawberry.ID = said("Which step; it must be open.")
    outcome: StepOutcome = said("What came of it.")
    comment: str | None = said("What there is to say, at most 500 characters; owners do not see it.", default=None)
    idempotency_key: str = said(KEY)


@deed_input(CLINICAL)
class StopTreatmentPlanInput:
    """A plan that is not gone on with."""

    plan_id: strawberry.ID = said("Which plan.")
    because: str = said("Why, 1 to 200 characters; owners do not see it.")
    idempotency_key: str = said(KEY)


@payload(CLINICAL)
class TreatmentPlanned:
    """There is a new plan, which goes on."""

    plan: TreatmentPlan = said(_NOW)


@payload(CLINICAL)
class TreatmentStepAdded:
    """The plan has one step more."""

    plan: TreatmentPlan = said(_NOW)


@payload(CLINICAL)
class TreatmentStepSettled:
    """The step is done or left out; with the last one the plan is completed."""

    plan: TreatmentPlan = said(_NOW)


@payload(CLINICAL)
class TreatmentPlanStopped:
    """The plan is stopped, and nothing in it is due any more."""

    plan: TreatmentPlan = said(_NOW)


@strawberry.type
class TreatmentPlanMutations:
    """Making treatment plans, and saying what came of their steps."""

    @mutation(Deed.PLAN_TREATMENT, TreatmentPlanned, PetHasDied, EnteredInError)
    async def plan_treatment(self, info: Info, input: PlanTreatmentInput) -> object:
        """Make a treatment plan in the name of whoever is signed in."""
        viewer = info.context.viewer
        new = NewPlan(
            pet_id=key("Pet", input.pet_id),
            visit_id=maybe_key("Visit", input.visit_id),
            kind=input.kind,
            title=input.title,
            goal=input.goal or "",
            starts_on=input.starts_on,
            steps=[Step(each.what, each.due_on) for each in input.steps],
        )
        planned = await treatment_plans.plan(viewer, new, key=input.idempotency_key, now=info.context.now)
        return answered(TreatmentPlanned, plan=treatment_plans.one(viewer, planned))

    @mutation(Deed.ADD_TREATMENT_STEP, TreatmentStepAdded, PlanEnded, PetHasDied)
    async def add_treatment_step(self, info: Info, input: AddTreatmentStepInput) -> object:
        """Add a step to a plan that goes on. To change an open step, leave it out and add another."""
        viewer = info.context.viewer
        plan_id, step = key("TreatmentPlan", input.plan_id), Step(input.what, input.due_on)
        added = await treatment_plans.add_step(viewer, plan_id, step, key=input.idempotency_key, now=info.context.now)
        return answered(TreatmentStepAdded, plan=treatment_plans.one(viewer, added))

    @mutation(Deed.SETTLE_TREATMENT_STEP, TreatmentStepSettled, StepSettled, PlanEnded)
    async def settle_treatment_step(self, info: Info, input: SettleTreatmentStepInput) -> object:
        """Say that a step was done or left out. When nothing in the plan is open any more, it is completed by that."""
        viewer = info.context.viewer
        settled = await treatment_plans.settle_step(
            viewer,
            key("TreatmentStep", input.step_id),
            input.outcome,
            input.comment or "",
            key=input.idempotency_key,
            now=info.context.now,
        )
        return answered(TreatmentStepSettled, plan=treatment_plans.one(viewer, settled))

    @mutation(Deed.STOP_TREATMENT_PLAN, TreatmentPlanStopped, PlanEnded)
    async def stop_treatment_plan(self, info: Info, input: StopTreatmentPlanInput) -> object:
        """Stop a plan. What is open in it stays open, and is not due any more."""
        viewer = info.context.viewer
        plan_id = key("TreatmentPlan", input.plan_id)
        stopped = await treatment_plans.stop(
            viewer, plan_id, input.because, key=input.idempotency_key, now=info.context.now
        )
        return answered(TreatmentPlanStopped, plan=treatment_plans.one(viewer, stopped))
