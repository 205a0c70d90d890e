"""Treatment plans: stopped, due, and seen by owners."""

from datetime import timedelta

import pytest

from models import EventKind, PlanKind, PlanState, StepState, TreatmentPlan, TreatmentStep
from models.refusal import InvalidInput, NotFound, PlanEnded
from models.row import uuid7
from resolvers import treatment_plans
from tests.found import found, last_event
from tests.world import NOW, TODAY, a_pet, a_plan, a_world, how_many_rows

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
LATER = NOW + timedelta(minutes=5)


# Stopping


async def test_what_is_open_in_a_plan_that_is_stopped_stays_open_and_is_not_due(database):
    world = await a_world()
    plan, _ = await a_plan(world.pet)

    await treatment_plans.stop(world.vet.viewer, plan.id, "It has healed.", key="k1", now=LATER)

    stopped = await TreatmentPlan.get()
    assert (stopped.state, stopped.ended_at, stopped.stopped_because) == (PlanState.STOPPED, LATER, "It has healed.")
    assert {one.state for one in await TreatmentStep.all()} == {StepState.OPEN}
    assert await found(treatment_plans.due(world.vet.viewer, until=TODAY)) == []
    event, detail = await last_event()
    assert (event.kind, event.subject_id) == (EventKind.TREATMENT_PLAN_STOPPED, plan.id)
    assert "It has healed." in detail


async def test_a_plan_ends_once_and_is_stopped_with_a_reason(database):
    world = await a_world()
    ended, _ = await a_plan(world.pet, state=PlanState.COMPLETED, ended_at=NOW)
    going, _ = await a_plan(world.pet)
    before = await how_many_rows()

    for plan_id, because, refusal, path in (
        (ended.id, "Healed.", PlanEnded, ()),
        (going.id, " ", InvalidInput, ("because",)),
        (uuid7(), "Healed.", NotFound, ("planId",)),
    ):
        with pytest.raises(refusal) as refused:
            await treatment_plans.stop(world.vet.viewer, plan_id, because, key="k1", now=LATER)
        assert refused.value.path == path
    assert await how_many_rows() == before
    assert (await TreatmentPlan.get(id=going.id)).state is PlanState.ACTIVE


# What is due


async def test_what_is_due_is_open_on_time_or_overdue_and_for_living_pets(database):
    world = await a_world()
    dead = await a_pet(world.owner, died_on=TODAY)
    days = (("today", TODAY), ("long ago", TODAY - 30 * DAY), ("tomorrow", TODAY + DAY), ("whenever", None))
    _, steps = await a_plan(world.pet, PlanKind.TREATMENT, steps=days, starts_on=TODAY - 30 * DAY)
    _, done = await a_plan(world.pet, steps=[("done", TODAY), ("skipped", TODAY)])
    await TreatmentStep.filter(id=done[0].id).update(state=StepState.DONE, settled_at=NOW)
    await TreatmentStep.filter(id=done[1].id).update(state=StepState.SKIPPED, settled_at=NOW)
    await a_plan(world.pet, steps=[("stopped", TODAY)], state=PlanState.STOPPED, ended_at=NOW)
    await a_plan(dead, steps=[("dead", TODAY)])
    assert len(steps) == 4

    async def due(**when):
        return [one.what for one in await found(treatment_plans.due(world.receptionist.viewer, **when))]

    assert await due(until=TODAY) == ["long ago", "today"]
    assert await due(until=TODAY, since=TODAY) == ["today"]
    assert await due(until=TODAY + DAY, since=TODAY - DAY) == ["today", "tomorrow"]
    assert await due(until=TODAY - 31 * DAY) == []


async def test_owners_see_what_is_for_home_and_nothing_of_what_is_for_here(database):
    world = await a_world()
    kinds = {kind: (await a_plan(world.pet, kind))[0].id for kind in PlanKind}

    seen = {kind for kind, each in kinds.items() if await found(treatment_plans.one(world.owner.viewer, each))}

    assert seen == {PlanKind.HOME_CARE, PlanKind.EXERCISE}
    assert len(await found(treatment_plans.due(world.owner.viewer, until=TODAY))) == 2
