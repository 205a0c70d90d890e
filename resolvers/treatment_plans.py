"""Treatment plans: what is to be done for a pet step by step, here or at home, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import EventKind, Pet, PlanKind, StepOutcome, StepState, TreatmentPlan, TreatmentStep, sql
from models.period import must_be_foreseeable
from models.refusal import InvalidInput, PetHasDied
from models.row import uuid7
from models.text import named, prose
from models.treatment import MOST_STEPS
from resolvers import access, events, retries, visits_named
from resolvers.access import Deed
from resolvers.changes import plain
from resolvers.events import Happening
from resolvers.locks import hold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from resolvers.retries import Outcome
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

LONGEST_STEP = 500
LONGEST_GOAL = 2000


@dataclass(frozen=True, slots=True)
class Step:
    """Something to be done, and the day by which, on the calendar of whoever does it; None for whenever it fits."""

    what: str
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class NewPlan:
    """A plan as it is made; `visit_id` is the visit from which it comes, when it comes from one."""

    pet_id: UUID | None
    kind: PlanKind
    title: str
    starts_on: date
    steps: Sequence[Step]
    goal: str = ""
    visit_id: UUID | None = None


# Reading


def one(viewer: Viewer, plan_id: UUID | None) -> Rows:
    """The plan with this key."""
    return access.rows(viewer, TreatmentPlan).only(plan_id)


def due(viewer: Viewer, *, until: date, since: date | None = None) -> Rows:
    """The open steps due on that day or before, soonest first, of plans that go on and pets that live.

    Without `since`, everything that is overdue is among them.
    """
    rows = access.rows(viewer, TreatmentStep, _DUE, until)
    if since is not None:
        rows = rows.narrowed("{t}.due_on >= ?", since)
    return rows.sorted_by("due_on")


_DUE = (
    "{t}.state = 'OPEN' AND {t}.due_on <= ? AND EXISTS (SELECT 1 FROM treatment_plan going "
    "JOIN pet ON pet.id = going.pet_id WHERE going.id = {t}.plan_id AND going.state = 'ACTIVE' AND pet.died_on IS NULL)"
)


# Writing


async def plan(viewer: Viewer, new: NewPlan, *, key: str, now: datetime) -> UUID:
    """Make a plan for a living pet, in the name of whoever is signed in.

    Raises:
        NotFound: the pet or the visit is not the viewer's to see.
        PetHasDied: the pet has died.
        InvalidInput: a text or a date makes no sense, there are no steps or too many, or the visit was of another pet.
        EnteredInError: the visit is marked so.
    """
    access.may(viewer, Deed.PLAN_TREATMENT)
    retry = retries.asked(viewer, Deed.PLAN_TREATMENT, key, plain(new), now=now)
    plan_id = uuid7()

    async def work() -> Outcome:
        made_by_id = access.the_person(viewer)
        pet = await access.find(viewer, Pet, new.pet_id, path="petId")
        visit_id = await visits_named.of(viewer, new.visit_id, pet.id)
        columns = _columns(new)
        made = TreatmentPlan(
            id=plan_id, pet_id=pet.id, visit_id=visit_id, made_by_id=made_by_id, created_at=now, **columns
        )
        steps = _steps(plan_id, new)
        async with in_transaction():
            await retry.keep(plan=plan_id)
            await _hold_alive(pet.id, "petId")
            await sql.insert([made])
            await sql.insert(steps)
            after = {"pet": str(pet.id), "visit": visit_id and str(visit_id), **columns, "steps": _told(steps)}
            await events.record(viewer, Happening(EventKind.TREATMENT_PLANNED, plan_id, after=after), now=now)
        return {"plan": str(plan_id)}

    return sql.as_key((await retries.once(retry, work))["plan"])


async def add_step(viewer: Viewer, plan_id: UUID | None, step: Step, *, key: str, now: datetime) -> UUID:
    """Add a step at the end of a plan that goes on; the key of the plan.

    Raises:
        NotFound: the plan is not the viewer's to see.
        PlanEnded: it is completed, or was stopped.
        PetHasDied: the pet has died.
        InvalidInput: the text or the date makes no sense, or the plan has as many steps as it may have.
    """
    access.may(viewer, Deed.ADD_TREATMENT_STEP)
    asked = {"plan": str(plan_id), "step": plain(step)}
    retry = retries.asked(viewer, Deed.ADD_TREATMENT_STEP, key, asked, now=now)

    async def work() -> Outcome:
        found = await access.find(viewer, TreatmentPlan, plan_id, path="planId")
        added = _step(found.id, 0, step, found.starts_on)
        async with in_transaction():
            await retry.keep(plan=found.id)
            # The pet first, as a death does.
            await _hold_alive(found.pet_id, "planId")
            held = await hold(TreatmentPlan, found.id, path=("planId",))
            held.must_be_active()
            added.position = await TreatmentStep.filter(plan_id=held.id).count() + 1
            if added.position > MOST_STEPS:
                raise InvalidInput(f"A plan has at most {MOST_STEPS} steps. Please make another one.", path=("planId",))
            await sql.insert([added])
            happening = Happening(EventKind.TREATMENT_STEP_ADDED, held.id, after={"steps": _told([added])})
            await events.record(viewer, happening, now=now)
        return {"plan": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["plan"])


async def settle_step(
    viewer: Viewer, step_id: UUID | None, outcome: StepOutcome, comment: str, *, key: str, now: datetime
) -> UUID:
    """Say what came of a step; the key of its plan, which is completed when nothing in it is open any more.

    Raises:
        NotFound: the step is not the viewer's to see.
        StepSettled: somebody has said so already.
        PlanEnded: the plan was stopped.
        InvalidInput: the comment makes no sense.
    """
    access.may(viewer, Deed.SETTLE_TREATMENT_STEP)
    asked = {"step": str(step_id), "outcome": outcome.value, "comment": comment}
    retry = retries.asked(viewer, Deed.SETTLE_TREATMENT_STEP, key, asked, now=now)

    async def work() -> Outcome:
        found = await access.find(viewer, TreatmentStep, step_id, path="stepId")
        words = prose(comment, path=("comment",), longest=LONGEST_STEP)
        async with in_transaction():
            await retry.keep(plan=found.plan_id)
            # The plan is held, so that of two last steps the second sees that it is the last one.
            held = await hold(TreatmentPlan, found.plan_id, path=("stepId",))
            step = await hold(TreatmentStep, found.id, path=("stepId",))
            step.settle(outcome, words, by=access.the_person(viewer), now=now)
            held.must_be_active()
            await step.save(update_fields=["state", "comment", "settled_at", "settled_by_id"])
            after = {"step": str(step.id), "state": step.state.value, "comment": words}
            happenings = [Happening(EventKind.TREATMENT_STEP_SETTLED, held.id, after=after)]
            if not await TreatmentStep.filter(plan_id=held.id, state=StepState.OPEN).exists():
                held.complete(now=now)
                await held.save(update_fields=["state", "ended_at"])
                happenings.append(Happening(EventKind.TREATMENT_PLAN_COMPLETED, held.id))
            for happening in happenings:
                await events.record(viewer, happening, now=now)
        return {"plan": str(found.plan_id)}

    return sql.as_key((await retries.once(retry, work))["plan"])


async def stop(viewer: Viewer, plan_id: UUID | None, because: str, *, key: str, now: datetime) -> UUID:
    """Stop a plan: nothing in it is due any more, and what was open in it stays open.

    Raises:
        NotFound: the plan is not the viewer's to see.
        PlanEnded: it is completed, or was stopped.
        InvalidInput: the reason makes no sense.
    """
    access.may(viewer, Deed.STOP_TREATMENT_PLAN)
    asked = {"plan": str(plan_id), "because": because}
    retry = retries.asked(viewer, Deed.STOP_TREATMENT_PLAN, key, asked, now=now)

    async def work() -> Outcome:
        found = await access.find(viewer, TreatmentPlan, plan_id, path="planId")
        reason = named(because, path=("because",))
        async with in_transaction():
            await retry.keep(plan=found.id)
            held = await hold(TreatmentPlan, found.id, path=("planId",))
            held.stop(reason, now=now)
            await held.save(update_fields=["state", "ended_at", "stopped_because"])
            happening = Happening(EventKind.TREATMENT_PLAN_STOPPED, held.id, after={"because": reason})
            await events.record(viewer, happening, now=now)
        return {"plan": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["plan"])


# What the deeds above share


async def _hold_alive(pet_id: UUID, path: str) -> None:
    """The pet is held, so that no death is recorded meanwhile."""
    pet = await hold(Pet, pet_id, path=(path,))
    try:
        pet.must_be_alive()
    except PetHasDied as refusal:
        refusal.path = (path,)
        raise


def _columns(new: NewPlan) -> dict[str, object]:
    must_be_foreseeable(new.starts_on, path="startsOn")
    if not 1 <= len(new.steps) <= MOST_STEPS:
        raise InvalidInput(f"A plan has 1 to {MOST_STEPS} steps.", path=("steps",))
    return {
        "kind": new.kind,
        "title": named(new.title, path=("title",)),
        "goal": prose(new.goal, path=("goal",), longest=LONGEST_GOAL),
        "starts_on": new.starts_on,
    }


def _steps(plan_id: UUID, new: NewPlan) -> list[TreatmentStep]:
    made = []
    for number, step in enumerate(new.steps):
        try:
            made.append(_step(plan_id, number + 1, step, new.starts_on))
        except InvalidInput as refusal:
            refusal.path = ("steps", str(number), *refusal.path)
            raise
    return made


def _step(plan_id: UUID, position: int, step: Step, starts_on: date) -> TreatmentStep:
    what = prose(step.what, path=("what",), longest=LONGEST_STEP)
    if not what:
        raise InvalidInput("Please fill this in.", path=("what",))
    if step.due_on is not None:
        must_be_foreseeable(step.due_on, path="dueOn")
        if step.due_on < starts_on:
            raise InvalidInput("That day comes before the plan starts.", path=("dueOn",))
    return TreatmentStep(plan_id=plan_id, position=position, what=what, due_on=step.due_on)


def _told(steps: Sequence[TreatmentStep]) -> list[dict[str, object]]:
    return [{"what": step.what, "due_on": step.due_on} for step in steps]
