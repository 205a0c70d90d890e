"""Treatment plans and their steps."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import strawberry

import models
from graph.reading.shape import column, many, one, shape
from graph.roles import EVERYBODY, STAFF
from graph.types.node import Node, id_of
from graph.types.pet import Pet
from graph.types.staff import Staff
from graph.types.visit import Visit
from models.treatment import PlanKind, PlanState, StepState


@shape(models.TreatmentStep, EVERYBODY, pet="plan.pet_id")
class TreatmentStep(Node):
    """One step of a treatment plan."""

    id: strawberry.ID = id_of("TreatmentStep")
    plan: Annotated[TreatmentPlan, strawberry.lazy("graph.types.treatment_plan")] = one("Of which plan.", carried=True)
    position: int = column("Its place in the plan, from 1.")
    what: str = column("What is to be done, 1 to 500 characters; it may have line breaks.")
    due_on: date | None = column("The day by which it is to be done; null when it is done whenever it fits.")
    state: StepState = column("Where it stands.")
    settled_at: datetime | None = column("When somebody said what came of it; null while it is open.", STAFF)
    settled_by: Staff | None = one("Who said so; null while it is open.", STAFF, carried=True)
    comment: str | None = column("What they said beside; empty when nothing.", STAFF, body=True)


@shape(models.TreatmentPlan, EVERYBODY, pet="pet_id")
class TreatmentPlan(Node):
    """What is to be done for a pet over the next days or weeks, step by step, here or at home."""

    id: strawberry.ID = id_of("TreatmentPlan")
    pet: Pet = one("For which pet.", carried=True)
    visit: Visit | None = one("From which visit it comes; null when from none.", STAFF, carried=True)
    kind: PlanKind = column("Whose plan it is.")
    title: str = column("What it is called, 1 to 200 characters.")
    goal: str = column("What it is to lead to; empty when nobody said.", body=True)
    state: PlanState = column("Where it stands.")
    starts_on: date = column("The day on which it starts.")
    ended_at: datetime | None = column("When it was completed or stopped; null while it goes on.")
    steps: list[TreatmentStep] = many(
        "Its steps in their order, at most 50.", models.TreatmentStep, "plan", order=("position",)
    )
    made_by: Staff | None = one("Who made it.", STAFF, carried=True)
    created_at: datetime | None = column("When it was made.", STAFF)
    stopped_because: str | None = column("Why it was stopped; empty when it was not.", STAFF)
