"""Lives: everything that is still to come for a pet, and pets for which nothing is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from models import (
    Appointment,
    BusyTime,
    Client,
    Death,
    Letter,
    Message,
    Pet,
    PlanKind,
    Prescription,
    Reminder,
    ReminderNotice,
    TreatmentPlan,
    TreatmentStep,
)
from tests.world.people import Owner, a_pet, a_vet, every_vet
from tests.world.places import AN_HOUR, NOW, TODAY, the_location
from tests.world.plans import a_booking, a_letter
from tests.world.reminders import a_care_letter, a_notice, a_reminder


async def a_dead_pet(*owners: Owner | Client, died_on: date = TODAY, **more: Any) -> Pet:
    """A pet whose death was recorded by nobody in particular, and which had nothing to come."""
    pet = await a_pet(*owners, died_on=died_on, **more)
    await Death.create(pet_id=pet.id, died_on=died_on, recorded_at=NOW)
    return pet


@dataclass(slots=True)
class Life:
    """What is still to come for a pet."""

    appointments: list[Appointment] = field(default_factory=list)
    letters: list[Message] = field(default_factory=list)
    plans: list[TreatmentPlan] = field(default_factory=list)
    steps: list[TreatmentStep] = field(default_factory=list)
    prescriptions: list[Prescription] = field(default_factory=list)
    reminders: list[Reminder] = field(default_factory=list)
    notices: list[ReminderNotice] = field(default_factory=list)

    def rows(self) -> list[Any]:
        """All of it."""
        written = [*self.letters, *self.reminders, *self.notices]
        return [*self.appointments, *written, *self.plans, *self.steps, *self.prescriptions]

    async def now(self) -> list[dict[str, Any]]:
        """What is in every column of each of the rows now, and of the times that the appointments take."""
        found: list[Any] = [await type(row).get(id=row.id) for row in self.rows()]
        visits = [visit.id for visit in self.appointments]
        found += await BusyTime.filter(appointment_id__in=visits).order_by("id")
        return [whole(row) for row in found]


def whole(row: Any) -> dict[str, Any]:
    """What is in every column of the row."""
    return {name: getattr(row, name) for name in row._meta.fields_db_projection}


async def a_life(
    pet: Pet, *, times: int = 1, starts_at: Any = NOW + AN_HOUR, every: timedelta = AN_HOUR, is_reminded: bool = False
) -> Life:
    """So many appointments, each with a letter, plans with an open step, and prescriptions with a repeat to give.

    With `is_reminded` as many reminders too, and of each a letter that waits and tells its owner.
    """
    life = Life()
    vet_id = next(iter(await every_vet(await the_location())), None) or (await a_vet()).id
    for number in range(times):
        visit = await a_booking(pet, starts_at=starts_at + number * every)
        life.appointments.append(visit)
        life.letters.append(await a_letter(visit, Letter.APPOINTMENT_BOOKED, not_before=NOW))
        plan, step, prescription = await a_plan_and_a_prescription(pet, PlanKind.HOME_CARE, vet_id)
        life.plans.append(plan)
        life.steps.append(step)
        life.prescriptions.append(prescription)
        if not is_reminded:
            continue
        due_on = TODAY + timedelta(days=number)
        reminder = await a_reminder(pet, cycle=str(number), due_on=due_on, next_step_at=NOW + number * every)
        life.reminders.append(reminder)
        life.letters.append(await a_care_letter(await Client.get(id=visit.client_id)))
        life.notices.append(await a_notice(reminder, life.letters[-1]))
    return life


async def a_plan_and_a_prescription(
    pet: Pet, kind: PlanKind, vet_id: Any, **of_the_prescription: Any
) -> tuple[TreatmentPlan, TreatmentStep, Prescription]:
    """A plan that goes on, with an open step, and a prescription that can be repeated twice more."""
    plan = await TreatmentPlan.create(
        pet_id=pet.id, kind=kind, title="Leg", starts_on=TODAY, made_by_id=vet_id, created_at=NOW
    )
    step = await TreatmentStep.create(plan_id=plan.id, position=1, what="Short walks", due_on=TODAY)
    prescription = await Prescription.create(
        pet_id=pet.id, at=NOW, recorded_at=NOW, recorded_by_id=vet_id, medicine="Meloxicam", directions="Daily",
        prescribed_by_id=vet_id, repeats_allowed=3, repeats_given=1, valid_until=TODAY + timedelta(days=90),
        **of_the_prescription,
    )  # fmt: skip
    return plan, step, prescription
