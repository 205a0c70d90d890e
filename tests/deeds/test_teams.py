"""Managers say who of the staff holds which role where, and somebody always manages all of it."""

import asyncio

import pytest

from models import Account, Event, EventKind, Role, StaffRole
from models.refusal import Forbidden, IdempotencyKeyReused, InvalidInput, NotFound
from models.row import uuid7
from resolvers import teams
from resolvers.access import Where
from resolvers.teams import Post
from tests.doorkeeper import viewer_of
from tests.world import NOW, a_location, a_manager, a_practice, a_vet, how_many_rows

pytestmark = pytest.mark.anyio

EVERYWHERE = Where.EVERYWHERE


@pytest.fixture
async def house(database):
    await a_practice(language="de")
    return await a_location("High Street")


@pytest.fixture
async def nadia(house):
    """She manages the whole practice."""
    return await accepted(await a_manager("Nadia Haddad"))


async def accepted(member):
    await Account.filter(id=member.account.id).update(password_hash="hash of a password")
    return member


async def set_roles(who, staff_id, *posts, key="r"):
    return await teams.set_staff_roles(who.viewer, staff_id, posts, key=key, now=NOW)


async def held_by(staff_id):
    return {(row.role, row.location_id) for row in await StaffRole.filter(staff_id=staff_id)}


async def test_roles_are_replaced_at_once(nadia, house):
    vera = await a_vet("Vera Falk", house)
    assert await set_roles(nadia, vera.id, Post(Role.NURSE, house.id), Post(Role.MANAGER, EVERYWHERE)) == vera.id
    assert await held_by(vera.id) == {(Role.NURSE, house.id), (Role.MANAGER, None)}
    viewer = await viewer_of(vera.viewer)
    assert (viewer.everywhere, viewer.at) == (frozenset({Role.MANAGER}), {house.id: frozenset({Role.NURSE})})
    event = await Event.get()
    assert (event.kind, event.subject_id) == (EventKind.STAFF_ROLES_SET, vera.id)
    assert list(event.changed) == ["roles"]


async def test_the_same_roles_again_change_nothing(nadia, house):
    vera = await a_vet("Vera Falk", house)
    before = await StaffRole.get(staff_id=vera.id)
    await set_roles(nadia, vera.id, Post(Role.VET, house.id), Post(Role.VET, house.id))
    assert (await StaffRole.get(staff_id=vera.id)).id == before.id
    assert not await Event.exists()


async def test_a_retry_sets_roles_once_even_if_they_were_changed_since(nadia, house):
    vera = await a_vet("Vera Falk", house)
    await set_roles(nadia, vera.id, Post(Role.NURSE, house.id), key="1")
    await set_roles(nadia, vera.id, Post(Role.VET, house.id), key="2")
    await set_roles(nadia, vera.id, Post(Role.NURSE, house.id), key="1")
    assert await held_by(vera.id) == {(Role.VET, house.id)}
    with pytest.raises(IdempotencyKeyReused):
        await set_roles(nadia, vera.id, Post(Role.RECEPTIONIST, house.id), key="1")


async def test_a_manager_of_one_location_gives_and_takes_roles_there_only(nadia, house):
    there = await a_location("Lake Side")
    local = await a_manager("Karl Brandt", there)
    vera = await a_vet("Vera Falk", house)
    here_too = Post(Role.VET, house.id)
    assert await set_roles(local, vera.id, here_too, Post(Role.NURSE, there.id), key="1")
    before = await how_many_rows()
    for posts in (
        (Post(Role.NURSE, there.id),),
        (here_too, Post(Role.NURSE, house.id)),
        (here_too, Post(Role.VET, EVERYWHERE)),
    ):
        with pytest.raises(Forbidden):
            await set_roles(local, vera.id, *posts, key="2")
    assert await held_by(vera.id) == {(Role.VET, house.id), (Role.NURSE, there.id)}
    assert await how_many_rows() == before


async def test_the_last_manager_of_the_whole_practice_stays_one(nadia, house):
    before = await how_many_rows()
    with pytest.raises(InvalidInput, match="manage the whole practice") as refused:
        await set_roles(nadia, nadia.id, Post(Role.MANAGER, house.id))
    assert refused.value.path == ("roles",)
    assert await how_many_rows() == before
    assert await held_by(nadia.id) == {(Role.MANAGER, None)}

    karl = await accepted(await a_manager("Karl Brandt"))
    assert await set_roles(nadia, nadia.id, Post(Role.MANAGER, house.id), key="2")
    with pytest.raises(Forbidden):
        await set_roles(await a_manager("Local Person", house), karl.id, Post(Role.VET, house.id))


async def test_a_manager_who_has_left_does_not_count(nadia, house):
    karl = await accepted(await a_manager("Karl Brandt"))
    karl.staff.left_at = NOW
    await karl.staff.save()
    with pytest.raises(InvalidInput):
        await set_roles(nadia, nadia.id, Post(Role.VET, house.id))


async def test_a_manager_who_has_not_accepted_yet_does_not_count(nadia, house):
    karl = await a_manager("Karl Brandt")
    before = await how_many_rows()
    with pytest.raises(InvalidInput, match="manage the whole practice"):
        await set_roles(nadia, nadia.id, Post(Role.VET, house.id))
    assert await how_many_rows() == before
    assert await held_by(nadia.id) == {(Role.MANAGER, None)}
    await accepted(karl)
    assert await set_roles(nadia, nadia.id, Post(Role.VET, house.id))


async def test_two_managers_who_demote_each_other_at_once_leave_one(nadia, house):
    karl = await accepted(await a_manager("Karl Brandt"))
    answers = await asyncio.gather(
        set_roles(nadia, karl.id, Post(Role.VET, house.id)),
        set_roles(karl, nadia.id, Post(Role.VET, house.id)),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, InvalidInput) for answer in answers) == 1
    assert await StaffRole.filter(role=Role.MANAGER).count() == 1


async def test_roles_of_nobody_or_without_any_are_refused(nadia, house):
    vera = await a_vet("Vera Falk", house)
    before = await how_many_rows()
    for staff_id in (uuid7(), None):
        with pytest.raises(NotFound) as not_found:
            await set_roles(nadia, staff_id, Post(Role.VET, house.id))
        assert not_found.value.path == ("staffId",)
    with pytest.raises(InvalidInput) as refused:
        await set_roles(nadia, vera.id)
    assert refused.value.path == ("roles",)
    with pytest.raises(Forbidden):
        await set_roles(vera, vera.id, Post(Role.MANAGER, EVERYWHERE))
    assert await how_many_rows() == before
