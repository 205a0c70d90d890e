"""Setting up what the practice offers."""

from typing import Any

import pytest

from models import EventKind, Service, ServiceRoom, ServiceStaff, Species, Staff
from models.refusal import Forbidden, IdempotencyKeyReused, InvalidInput, NotFound
from models.row import uuid7
from resolvers import services
from resolvers.services import NewService, ServiceChanges
from tests.found import events, found, last_event
from tests.world import (
    NOW,
    a_location,
    a_manager,
    a_nurse,
    a_room,
    a_service,
    a_vet,
    an_owner,
    how_many_rows,
)

pytestmark = pytest.mark.anyio


async def hands(service_id):
    staff = {row.staff_id for row in await ServiceStaff.filter(service_id=service_id)}
    return staff, {row.room_id for row in await ServiceRoom.filter(service_id=service_id)}


async def test_a_manager_adds_a_service_with_who_and_where(database):
    manager, vet, nurse, room = await a_manager(), await a_vet(), await a_nurse(), await a_room()

    service_id = await services.add(
        manager.viewer,
        NewService(
            name="Dental Care",
            lasts_minutes=45,
            description="Cleaning,\nand a look at every tooth.",
            buffer_before_minutes=5,
            buffer_after_minutes=10,
            lead_minutes=120,
            species=(Species.CAT, Species.DOG, Species.CAT),
            is_bookable_online=True,
            owner_may_choose_vet=False,
            staff_ids=(vet.id, nurse.id, vet.id),
            room_ids=(room.id,),
        ),
        key="k1",
        now=NOW,
    )

    row = await Service.get(id=service_id)
    assert (row.name, row.fold, row.lasts_minutes, row.lead_minutes) == ("Dental Care", "dental care", 45, 120)
    assert (row.buffer_before_minutes, row.buffer_after_minutes) == (5, 10)
    assert (row.description, list(row.species)) == ("Cleaning,\nand a look at every tooth.", ["DOG", "CAT"])
    assert (row.is_bookable_online, row.is_open_to_new_clients, row.owner_may_choose_vet) == (True, False, False)
    assert (row.is_farewell, row.is_offered) == (False, True)
    assert await hands(service_id) == ({vet.id, nurse.id}, {room.id})
    event, _ = await last_event()
    assert (event.kind, event.subject_id) == (EventKind.SERVICE_ADDED, service_id)


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"name": ""}, ("name",)),
        ({"description": "x" * 5001}, ("description",)),
        ({"description": "a\x00b"}, ("description",)),
        ({"lasts_minutes": 4}, ("lastsMinutes",)),
        ({"lasts_minutes": 1441}, ("lastsMinutes",)),
        ({"buffer_before_minutes": -1}, ("bufferBeforeMinutes",)),
        ({"buffer_after_minutes": 481}, ("bufferAfterMinutes",)),
        ({"lead_minutes": -1}, ("leadMinutes",)),
        ({"lead_minutes": 2**40}, ("leadMinutes",)),
        ({"staff_ids": [uuid7()] * 201}, ("staffIds",)),
    ],
)
async def test_a_service_that_makes_no_sense_is_refused_with_the_input_at_fault(database, wrong, path):
    manager, checkup = await a_manager(), await a_service()
    before = await how_many_rows()

    new: Any = {"name": "X-ray", "lasts_minutes": 30} | wrong
    with pytest.raises(InvalidInput) as refused:
        await services.add(manager.viewer, NewService(**new), key="k1", now=NOW)
    assert refused.value.path == path
    with pytest.raises(InvalidInput) as refused:
        await services.amend(manager.viewer, checkup.id, ServiceChanges(**wrong), key="k2", now=NOW)
    assert refused.value.path == path
    assert await how_many_rows() == before


async def test_the_shortest_and_the_longest_service_are_kept_as_said(database):
    manager = await a_manager()

    for lasts, buffer in ((5, 0), (1440, 480)):
        new = NewService(f"{lasts} minutes", lasts, buffer_before_minutes=buffer, buffer_after_minutes=buffer)
        service_id = await services.add(manager.viewer, new, key=f"k{lasts}", now=NOW)
        assert (await Service.get(id=service_id)).lasts_minutes == lasts


async def test_only_staff_and_rooms_that_are_there_do_a_service(database):
    manager, vet, room = await a_manager(), await a_vet(), await a_room()
    left = await a_vet()
    await Staff.filter(id=left.id).update(left_at=NOW)
    checkup = await a_service(vets=[vet], rooms=[room])
    before = await how_many_rows()

    for refusal, path, wrong in (
        (NotFound, "staffIds", {"staff_ids": (vet.id, uuid7())}),
        (NotFound, "roomIds", {"room_ids": (room.id, uuid7())}),
        (InvalidInput, "staffIds", {"staff_ids": (left.id,)}),
    ):
        with pytest.raises(refusal) as refused:
            await services.amend(manager.viewer, checkup.id, ServiceChanges(**wrong), key="k1", now=NOW)
        assert refused.value.path == (path,)
    assert await hands(checkup.id) == ({vet.id}, {room.id})
    assert await how_many_rows() == before


async def test_only_what_is_given_of_a_service_changes(database):
    manager, vet, room = await a_manager(), await a_vet(), await a_room()
    checkup = await a_service(lead_minutes=60)

    changes = ServiceChanges(lasts_minutes=20, is_offered=False, is_farewell=True)
    await services.amend(manager.viewer, checkup.id, changes, key="k1", now=NOW)

    row = await Service.get(id=checkup.id)
    assert (row.name, row.lasts_minutes, row.lead_minutes, row.is_offered) == ("Check-up", 20, 60, False)
    assert await hands(checkup.id) == ({vet.id}, {room.id})
    event, _ = await last_event()
    assert (event.kind, list(event.changed)) == (
        EventKind.SERVICE_AMENDED,
        ["is_farewell", "is_offered", "lasts_minutes"],
    )


async def test_staff_and_rooms_are_replaced_as_a_whole(database):
    manager, vera, tom, room, other = await a_manager(), await a_vet(), await a_vet(), await a_room(), await a_room()
    checkup = await a_service(vets=[vera], rooms=[room])

    changes = ServiceChanges(staff_ids=(tom.id,), room_ids=(other.id, room.id))
    await services.amend(manager.viewer, checkup.id, changes, key="k1", now=NOW)
    assert await hands(checkup.id) == ({tom.id}, {room.id, other.id})
    await services.amend(manager.viewer, checkup.id, changes, key="k2", now=NOW)
    assert await events() == ["SERVICE_AMENDED"]  # the second time nothing has changed

    await services.amend(manager.viewer, checkup.id, ServiceChanges(staff_ids=(), room_ids=()), key="k3", now=NOW)
    assert await hands(checkup.id) == (set(), set())


async def test_a_service_is_of_the_whole_practice_and_so_is_who_sets_it(database):
    here = await a_location()
    manager, vet = await a_manager(location=here), await a_vet(location=here)
    everywhere = await a_manager()
    checkup, new = await a_service(), NewService("X-ray", 30)
    before = await how_many_rows()

    for viewer in (manager.viewer, vet.viewer):
        with pytest.raises(Forbidden):
            await services.add(viewer, new, key="k1", now=NOW)
        with pytest.raises(Forbidden):
            await services.amend(viewer, checkup.id, ServiceChanges(name="X"), key="k1", now=NOW)
    with pytest.raises(NotFound):
        await services.amend(everywhere.viewer, uuid7(), ServiceChanges(name="X"), key="k1", now=NOW)
    assert await how_many_rows() == before


async def test_a_service_is_added_once_however_often_it_is_sent(database):
    manager = await a_manager()
    first = await services.add(manager.viewer, NewService("X-ray", 30), key="k1", now=NOW)

    assert await services.add(manager.viewer, NewService("X-ray", 30), key="k1", now=NOW) == first
    with pytest.raises(IdempotencyKeyReused):
        await services.add(manager.viewer, NewService("X-ray", 35), key="k1", now=NOW)
    assert await Service.all().count() == 1


async def test_owners_see_what_they_can_book_online(database):
    viewer, olga = (await a_manager()).viewer, (await an_owner()).viewer
    await a_service("B check-up")
    await a_service("a surgery", is_bookable_online=False)
    await a_service("C no more", is_offered=False)

    assert [row.name for row in await found(services.listed(viewer))] == ["a surgery", "B check-up", "C no more"]
    assert [row.name for row in await found(services.listed(olga))] == ["B check-up"]
