"""What happens while a letter is on its way to the mail server is in time, until the server is about to get its words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from models import (
    Consent,
    Message,
    MessageState,
    NoticeOutcome,
    NoticeReason,
    Ownership,
    Pet,
    ReminderNotice,
    RuleKind,
)
from models.pet import DatePrecision
from resolvers import deaths, reminders
from tests.postbox import Clock, PostBox, deliver
from tests.reminding import decided, the_reminder
from tests.world import NOW, TODAY, World, a_consent, a_pet, a_rule, a_world

pytestmark = pytest.mark.anyio

BORN: Any = {"born_on": TODAY.replace(year=2019), "born_precision": DatePrecision.DAY}
SENT = (NoticeOutcome.SENT, NoticeReason.STEP_REACHED)


@dataclass
class SlowBox(PostBox):
    """A mail server that takes its time with the address, while something happens once."""

    before: list[Callable[[], Awaitable[object]]] = field(default_factory=list)

    async def send(self, letter, handing_over):
        if self.before:
            await self.before.pop()()
        return await super().send(letter, handing_over)


@dataclass
class House:
    """Olga's practice, and her dogs."""

    world: World
    rex: Pet
    mia: Pet


@pytest.fixture
async def house(database):
    """Olga is told in one letter that Rex and Mia are seven."""
    world = await a_world()
    await a_rule("Seven years", RuleKind.AGE, first_age_months=84, services=[world.service])
    await a_consent(world.owner)
    rex, mia = [await a_pet(world.owner, name=name, **BORN) for name in ("Rex", "Mia")]
    await reminders.work_out([rex.id, mia.id], now=NOW)
    await decided(NOW)
    return House(world, rex, mia)


async def told_of(pet):
    notice = await ReminderNotice.get(reminder_id=(await the_reminder(pet)).id)
    return notice.outcome, notice.reason


async def test_of_a_pet_that_dies_while_the_letter_is_on_its_way_nothing_is_told(house):
    async def rex_dies():
        await deaths.record(house.world.vet.viewer, house.rex.id, TODAY, key="k", now=NOW)

    box = SlowBox(before=[rex_dies])
    done = await deliver(box, Clock(NOW))
    [letter] = box.letters
    assert ("Rex" in letter.subject + letter.text, "Mia" in letter.text) == (False, True)
    assert (done.sent, done.postponed, done.unexpected) == (1, 1, ())
    assert await told_of(house.rex) == (NoticeOutcome.WITHDRAWN, NoticeReason.PET_DIED)
    assert await told_of(house.mia) == SENT


async def unsubscribes(house):
    await Consent.filter(client_id=house.world.owner.id).update(is_given=False)


async def gives_them_away(house):
    await Ownership.filter(client_id=house.world.owner.id).update(ends_on=TODAY)


@pytest.mark.parametrize("happens", [unsubscribes, gives_them_away])
async def test_who_does_not_want_it_or_may_not_hear_it_any_more_does_not_get_it(house, happens):
    box = SlowBox(before=[lambda: happens(house)])
    done = await deliver(box, Clock(NOW))
    assert (box.letters, done.withheld, done.postponed) == ([], 1, 1)
    assert (await Message.get(letter="CARE_REMINDER")).state is MessageState.WITHHELD


async def test_a_server_that_keeps_us_until_the_evening_gets_it_in_the_morning(house):
    evening = Clock(NOW.replace(hour=18, minute=59, second=30))  # half a minute to eight in Berlin

    async def it_gets_late():
        evening.forward(timedelta(minutes=1))

    box = SlowBox(before=[it_gets_late])
    await deliver(box, evening)
    letter = await Message.get(letter="CARE_REMINDER")
    assert (box.letters, letter.state, letter.handed_at) == ([], MessageState.WAITING, None)
    assert letter.not_before == NOW.replace(day=3, hour=7, minute=0)
