"""Building: the years of the demo practice, lived through from its first day until now, each deed at its own time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

from tortoise.transactions import in_transaction

from models.period import today_in
from resolvers import appointments, clients, codes, deaths, pets, retries, throttles
from resolvers import visits as visit_records
from resolvers.appointments import COMING_VISIT_BEFORE, MISSED_VISIT_AFTER, Booking, Move
from resolvers.pets import PetOwner
from vetdesk.demo import animals, billing, bills, consents, follow_ups, households, online, visits
from vetdesk.demo.house import DEMO, House, announce_absences, opened
from vetdesk.demo.households import OPENED_DAYS_AGO
from vetdesk.demo.offers import FAREWELL
from vetdesk.demo.reception import Reception
from vetdesk.demo.records import Records
from vetdesk.demo.reminding import Reminding

if TYPE_CHECKING:
    from resolvers.ports import Ports
    from vetdesk.demo.animals import Animal
    from vetdesk.demo.consents import Wish
    from vetdesk.demo.follow_ups import FollowUp
    from vetdesk.demo.households import Household, Person
    from vetdesk.demo.slots import Slot
    from vetdesk.demo.visits import Visit

Report = Callable[[str, int, int], None]
"""Called with where we are in time, the number of things done, and the number of all."""

_Act = Callable[[datetime], Awaitable[None]]
_Step = Callable[..., Awaitable[UUID]]

_SEED = 1822  # any number will do
_REPORT_EVERY = 100
_LETTERS_AT_ONCE = 50
_SOON = timedelta(seconds=20)
_SOONEST_FIRST_VISIT = 3
_MINUTE = timedelta(minutes=1)
_LOCKED_AFTER = timedelta(hours=24, minutes=3)


@dataclass(frozen=True, slots=True)
class Size:
    """How much is made up: visits in the week behind and the week before us, and in the past year before that."""

    clients: int = 400
    pets: int = 600
    fortnight: int = 600
    past_year: int = 2000


FULL = Size()


async def build(ports: Ports, *, now: datetime, report: Report, size: Size = FULL) -> None:
    """Make the practice up in a database that holds none, wholly or not at all.

    The same `now` makes the same practice, apart from the keys.
    """
    now = now.replace(microsecond=0)
    story = _Story.made_up(size, now, Random(_SEED))  # noqa: S311 - what is made up is no secret
    # One transaction around them all: a practice half made up would be in the way of the next attempt.
    async with in_transaction():
        house = await opened(ports, now - timedelta(days=OPENED_DAYS_AGO))
        await billing.set_up(house, now - timedelta(days=OPENED_DAYS_AGO))
        records = Records(house, Random(_SEED), now=now, shown=story.animals[:3])  # noqa: S311 - as above
        life = _Life(house, records)
        life.foresee(story, now)
        await life.live_until(now, report)
        await _tidy(now)


@dataclass(frozen=True, slots=True)
class _Story:
    """Everything that was made up."""

    homes: list[Household]
    animals: list[Animal]
    calendar: visits.Calendar
    follow_ups: list[FollowUp]
    wishes: dict[Person, Wish]

    @classmethod
    def made_up(cls, size: Size, now: datetime, random: Random) -> _Story:
        homes = households.made_up(size.clients, now, random)
        theirs = animals.made_up(homes, size.pets, now, random)
        calendar = visits.planned(theirs, now, random, fortnight=size.fortnight, past_year=size.past_year)
        seen_again = list(follow_ups.made_up(theirs, now))
        # By chances of their own, so that visits and bills stay as they are.
        wishes = consents.made_up(homes, now, Random(_SEED))  # noqa: S311 - what is made up is no secret
        wishes |= {one.person: wishes[one.person].with_care() for one in seen_again[1:]}
        return cls(homes, theirs, calendar, seen_again, wishes)


class _Life:
    """What will happen, in the order in which it does, and the keys of whom it happened to."""

    def __init__(self, house: House, records: Records) -> None:
        self._house = house
        self._records = records
        self._clients: dict[Person, UUID] = {}
        self._pets: dict[int, UUID] = {}
        self._appointments: dict[int, UUID] = {}
        self._visits: dict[int, UUID] = {}
        self._reception = Reception(house, self._clients, self._visits)
        self._reminding = Reminding(house, self._clients, self._pets)
        self._acts: list[tuple[datetime, _Act]] = []
        self._letters: list[datetime] = []

    def foresee(self, story: _Story, now: datetime) -> None:
        """Take in everything that will happen until now."""
        for home in story.homes:
            for person in home.people:
                self._at(person.since, partial(self._register_client, person, story.wishes[person]))
        said_farewell = {id(visit.animal) for visit in story.calendar.visits if visit.slot.offer is FAREWELL}
        for animal in story.animals:
            self._at(animal.since, partial(self._register_pet, animal))
            if id(animal) not in said_farewell:
                self._at(animal.dies_at, partial(self._record_death, animal))
        for visit in story.calendar.visits:
            self._foresee(visit)
        self._foresee_accounts(story, now)
        self._foresee_bills(story, now)
        self._foresee_reminding(story, now)
        self._at(now - timedelta(days=9), partial(announce_absences, self._house))
        for number, days in enumerate(billing.RAISED_DAYS_AGO, 1):
            self._at(now - timedelta(days=days), partial(billing.raise_fees, self._house, number))
        # Sorting is stable: what happens at one moment stays in the order given.
        self._acts = sorted((one for one in self._acts if one[0] <= now), key=lambda one: one[0])

    async def live_until(self, now: datetime, report: Report) -> None:
        """Let it all happen, and every letter that was due go nowhere."""
        total = len(self._acts)
        for number, (moment, act) in enumerate(self._acts):
            if number % _REPORT_EVERY == 0:
                report(f"{moment:%B %Y}", number, total)
                await asyncio.sleep(0)  # whoever wants to stop us gets a turn
            await self._deliver_until(moment)
            await act(moment)
        await self._deliver_until(now)
        while await self._house.deliver(now, most=_LETTERS_AT_ONCE):
            pass
        report(f"{now:%B %Y}", total, total)

    # What will happen

    def _at(self, moment: datetime | None, act: _Act) -> None:
        if moment is not None:
            self._acts.append((moment, act))

    def _foresee(self, visit: Visit) -> None:
        self._at(visit.booked_at, partial(self._book, visit))
        if visit.first_at is not None:
            self._at(visit.moved_at, partial(self._move, visit))
        for moment, step in (
            (visit.confirmed_at, appointments.confirm),
            (visit.arrived_at, appointments.check_in),
            (visit.started_at, appointments.start),
            (visit.completed_at, appointments.complete),
            (visit.missed_at, appointments.mark_no_show),
        ):
            self._at(moment, partial(self._take, visit, step))
        if visit.completed_at is not None:
            self._at(visit.completed_at + 2 * _MINUTE, partial(self._write_down, visit))
            self._at(visit.completed_at + _LOCKED_AFTER, self._lock)
        self._at(visit.cancelled_at, partial(self._cancel, visit))
        if visit.slot.offer is FAREWELL and visit.completed_at is not None:
            self._at(visit.completed_at + 5 * _MINUTE, partial(self._record_death, visit.animal))

    def _foresee_accounts(self, story: _Story, now: datetime) -> None:
        known, unrecognised = story.animals[0], story.animals[3]
        self._at(now - timedelta(days=41, minutes=33), partial(online.register_known, self._house, known))
        # Each takes a time, and a vet, of her own: what others will have must stay free for them.
        times = online.free_first_visits(story.calendar.free, _SOONEST_FIRST_VISIT)
        for number, newcomer in enumerate(online.newcomers(unrecognised)):
            slot = times[number] if number < len(times) else None
            self._at(
                now - timedelta(days=newcomer.days_ago, minutes=47),
                partial(online.register_newcomer, self._house, newcomer, slot),
            )

    def _foresee_bills(self, story: _Story, now: datetime) -> None:
        random = Random(_SEED)  # noqa: S311 - what is made up is no secret
        for bill in bills.planned(story.calendar.visits, story.animals[:3], now, random):
            for moment, act in self._reception.foresee(bill, now):
                self._at(moment, act)
        for moment, act in self._reception.foresee_closings(now):
            self._at(moment, act)

    def _foresee_reminding(self, story: _Story, now: datetime) -> None:
        for moment, act in self._reminding.foresee(now, story.animals[2]):
            self._at(moment, act)
        for one in story.follow_ups:
            for moment, act in self._reminding.foresee_follow_up(one, story.calendar.free, now):
                self._at(moment, act)

    # What happens

    async def _register_client(self, person: Person, wish: Wish, moment: datetime) -> None:
        said, key = wish.said_by(person.registration), self._house.key()
        self._clients[person] = await clients.register(DEMO, said, key=key, now=moment)

    async def _register_pet(self, animal: Animal, moment: datetime) -> None:
        owners = [
            PetOwner(self._clients[person], animal.rights_of(number), share)
            for number, (person, share) in enumerate(zip(animal.people, animal.shares, strict=True))
        ]
        registration = replace(animal.registration, owners=owners)
        self._pets[id(animal)] = await pets.register(DEMO, registration, key=self._house.key(), now=moment)

    async def _record_death(self, animal: Animal, moment: datetime) -> None:
        died_on = today_in(animal.household.place.clock, moment)
        await deaths.record(DEMO, self._pets[id(animal)], died_on, key=self._house.key(), now=moment)

    async def _book(self, visit: Visit, moment: datetime) -> None:
        slot = visit.first_at or visit.slot
        booking = Booking(
            pet_id=self._pets[id(visit.animal)],
            service_id=self._house.offers[slot.offer],
            location_id=self._house.places[slot.place],
            starts_at=slot.starts_at,
            vet_id=self._house.team[slot.member],
            client_id=self._clients[visit.client],
        )
        key = self._house.key()
        self._appointments[id(visit)] = await appointments.book(DEMO, booking, key=key, now=moment)
        self._expect_letters(visit, slot, moment)

    async def _move(self, visit: Visit, moment: datetime) -> None:
        move = Move(self._appointments[id(visit)], visit.slot.starts_at)
        await appointments.reschedule(DEMO, move, key=self._house.key(), now=moment)
        self._expect_letters(visit, visit.slot, moment)

    async def _take(self, visit: Visit, step: _Step, moment: datetime) -> None:
        await step(DEMO, self._appointments[id(visit)], key=self._house.key(), now=moment)
        if moment == visit.missed_at and visit.client.gets_letters:
            heappush(self._letters, moment + MISSED_VISIT_AFTER + _SOON)

    async def _write_down(self, visit: Visit, moment: datetime) -> None:
        appointment_id, pet_id = self._appointments[id(visit)], self._pets[id(visit.animal)]
        self._visits[id(visit)] = await self._records.write(visit, appointment_id, pet_id, moment)

    async def _lock(self, moment: datetime) -> None:
        await visit_records.lock_due(DEMO, now=moment)

    async def _cancel(self, visit: Visit, moment: datetime) -> None:
        appointment_id = self._appointments[id(visit)]
        await appointments.cancel(DEMO, appointment_id, because=visit.because, key=self._house.key(), now=moment)
        if visit.client.gets_letters:
            heappush(self._letters, moment + _SOON)

    # Letters

    def _expect_letters(self, visit: Visit, slot: Slot, moment: datetime) -> None:
        if visit.client.gets_letters:
            heappush(self._letters, moment + _SOON)
            if slot.offer is not FAREWELL:
                heappush(self._letters, slot.starts_at - COMING_VISIT_BEFORE + _SOON)

    async def _deliver_until(self, moment: datetime) -> None:
        """Each letter at the time at which the worker would have sent it."""
        while self._letters and self._letters[0] <= moment:
            await self._house.deliver(heappop(self._letters), most=_LETTERS_AT_ONCE)


async def _tidy(now: datetime) -> None:
    """Forget what the worker would have forgotten by now."""
    await retries.forget_before(now)
    await throttles.forget(now=now)
    await codes.forget_before(now)
