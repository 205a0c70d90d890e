"""Treatment plans: made, lengthened, and settled step by step."""

from datetime import date, timedelta

import pytest

from models import EventKind, PlanKind, PlanState, StepOutcome, StepState, TreatmentPlan, TreatmentStep
from models.refusal import (
    EnteredInError,
    Forbidden,
    IdempotencyKeyReused,
    InvalidInput,
    NotFound,
    PetHasDied,
    PlanEnded,
    StepSettled,
)
from models.row import uuid7
from resolvers import deaths, treatment_plans
from resolvers.treatment_plans import NewPlan, Step
from resolvers.viewer import Viewer
from tests.found import events, last_event
from tests.racing import meanwhile
from tests.world import NOW, TODAY, a_nurse, a_pet, a_plan, a_receptionist, a_visit, a_world, how_many_rows

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
LATER = NOW + timedelta(minutes=5)
STEPS = (Step("Look at the wound", TODAY + DAY), Step("Take off the collar"))


def home_care_for(pet, **more):
    given = {"pet_id": pet.id, "kind": PlanKind.HOME_CARE, "title": "After the operation", "starts_on": TODAY}
    return NewPlan(**given | {"steps": STEPS, "goal": "It heals."} | more)


async def steps_of(plan_id):
    return [(one.position, one.what, one.due_on, one.state) for one in await ordered(plan_id)]


async def ordered(plan_id):
    return await TreatmentStep.filter(plan_id=plan_id).order_by("position")


# Making


async def test_a_nurse_plans_what_the_owner_is_to_do_at_home(database):
    world, nurse = await a_world(), await a_nurse()
    visit = await a_visit(world.pet, locked_at=NOW)

    plan_id = await treatment_plans.plan(nurse.viewer, home_care_for(world.pet, visit_id=visit.id), key="k1", now=NOW)

    plan = await TreatmentPlan.get(id=plan_id)
    assert (plan.pet_id, plan.visit_id, plan.made_by_id, plan.created_at) == (world.pet.id, visit.id, nurse.id, NOW)
    assert (plan.kind, plan.title, plan.goal) == (PlanKind.HOME_CARE, "After the operation", "It heals.")
    assert (plan.state, plan.starts_on, plan.ended_at, plan.stopped_because) == (PlanState.ACTIVE, TODAY, None, "")
    assert await steps_of(plan_id) == [
        (1, "Look at the wound", TODAY + DAY, StepState.OPEN),
        (2, "Take off the collar", None, StepState.OPEN),
    ]
    event, detail = await last_event()
    assert (event.kind, event.subject_id) == (EventKind.TREATMENT_PLANNED, plan_id)
    assert "Take off the collar" in detail


async def test_what_is_sent_twice_is_planned_once(database):
    world = await a_world()
    first = await treatment_plans.plan(world.vet.viewer, home_care_for(world.pet), key="k1", now=NOW)

    assert await treatment_plans.plan(world.vet.viewer, home_care_for(world.pet), key="k1", now=LATER) == first
    with pytest.raises(IdempotencyKeyReused):
        await treatment_plans.plan(world.vet.viewer, home_care_for(world.pet, title="Other"), key="k1", now=NOW)
    assert (await TreatmentPlan.all().count(), await TreatmentStep.all().count()) == (1, 2)


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"title": " "}, ("title",)),
        ({"goal": "x" * 2001}, ("goal",)),
        ({"starts_on": date(1900, 1, 1)}, ("startsOn",)),
        ({"steps": ()}, ("steps",)),
        ({"steps": STEPS[:1] * 51}, ("steps",)),
        ({"steps": (STEPS[0], Step(" "))}, ("steps", "1", "what")),
        ({"steps": (Step("x" * 501),)}, ("steps", "0", "what")),
        ({"steps": (Step("Look", TODAY - DAY),)}, ("steps", "0", "dueOn")),
        ({"steps": (Step("Look", date(3000, 1, 1)),)}, ("steps", "0", "dueOn")),
    ],
)
async def test_a_plan_that_makes_no_sense_is_refused(database, wrong, path):
    world = await a_world()
    before = await how_many_rows()

    with pytest.raises(InvalidInput) as refused:
        await treatment_plans.plan(world.vet.viewer, home_care_for(world.pet, **wrong), key="k1", now=NOW)
    assert refused.value.path == path
    assert await how_many_rows() == before


async def test_a_plan_is_for_a_living_pet_and_may_come_from_a_visit_of_it(database):
    world = await a_world()
    dead = await a_pet(world.owner, died_on=TODAY)
    of_another = await a_visit(dead)
    opened_wrongly = await a_visit(world.pet, errored_at=NOW, errored_because="No visit.")
    before = await how_many_rows()

    for more, refusal, path in (
        ({"pet_id": uuid7()}, NotFound, ("petId",)),
        ({"pet_id": dead.id}, PetHasDied, ("petId",)),
        ({"visit_id": uuid7()}, NotFound, ("visitId",)),
        ({"visit_id": of_another.id}, InvalidInput, ("visitId",)),
        ({"visit_id": opened_wrongly.id}, EnteredInError, ("visitId",)),
    ):
        with pytest.raises(refusal) as refused:
            await treatment_plans.plan(world.vet.viewer, home_care_for(world.pet, **more), key="k1", now=NOW)
        assert refused.value.path == path
    assert await how_many_rows() == before


async def test_a_plan_sees_the_death_that_is_just_being_recorded(database):
    world = await a_world()

    refused = await meanwhile(
        lambda: deaths.record(world.vet.viewer, world.pet.id, TODAY, key="k1", now=NOW),
        lambda: treatment_plans.plan(world.vet.viewer, home_care_for(world.pet), key="k2", now=NOW),
    )

    assert isinstance(refused, PetHasDied)
    assert await TreatmentPlan.all().count() == 0


async def test_a_plan_is_made_by_somebody_who_treats_pets(database):
    world, receptionist = await a_world(), await a_receptionist()
    plan, steps = await a_plan(world.pet)
    before = await how_many_rows()

    for viewer in (receptionist.viewer, world.owner.viewer, world.manager.viewer):
        for deed in (
            treatment_plans.plan(viewer, home_care_for(world.pet), key="k1", now=NOW),
            treatment_plans.add_step(viewer, plan.id, Step("Weigh"), key="k1", now=NOW),
            treatment_plans.settle_step(viewer, steps[0].id, StepOutcome.DONE, "", key="k1", now=NOW),
            treatment_plans.stop(viewer, plan.id, "Healed.", key="k1", now=NOW),
        ):
            with pytest.raises(Forbidden):
                await deed
    machinery = Viewer.system("test")
    with pytest.raises(Forbidden):
        await treatment_plans.plan(machinery, home_care_for(world.pet), key="k1", now=NOW)
    with pytest.raises(Forbidden):
        await treatment_plans.settle_step(machinery, steps[0].id, StepOutcome.DONE, "", key="k1", now=NOW)
    assert await how_many_rows() == before
    assert {one.state for one in await TreatmentStep.all()} == {StepState.OPEN}


# Adding


async def test_a_step_is_added_at_the_end(database):
    world = await a_world()
    plan, _ = await a_plan(world.pet)

    added = Step("Weigh\nand write it down", TODAY + 7 * DAY)
    assert await treatment_plans.add_step(world.vet.viewer, plan.id, added, key="k1", now=NOW) == plan.id

    assert (await steps_of(plan.id))[2:] == [(3, "Weigh\nand write it down", TODAY + 7 * DAY, StepState.OPEN)]
    event, detail = await last_event()
    assert (event.kind, event.subject_id) == (EventKind.TREATMENT_STEP_ADDED, plan.id)
    assert "2026-03-09" in detail


async def test_two_who_add_a_step_at_once_add_two(database):
    world = await a_world()
    plan, _ = await a_plan(world.pet)

    await meanwhile(
        lambda: treatment_plans.add_step(world.vet.viewer, plan.id, Step("Weigh"), key="k1", now=NOW),
        lambda: treatment_plans.add_step(world.vet.viewer, plan.id, Step("Swim"), key="k2", now=NOW),
    )

    assert [(one[0], one[1]) for one in await steps_of(plan.id)][2:] == [(3, "Weigh"), (4, "Swim")]


async def test_nothing_is_added_to_a_plan_that_has_ended_is_full_or_is_for_a_dead_pet(database):
    world = await a_world()
    dead = await a_pet(world.owner, died_on=TODAY)
    ended, _ = await a_plan(world.pet, state=PlanState.COMPLETED, ended_at=NOW)
    full, _ = await a_plan(world.pet, steps=[("Walk", None)] * 50)
    late, _ = await a_plan(dead)
    going, _ = await a_plan(world.pet)
    before = await how_many_rows()

    for plan_id, step, refusal, path in (
        (ended.id, Step("Weigh"), PlanEnded, ()),
        (full.id, Step("Weigh"), InvalidInput, ("planId",)),
        (late.id, Step("Weigh"), PetHasDied, ("planId",)),
        (uuid7(), Step("Weigh"), NotFound, ("planId",)),
        (going.id, Step(""), InvalidInput, ("what",)),
        (going.id, Step("Weigh", TODAY - DAY), InvalidInput, ("dueOn",)),
        (going.id, Step("Weigh", date(3000, 1, 1)), InvalidInput, ("dueOn",)),
    ):
        with pytest.raises(refusal) as refused:
            await treatment_plans.add_step(world.vet.viewer, plan_id, step, key="k1", now=NOW)
        assert refused.value.path == path
    assert await how_many_rows() == before


# Settling


async def test_a_plan_is_completed_with_its_last_step(database):
    world, nurse = await a_world(), await a_nurse()
    plan, (look, collar) = await a_plan(world.pet)

    await treatment_plans.settle_step(nurse.viewer, look.id, StepOutcome.DONE, " Dry. ", key="k1", now=NOW)

    done = await TreatmentStep.get(id=look.id)
    assert (done.state, done.comment, done.settled_by_id, done.settled_at) == (StepState.DONE, "Dry.", nurse.id, NOW)
    assert (await TreatmentPlan.get()).state is PlanState.ACTIVE
    await treatment_plans.settle_step(world.vet.viewer, collar.id, StepOutcome.SKIPPED, "", key="k2", now=LATER)
    ended = await TreatmentPlan.get()
    assert (ended.state, ended.ended_at) == (PlanState.COMPLETED, LATER)
    assert (await TreatmentStep.get(id=collar.id)).state is StepState.SKIPPED
    assert await events() == ["TREATMENT_STEP_SETTLED", "TREATMENT_STEP_SETTLED", "TREATMENT_PLAN_COMPLETED"]
    assert (await last_event())[0].subject_id == plan.id


async def test_of_two_who_settle_the_last_two_steps_at_once_one_completes_the_plan(database):
    world, nurse = await a_world(), await a_nurse()
    _, (look, collar) = await a_plan(world.pet)

    await meanwhile(
        lambda: treatment_plans.settle_step(nurse.viewer, look.id, StepOutcome.DONE, "", key="k1", now=NOW),
        lambda: treatment_plans.settle_step(world.vet.viewer, collar.id, StepOutcome.DONE, "", key="k1", now=NOW),
    )

    assert (await TreatmentPlan.get()).state is PlanState.COMPLETED
    assert await events() == ["TREATMENT_STEP_SETTLED", "TREATMENT_STEP_SETTLED", "TREATMENT_PLAN_COMPLETED"]


async def test_of_two_who_settle_one_step_at_once_one_is_told(database):
    world, nurse = await a_world(), await a_nurse()
    _, (look, _) = await a_plan(world.pet)

    refused = await meanwhile(
        lambda: treatment_plans.settle_step(nurse.viewer, look.id, StepOutcome.DONE, "", key="k1", now=NOW),
        lambda: treatment_plans.settle_step(world.vet.viewer, look.id, StepOutcome.SKIPPED, "", key="k1", now=NOW),
    )

    assert isinstance(refused, StepSettled)
    assert (await TreatmentStep.get(id=look.id)).state is StepState.DONE


async def test_a_step_is_settled_once_and_while_its_plan_goes_on(database):
    world = await a_world()
    _, (settled, _) = await a_plan(world.pet)
    await TreatmentStep.filter(id=settled.id).update(state=StepState.DONE, settled_at=NOW)
    _, (left, _) = await a_plan(world.pet, state=PlanState.STOPPED, ended_at=NOW)
    _, (going, _) = await a_plan(world.pet)
    before = await how_many_rows()

    for step_id, comment, refusal, path in (
        (settled.id, "", StepSettled, ()),
        (left.id, "", PlanEnded, ()),
        (going.id, "x" * 501, InvalidInput, ("comment",)),
        (uuid7(), "", NotFound, ("stepId",)),
    ):
        with pytest.raises(refusal) as refused:
            await treatment_plans.settle_step(
                world.vet.viewer, step_id, StepOutcome.SKIPPED, comment, key="k1", now=NOW
            )
        assert refused.value.path == path
    assert await how_many_rows() == before
    assert await TreatmentStep.filter(state=StepState.SKIPPED).count() == 0
