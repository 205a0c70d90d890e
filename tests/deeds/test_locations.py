"""Setting up the places where the practice sees pets, and their rooms."""

from datetime import date

import pytest

from models import EventKind, Location, OpeningHours, Room
from models.contact import Address
from models.refusal import Forbidden, IdempotencyKeyReused, InvalidInput, NotFound
from models.row import uuid7
from models.stretch import Stretch
from resolvers import locations, rooms
from resolvers.locations import LocationChanges, NewLocation
from resolvers.rooms import RoomChanges
from resolvers.viewer import Viewer
from tests.found import events, found, last_event
from tests.world import NOW, a_location, a_manager, a_receptionist, a_room, an_owner, how_many_rows

pytestmark = pytest.mark.anyio

KINGS_ROAD = NewLocation(
    name="King's Road",
    zone="Europe/London",
    currency="gbp",
    address=Address("12 King's Road", "SW3 4TR", "London", "gb"),
    phone="020 7946 0018",
    opening_hours=(Stretch(1, 540, 720), Stretch(1, 720, 1440), Stretch(6, 0, 600)),
)


async def hours_of(location_id):
    rows = await OpeningHours.filter(location_id=location_id).order_by("weekday", "from_minute")
    return [(row.weekday, row.from_minute, row.until_minute) for row in rows]


# Locations


async def test_a_manager_adds_the_first_location_of_an_empty_practice(database):
    manager = await a_manager()

    location_id = await locations.add(manager.viewer, KINGS_ROAD, key="k1", now=NOW)

    row = await Location.get(id=location_id)
    assert (row.name, row.fold, row.zone, row.currency) == ("King's Road", "king's road", "Europe/London", "GBP")
    assert (row.street, row.postal_code, row.city, row.country) == ("12 King's Road", "SW3 4TR", "London", "GB")
    assert (row.phone, row.phone_e164, row.closed_on) == ("020 7946 0018", "+442079460018", None)
    assert await hours_of(location_id) == [(1, 540, 720), (1, 720, 1440), (6, 0, 600)]
    event, _ = await last_event()
    assert (event.kind, event.subject_id, event.location_id) == (
        EventKind.LOCATION_ADDED,
        location_id,
        location_id,
    )


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"name": " "}, ("name",)),
        ({"zone": "Mars/Olympus"}, ("zone",)),
        ({"zone": "../etc/passwd"}, ("zone",)),
        ({"zone": ""}, ("zone",)),
        ({"currency": "EURO"}, ("currency",)),
        ({"currency": "XXX"}, ("currency",)),
        ({"address": Address(country="Germany")}, ("address", "country")),
        ({"phone": "call us"}, ("phone",)),
        ({"opening_hours": (Stretch(0, 0, 60),)}, ("openingHours", "0", "weekday")),
        ({"opening_hours": (Stretch(8, 0, 60),)}, ("openingHours", "0", "weekday")),
        ({"opening_hours": (Stretch(1, -1, 60),)}, ("openingHours", "0", "from")),
        ({"opening_hours": (Stretch(1, 1440, 1440),)}, ("openingHours", "0", "from")),
        ({"opening_hours": (Stretch(1, 60, 60),)}, ("openingHours", "0", "until")),
        ({"opening_hours": (Stretch(1, 60, 1441),)}, ("openingHours", "0", "until")),
        ({"opening_hours": (Stretch(1, 60, 120), Stretch(1, 0, 61))}, ("openingHours", "0")),
        ({"opening_hours": (Stretch(1, 60, 120), Stretch(1, 60, 120))}, ("openingHours", "1")),
        ({"opening_hours": tuple(Stretch(1, m, m + 1) for m in range(71))}, ("openingHours",)),
    ],
)
async def test_a_location_that_makes_no_sense_is_refused_with_the_input_at_fault(database, wrong, path):
    manager, high_street = await a_manager(), await a_location()
    before = await how_many_rows()
    new = NewLocation(**{"name": "Low Road", "zone": "Europe/Berlin", "currency": "EUR"} | wrong)

    with pytest.raises(InvalidInput) as refused:
        await locations.add(manager.viewer, new, key="k1", now=NOW)
    assert refused.value.path == path
    with pytest.raises(InvalidInput) as refused:
        await locations.amend(manager.viewer, high_street.id, LocationChanges(**wrong), key="k2", now=NOW)
    assert refused.value.path == path

    assert await how_many_rows() == before
    assert await hours_of(high_street.id) == [(weekday, 480, 1080) for weekday in range(1, 6)]


async def test_only_what_is_given_of_a_location_changes(database):
    manager = await a_manager()
    location_id = await locations.add(manager.viewer, KINGS_ROAD, key="k1", now=NOW)

    changes = LocationChanges(phone="020 7946 0019", closed_on=date(2026, 12, 31))
    await locations.amend(manager.viewer, location_id, changes, key="k2", now=NOW)

    row = await Location.get(id=location_id)
    assert (row.name, row.city, row.phone_e164, row.closed_on) == (
        "King's Road",
        "London",
        "+442079460019",
        date(2026, 12, 31),
    )
    assert await hours_of(location_id) == [(1, 540, 720), (1, 720, 1440), (6, 0, 600)]
    event, _ = await last_event()
    assert (event.kind, list(event.changed)) == (EventKind.LOCATION_AMENDED, ["closed_on", "phone", "phone_e164"])

    await locations.amend(manager.viewer, location_id, LocationChanges(closed_on=None, phone=""), key="k3", now=NOW)
    row = await Location.get(id=location_id)
    assert (row.closed_on, row.phone, row.phone_e164) == (None, "", None)


async def test_opening_hours_are_replaced_as_a_whole(database):
    manager, high_street = await a_manager(), await a_location()

    hours = (Stretch(7, 600, 660), Stretch(1, 480, 720))
    await locations.amend(manager.viewer, high_street.id, LocationChanges(opening_hours=hours), key="k1", now=NOW)
    assert await hours_of(high_street.id) == [(1, 480, 720), (7, 600, 660)]

    again = LocationChanges(opening_hours=tuple(reversed(hours)))
    await locations.amend(manager.viewer, high_street.id, again, key="k2", now=NOW)
    assert await events() == ["LOCATION_AMENDED"]  # the second time nothing has changed

    await locations.amend(manager.viewer, high_street.id, LocationChanges(opening_hours=()), key="k3", now=NOW)
    assert await hours_of(high_street.id) == []


async def test_a_location_is_added_once_however_often_it_is_sent(database):
    manager = await a_manager()

    first = await locations.add(manager.viewer, KINGS_ROAD, key="k1", now=NOW)

    assert await locations.add(manager.viewer, KINGS_ROAD, key="k1", now=NOW) == first
    with pytest.raises(IdempotencyKeyReused):
        await locations.add(manager.viewer, NewLocation("X", "UTC", "EUR"), key="k1", now=NOW)
    assert await Location.all().count() == 1


async def test_a_manager_of_one_location_amends_that_one_and_adds_none(database):
    here, there = await a_location(), await a_location("Low Road")
    manager, receptionist = await a_manager(location=here), await a_receptionist(location=here)
    renamed = LocationChanges(name="High St")
    before = await how_many_rows()

    with pytest.raises(Forbidden):
        await locations.add(manager.viewer, KINGS_ROAD, key="k1", now=NOW)
    with pytest.raises(Forbidden):
        await locations.amend(manager.viewer, there.id, renamed, key="k1", now=NOW)
    with pytest.raises(Forbidden):
        await locations.amend(receptionist.viewer, here.id, renamed, key="k1", now=NOW)
    assert await how_many_rows() == before

    await locations.amend(manager.viewer, here.id, renamed, key="k1", now=NOW)
    assert (await Location.get(id=here.id)).name == "High St"


async def test_a_location_that_does_not_exist_is_not_found(database):
    manager = await a_manager()
    before = await how_many_rows()

    for nowhere in (uuid7(), None):
        with pytest.raises(NotFound) as refused:
            await locations.amend(manager.viewer, nowhere, LocationChanges(name="X"), key="k1", now=NOW)
        assert refused.value.path == ("locationId",)
    assert await how_many_rows() == before


async def test_owners_and_staff_see_every_location(database):
    receptionist, owner = await a_receptionist(), await an_owner()
    for name, closed_on in (("Zoo", None), ("Gone", date(2026, 3, 2)), ("Going", date(2026, 3, 3))):
        await a_location(name, closed_on=closed_on)

    for viewer in (receptionist.viewer, owner.viewer):
        names = [row.name for row in await found(locations.listed(viewer))]
        assert names == ["Going", "Gone", "High Street", "Zoo"]
    assert await found(locations.listed(Viewer.anyone())) == []


# Rooms


async def test_a_manager_adds_and_amends_a_room(database):
    here = await a_location()
    manager = await a_manager(location=here)

    room_id = await rooms.add(manager.viewer, here.id, " Surgery ", key="k1", now=NOW)
    assert await rooms.add(manager.viewer, here.id, " Surgery ", key="k1", now=NOW) == room_id
    await rooms.amend(manager.viewer, room_id, RoomChanges(is_in_use=False), key="k2", now=NOW)

    room = await Room.get(id=room_id)
    assert (room.location_id, room.name, room.fold, room.is_in_use) == (here.id, "Surgery", "surgery", False)
    await rooms.amend(manager.viewer, room_id, RoomChanges(name="X-ray"), key="k3", now=NOW)
    assert (await Room.get(id=room_id)).fold == "x-ray"
    assert await events() == ["ROOM_ADDED", "ROOM_AMENDED", "ROOM_AMENDED"]
    event, _ = await last_event()
    assert (event.subject_id, event.location_id) == (room_id, here.id)


async def test_a_room_that_may_not_be_or_makes_no_sense_is_refused(database):
    here, there = await a_location(), await a_location("Low Road")
    manager, room, other = await a_manager(location=here), await a_room(location=here), await a_room(location=there)
    receptionist = await a_receptionist(location=here)
    before = await how_many_rows()

    for refusal, viewer, location_id in (
        (Forbidden, manager.viewer, there.id),
        (Forbidden, receptionist.viewer, here.id),
        (NotFound, manager.viewer, None),
    ):
        with pytest.raises(refusal):
            await rooms.add(viewer, location_id, "X", key="k1", now=NOW)
    with pytest.raises(InvalidInput) as refused:
        await rooms.add(manager.viewer, here.id, "\x00", key="k1", now=NOW)
    assert refused.value.path == ("name",)

    for refusal, viewer, room_id in (
        (Forbidden, manager.viewer, other.id),
        (Forbidden, receptionist.viewer, room.id),
        (NotFound, manager.viewer, uuid7()),
    ):
        with pytest.raises(refusal):
            await rooms.amend(viewer, room_id, RoomChanges(name="X"), key="k1", now=NOW)
    assert await how_many_rows() == before


async def test_the_rooms_of_one_location_or_of_all(database):
    here, there = await a_location(), await a_location("Low Road")
    await a_room("B", here)
    await a_room("a", here)
    await a_room("C", there)
    viewer = (await a_receptionist()).viewer

    assert [room.name for room in await found(rooms.listed(viewer))] == ["a", "B", "C"]
    assert await found(rooms.listed((await an_owner()).viewer)) == []
