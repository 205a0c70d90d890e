"""For whom a rule is, what a booked visit silences, and what a change of owners or of the rule does to what is due."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models import (
    Appointment,
    EventKind,
    Ownership,
    Pet,
    PlanKind,
    Reminder,
    ReminderReason,
    ReminderRule,
    ReminderRuleVersion,
    Right,
    RuleKind,
    Species,
    Status,
)
from resolvers import appointments, events, ownerships, pets, treatment_plans
from resolvers.appointments import Move
from resolvers.events import Happening
from resolvers.pets import PetChanges
from resolvers.reminders import forecast, planning
from resolvers.treatment_plans import NewPlan, Step
from tests.booking import booked
from tests.doses import kept as key
from tests.reminding import (
    BOOKED,
    DAY,
    PLANNED,
    a_plan_with_steps,
    born,
    kept,
    planned,
    stand,
    the_reminder,
    told_of,
    withdrawn,
)
from tests.world import (
    NOW,
    TODAY,
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
