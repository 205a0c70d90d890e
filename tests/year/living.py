"""Living: what happens to the animals of a street day by day, written down as the practice would."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from models import (
    Appointment,
    Consent,
    EventKind,
    Ownership,
    Pet,
    PlanKind,
    PlanState,
    Prescription,
    PrescriptionRepeat,
    StepState,
    TreatmentPlan,
    TreatmentStep,
    UndeliverableAddress,
    Vaccination,
    sql,
)
from models.contact import email_fold
from models.pet import DatePrecision
from models.row import uuid7
from resolvers import deaths, vaccinations_due
from tests.year import facts
from tests.year.expected import later
from tests.year.facts import DENTAL, DOSE, PLACE, SENIOR, Animal, Dose, Visit
from tests.year.street import OTHER, Street, at


class Living(Street):
    """A street in which something happens each day."""

    async def lives(self, day: date) -> None:
        """What happens on a day, late in the morning."""
        now = at(day, 10)
        for animal, visit in [pair for pair in self.coming if pair[1].starts_at <= now]:
            self.coming.remove((animal, visit))
            await self._comes(animal, visit, now)
        many = len(self.animals) / 100
        for deed, weight in self._deeds().items():
            for _ in range(self._times(many * weight)):
                animal = self.chance.choice(self.animals)
                if not animal.is_dead:
                    self.deeds += 1
                    await deed(animal, now)
        for animal, died_on in list(self.deaths):
            if died_on < day and self.chance.random() < 0.2:
                self.deaths.remove((animal, died_on))
                if self.chance.random() < 0.3:
                    await self._lives_after_all(animal, now)

    def _deeds(self) -> dict[Any, float]:
        """What may happen to an animal, and how often a day among a hundred of them."""
        return {
            self._books: 0.8, self._cancels: 0.25, self._is_given_a_dose: 0.1, self._dose_was_no_dose: 0.05,
            self._dose_was_entered_twice: 0.05, self._dose_was_earlier: 0.05, self._is_of_another_age: 0.05, self._dies: 0.03,
            self._gets_an_owner: 0.05, self._loses_an_owner: 0.04, self._owner_decides: 0.15, self._mail_comes_back: 0.03,
            self._gets_a_plan: 0.1, self._step_is_settled: 0.08, self._plan_is_stopped: 0.02, self._gets_medicine: 0.1,
            self._gets_a_repeat: 0.08, self._medicine_is_stopped: 0.02,
        }  # fmt: skip

    def _times(self, mean: float) -> int:
        return int(mean) + (self.chance.random() < mean % 1)

    async def _books(self, animal: Animal, now: datetime) -> None:
        service = self.chance.choices((DOSE, DENTAL, SENIOR, OTHER), (6, 2, 1, 1))[0]
        starts_at = now + timedelta(days=self.chance.randrange(1, 50), hours=self.chance.randrange(-2, 6))
        visit = Visit(uuid7(), service, starts_at, starts_at + timedelta(minutes=30))
        animal.visits.append(visit)
        self.coming.append((animal, visit))
        await sql.insert([self.visit(animal, visit, now)])
        await self.tell([(EventKind.APPOINTMENT_BOOKED, visit.id)], now)

    async def _cancels(self, animal: Animal, now: datetime) -> None:
        for visit in animal.visits:
            if visit.status == "BOOKED" and visit.starts_at > now:
                await self._becomes(visit, "CANCELLED", EventKind.APPOINTMENT_CANCELLED, now)
                self.coming.remove((animal, visit))
                return

    async def _comes(self, animal: Animal, visit: Visit, now: datetime) -> None:
        if animal.is_dead or visit.status != "BOOKED":
            return
        what = self.chance.random()
        if what < 0.1:
            await self._becomes(visit, "NO_SHOW", EventKind.APPOINTMENT_NO_SHOW, now)
        elif what < 0.9:
            await self._becomes(visit, "COMPLETED", EventKind.APPOINTMENT_COMPLETED, now)
            if visit.service == DOSE and self.chance.random() < 0.95:
                await self._is_given_a_dose(animal, now)
        # Otherwise nobody has said what became of it.

    async def _becomes(self, visit: Visit, status: str, kind: EventKind, now: datetime) -> None:
        visit.status = status
        await Appointment.filter(id=visit.id).update(status=status)
        await self.tell([(kind, visit.id)], now)

    async def _is_given_a_dose(self, animal: Animal, now: datetime) -> None:
        today = now.astimezone(PLACE).date()
        if any(dose.on == today for dose in animal.doses):
            return
        dose = Dose(uuid7(), today)
        animal.doses.append(dose)
        await sql.insert([self.dose(animal, dose, now)])
        await self._worked_out(animal, EventKind.VACCINATION_RECORDED, dose.id, now)

    async def _dose_was_no_dose(self, animal: Animal, now: datetime) -> None:
        dose = animal.last_dose
        if dose is not None:
            dose.stands = False
            await Vaccination.filter(id=dose.id).update(voided_at=now, voided_because="It was another one.")
            await self._worked_out(animal, EventKind.VACCINATION_VOIDED, dose.id, now)

    async def _dose_was_entered_twice(self, animal: Animal, now: datetime) -> None:
        dose = animal.last_dose
        if dose is not None:
            await self._dose_was_no_dose(animal, now)
            again = Dose(uuid7(), dose.on)
            animal.doses.append(again)
            await sql.insert([self.dose(animal, again, now)])
            await self._worked_out(animal, EventKind.VACCINATION_RECORDED, again.id, now)

    async def _dose_was_earlier(self, animal: Animal, now: datetime) -> None:
        dose = animal.last_dose
        if dose is None:
            return
        before = dose.on - timedelta(days=self.chance.choice((1, 3, 20)))
        if any(other.on >= before for other in animal.doses if other is not dose):
            return
        dose.on = before
        await Vaccination.filter(id=dose.id).update(given_on=before, at=at(before, 11))
        await self._worked_out(animal, EventKind.VACCINATION_AMENDED, dose.id, now)

    async def _worked_out(self, animal: Animal, kind: EventKind, subject: UUID, now: datetime) -> None:
        await vaccinations_due.work_out([animal.id], now=now)
        await self.tell([(kind, subject)], now)

    async def _is_of_another_age(self, animal: Animal, now: datetime) -> None:
        today = now.astimezone(PLACE).date()
        animal.born_on = later(today, -96) + timedelta(days=self.chance.randrange(-40, 120))
        await Pet.filter(id=animal.id).update(born_on=animal.born_on, born_precision=DatePrecision.DAY)
        await self.tell([(EventKind.PET_AMENDED, animal.id)], now)

    async def _dies(self, animal: Animal, now: datetime) -> None:
        animal.is_dead = True
        today = now.astimezone(PLACE).date()
        await deaths.record(self.world.vet.viewer, animal.id, today, key=str(uuid7()), now=now)
        self.deaths.append((animal, today))

    async def _lives_after_all(self, animal: Animal, now: datetime) -> None:
        await deaths.undo(self.world.vet.viewer, animal.id, "Another one of that name.", key=str(uuid7()), now=now)
        animal.is_dead = False
        for visit in animal.visits:
            visit.status = (await Appointment.get(id=visit.id)).status.value
        for step in animal.steps:
            step.state = (await TreatmentStep.get(id=step.id)).state.value
            step.goes_on = (await TreatmentPlan.get(id=step.plan_id)).state is PlanState.ACTIVE
        for prescription in animal.prescriptions:
            prescription.is_stopped = (await Prescription.get(id=prescription.id)).stopped_at is not None

    async def _gets_an_owner(self, animal: Animal, now: datetime) -> None:
        person = self.chance.choice(self.people)
        if person not in animal.owners:
            ownership = self.ownership(animal, person)
            animal.owners.append(person)
            await sql.insert([ownership])
            await self.tell([(EventKind.OWNERSHIP_ADDED, ownership.id)], now)

    async def _loses_an_owner(self, animal: Animal, now: datetime) -> None:
        if animal.owners:
            person = self.chance.choice(animal.owners)
            animal.owners.remove(person)
            found = await Ownership.get(pet_id=animal.id, client_id=person.id, ends_on=None)
            await Ownership.filter(id=found.id).update(ends_on=now.astimezone(PLACE).date())
            await self.tell([(EventKind.OWNERSHIP_ENDED, found.id)], now)

    async def _owner_decides(self, animal: Animal, now: datetime) -> None:
        for person in animal.owners[:1]:
            person.wants = self.chance.random() < 0.6
            await Consent.filter(client_id=person.id).delete()
            await sql.insert([self.consent(person, now)])
            await self.tell([(EventKind.CONTACT_PREFERENCES_SET, person.id)], now)

    async def _mail_comes_back(self, animal: Animal, now: datetime) -> None:
        for person in animal.owners[:1]:
            fold = email_fold(person.mailbox)
            if person.mailbox and not person.is_dead_letter:
                for other in self.people:
                    other.is_dead_letter = other.is_dead_letter or email_fold(other.mailbox) == fold
                await UndeliverableAddress.create(fold=fold, address=person.mailbox, answer="550", found_at=now)

    async def _gets_a_plan(self, animal: Animal, now: datetime) -> None:
        plan = TreatmentPlan(
            pet_id=animal.id, kind=PlanKind.TREATMENT, title="Leg", starts_on=now.date(), made_by_id=self.world.vet.id,
            created_at=now,
        )  # fmt: skip
        due_on = now.date() + timedelta(days=self.chance.randrange(1, 30))
        step = TreatmentStep(plan_id=plan.id, position=1, what="X-ray", due_on=due_on)
        await sql.insert([plan])
        await sql.insert([step])
        animal.steps.append(facts.Step(step.id, plan.id, due_on))
        await self.tell([(EventKind.TREATMENT_PLANNED, plan.id)], now)

    async def _step_is_settled(self, animal: Animal, now: datetime) -> None:
        for step in animal.steps:
            if step.state == "OPEN" and step.goes_on:
                step.state = self.chance.choice(("DONE", "SKIPPED"))
                await TreatmentStep.filter(id=step.id).update(state=StepState(step.state), settled_at=now)
                await self.tell([(EventKind.TREATMENT_STEP_SETTLED, step.plan_id)], now)
                return

    async def _plan_is_stopped(self, animal: Animal, now: datetime) -> None:
        for step in animal.steps:
            if step.goes_on:
                step.goes_on = False
                await TreatmentPlan.filter(id=step.plan_id).update(state=PlanState.STOPPED, ended_at=now)
                await self.tell([(EventKind.TREATMENT_PLAN_STOPPED, step.plan_id)], now)
                return

    async def _gets_medicine(self, animal: Animal, now: datetime) -> None:
        today = now.astimezone(PLACE).date()
        given = facts.Prescription(
            uuid7(), today, self.chance.choice((7, 20, 30)), self.chance.randrange(0, 4), today + timedelta(days=75)
        )
        animal.prescriptions.append(given)
        await sql.insert([
            Prescription(
                id=given.id, pet_id=animal.id, at=now, recorded_at=now, recorded_by_id=self.world.vet.id,
                medicine="Meloxicam", directions="Daily", prescribed_by_id=self.world.vet.id, days=given.days,
                repeats_allowed=given.allowed, valid_until=given.valid_until,
            )
        ])  # fmt: skip
        await self.tell([(EventKind.PRESCRIBED, given.id)], now)

    async def _gets_a_repeat(self, animal: Animal, now: datetime) -> None:
        today = now.astimezone(PLACE).date()
        for given in animal.prescriptions:
            if len(given.repeats) < given.allowed and not given.is_stopped and given.valid_until >= today:
                given.repeats.append(today)
                number = len(given.repeats)
                await Prescription.filter(id=given.id).update(repeats_given=number)
                await PrescriptionRepeat.create(
                    prescription_id=given.id, number=number, given_at=now, given_by_id=self.world.vet.id
                )
                await self.tell([(EventKind.REPEAT_GIVEN, given.id)], now)
                return

    async def _medicine_is_stopped(self, animal: Animal, now: datetime) -> None:
        for given in animal.prescriptions:
            if not given.is_stopped:
                given.is_stopped = True
                await Prescription.filter(id=given.id).update(
                    stopped_at=now, stopped_by_id=self.world.vet.id, stopped_because="Enough."
                )
                await self.tell([(EventKind.PRESCRIPTION_STOPPED, given.id)], now)
                return
