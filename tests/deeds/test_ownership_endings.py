"""Ending an ownership: at once, and never without somebody who pays."""

from datetime import date, timedelta

import pytest

from models import Ownership
from models.refusal import InvalidInput, LastPayer, SharesMustSumTo100
from resolvers import ownerships, pets
from tests.found import events, found
from tests.household import Household
from tests.world import (
    EVERY_RIGHT,
    NOW,
    TODAY,
    how_many_rows,
)

pytestmark = pytest.mark.anyio


async def test_an_ownership_ends_at_once_and_is_kept(database):
    house = await Household.made(share=60, with_paul=True)

    await ownerships.end(house.viewer, house.pauls.id, {house.olga.id: 100}, key="k1", now=NOW)

    pauls = await Ownership.get(id=house.pauls.id)
    assert (pauls.ends_on, pauls.share, pauls.rights) == (TODAY, 40, EVERY_RIGHT)
    assert await house.shares() == {house.olga.id: 100}
    assert await found(pets.mine(house.paul.viewer)) == []
    assert await found(ownerships.one(house.paul.viewer, house.pauls.id)) == []
    assert await events() == ["OWNERSHIP_ENDED"]


async def test_the_last_payer_ends_with_a_successor(database):
    house = await Household.made(share=100, with_paul=True)
    before = await how_many_rows()

    for refusal, shares in (
        (LastPayer, {}),
        (LastPayer, {house.paul.id: 0}),
        (SharesMustSumTo100, {house.paul.id: 50}),
        (InvalidInput, {house.olga.id: 100}),
    ):
        with pytest.raises(refusal):
            await ownerships.end(house.viewer, house.olgas.id, shares, key="k1", now=NOW)
    assert await house.shares() == {house.olga.id: 100, house.paul.id: 0}
    assert await how_many_rows() == before

    await ownerships.end(house.viewer, house.olgas.id, {house.paul.id: 100}, key="k1", now=NOW)
    assert await house.shares() == {house.paul.id: 100}


async def test_the_only_owner_of_a_living_pet_stays(database):
    house = await Household.made()

    with pytest.raises(LastPayer):
        await ownerships.end(house.viewer, house.olgas.id, {}, key="k1", now=NOW)
    assert (await Ownership.get(id=house.olgas.id)).ends_on is None


async def test_nobody_need_pay_for_a_pet_that_has_died(database):
    house = await Household.made(died_on=date(2026, 2, 1))

    await ownerships.end(house.viewer, house.olgas.id, {}, key="k1", now=NOW)

    assert await house.shares() == {}


async def test_an_owner_ended_the_day_she_came_can_come_again(database):
    house = await Household.made()

    async def add(key):
        shares = {house.olga.id: 50, house.paul.id: 50}
        return await ownerships.add(house.viewer, house.rex.id, house.paul.id, EVERY_RIGHT, shares, key=key, now=NOW)

    first = await add("k1")
    await ownerships.end(house.viewer, first, {house.olga.id: 100}, key="k2", now=NOW)
    again = await add("k3")

    assert again != first
    rows = await Ownership.filter(client_id=house.paul.id).order_by("id")
    assert [(row.starts_on, row.ends_on) for row in rows] == [(TODAY, TODAY), (TODAY, None)]


async def test_an_ownership_never_ends_before_it_began(database):
    house = await Household.made(with_paul=True)
    yesterday = NOW - timedelta(days=1)
    house.pauls.starts_on = TODAY
    await house.pauls.save()

    await ownerships.end(house.viewer, house.pauls.id, {house.olga.id: 100}, key="k1", now=yesterday)

    assert (await Ownership.get(id=house.pauls.id)).ends_on == TODAY


async def test_what_has_ended_neither_ends_again_nor_changes(database):
    house = await Household.made(share=60, with_paul=True)
    await ownerships.end(house.viewer, house.pauls.id, {house.olga.id: 100}, key="k1", now=NOW)
    before = await how_many_rows()

    for deed in (ownerships.end, ownerships.amend):
        with pytest.raises(InvalidInput) as refused:
            await deed(house.viewer, house.pauls.id, {house.olga.id: 100}, key="k2", now=NOW)
        assert refused.value.path == ("ownershipId",)
    assert await how_many_rows() == before
