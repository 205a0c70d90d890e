"""Which owners are told of an appointment is exactly who may see it, whichever way it is asked."""

from datetime import timedelta
from typing import Any

import pytest

from models import Appointment, Client, Ownership, sql
from models.ownership import Right
from models.row import uuid7
from resolvers import access
from resolvers.viewer import Viewer
from tests.world import EVERY_RIGHT, NOW, TODAY, a_booking, a_client, a_pet, a_world, an_ownership
from vetdesk.database import counted

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
BLIND = EVERY_RIGHT - {Right.VIEW}
ONLY_VIEW = frozenset({Right.VIEW})

# What a client may be to a pet, as ownerships one after the other; true when she sees what is planned for it.
TIES: dict[str, tuple[tuple[dict[str, Any], ...], bool]] = {
    "a stranger": ((), False),
    "an owner": (({},), True),
    "an owner who may do nothing but look": (({"rights": ONLY_VIEW},), True),
    "an owner who may not look": (({"rights": BLIND},), False),
    "an owner until yesterday": (({"ends_on": TODAY - DAY},), False),
    "an owner until today": (({"ends_on": TODAY},), False),
    "an owner until tomorrow": (({"ends_on": TODAY + DAY},), False),
    "an owner from next year on": (({"starts_on": TODAY + 300 * DAY},), True),
    "an owner once more": (({"ends_on": TODAY - DAY}, {}), True),
    "an owner once more who may not look any longer": (({"ends_on": TODAY - DAY}, {"rights": BLIND}), False),
}


async def everybody():
    """A pet for each tie with two visits each, and as many clients, each tied to each pet in another way."""
    world = await a_world()
    clients = [await a_client(f"Client {number}") for number in range(len(TIES))]
    expected: dict = {}
    for number in range(len(TIES)):
        pet = await a_pet(world.owner)
        visits = [
            await a_booking(pet, starts_at=NOW + number * DAY + timedelta(hours=hour), client=world.owner)
            for hour in (1, 3)
        ]
        seeing = {world.owner.id}
        for turn, (ownerships, sees) in enumerate(TIES.values()):
            client = clients[(number + turn) % len(clients)]
            for ownership in ownerships:
                await an_ownership(pet, client, **ownership)
            if sees:
                seeing.add(client.id)
        expected |= {visit.id: seeing for visit in visits}
    return expected


async def seen_by(client):
    """The appointments she sees when she asks."""
    viewer = Viewer(account_id=uuid7(), session_id=uuid7(), client_id=client.id, is_linked=True)
    asked = access.rows(viewer, Appointment)
    found = await sql.fetch(f"SELECT t.id FROM appointment t WHERE {asked.scope.format(t='t')}", asked.values)
    return {sql.as_key(row["id"]) for row in found}


async def test_for_every_client_and_every_appointment_both_ways_of_asking_agree(database):
    expected = await everybody()
    with counted() as statements:
        seeing = await access.owners_concerned(expected)
    assert statements.count == 1
    assert seeing == expected
    clients = await Client.all()
    assert len(clients) == len(TIES) + 1
    for client in clients:
        assert await seen_by(client) == {visit for visit, who in seeing.items() if client.id in who}


async def test_who_no_longer_may_look_is_no_longer_told_and_the_last_one_leaves_nobody(database):
    world = await a_world()
    visit = await a_booking(world.pet)
    co_owner = await a_client("Peter Lang")
    hers = await Ownership.get(pet_id=world.pet.id)
    his = await an_ownership(world.pet, co_owner)
    assert await access.owners_concerned([visit.id]) == {visit.id: {world.owner.id, co_owner.id}}
    his.allow(BLIND)
    await his.save()
    assert await access.owners_concerned([visit.id]) == {visit.id: {world.owner.id}}
    hers.ends_on = TODAY
    await hers.save()
    assert await access.owners_concerned([visit.id]) == {}


async def test_of_nothing_nobody_is_asked_and_what_is_no_appointment_nobody_sees(database):
    world = await a_world()
    visit = await a_booking(world.pet)
    with counted() as statements:
        assert await access.owners_concerned([]) == {}
    assert statements.count == 0
    assert await access.owners_concerned([uuid7(), world.pet.id, visit.id, visit.id]) == {visit.id: {world.owner.id}}
