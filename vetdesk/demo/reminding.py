"""Reminding: the last month of the demo practice, in which its owners were told each morning of what was due."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from models import (
    ConsentSource,
    DoseSource,
    Letter,
    Message,
    MessageState,
    PlanKind,
    Reminder,
    StepOutcome,
    TreatmentStep,
)
from models.period import on_the_wall, today_in
from models.reminder import OPEN
from resolvers import appointments, consents, holding, reminders, treatment_plans, vaccinations
from resolvers.appointments import Booking
from resolvers.consents import Preferences
from resolvers.from_letters import mailboxes
from resolvers.treatment_plans import NewPlan, Step
from resolvers.vaccinations import NewVaccination
from vetdesk.demo import rules
from vetdesk.demo.follow_ups import Fate, FollowUp
from vetdesk.demo.house import DEMO
from vetdesk.demo.offers import CHECK_UP
from vetdesk.demo.places import SPREE, THAMES
from vetdesk.demo.team import RECEPTIONIST, SURGEON_IN_BERLIN, SURGEON_IN_LONDON
from vetdesk.demo.vaccines import RABIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from resolvers.viewer import Viewer
    from vetdesk.demo.animals import Animal
    from vetdesk.demo.house import House
    from vetdesk.demo.households import Person
    from vetdesk.demo.slots import Slot

_Act = Callable[[datetime], Awaitable[None]]

DAYS = 30
"""For so long the practice has reminded of care; today's letters are left to the worker."""
_OWN_WORDS_DAYS_AGO = 12
_PLANNED_DAYS_BEFORE = 24
_TOLD_DAYS_BEFORE = 7
_AWAY = "America/New_York"
_HELD_BECAUSE = "Is on a walking tour and will ring when they are back"
_LETTERS_AT_ONCE = 50
_APART = 3


def at(now: datetime, days_ahead: int, hour: float) -> datetime:
    """That hour (8.5 is half past eight) of a day counted from today, on the wall in London."""
    return on_the_wall(today_in(THAMES.clock, now) + timedelta(days=days_ahead), int(hour * 60), THAMES.clock)


class Reminding:
    """What is done about what is due, by the keys of those whom it concerns."""

    def __init__(self, house: House, clients: Mapping[Person, UUID], pets: Mapping[int, UUID]) -> None:
        self._house = house
        self._clients = clients
        self._pets = pets
        self._steps: dict[int, UUID] = {}

    def foresee(self, now: datetime, wilma: Animal) -> Iterator[tuple[datetime, _Act]]:
        """Each day's rounds, and what the practice decided about them."""
        yield at(now, -DAYS, 7.5), partial(rules.add, self._house)
        yield at(now, -_OWN_WORDS_DAYS_AGO, 12.25), partial(rules.write_in_own_words, self._house)
        for days_ago in range(DAYS, 0, -1):
            yield at(now, -days_ago, 8.1), self._tell
            yield at(now, -days_ago, 14.1), self._deliver
            yield at(now, -days_ago, 18.1), self._deliver
        # Brought yesterday: the owner is told today, a month before it is due.
        yield at(now, -1, 18.5), partial(self._copy_passport, wilma, now)
        yield now, self._plan

    def foresee_follow_up(self, one: FollowUp, free: Sequence[Slot], now: datetime) -> Iterator[tuple[datetime, _Act]]:
        """What comes of a pet that is to be seen again."""
        told = one.days_ahead - _TOLD_DAYS_BEFORE
        yield at(now, one.days_ahead - _PLANNED_DAYS_BEFORE, 11.7), partial(self._see_again, one, now)
        if one.fate is Fate.UNREAD:
            yield at(now, told - 1, 7), partial(self._close_mailbox, one)
        if one.fate is Fate.BROKEN_OFF:
            yield at(now, told, 8), partial(self._break_off, one)
        if one.fate is Fate.FAR_AWAY:
            yield at(now, told - 20, 10), partial(self._is_away, one)
        if one.fate is Fate.BOOKED:
            yield at(now, told + 1, 13.9), partial(self._book, one, free)
        if one.fate is Fate.HELD:
            yield at(now, told + 1, 10.4), partial(self._hold, one)
        if one.fate is Fate.UNSUBSCRIBED:
            yield at(now, told, 19.3), partial(self._unsubscribe, one)
        if one.fate is Fate.DONE:
            yield at(now, one.days_ahead + 1, 15.6), partial(self._settle, one)

    # The rounds of the worker

    async def _plan(self, moment: datetime) -> None:
        while (await reminders.plan_due(DEMO, now=moment)).is_more:
            pass

    async def _tell(self, moment: datetime) -> None:
        await self._plan(moment)
        while (await reminders.decide_due(DEMO, now=moment)).is_more:
            pass
        await self._deliver(moment)

    async def _deliver(self, moment: datetime) -> None:
        while await self._house.deliver(moment, most=_LETTERS_AT_ONCE):
            pass

    # What people do

    async def _see_again(self, one: FollowUp, now: datetime, moment: datetime) -> None:
        vet = await self._vet(one.animal)
        due_on = today_in(THAMES.clock, now) + timedelta(days=one.days_ahead)
        today = today_in(one.animal.household.place.clock, moment)
        plan = NewPlan(self._pets[id(one.animal)], PlanKind.TREATMENT, one.title, today, [Step(one.what, due_on)])
        plan_id = await treatment_plans.plan(vet, plan, key=self._house.key(), now=moment)
        self._steps[id(one.animal)] = (await TreatmentStep.get(plan_id=plan_id)).id

    async def _settle(self, one: FollowUp, moment: datetime) -> None:
        step_id, vet = self._steps[id(one.animal)], await self._vet(one.animal)
        done = StepOutcome.DONE
        await treatment_plans.settle_step(vet, step_id, done, "All well.", key=self._house.key(), now=moment)

    async def _close_mailbox(self, one: FollowUp, _moment: datetime) -> None:
        self._house.mail.unread.add(one.address)

    async def _break_off(self, one: FollowUp, _moment: datetime) -> None:
        self._house.mail.broken_off.add(one.address)

    async def _is_away(self, one: FollowUp, moment: datetime) -> None:
        client_id = self._clients[one.person]
        await consents.set_preferences(
            DEMO, client_id, Preferences(zone=_AWAY), source=ConsentSource.PHONE, key=self._house.key(), now=moment
        )

    async def _book(self, one: FollowUp, free: Sequence[Slot], moment: datetime) -> None:
        """She books the first time that suits her, as the letter asked."""
        animal = one.animal
        slot = next((slot for slot in free if slot.offer is CHECK_UP and _suits(slot, animal)), None)
        if slot is None:
            return
        booking = Booking(
            pet_id=self._pets[id(animal)],
            service_id=self._house.offers[slot.offer],
            location_id=self._house.places[slot.place],
            starts_at=slot.starts_at,
            vet_id=self._house.team[slot.member],
            client_id=self._clients[one.person],
        )
        await appointments.book(DEMO, booking, key=self._house.key(), now=moment)

    async def _hold(self, one: FollowUp, moment: datetime) -> None:
        reminder = await Reminder.get_or_none(subject=str(self._steps[id(one.animal)]), state__in=list(OPEN))
        if reminder is not None:
            desk = await self._house.viewer_of(RECEPTIONIST)
            await holding.hold(desk, reminder.id, _HELD_BECAUSE, key=self._house.key(), now=moment)

    async def _unsubscribe(self, one: FollowUp, moment: datetime) -> None:
        """One click in the last letter that she got."""
        theirs = Message.filter(letter=Letter.CARE_REMINDER, state=MessageState.SENT, to_address=one.address)
        letter = await theirs.order_by("-sent_at").first()
        if letter is not None:
            await mailboxes.unsubscribe(DEMO, letter.id, now=moment)

    async def _copy_passport(self, animal: Animal, now: datetime, moment: datetime) -> None:
        """A dose given elsewhere, as it stands in the pet's passport: the next one is due in 30 days."""
        due_on = today_in(THAMES.clock, now) + timedelta(days=30)
        last_of_month = due_on.replace(day=28) if (due_on.month, due_on.day) == (2, 29) else due_on
        given_on = last_of_month.replace(year=due_on.year - RABIES.lasts_months // 12)
        dose = NewVaccination(self._house.vaccines[RABIES], DoseSource.ELSEWHERE, given_on=given_on)
        vet = await self._vet(animal)
        await vaccinations.record(vet, self._pets[id(animal)], dose, key=self._house.key(), now=moment)

    async def _vet(self, animal: Animal) -> Viewer:
        place = animal.household.place
        return await self._house.viewer_of(SURGEON_IN_BERLIN if place is SPREE else SURGEON_IN_LONDON)


def _suits(slot: Slot, animal: Animal) -> bool:
    is_near = slot.place is animal.household.place and slot.days_ahead >= _APART
    return is_near and all(abs((slot.day - day).days) >= _APART for day in animal.days)
