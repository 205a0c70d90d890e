"""Joining clients to a pet, and sharing its bills."""

import asyncio

import pytest

from models import EventKind, Ownership, Right
from models.refusal import AlreadyAnOwner, Forbidden, InvalidInput, LastPayer, NotFound, SharesMustSumTo100
from models.row import uuid7
from resolvers import ownerships, pets
from tests.found import events, found, last_event
from tests.household import Household
from tests.world import (
    EVERY_RIGHT,
    NOW,
    TODAY,
    a_client,
    a_nurse,
    how_many_rows,
)

pytestmark = pytest.mark.anyio

LOOKS_ON = frozenset({Right.VIEW})


# Adding


async def test_a_co_owner_is_added_and_the_bill_shared_anew(database):
    house = await Household.made()

    added = await ownerships.add(
        house.viewer,
        house.rex.id,
        house.paul.id,
        frozenset({Right.PAY, Right.VIEW}),
        {house.olga.id: 70, house.paul.id: 30},
        key="k1",
        now=NOW,
    )

    pauls = await Ownership.get(id=added)
    assert (pauls.client_id, pauls.starts_on, pauls.ends_on) == (house.paul.id, TODAY, None)
    assert pauls.rights == {Right.PAY, Right.VIEW}
    assert await house.shares() == {house.olga.id: 70, house.paul.id: 30}
    assert [pet.id for pet in await found(pets.mine(house.paul.viewer))] == [house.rex.id]
    event, detail = await last_event()
    assert (event.kind, event.subject_id, list(event.changed)) == (EventKind.OWNERSHIP_ADDED, added, ["owners"])
    assert '"share": 70' in detail


async def test_a_co_owner_who_only_looks_on_pays_nothing(database):
    house = await Household.made()

    await ownerships.add(house.viewer, house.rex.id, house.paul.id, LOOKS_ON, {house.olga.id: 100}, key="k1", now=NOW)

    assert await house.shares() == {house.olga.id: 100, house.paul.id: 0}


async def test_the_bill_may_pass_wholly_to_the_new_owner(database):
    house = await Household.made()

    await ownerships.add(
        house.viewer, house.rex.id, house.paul.id, EVERY_RIGHT, {house.paul.id: 100}, key="k1", now=NOW
    )

    assert await house.shares() == {house.olga.id: 0, house.paul.id: 100}


async def test_shares_that_make_no_whole_are_refused(database):
    house, stranger = await Household.made(), await a_client()
    before = await how_many_rows()

    for refusal, rights, shares in (
        (SharesMustSumTo100, EVERY_RIGHT, {house.olga.id: 70, house.paul.id: 20}),
        (SharesMustSumTo100, EVERY_RIGHT, {house.olga.id: 100, house.paul.id: 100}),
        (LastPayer, EVERY_RIGHT, {}),
        (LastPayer, EVERY_RIGHT, {house.olga.id: 0}),
        (InvalidInput, EVERY_RIGHT, {house.olga.id: 110, house.paul.id: -10}),
        (InvalidInput, EVERY_RIGHT, {house.olga.id: 50, stranger.id: 50}),
        (InvalidInput, LOOKS_ON, {house.olga.id: 50, house.paul.id: 50}),
    ):
        with pytest.raises(refusal) as refused:
            await ownerships.add(house.viewer, house.rex.id, house.paul.id, rights, shares, key="k1", now=NOW)
        assert refused.value.path == ("shares",)
    assert await house.shares() == {house.olga.id: 100}
    assert await how_many_rows() == before


async def test_nobody_owns_a_pet_twice_at_a_time(database):
    house = await Household.made()
    before = await how_many_rows()

    with pytest.raises(AlreadyAnOwner) as refused:
        await ownerships.add(
            house.viewer, house.rex.id, house.olga.id, EVERY_RIGHT, {house.olga.id: 100}, key="k1", now=NOW
        )

    assert refused.value.path == ("clientId",)
    assert await how_many_rows() == before


async def test_an_ownership_is_added_once_however_often_it_is_sent(database):
    house = await Household.made()

    def add():
        shares = {house.olga.id: 50, house.paul.id: 50}
        return ownerships.add(house.viewer, house.rex.id, house.paul.id, EVERY_RIGHT, shares, key="k1", now=NOW)

    assert await add() == await add()
    assert await events() == ["OWNERSHIP_ADDED"]


async def test_two_at_once_add_one_owner(database):
    house, rita = await Household.made(), await a_client("Rita Hall")

    results = await asyncio.gather(
        *(
            ownerships.add(
                house.viewer,
                house.rex.id,
                house.paul.id,
                EVERY_RIGHT,
                {house.olga.id: 50, house.paul.id: 50},
                key=f"k{number}",
                now=NOW,
            )
            for number in range(4)
        ),
        ownerships.add(house.viewer, house.rex.id, rita.id, LOOKS_ON, {house.olga.id: 100}, key="rita", now=NOW),
        return_exceptions=True,
    )

    assert [type(one) for one in results[:4]].count(AlreadyAnOwner) == 3
    shares = await house.shares()
    assert set(shares) <= {house.olga.id, house.paul.id, rita.id}
    assert sum(shares.values()) == 100


# Amending


async def test_rights_and_shares_change_together(database):
    house = await Household.made(share=60, with_paul=True)

    await ownerships.amend(house.viewer, house.pauls.id, {house.olga.id: 100}, rights=LOOKS_ON, key="k1", now=NOW)

    pauls = await Ownership.get(id=house.pauls.id)
    assert (pauls.rights, pauls.share) == (LOOKS_ON, 0)
    assert await house.shares() == {house.olga.id: 100, house.paul.id: 0}

    await ownerships.amend(house.viewer, house.pauls.id, {house.paul.id: 100}, rights=EVERY_RIGHT, key="k2", now=NOW)
    assert await house.shares() == {house.olga.id: 0, house.paul.id: 100}
    assert await events() == ["OWNERSHIP_AMENDED", "OWNERSHIP_AMENDED"]


async def test_shares_alone_change_and_rights_stay(database):
    house = await Household.made(share=60, with_paul=True)

    shares = {house.olga.id: 25, house.paul.id: 75}
    await ownerships.amend(house.viewer, house.olgas.id, shares, key="k1", now=NOW)

    assert await house.shares() == shares
    assert (await Ownership.get(id=house.olgas.id)).rights == EVERY_RIGHT


async def test_who_may_not_pay_keeps_no_share(database):
    house = await Household.made(share=60, with_paul=True)
    before = await how_many_rows()

    shares = {house.olga.id: 60, house.paul.id: 40}
    with pytest.raises(InvalidInput):
        await ownerships.amend(house.viewer, house.pauls.id, shares, rights=LOOKS_ON, key="k1", now=NOW)

    assert (await Ownership.get(id=house.pauls.id)).rights == EVERY_RIGHT
    assert await how_many_rows() == before


# Who may, and what is there


async def test_neither_owners_nor_nurses_change_who_owns_a_pet(database):
    house, nurse = await Household.made(share=60, with_paul=True), await a_nurse()
    rita, before = await a_client(), await how_many_rows()

    for viewer in (house.olga.viewer, nurse.viewer):
        with pytest.raises(Forbidden):
            await ownerships.add(viewer, house.rex.id, rita.id, LOOKS_ON, {house.olga.id: 100}, key="k", now=NOW)
        with pytest.raises(Forbidden):
            await ownerships.amend(viewer, house.pauls.id, {house.olga.id: 100}, key="k", now=NOW)
        with pytest.raises(Forbidden):
            await ownerships.end(viewer, house.pauls.id, {house.olga.id: 100}, key="k", now=NOW)
    assert await how_many_rows() == before


async def test_what_does_not_exist_is_not_found(database):
    house = await Household.made()
    shares, before = {house.olga.id: 100}, await how_many_rows()

    for pet_id, client_id, path in ((uuid7(), house.paul.id, "petId"), (house.rex.id, uuid7(), "clientId")):
        with pytest.raises(NotFound) as refused:
            await ownerships.add(house.viewer, pet_id, client_id, LOOKS_ON, shares, key="k", now=NOW)
        assert refused.value.path == (path,)
    for deed in (ownerships.end, ownerships.amend):
        with pytest.raises(NotFound) as refused:
            await deed(house.viewer, uuid7(), shares, key="k", now=NOW)
        assert refused.value.path == ("ownershipId",)
    assert await how_many_rows() == before
