"""Reminding: the worker's part by hand, at a moment that a test names, and what has come of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from models import Event, Message, PlanKind, Reminder, ReminderNotice, ReminderReason, ReminderState, TreatmentStep
from models.period import on_the_wall
from models.pet import DatePrecision
from resolvers import reminders, treatment_plans
from resolvers.reminders import Decided, Planned
from resolvers.treatment_plans import NewPlan, Step
from resolvers.viewer import Viewer
from tests.doses import kept as key
from tests.world import NOW, TODAY, World, the_location

MACHINE = Viewer.system("tests")
DAY = timedelta(days=1)

PLANNED = (ReminderState.PLANNED, ReminderReason.NOT_YET)
DUE = (ReminderState.DUE, ReminderReason.STEP_REACHED)
SENT = (ReminderState.SENT, ReminderReason.TOLD)
BOOKED = (ReminderState.SUPPRESSED, ReminderReason.BOOKED)
HELD = (ReminderState.SUPPRESSED, ReminderReason.HELD)
COMPLETED = (ReminderState.COMPLETED, ReminderReason.DONE)


def withdrawn(reason: ReminderReason) -> tuple[ReminderState, ReminderReason]:
    return (ReminderState.WITHDRAWN, reason)


async def planned(now: datetime = NOW) -> Planned:
    """Everything is planned that is to be planned at that moment."""
    total = Planned(is_more=True)
    while total.is_more:
        total += await reminders.plan_due(MACHINE, now=now)
    return total


async def decided(now: datetime) -> Decided:
    """Everything is planned, and then decided, that is due at that moment."""
    await planned(now)
    total = Decided(is_more=True)
    while total.is_more:
        total += await reminders.decide_due(MACHINE, now=now)
    return total


async def morning(day: date) -> datetime:
    """The moment of that day at which letters begin to go out, on the wall of the place."""
    return on_the_wall(day, 480, (await the_location()).clock)


async def days(first: date, last: date) -> AsyncIterator[datetime]:
    """The mornings from one day to another, on each of which everything is planned and decided."""
    day = first
    while day <= last:
        now = await morning(day)
        await decided(now)
        yield now
        day += DAY


async def kept(pet: Any, **only: Any) -> list[Reminder]:
    """The reminders of a pet, in the order in which they are due."""
    return list(await Reminder.filter(pet_id=pet.id, **only).order_by("due_on", "subject", "planned_at", "id"))


async def the_reminder(pet: Any, **only: Any) -> Reminder:
    """The only one there is."""
    [row] = await kept(pet, **only)
    return row


async def stand(pet: Any) -> list[tuple[str, date, tuple[ReminderState, ReminderReason]]]:
    """Of what, when it is due, and where it stands."""
    return [(row.subject, row.due_on, (row.state, row.reason)) for row in await kept(pet)]


async def notices() -> list[tuple[int, str, str]]:
    """Every decision: the step, what became of it, and why."""
    rows = await ReminderNotice.all().order_by("decided_at", "id")
    return [(row.step, row.outcome.value, row.reason.value) for row in rows]


async def letters() -> list[Message]:
    """Every letter that reminds, the first one first."""
    return list(await Message.filter(letter="CARE_REMINDER").order_by("created_at", "id"))


async def told_of(reminder: Reminder) -> list[str]:
    """What happened to a reminder, as the trail has it."""
    rows = await Event.filter(subject_id=reminder.id).order_by("number")
    return [row.kind.value.removeprefix("REMINDER_") for row in rows]


def born(on: date) -> dict[str, Any]:
    """Of a pet whose day of birth is known."""
    return {"born_on": on, "born_precision": DatePrecision.DAY}


async def a_plan_with_steps(
    world: World, *days: int, kind: PlanKind = PlanKind.TREATMENT
) -> tuple[UUID, list[TreatmentStep]]:
    """A plan of which a step is due in so many days each, and one on no day, with the reminders of it."""
    steps = [Step(f"Step {day}", TODAY + day * DAY) for day in days]
    plan = NewPlan(world.pet.id, kind, "Knee", TODAY, [*steps, Step("Whenever it fits", None)])
    plan_id = await treatment_plans.plan(world.vet.viewer, plan, **key())
    await planned()
    return plan_id, await TreatmentStep.filter(plan_id=plan_id).order_by("position")
