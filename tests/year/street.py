"""The street: households with animals, and what happens to them day by day, written down as the practice would."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from uuid import UUID

from models import (
    Appointment,
    Channel,
    Client,
    ClientEmail,
    Consent,
    ConsentSource,
    EventKind,
    Ownership,
    Pet,
    Purpose,
    RuleKind,
    Service,
    Species,
    Target,
    Vaccination,
    VaccinationProtocol,
    sql,
)
from models.contact import email_fold
from models.pet import DatePrecision
from models.row import folded, uuid7
from resolvers import events, vaccinations_due
from resolvers.events import Happening
from resolvers.viewer import Viewer
from tests.world import World, a_rule, a_service, a_vaccine, a_world
from tests.year.facts import DENTAL, DOSE, REPEAT, SENIOR, STEP, STEPS, Animal, Dose, Person, Visit

FIRST_DAY = date(2026, 1, 5)
_NEWS = Viewer.system("year")
OTHER = "Check-up"
_ZONES = ("", "", "", "", "America/New_York", "Asia/Tokyo")
_AT_ONCE = 500


@dataclass
class Street:
    """Who lives there. `chance` is seeded, so that the same year can be lived again."""

    chance: random.Random
    world: World
    services: dict[str, Service]
    vaccine_id: UUID
    people: list[Person] = field(default_factory=list)
    animals: list[Animal] = field(default_factory=list)
    coming: list[tuple[Animal, Visit]] = field(default_factory=list)
    deaths: list[tuple[Animal, date]] = field(default_factory=list)
    deeds: int = 0

    # Moving in

    @classmethod
    async def built(cls, animals: int, seed: int) -> Self:
        """A street with so many animals, and the rules of its practice, which are on."""
        world = await a_world()
        await VaccinationProtocol.all().update(is_active=False)
        vaccine = await a_vaccine("Rabisin", targets=(Target.RABIES,), species=tuple(Species), lasts=12)
        services = {name: await a_service(name) for name in (DOSE, DENTAL, SENIOR)} | {OTHER: world.service}
        await a_rule(DOSE, RuleKind.VACCINATION, steps=STEPS[DOSE], services=[services[DOSE]], targets=["RABIES"])
        await a_rule(
            DENTAL, RuleKind.SERVICE_INTERVAL, steps=STEPS[DENTAL], services=[services[DENTAL]], every_months=12,
            species=["DOG", "CAT"],
        )  # fmt: skip
        await a_rule(
            SENIOR, RuleKind.AGE, steps=STEPS[SENIOR], services=[services[SENIOR]], first_age_months=96, species=["DOG"]
        )
        await a_rule(STEP, RuleKind.TREATMENT_STEP, steps=STEPS[STEP])
        await a_rule(REPEAT, RuleKind.PRESCRIPTION_REPEAT, steps=STEPS[REPEAT])
        street = cls(random.Random(seed), world, services, vaccine.id)
        await street._move_in(animals)
        return street

    async def _move_in(self, count: int) -> None:
        now = at(FIRST_DAY, 3)
        while len(self.animals) < count:
            people = [self._person() for _ in range(self.chance.choice((1, 1, 1, 2)))]
            if len(people) == 2 and self.chance.random() < 0.3:
                people[1].mailbox = people[0].mailbox  # a couple with one mailbox
            for _ in range(self.chance.choice((1, 1, 2, 3))):
                self.animals.append(self._animal(people))
        await self._insert(self.people, self.animals, now)
        doses, visits = [], []
        for animal in self.animals:
            if self.chance.random() < 0.85:
                dose = Dose(uuid7(), FIRST_DAY - timedelta(days=self.chance.randrange(1, 430)))
                animal.doses.append(dose)
                doses.append(self.dose(animal, dose, now))
            if self.chance.random() < 0.2:
                began = at(FIRST_DAY - timedelta(days=self.chance.randrange(1, 400)), 10)
                visit = Visit(uuid7(), DENTAL, began, began + timedelta(minutes=30), "COMPLETED")
                animal.visits.append(visit)
                visits.append(self.visit(animal, visit, now))
        for rows in (doses, visits):
            for start in range(0, len(rows), _AT_ONCE):
                await sql.insert(rows[start : start + _AT_ONCE])
        await vaccinations_due.work_out([animal.id for animal in self.animals], now=now)
        await self.tell([(EventKind.PET_REGISTERED, animal.id) for animal in self.animals], now)

    def _person(self) -> Person:
        number = len(self.people)
        mailbox = "" if self.chance.random() < 0.07 else f"Owner{number}@Home{number % 40}.example"
        wants = self.chance.choices((True, False, None), (75, 10, 15))[0]
        person = Person(uuid7(), mailbox, wants, self.chance.choice(_ZONES))
        self.people.append(person)
        return person

    def _animal(self, people: list[Person]) -> Animal:
        species = self.chance.choice(("DOG", "DOG", "CAT", "RABBIT"))
        age = self.chance.randrange(60, 5000)
        born_on = None if self.chance.random() < 0.1 else FIRST_DAY - timedelta(days=age)
        return Animal(uuid7(), f"Pet {len(self.animals)}", species, born_on, list(people))

    async def _insert(self, people: list[Person], animals: list[Animal], now: datetime) -> None:
        rows: list[list[Any]] = [
            [
                Client(
                    id=one.id, family_name=f"Owner {one.mailbox}", display_name=f"Owner {one.mailbox}", fold="owner",
                    language="en", zone=one.zone, created_at=now,
                )
                for one in people
            ],
            [
                ClientEmail(client_id=one.id, address=one.mailbox, fold=email_fold(one.mailbox), position=0)
                for one in people if one.mailbox
            ],
            [self.consent(one, now) for one in people if one.wants is not None],
            [
                Pet(
                    id=one.id, name=one.name, fold=folded(one.name), species=Species(one.species), born_on=one.born_on,
                    born_precision=one.born_on and DatePrecision.DAY,
                    created_at=now,
                )
                for one in animals
            ],
            [self.ownership(one, person) for one in animals for person in one.owners],
        ]  # fmt: skip
        for each in rows:
            for start in range(0, len(each), _AT_ONCE):
                await sql.insert(each[start : start + _AT_ONCE])

    # Rows

    def consent(self, person: Person, now: datetime) -> Consent:
        return Consent(
            client_id=person.id, channel=Channel.EMAIL, purpose=Purpose.CARE, is_given=bool(person.wants),
            source=ConsentSource.PHONE, said_at=now,
        )  # fmt: skip

    def ownership(self, animal: Animal, person: Person) -> Ownership:
        return Ownership(
            pet_id=animal.id, client_id=person.id, starts_on=date(2025, 1, 1), may_book=True, may_pay=True,
            may_consent=True, may_view=True, share=100 if person in animal.owners[:1] else 0,
        )  # fmt: skip

    def dose(self, animal: Animal, dose: Dose, now: datetime) -> Vaccination:
        return Vaccination(
            id=dose.id, pet_id=animal.id, vaccine_id=self.vaccine_id, given_on=dose.on, at=at(dose.on, 11),
            location_id=self.world.location.id, given_by_id=self.world.vet.id, recorded_at=now,
        )  # fmt: skip

    def visit(self, animal: Animal, visit: Visit, now: datetime) -> Appointment:
        return Appointment(
            id=visit.id, pet_id=animal.id, client_id=(animal.owners[0] if animal.owners else self.people[0]).id,
            service_id=self.services[visit.service].id, location_id=self.world.location.id, vet_id=self.world.vet.id,
            room_id=self.world.room.id, starts_at=visit.starts_at, ends_at=visit.ends_at, status=visit.status,
            created_at=now,
        )  # fmt: skip

    async def tell(self, news: list[tuple[EventKind, UUID]], now: datetime) -> None:
        place = self.world.location.id
        for start in range(0, len(news), _AT_ONCE):
            some = news[start : start + _AT_ONCE]
            await events.record_all(_NEWS, [Happening(kind, subject, place) for kind, subject in some], now=now)


def at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), UTC)
