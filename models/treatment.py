"""Treatments: what was done and given, and what is planned to be."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields

from models.pet import Pet
from models.recorded import Recorded
from models.refusal import PlanEnded, StepSettled
from models.row import Instant, Row, no_instant_yet
from models.service import Service
from models.staff import Staff
from models.visit import Visit

if TYPE_CHECKING:
    from datetime import datetime

MOST_STEPS = 50
"""How many steps a plan may have: what is longer is two plans."""


class Procedure(Recorded):
    """Something that was done to a pet: a dental cleaning, an X-ray, a suture."""

    service: fields.ForeignKeyNullableRelation[Service] = fields.ForeignKeyField(
        "models.Service", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    service_id: UUID | None
    name = fields.TextField()
    site = fields.TextField(default="")
    details = fields.TextField(default="")
    done_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    done_by_id: UUID

    class Meta:
        table = "procedure"
        indexes = (("pet_id", "at"), ("note_id",))


class Treatment(Recorded):
    """A medicine, fluid or dressing that a pet was given here. `amount` is as it was measured: `0.8 ml`."""

    name = fields.TextField()
    amount = fields.TextField(default="")
    route = fields.TextField(default="")
    lot = fields.TextField(default="")
    given_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    given_by_id: UUID

    class Meta:
        table = "treatment"
        indexes = (("pet_id", "at"), ("note_id",))


class PlanKind(StrEnum):
    """Whose plan it is: the practice's, or something for the owner to do at home."""

    TREATMENT = "TREATMENT"
    HOME_CARE = "HOME_CARE"
    EXERCISE = "EXERCISE"


class PlanState(StrEnum):
    """Where a plan stands."""

    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    STOPPED = "STOPPED"


class TreatmentPlan(Row):
    """What is to be done for a pet over the next days or weeks, step by step."""

    pet: fields.ForeignKeyRelation[Pet] = fields.ForeignKeyField(
        "models.Pet", related_name="treatment_plans", on_delete=fields.OnDelete.RESTRICT
    )
    pet_id: UUID
    visit: fields.ForeignKeyNullableRelation[Visit] = fields.ForeignKeyField(
        "models.Visit", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    visit_id: UUID | None
    kind = fields.CharEnumField(PlanKind, max_length=16)
    title = fields.TextField()
    goal = fields.TextField(default="")
    state = fields.CharEnumField(PlanState, max_length=16, default=PlanState.ACTIVE)
    starts_on = fields.DateField()
    made_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    made_by_id: UUID
    created_at = Instant()
    ended_at = no_instant_yet()
    stopped_because = fields.TextField(default="")

    class Meta:
        table = "treatment_plan"
        indexes = (("pet_id", "state"), ("visit_id",))

    def must_be_active(self) -> None:
        """Refuse to work on what has ended.

        Raises:
            PlanEnded: it is completed, or was stopped.
        """
        if self.state is not PlanState.ACTIVE:
            raise PlanEnded

    def complete(self, *, now: datetime) -> None:
        """Everything in it is settled.

        Raises:
            PlanEnded: it has ended already.
        """
        self.must_be_active()
        self.state, self.ended_at = PlanState.COMPLETED, now

    def stop(self, because: str, *, now: datetime) -> None:
        """It is not gone on with; what is open in it stays open.

        Raises:
            PlanEnded: it has ended already.
        """
        self.must_be_active()
        self.state, self.ended_at, self.stopped_because = PlanState.STOPPED, now, because


class StepState(StrEnum):
    """Where a step of a plan stands."""

    OPEN = "OPEN"
    DONE = "DONE"
    SKIPPED = "SKIPPED"


class StepOutcome(StrEnum):
    """What may come of a step."""

    DONE = "DONE"
    SKIPPED = "SKIPPED"


class TreatmentStep(Row):
    """One step of a plan. `due_on` is a day of the calendar at the place, null when it is done whenever it fits."""

    plan: fields.ForeignKeyRelation[TreatmentPlan] = fields.ForeignKeyField(
        "models.TreatmentPlan", related_name="steps", on_delete=fields.OnDelete.RESTRICT
    )
    plan_id: UUID
    position = fields.IntField()
    what = fields.TextField()
    due_on = fields.DateField(null=True)
    state = fields.CharEnumField(StepState, max_length=16, default=StepState.OPEN)
    settled_at = no_instant_yet()
    settled_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    settled_by_id: UUID | None
    comment = fields.TextField(default="")

    class Meta:
        table = "treatment_step"
        unique_together = (("plan", "position"),)
        indexes = (("state", "due_on"),)

    def settle(self, outcome: StepOutcome, comment: str, *, by: UUID, now: datetime) -> None:
        """Say what came of it.

        Raises:
            StepSettled: somebody has said so already.
        """
        if self.state is not StepState.OPEN:
            raise StepSettled
        self.state, self.comment = StepState(outcome), comment
        self.settled_at, self.settled_by_id = now, by
