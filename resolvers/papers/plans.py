"""Treatment plans on paper: what is to be done step by step, with a box to tick for each."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from models import PlanState, Staff, StepState, TreatmentPlan, TreatmentStep
from models.paper import Paper, PlanFacts, PlannedStep
from resolvers.papers import occasions

if TYPE_CHECKING:
    from uuid import UUID


async def paper(plan_id: UUID) -> Paper | None:
    """The plan as it stands, in the language of the owner. None when there is no such plan."""
    plan = await TreatmentPlan.get_or_none(id=plan_id)
    if plan is None:
        return None
    occasion = await occasions.of(plan.pet_id, plan.visit_id, is_for_the_owner=True)
    words = occasion.words
    made_by = await Staff.get(id=plan.made_by_id)
    steps = await TreatmentStep.filter(plan_id=plan.id).order_by("position")
    facts = PlanFacts(
        kind=words.said("plan", plan.kind.value),
        title=plan.title,
        about=(
            *occasion.about,
            (words.said("plan", "starts_on"), words.day(plan.starts_on)),
            (words.said("plan", "made_by"), made_by.display_name),
        ),
        goal=plan.goal,
        notice="" if plan.state is PlanState.ACTIVE else words.said("plan", plan.state.value.lower()),
        steps=[
            PlannedStep(
                what=step.what,
                due_on=words.day(step.due_on) if step.due_on else words.said("plan", "whenever"),
                outcome=words.said("step", step.state.value),
                is_done=step.state is StepState.DONE,
            )
            for step in steps
        ],
    )
    return Paper(
        template="plan",
        language=words.language,
        letterhead=occasion.letterhead,
        labels=words.words("paper", "plan"),
        facts=asdict(facts),
        dated=plan.created_at,
    )
