"""Records: the visits of the demo practice written down, signed and locked, as its vets and nurses would have done."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from models import (
    Certainty,
    Diagnosis,
    DocumentKind,
    Note,
    PlanKind,
    Role,
    VitalKind,
    VitalUnit,
)
from resolvers import (
    certificates,
    documents,
    notes,
    prescriptions,
    problems,
    procedures,
    treatment_plans,
    treatments,
    vaccinations,
    visits,
    vitals,
)
from resolvers.documents import NewDocument, Texts
from resolvers.lines import Line
from resolvers.prescriptions import Order
from resolvers.problems import Finding
from resolvers.procedures import Done
from resolvers.treatment_plans import NewPlan, Step
from resolvers.treatments import Given
from resolvers.vaccinations import NewVaccination
from resolvers.visits import NewVisit
from resolvers.vitals import Measurement
from vetdesk.demo import bodies, cases
from vetdesk.demo.offers import FIRST_VISIT, VACCINATION
from vetdesk.demo.vaccines import CORE, Vaccine, lot_on

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random
    from uuid import UUID

    from resolvers.viewer import Viewer
    from vetdesk.demo.animals import Animal
    from vetdesk.demo.cases import Case, Medicine
    from vetdesk.demo.house import House
    from vetdesk.demo.team import Member
    from vetdesk.demo.visits import Visit as Planned

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_LARGEST_LIST = 4
_SOME_VISITS_ARE_LEFT_OPEN = 0.02


class Records:
    """What is written of each visit, decided by chance that is always the same."""

    def __init__(self, house: House, random: Random, *, now: datetime, shown: Sequence[Animal]) -> None:
        self._house = house
        self._random = random
        self._now = now
        self._shown = set(map(id, shown))
        self._sizes: dict[int, float] = {}
        self._problems: dict[tuple[int, str], UUID] = {}
        self._viewers: dict[Member, Viewer] = {}

    async def write(self, planned: Planned, appointment_id: UUID, pet_id: UUID, moment: datetime) -> UUID:
        """Write down the visit that has just ended; its key."""
        animal, random = planned.animal, self._random
        options = cases.fitting(planned.slot.offer, animal.species)
        case = random.choices(options, [each.often for each in options])[0]
        viewer = await self._viewer(planned.slot.member)
        began = planned.started_at or planned.slot.starts_at
        opened = NewVisit(appointment_id=appointment_id, at=began, reason=case.reason)
        visit_id = await visits.open(viewer, opened, key=self._key(), now=moment)
        note_id = await notes.write(viewer, visit_id, template_id=None, key=self._key(), now=moment)
        texts = {
            "subjective": case.subjective, "objective": case.objective, "assessment": case.assessment,
            "plan": case.plan, "internal": case.internal,
        }  # fmt: skip
        said = {part: self._said(text, animal) for part, text in texts.items() if text}
        await notes.save(viewer, note_id, said, based_on=1, key=self._key(), now=moment)
        line = Line(pet_id, note_id, moment)
        weight = await self._measure(viewer, line, animal, planned.slot.day, moment)
        if case.problem:
            await self._diagnose(viewer, line, case, animal, moment)
        if case.procedure:
            await procedures.record(viewer, line, Done(name=case.procedure), key=self._key(), now=moment)
        if case.given is not None:
            name, a_kilogram, route = case.given
            amount = f"{float(a_kilogram.partition(' ')[0]) * weight:.2f} ml"
            await treatments.record(viewer, line, Given(name, amount, route), key=self._key(), now=moment)
        if case.medicine is not None and self._is_a_vet(viewer):
            await self._prescribe(viewer, line, case.medicine, animal, moment)
        if planned.slot.offer in (VACCINATION, FIRST_VISIT):
            await self._vaccinate(viewer, planned, pet_id, visit_id, moment)
        if moment < self._now - 2 * _DAY or random.random() > _SOME_VISITS_ARE_LEFT_OPEN:
            read = await Note.get(id=note_id)  # with every line that was written into it
            await notes.sign(viewer, note_id, based_on=read.version, key=self._key(), now=moment)
            await visits.end(viewer, visit_id, key=self._key(), now=moment)
        await self._send_home(viewer, case, planned, pet_id, visit_id, moment)
        return visit_id

    async def _measure(self, viewer: Viewer, line: Line, animal: Animal, day: date, moment: datetime) -> float:
        kilograms = self.weight_of(animal, day)
        unit, value = (VitalUnit.GRAM, round(kilograms * 1000)) if kilograms < 0.5 else (VitalUnit.KILOGRAM, kilograms)
        measured = Measurement(VitalKind.WEIGHT, Decimal(str(value)), unit)
        await vitals.record(viewer, line, measured, key=self._key(), now=moment)
        usual = bodies.TEMPERATURES.get(animal.species)
        if usual is not None and self._random.random() < 0.5:
            degrees = Decimal(str(round(usual + self._random.uniform(-0.4, 0.5), 1)))
            measured = Measurement(VitalKind.TEMPERATURE, degrees, VitalUnit.CELSIUS)
            await vitals.record(viewer, line, measured, key=self._key(), now=moment)
        return kilograms

    def weight_of(self, animal: Animal, day: date) -> float:
        """What it weighs that day, in kilograms."""
        size = self._sizes.setdefault(id(animal), self._random.uniform(0.85, 1.2))
        about = animal.registration
        return bodies.kilograms(animal.species, about.breed, about.born_on, day, size, self._random)

    async def _diagnose(self, viewer: Viewer, line: Line, case: Case, animal: Animal, moment: datetime) -> None:
        certainty = Certainty.CONFIRMED if case.is_confirmed else Certainty.SUSPECTED
        known = self._problems.get((id(animal), case.problem))
        finding = Finding(certainty, problem_id=known) if known else Finding(certainty, name=case.problem)
        diagnosis_id = await problems.record_diagnosis(viewer, line, finding, key=self._key(), now=moment)
        if known is None:
            self._problems[id(animal), case.problem] = (await Diagnosis.get(id=diagnosis_id)).problem_id

    async def _prescribe(
        self, viewer: Viewer, line: Line, medicine: Medicine, animal: Animal, moment: datetime
    ) -> None:
        dose = Decimal(str(medicine.milligrams_a_kilogram)) or None
        order = Order(
            medicine=medicine.name,
            directions=self._said(medicine.directions, animal),
            strength=medicine.strength,
            quantity=medicine.quantity,
            milligrams_per_kilogram=dose,
            times_a_day=medicine.times_a_day,
            days=medicine.days,
            repeats_allowed=medicine.repeats,
        )
        await prescriptions.prescribe(viewer, line, order, key=self._key(), now=moment)

    async def _vaccinate(
        self, viewer: Viewer, planned: Planned, pet_id: UUID, visit_id: UUID, moment: datetime
    ) -> None:
        slot, animal = planned.slot, planned.animal
        fitting = [vaccine for vaccine in CORE if animal.species in vaccine.species]
        for vaccine in fitting[: 1 if slot.offer is FIRST_VISIT else _LARGEST_LIST]:
            dose = await self._dose(viewer, vaccine, planned, pet_id, visit_id, moment)
            if id(animal) in self._shown and vaccine.is_certified:
                await certificates.issue(viewer, dose, key=self._key(), now=moment)

    async def _dose(
        self, viewer: Viewer, vaccine: Vaccine, planned: Planned, pet_id: UUID, visit_id: UUID, moment: datetime
    ) -> UUID:
        day = planned.slot.day
        dose = NewVaccination(
            vaccine_id=self._house.vaccines[vaccine],
            location_id=self._house.places[planned.slot.place],
            given_on=day,
            lot=lot_on(vaccine, day),
            expires_on=date(day.year + 2, 1, 31),
            body_site=self._random.choice(("right shoulder", "left shoulder", "right flank")),
            visit_id=visit_id,
        )
        return await vaccinations.record(viewer, pet_id, dose, key=self._key(), now=moment)

    async def _send_home(
        self, viewer: Viewer, case: Case, planned: Planned, pet_id: UUID, visit_id: UUID, moment: datetime
    ) -> None:
        animal, day = planned.animal, planned.slot.day
        if case.at_home and animal.is_in_care_at(moment):
            steps = [
                Step(self._said(what, animal), day + (1 + 3 * number) * _DAY)
                for number, what in enumerate(case.at_home)
            ]
            plan = NewPlan(pet_id, PlanKind.HOME_CARE, f"After the visit: {case.reason}", day, steps, visit_id=visit_id)
            await treatment_plans.plan(viewer, plan, key=self._key(), now=moment)
        if case.instructions:
            texts = Texts(f"Going home: {case.reason}", self._said(case.instructions, animal))
            new = NewDocument(pet_id, DocumentKind.DISCHARGE, texts, visit_id)
            document_id = await documents.write(viewer, new, key=self._key(), now=moment)
            await documents.sign(viewer, document_id, 1, key=self._key(), now=moment)
            await documents.share(viewer, document_id, key=self._key(), now=moment)

    def _said(self, text: str, animal: Animal) -> str:
        return text.replace("{name}", animal.registration.name)

    def _key(self) -> str:
        return self._house.key()

    @staticmethod
    def _is_a_vet(viewer: Viewer) -> bool:
        return Role.VET in viewer.roles

    async def _viewer(self, member: Member) -> Viewer:
        if member not in self._viewers:
            self._viewers[member] = await self._house.viewer_of(member)
        return self._viewers[member]
