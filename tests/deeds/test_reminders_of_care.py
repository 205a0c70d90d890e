"""Reminders of everything but doses: steps of plans, repeats, services that come again, and ages."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from models import (
    PlanKind,
    Prescription,
    PrescriptionRepeat,
    Procedure,
    ReminderReason,
    RuleKind,
    Status,
    StepOutcome,
)
from resolvers import appointments, pets, prescriptions, treatment_plans
from resolvers.pets import PetChanges
from resolvers.treatment_plans import Step
from tests.doses import kept as key
from tests.reminding import (
    COMPLETED,
    DAY,
    PLANNED,
    a_plan_with_steps,
    born,
    kept,
    planned,
    stand,
    the_reminder,
    withdrawn,
)
from tests.world import (
    NOW,
    TODAY,
    a_booking,
    a_rule,
    a_service,
    a_world,
)

pytestmark = pytest.mark.anyio

NO_LONGER_DUE = withdrawn(ReminderReason.NO_LONGER_DUE)
DOES_NOT_FIT = withdrawn(ReminderReason.DOES_NOT_FIT)
NO_OWNER = withdrawn(ReminderReason.NO_OWNER)


@pytest.fixture
async def world(database):
    return await a_world()


# Steps of a plan


async def test_each_step_with_a_day_is_due_and_ends_as_it_is_settled(world):
    await a_rule("Knee", RuleKind.TREATMENT_STEP, steps=(-2, 0))
    plan_id, steps = await a_plan_with_steps(world, 10, 20, 30)
    await a_plan_with_steps(world, 12, kind=PlanKind.EXERCISE)  # for the owner to do at home
    assert [(due_on, state) for _, due_on, state in await stand(world.pet)] == [
        (TODAY + day * DAY, PLANNED) for day in (10, 20, 30)
    ]
    assert [(row.subject, row.cycle) for row in await kept(world.pet)] == [(str(step.id), "0") for step in steps[:3]]
    assert {row.sentence for row in await kept(world.pet)} == {"It is planned for this day in the treatment plan."}

    later = NOW + 9 * DAY
    await treatment_plans.settle_step(world.vet.viewer, steps[0].id, StepOutcome.DONE, "", **key(later))
    await treatment_plans.settle_step(world.vet.viewer, steps[1].id, StepOutcome.SKIPPED, "", **key(later))
    await planned(later)
    assert [state for _, _, state in await stand(world.pet)] == [COMPLETED, NO_LONGER_DUE, PLANNED]
    assert (await kept(world.pet))[0].done_on == TODAY + 9 * DAY

    await treatment_plans.stop(world.vet.viewer, plan_id, "It has healed.", **key(later))
    await planned(later)
    assert [state for _, _, state in await stand(world.pet)] == [COMPLETED, NO_LONGER_DUE, NO_LONGER_DUE]


async def test_a_step_that_is_added_is_due_as_well(world):
    await a_rule("Knee", RuleKind.TREATMENT_STEP, steps=(0,))
    plan_id, _ = await a_plan_with_steps(world)
    assert await kept(world.pet) == []
    await treatment_plans.add_step(world.vet.viewer, plan_id, Step("X-ray", TODAY + 5 * DAY), **key())
    await planned()
    assert [due_on for _, due_on, _ in await stand(world.pet)] == [TODAY + 5 * DAY]


# Repeats of a prescription


async def a_medicine(world, **more) -> Prescription:
    given: dict[str, Any] = {
        "days": 30, "repeats_allowed": 2, "repeats_given": 0, "valid_until": TODAY + 100 * DAY, "at": NOW,
        "recorded_at": NOW, "recorded_by_id": world.vet.id, "prescribed_by_id": world.vet.id, "medicine": "Meloxicam",
        "directions": "Daily",
    }  # fmt: skip
    return await Prescription.create(pet_id=world.pet.id, **{**given, **more})


async def test_a_repeat_is_due_when_what_was_handed_out_is_used_up(world):
    await a_rule("Tablets", RuleKind.PRESCRIPTION_REPEAT, steps=(-5, 0))
    medicine = await a_medicine(world)
    await pets.amend(world.vet.viewer, world.pet.id, PetChanges(colour="red"), **key())  # leads the worker there
    await planned()
    reminder = await the_reminder(world.pet)
    assert (reminder.subject, reminder.cycle, reminder.due_on) == (str(medicine.id), "0", TODAY + 30 * DAY)
    assert reminder.sentence == "What was handed out lasts 30 days."

    later = NOW + 28 * DAY
    await prescriptions.give_repeat(world.vet.viewer, medicine.id, **key(later))
    await planned(later)
    assert [(due_on, state) for _, due_on, state in await stand(world.pet)] == [
        (TODAY + 30 * DAY, COMPLETED),
        (TODAY + 58 * DAY, PLANNED),
    ]
    assert (await kept(world.pet))[0].done_on == TODAY + 28 * DAY
    last = NOW + 55 * DAY
    await prescriptions.give_repeat(world.vet.viewer, medicine.id, **key(last))
    await planned(last)
    assert [state for _, _, state in await stand(world.pet)] == [COMPLETED, COMPLETED]  # none is left
    assert await PrescriptionRepeat.all().count() == 2


@pytest.mark.parametrize(
    ("more", "is_due"),
    [
        ({"valid_until": TODAY + 30 * DAY}, True),
        ({"valid_until": TODAY + 29 * DAY}, False),
        ({"days": None}, False),
        ({"repeats_allowed": 0}, False),
        ({"errored_at": NOW, "errored_because": "Another pet."}, False),
    ],
)
async def test_nothing_is_due_of_what_cannot_be_repeated(world, more, is_due):
    await a_rule("Tablets", RuleKind.PRESCRIPTION_REPEAT, steps=(0,))
    await a_medicine(world, **more)
    await pets.amend(world.vet.viewer, world.pet.id, PetChanges(colour="red"), **key())
    await planned()
    assert bool(await kept(world.pet)) is is_due


async def test_a_medicine_that_is_stopped_is_not_due_any_more(world):
    await a_rule("Tablets", RuleKind.PRESCRIPTION_REPEAT, steps=(0,))
    medicine = await a_medicine(world)
    await pets.amend(world.vet.viewer, world.pet.id, PetChanges(colour="red"), **key())
    await planned()
    await prescriptions.stop(world.vet.viewer, medicine.id, "It does not help.", **key())
    await planned()
    assert [state for _, _, state in await stand(world.pet)] == [NO_LONGER_DUE]


async def test_a_repeat_that_cannot_be_handed_out_any_more_is_not_told(world):
    await a_rule("Tablets", RuleKind.PRESCRIPTION_REPEAT, steps=(0, 10))
    await a_medicine(world, valid_until=TODAY + 35 * DAY)
    await pets.amend(world.vet.viewer, world.pet.id, PetChanges(colour="red"), **key())
    await planned()
    on_the_last_day, after = NOW + 35 * DAY, NOW + 36 * DAY
    reminder = await the_reminder(world.pet)
    assert reminder.look_again_at is not None
    assert on_the_last_day < reminder.look_again_at <= after
    await planned(on_the_last_day)
    assert [state for _, _, state in await stand(world.pet)] != [NO_LONGER_DUE]
    await planned(after)
    assert [state for _, _, state in await stand(world.pet)] == [NO_LONGER_DUE]
    assert (await the_reminder(world.pet)).next_step_at is None


# Services that come again


async def test_a_service_is_due_again_after_it_was_done(world):
    dental = await a_service("Dental")
    await a_rule("Yearly dental", RuleKind.SERVICE_INTERVAL, every_months=12, steps=(-14, 0), services=[dental])
    assert (await planned()).reminders == 0
    done = await a_booking(world.pet, starts_at=NOW - 40 * DAY, service=dental, status=Status.IN_PROGRESS)
    await appointments.complete(world.vet.viewer, done.id, **key())
    await planned()
    first = await the_reminder(world.pet)
    assert (first.subject, first.cycle, first.due_on) == ("", str(done.id), date(2027, 1, 21))
    assert first.sentence == "It is due 1 year after it was last done."

    again = await a_booking(world.pet, starts_at=NOW + 300 * DAY, service=dental, status=Status.IN_PROGRESS)
    await planned()
    await appointments.complete(world.vet.viewer, again.id, **key(NOW + 300 * DAY))
    await planned(NOW + 300 * DAY)
    day = TODAY + 300 * DAY
    assert [(due_on, state) for _, due_on, state in await stand(world.pet)] == [
        (date(2027, 1, 21), COMPLETED),
        (day.replace(year=day.year + 1), PLANNED),
    ]
    assert (await kept(world.pet))[0].done_on == day


async def test_what_was_done_and_written_down_counts_until_it_turns_out_to_be_an_error(world):
    dental = await a_service("Dental")
    await a_rule("Yearly dental", RuleKind.SERVICE_INTERVAL, every_months=12, steps=(0,), services=[dental])
    given = {"recorded_at": NOW, "recorded_by_id": world.vet.id, "done_by_id": world.vet.id, "name": "Dental"}
    old = await Procedure.create(pet_id=world.pet.id, service_id=dental.id, at=NOW - 100 * DAY, **given)
    new = await Procedure.create(pet_id=world.pet.id, service_id=dental.id, at=NOW - 10 * DAY, **given)
    await pets.amend(world.vet.viewer, world.pet.id, PetChanges(colour="red"), **key())
    await planned()
    assert [row.cycle for row in await kept(world.pet)] == [str(new.id)]
    await Procedure.filter(id=new.id).update(errored_at=NOW, errored_because="Another pet.")
    await pets.amend(world.vet.viewer, world.pet.id, PetChanges(colour="black"), **key())
    await planned()
    assert [(row.cycle, row.state.value) for row in await kept(world.pet)] == [
        (str(old.id), "PLANNED"),
        (str(new.id), "WITHDRAWN"),
    ]


async def test_the_first_time_is_at_an_age_where_the_rule_says_one(world):
    dental = await a_service("Dental")
    await a_rule(
        "Dental", RuleKind.SERVICE_INTERVAL, every_months=12, first_age_months=18, steps=(0,), services=[dental]
    )
    await pets.amend(world.vet.viewer, world.pet.id, PetChanges(**born(date(2025, 8, 31))), **key())
    await planned()
    reminder = await the_reminder(world.pet)
    assert (reminder.cycle, reminder.due_on) == ("0", date(2027, 2, 28))
    assert reminder.sentence == "It is due for the first time at the age of 18 months."


async def test_a_procedure_and_a_visit_of_another_service_count_for_nothing(world):
    dental = await a_service("Dental")
    await a_rule("Yearly dental", RuleKind.SERVICE_INTERVAL, every_months=12, steps=(0,), services=[dental])
    await a_booking(world.pet, starts_at=NOW - 40 * DAY, service=world.service, status=Status.COMPLETED)
    await a_booking(world.pet, starts_at=NOW - 50 * DAY, service=dental, status=Status.NO_SHOW)
    await pets.amend(world.vet.viewer, world.pet.id, PetChanges(colour="red"), **key())
    await planned()
    assert await kept(world.pet) == []


# Ages


@pytest.mark.parametrize(
    ("first_step", "days_before", "counts"), [(0, 60, True), (0, 61, False), (-90, 90, True), (-90, 91, False)]
)
async def test_a_visit_shortly_before_the_age_or_since_its_first_step_is_the_check(
    world, first_step, days_before, counts
):
    await a_rule("Seven years", RuleKind.AGE, first_age_months=84, steps=(first_step,), services=[world.service])
    due_on = TODAY + 100 * DAY
    await pets.amend(world.vet.viewer, world.pet.id, PetChanges(**born(due_on.replace(year=2019))), **key())
    await planned()
    visit = await a_booking(world.pet, starts_at=NOW + (100 - days_before) * DAY, status=Status.IN_PROGRESS)
    await appointments.complete(world.vet.viewer, visit.id, **key(visit.ends_at))
    await planned(visit.ends_at)
    [(_, _, state)] = await stand(world.pet)
    assert state == (COMPLETED if counts else PLANNED)
    assert (await the_reminder(world.pet)).done_on == (due_on - days_before * DAY if counts else None)
