"""Around a farewell nobody is reminded of anything, also when nobody has said yet that the pet has died."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models import Appointment, RuleKind, Status
from models.pet import DatePrecision
from resolvers import from_letters, reminders
from resolvers.from_letters import bookings
from resolvers.letter_links import BookLink, LinkEnded
from resolvers.messages import Delivered
from tests.postbox import Clock, PostBox, deliver
from tests.reminding import BOOKED, SENT, decided, letters, the_reminder
from tests.world import NOW, TODAY, a_booking, a_consent, a_pet, a_rule, a_service, a_world

pytestmark = pytest.mark.anyio

BORN: Any = {"born_on": TODAY.replace(year=2019), "born_precision": DatePrecision.DAY}
A_MONTH = timedelta(days=30)


@pytest.fixture
async def world(database):
    """Olga wants to be reminded; dogs are looked at when they are seven, as Rex is today."""
    world = await a_world()
    await a_consent(world.owner)
    await a_rule("Seven years", RuleKind.AGE, first_age_months=84, services=[world.service])
    return world


async def a_farewell(rex, **more: Any) -> Appointment:
    return await a_booking(rex, service=await a_service("Euthanasia", is_farewell=True), **more)


@pytest.mark.parametrize(
    ("status", "ago"),
    [
        (Status.REQUESTED, -A_MONTH),
        (Status.BOOKED, timedelta(hours=-1)),
        (Status.CONFIRMED, A_MONTH),
        (Status.COMPLETED, timedelta(hours=2)),
        (Status.COMPLETED, A_MONTH),
    ],
)
async def test_nobody_is_reminded_of_a_pet_that_is_or_was_put_to_sleep(world, status, ago):
    rex = await a_pet(world.owner, name="Rex", **BORN)
    farewell = await a_farewell(rex, status=status, starts_at=NOW - ago)
    await reminders.work_out([rex.id], now=NOW)
    assert ((await decided(NOW)).letters, await letters()) == (0, [])
    row = await the_reminder(rex)
    assert ((row.state, row.reason), row.appointment_id, row.booked_at) == (BOOKED, farewell.id, None)


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.NO_SHOW])
async def test_a_farewell_that_did_not_come_to_pass_is_none(world, status):
    rex = await a_pet(world.owner, name="Rex", **BORN)
    await a_farewell(rex, status=status, starts_at=NOW - A_MONTH)
    await reminders.work_out([rex.id], now=NOW)
    assert (await decided(NOW)).letters == 1
    row = await the_reminder(rex)
    assert (row.state, row.reason) == SENT


async def test_what_waits_is_not_sent_and_cannot_be_booked_once_a_farewell_is(world):
    rex = await a_pet(world.owner, name="Rex", **BORN)
    await reminders.work_out([rex.id], now=NOW)
    await decided(NOW)
    reader = await from_letters.reader(world.owner.id)
    link = BookLink((await the_reminder(rex)).id, world.owner.id)
    assert (await bookings.offered(reader, link, now=NOW)).item.pet == "Rex"
    await a_farewell(rex)
    await reminders.work_out([rex.id], now=NOW)
    box = PostBox()
    assert (await deliver(box, Clock(NOW)), box.letters) == (Delivered(withheld=1), [])
    with pytest.raises(LinkEnded):
        await bookings.offered(reader, link, now=NOW)
