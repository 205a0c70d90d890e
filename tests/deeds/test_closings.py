"""Closing the books: only days that have passed everywhere, never backward, and nothing is posted on them any more."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest

from models import LedgerEntry, LegalEntity, Location, Money, PaymentMethod
from models.refusal import Forbidden, InvalidInput, NotFound, PeriodClosed, Refusal
from resolvers import closings, tills
from resolvers.tills import NewPayment
from tests.found import last_event
from tests.racing import meanwhile
from tests.world import NOW, TODAY, a_location, a_manager, a_world, how_many_rows
from tests.world.money import a_legal_entity

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
async def world(database):
    made = await a_world()
    await a_legal_entity()
    return made


async def closed(world, through: date, *, key: str = "k", by=None) -> date | None:
    entity = await LegalEntity.get()
    viewer = by or world.manager.viewer
    assert await closings.close(viewer, entity.id, through, key=key, now=NOW) == entity.id
    return (await LegalEntity.get()).closed_through


async def taken_on(world, day: date, *, key: str = "paid"):
    given = {"client_id": world.owner.id, "location_id": world.location.id, "received_on": day}
    new = NewPayment(method=PaymentMethod.CASH, amount=Money(100, "EUR"), **given)
    return await tills.take(world.receptionist.viewer, new, key=key, now=NOW)


async def refused(deed) -> Refusal:
    rows = await how_many_rows()
    with pytest.raises(Refusal) as told:
        await deed
    assert await how_many_rows() == rows
    return told.value


async def test_nothing_is_posted_on_a_closed_day_or_before(world):
    assert await closed(world, YESTERDAY) == YESTERDAY
    told = await refused(taken_on(world, YESTERDAY))
    assert isinstance(told, PeriodClosed)
    assert isinstance(await refused(taken_on(world, date(2025, 1, 1))), PeriodClosed)
    await taken_on(world, TODAY)
    event, _ = await last_event()
    assert event.kind == "PAYMENT_TAKEN"
    assert (await LedgerEntry.get()).posted_on == TODAY


async def test_the_trail_tells_through_which_day_the_books_were_closed(world):
    await closed(world, date(2026, 1, 31))
    await closed(world, date(2026, 2, 28), key="next")
    event, detail = await last_event()
    assert (event.kind, event.subject_id) == ("PERIOD_CLOSED", (await LegalEntity.get()).id)
    assert detail == '{"after": {"closed_through": "2026-02-28"}, "before": {"closed_through": "2026-01-31"}}'


async def test_books_are_closed_forward_and_not_twice(world):
    await closed(world, YESTERDAY)
    for day in (YESTERDAY, YESTERDAY - timedelta(days=1)):
        told = await refused(closed(world, day, key=str(day)))
        assert (type(told), told.path) == (PeriodClosed, ("through",))
    assert await closed(world, YESTERDAY) == YESTERDAY  # the same request again


async def test_only_a_day_that_has_passed_at_every_location_is_closed(world):
    for day in (TODAY, TODAY + timedelta(days=1)):
        told = await refused(closed(world, day))
        assert (type(told), told.path) == (InvalidInput, ("through",))
    honolulu = await a_location("Beach", zone="Pacific/Honolulu")  # where it is still yesterday
    await closed(world, YESTERDAY - timedelta(days=1), key="before it is ours")
    await Location.filter(id=honolulu.id).update(legal_entity_id=(await LegalEntity.get()).id)
    assert isinstance(await refused(closed(world, YESTERDAY, key="there")), InvalidInput)


async def test_only_a_manager_of_every_location_of_it_closes_them(world):
    with pytest.raises(Forbidden):
        await closed(world, YESTERDAY, by=world.receptionist.viewer)
    hill = await a_location("Hill")
    here = (await a_manager("Mo Here", location=world.location)).viewer
    await Location.filter(id=hill.id).update(legal_entity_id=(await LegalEntity.get()).id)
    with pytest.raises(Forbidden):
        await closed(world, YESTERDAY, by=here)
    told = await refused(closings.close(world.manager.viewer, hill.id, YESTERDAY, key="k", now=NOW))
    assert (type(told), told.path) == (NotFound, ("legalEntityId",))


async def test_what_is_posted_while_the_books_close_is_refused(world):
    told = await meanwhile(lambda: closed(world, YESTERDAY), lambda: taken_on(world, YESTERDAY))
    assert isinstance(told, PeriodClosed)
    assert await LedgerEntry.all().count() == 0


async def test_books_close_after_what_is_just_being_posted(world):
    outcome = await meanwhile(lambda: taken_on(world, YESTERDAY), lambda: closed(world, YESTERDAY))
    assert outcome == YESTERDAY
    assert (await LedgerEntry.get()).posted_on == YESTERDAY


async def test_of_many_at_once_each_is_either_before_the_closing_or_refused(world):
    outcomes = await asyncio.gather(
        *(taken_on(world, YESTERDAY, key=f"k{number}") for number in range(4)),
        closed(world, YESTERDAY),
        *(taken_on(world, YESTERDAY, key=f"l{number}") for number in range(4)),
        return_exceptions=True,
    )
    refusals = [each for each in outcomes if isinstance(each, PeriodClosed)]
    assert len(refusals) + await LedgerEntry.all().count() == 8
    assert not [each for each in outcomes if isinstance(each, BaseException) and not isinstance(each, PeriodClosed)]
