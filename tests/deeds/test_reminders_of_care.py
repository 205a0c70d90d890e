"""Reminders of everything but doses: steps of plans, repeats, services that come again, and ages."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from models import (
    Appointment,
    EventKind,
    Ownership,
    Pet,
    PlanKind,
    Prescription,
    PrescriptionRepeat,
    Procedure,
    Reminder,
    ReminderReason,
    ReminderRule,
    ReminderRuleVersion,
    Right,
    RuleKind,
    Species,
    Status,
    StepOutcome,
    TreatmentStep,
)
from models.pet import DatePrecision
from resolvers import appointments, events, ownerships, pets, prescriptions, treatment_plans
from resolvers.appointments import Move
from resolvers.events import Happening
from resolvers.pets import PetChanges
from resolvers.reminders import forecast, planning
from resolvers.treatment_plans import NewPlan, Step
from tests.booking import booked
from tests.doses import kept as key
from tests.reminding import BOOKED, COMPLETED, DAY, PLANNED, kept, planned, stand, the_reminder, told_of, withdrawn
from tests.world import (
    NOW,
    TODAY,
    a_booking,
    a_location,
    a_pet,
    a_rule,
    a_service,
    a_visit,
    a_world,
    an_owner,
    an_ownership,
    the_version,
)

pytestmark = pytest.mark.anyio

NO_LONGER_DUE = withdrawn(ReminderReason.NO_LONGER_DUE)
DOES_NOT_FIT = withdrawn(ReminderReason.DOES_NOT_FIT)
NO_OWNER = withdrawn(ReminderReason.NO_OWNER)


@pytest.fixture
async def world(database):
    return await a_world()


def born(on: date) -> Any:
    return {"born_on": on, "born_precision": DatePrecision.DAY}


# Steps of a plan


async def a_plan_with_steps(world, *days: int, kind=PlanKind.TREATMENT):
    steps = [Step(f"Step {day}", TODAY + day * DAY) for day in days]
    plan = NewPlan(world.pet.id, kind, "Knee", TODAY, [*steps, Step("Whenever it fits", None)])
    plan_id = await treatment_plans.plan(world.vet.viewer, plan, **key())
    await planned()
    return plan_id, await TreatmentStep.filter(plan_id=plan_id).order_by("position")


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


@pytest.mark.parametrize(("days_before", "counts"), [(60, True), (61, False)])
async def test_a_visit_shortly_before_the_age_is_the_check(world, days_before, counts):
    await a_rule("Seven years", RuleKind.AGE, first_age_months=84, steps=(0,), services=[world.service])
    due_on = TODAY + 100 * DAY
    await pets.amend(world.vet.viewer, world.pet.id, PetChanges(**born(due_on.replace(year=2019))), **key())
    await planned()
    visit = await a_booking(world.pet, starts_at=NOW + (100 - days_before) * DAY, status=Status.IN_PROGRESS)
    await appointments.complete(world.vet.viewer, visit.id, **key(visit.ends_at))
    await planned(visit.ends_at)
    [(_, _, state)] = await stand(world.pet)
    assert state == (COMPLETED if counts else PLANNED)
    assert (await the_reminder(world.pet)).done_on == (due_on - 60 * DAY if counts else None)


# For whom


async def test_a_rule_is_for_the_pets_that_it_names(world):
    await a_rule(
        "Seven years", RuleKind.AGE, first_age_months=84, steps=(0,), species=["CAT"], services=[world.service]
    )
    changed = born(date(2019, 8, 1))
    await pets.amend(world.vet.viewer, world.pet.id, PetChanges(**changed), **key())
    await planned()
    assert await kept(world.pet) == []
    await pets.amend(world.vet.viewer, world.pet.id, PetChanges(species=Species.CAT), **key())
    await planned()
    assert await stand(world.pet) == [("", date(2026, 8, 1), PLANNED)]
    await pets.amend(world.vet.viewer, world.pet.id, PetChanges(species=Species.DOG), **key())
    await planned()
    assert await stand(world.pet) == [("", date(2026, 8, 1), DOES_NOT_FIT)]


@pytest.mark.parametrize(
    ("first", "until", "due_on", "fits"),
    [
        (12, None, date(2027, 3, 2), True),
        (12, None, date(2027, 3, 1), False),
        (None, 12, date(2027, 3, 1), True),
        (None, 12, date(2027, 3, 2), False),
        (0, None, date(2026, 3, 2), True),
    ],
)
async def test_the_age_on_the_due_day_counts(world, first, until, due_on, fits):
    rule = await a_rule("Knee", RuleKind.TREATMENT_STEP, steps=(0,), from_age_months=first, until_age_months=until)
    await Pet.filter(id=world.pet.id).update(**born(date(2026, 3, 2)))
    await treatment_plans.plan(
        world.vet.viewer, NewPlan(world.pet.id, PlanKind.TREATMENT, "Knee", TODAY, [Step("X-ray", due_on)]), **key()
    )
    await planned()
    assert [row.rule_id for row in await kept(world.pet)] == ([rule.id] if fits else [])


async def test_who_was_born_nobody_knows_when_fits_only_rules_without_an_age(world):
    await a_rule("Grown", RuleKind.TREATMENT_STEP, steps=(0,), from_age_months=0)
    every = await a_rule("Every", RuleKind.TREATMENT_STEP, steps=(0,))
    await a_plan_with_steps(world, 5)
    assert [row.rule_id for row in await kept(world.pet)] == [every.id]


async def test_a_rule_of_one_place_is_for_the_pets_that_come_there(world):
    other = await a_location("Mill Lane", zone="Europe/London")
    await a_rule("Knee", RuleKind.TREATMENT_STEP, steps=(0,), location_id=other.id)
    await a_plan_with_steps(world, 50)
    assert await kept(world.pet) == []
    await a_visit(world.pet, at=NOW - 2 * DAY, location_id=other.id)
    await pets.amend(world.vet.viewer, world.pet.id, PetChanges(colour="red"), **key())
    await planned()
    reminder = await the_reminder(world.pet)
    assert (reminder.location_id, reminder.next_step_at) == (other.id, NOW.replace(hour=7) + 50 * DAY)  # summer time
    # A visit that is planned later, and not cancelled, says where it goes from now on.
    await booked(world, key=key()["key"])
    await planned()
    assert [state for _, _, state in await stand(world.pet)] == [DOES_NOT_FIT]


# What is booked


async def test_booking_silences_moving_far_away_does_not_and_cancelling_resumes(world):
    await a_rule("Knee", RuleKind.TREATMENT_STEP, steps=(-7, 0), services=[world.service])
    await a_plan_with_steps(world, 10)
    visit = await booked(world)
    await planned()
    reminder = await the_reminder(world.pet)
    assert ((reminder.state, reminder.reason), reminder.appointment_id, reminder.booked_at) == (BOOKED, visit, NOW)

    moved = Move(visit, starts_at=NOW + 71 * DAY)
    await appointments.reschedule(world.owner.viewer, moved, **key())
    await planned()
    reminder = await the_reminder(world.pet)
    assert ((reminder.state, reminder.reason), reminder.appointment_id, reminder.booked_at) == (PLANNED, None, NOW)
    assert reminder.look_again_at == NOW.replace(hour=23) + 10 * DAY  # midnight here, when it is 60 days ahead

    await planned(NOW + 11 * DAY)
    assert await stand(world.pet) == [(reminder.subject, TODAY + 10 * DAY, BOOKED)]
    await appointments.cancel(world.owner.viewer, visit, **key(NOW + 11 * DAY))
    await planned(NOW + 11 * DAY)
    after = await the_reminder(world.pet)
    assert ((after.state, after.reason), after.appointment_id) == (PLANNED, None)
    assert (await told_of(after)) == ["PLANNED", "SUPPRESSED", "RESUMED", "SUPPRESSED", "RESUMED"]


async def test_a_visit_that_was_missed_resumes_what_is_due(world):
    await a_rule("Knee", RuleKind.TREATMENT_STEP, steps=(0,), services=[world.service])
    await a_plan_with_steps(world, 10)
    visit = await booked(world)
    await planned()
    later = NOW + timedelta(hours=3)
    await appointments.mark_no_show(world.receptionist.viewer, visit, **key(later))
    await planned(later)
    assert [state for _, _, state in await stand(world.pet)] == [PLANNED]
    assert (await Appointment.get(id=visit)).status is Status.NO_SHOW


async def test_a_visit_for_something_else_silences_nothing(world):
    await a_rule("Knee", RuleKind.TREATMENT_STEP, steps=(0,), services=[await a_service("Dental")])
    await a_plan_with_steps(world, 10)
    await booked(world)
    await planned()
    assert [state for _, _, state in await stand(world.pet)] == [PLANNED]


# Whose it is


async def test_when_nobody_owns_it_any_more_nothing_is_due_until_somebody_does(world):
    await a_rule("Knee", RuleKind.TREATMENT_STEP, steps=(0,))
    await a_plan_with_steps(world, 10)
    peter = await an_owner("Peter Lang")
    theirs = await an_ownership(world.pet, peter)
    hers = await Ownership.get(client_id=world.owner.id, pet_id=world.pet.id)
    await Ownership.filter(id=theirs.id).update(may_view=False)
    await ownerships.end(world.receptionist.viewer, hers.id, {peter.id: 100}, **key())
    await planned()
    assert [state for _, _, state in await stand(world.pet)] == [NO_OWNER]
    await ownerships.amend(world.receptionist.viewer, theirs.id, {peter.id: 100}, rights=frozenset(Right), **key())
    await planned()
    assert [state for _, _, state in await stand(world.pet)] == [PLANNED]


# The rule itself


async def a_change_of_rules(world, kind) -> None:
    rule = await ReminderRule.all().first()
    assert rule
    await events.record(world.manager.viewer, Happening(EventKind[kind], rule.id), now=NOW)
    await planned()


async def test_a_rule_that_is_switched_off_withdraws_and_switched_on_again_resumes(world):
    await a_rule("Knee", RuleKind.TREATMENT_STEP, steps=(0,))
    await a_plan_with_steps(world, 10)
    for is_on, state in ((False, withdrawn(ReminderReason.RULE_OFF)), (True, PLANNED)):
        await ReminderRule.all().update(is_on=is_on)
        await a_change_of_rules(world, "REMINDER_RULE_SWITCHED_ON" if is_on else "REMINDER_RULE_SWITCHED_OFF")
        assert [each for _, _, each in await stand(world.pet)] == [state]


async def test_a_rule_that_is_changed_goes_by_its_new_version(world, monkeypatch):
    monkeypatch.setattr(planning, "AT_ONCE", 2)
    others = [await a_pet(world.owner) for _ in range(6)]
    rule = await a_rule("Seven years", RuleKind.AGE, first_age_months=84, steps=(0,), services=[world.service])
    await Pet.all().update(**born(date(2019, 8, 1)))
    await a_change_of_rules(world, "REMINDER_RULE_SWITCHED_ON")
    assert {row.due_on for row in await Reminder.all()} == {date(2026, 8, 1)}
    assert await Reminder.all().count() == 1 + len(others)

    await ReminderRuleVersion.create(
        rule_id=rule.id, number=2, first_age_months=96, steps=[-10, 0], called="{}", made_at=NOW
    )
    await ReminderRule.filter(id=rule.id).update(version=2)
    await a_change_of_rules(world, "REMINDER_RULE_AMENDED")
    rows = await Reminder.all()
    assert {(row.due_on, row.cycle) for row in rows} == {(date(2027, 8, 1), "0")}
    assert {row.version_id for row in rows} == {(await ReminderRuleVersion.get(number=2)).id}
    assert len(rows) == 7


# Trying a rule


async def test_a_forecast_says_what_would_be_due_and_writes_nothing(world):
    rule = await a_rule(
        "Seven years", RuleKind.AGE, first_age_months=84, steps=(0,), services=[world.service], is_on=False
    )
    mia = await a_pet(world.owner, name="Mia", **born(date(2019, 8, 1)))
    await a_pet(world.owner, name="Gone", died_on=TODAY, **born(date(2019, 8, 1)))
    other = await a_location("Mill Lane")
    elsewhere = await a_pet(world.owner, name="Ida", **born(date(2020, 2, 29)))
    await a_visit(elsewhere, location_id=other.id)
    draft = ReminderRuleVersion(rule_id=rule.id, number=9, first_age_months=84, steps=[0])

    found = await forecast(draft, RuleKind.AGE, now=NOW, service_ids=[world.service.id])
    assert [(one.pet_id, one.subject, one.cycle, one.due_on, one.location_id) for one in found] == [
        (mia.id, "", "0", date(2026, 8, 1), world.location.id),
        (elsewhere.id, "", "0", date(2027, 2, 28), other.id),
    ]
    assert found[0].sentence == "It is due at the age of 7 years."
    there = await forecast(await the_version(rule), RuleKind.AGE, now=NOW, location=other)
    assert [one.pet_id for one in there] == [elsewhere.id]
    assert (await Reminder.all().count(), (await planned()).reminders) == (0, 0)
