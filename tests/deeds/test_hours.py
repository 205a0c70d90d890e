"""Setting when the staff work."""

from datetime import date
from typing import Any

import pytest

from models import EventKind, Staff, WorkingHours
from models.refusal import Forbidden, InvalidInput, NotFound
from models.row import uuid7
from models.stretch import Stretch
from resolvers import hours
from resolvers.hours import NewWorkingHours, WorkingHoursChanges
from tests.found import last_event
from tests.racing import meanwhile
from tests.world import (
    NOW,
    a_location,
    a_manager,
    a_vet,
    how_many_rows,
    some_working_hours,
)

pytestmark = pytest.mark.anyio

MONDAY, TUESDAY = 1, 2
MORNING, AFTERNOON = Stretch(MONDAY, 480, 720), Stretch(MONDAY, 720, 1080)
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


async def a_free_vet(**more):
    return await a_vet(weekdays=(), **more)


async def set_hours(viewer, staff, location, stretch, starts_on=MARCH, ends_on=None, key=None):
    new = NewWorkingHours(staff.id, location.id, stretch, starts_on, ends_on)
    return await hours.add(viewer, new, key=key or str(uuid7()), now=NOW)


async def test_a_manager_says_when_somebody_works(database):
    here = await a_location()
    manager, vet = await a_manager(location=here), await a_free_vet(location=here)

    hours_id = await set_hours(manager.viewer, vet, here, MORNING, ends_on=APRIL, key="k1")
    assert await set_hours(manager.viewer, vet, here, MORNING, ends_on=APRIL, key="k1") == hours_id

    row = await WorkingHours.get()
    assert (row.id, row.staff_id, row.location_id) == (hours_id, vet.id, here.id)
    assert (row.weekday, row.from_minute, row.until_minute) == (1, 480, 720)
    assert (row.starts_on, row.ends_on) == (MARCH, APRIL)
    event, _ = await last_event()
    assert (event.kind, event.subject_id, event.location_id) == (EventKind.WORKING_HOURS_ADDED, hours_id, here.id)


async def test_only_what_is_given_of_working_hours_changes(database):
    here = await a_location()
    manager, vet = await a_manager(), await a_free_vet()
    hours_id = await set_hours(manager.viewer, vet, here, MORNING)

    await hours.amend(manager.viewer, hours_id, WorkingHoursChanges(ends_on=APRIL), key="k1", now=NOW)

    row = await WorkingHours.get(id=hours_id)
    assert (row.weekday, row.from_minute, row.starts_on, row.ends_on) == (1, 480, MARCH, APRIL)
    changes = WorkingHoursChanges(stretch=Stretch(2, 540, 600), ends_on=None)
    await hours.amend(manager.viewer, hours_id, changes, key="k2", now=NOW)
    row = await WorkingHours.get(id=hours_id)
    assert (row.weekday, row.from_minute, row.until_minute, row.ends_on) == (2, 540, 600, None)
    event, _ = await last_event()
    assert list(event.changed) == ["ends_on", "from_minute", "until_minute", "weekday"]


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"stretch": Stretch(0, 480, 720)}, ("stretch", "weekday")),
        ({"stretch": Stretch(1, 720, 480)}, ("stretch", "until")),
        ({"stretch": Stretch(1, 0, 1500)}, ("stretch", "until")),
        ({"ends_on": date(2026, 2, 28)}, ("endsOn",)),
        ({"starts_on": date(1, 1, 1)}, ("startsOn",)),
        ({"ends_on": date.max}, ("endsOn",)),
    ],
)
async def test_hours_that_make_no_sense_are_refused_with_the_input_at_fault(database, wrong, path):
    here = await a_location()
    manager, vet = await a_manager(), await a_free_vet()
    hours_id = await set_hours(manager.viewer, vet, here, MORNING)
    before = await how_many_rows()
    new: Any = {"staff_id": vet.id, "location_id": here.id, "stretch": AFTERNOON, "starts_on": MARCH} | wrong

    with pytest.raises(InvalidInput) as refused:
        await hours.add(manager.viewer, NewWorkingHours(**new), key="k1", now=NOW)
    assert refused.value.path == path
    with pytest.raises(InvalidInput) as refused:
        await hours.amend(manager.viewer, hours_id, WorkingHoursChanges(**wrong), key="k2", now=NOW)
    assert refused.value.path == path
    assert await how_many_rows() == before


async def test_hours_at_two_locations_may_touch(database):
    here, there = await a_location(), await a_location("Low Road")
    manager, vet = await a_manager(), await a_free_vet()

    await set_hours(manager.viewer, vet, here, MORNING)
    await set_hours(manager.viewer, vet, there, AFTERNOON)
    await set_hours(manager.viewer, vet, there, Stretch(TUESDAY, 480, 720))
    await set_hours(manager.viewer, vet, here, MORNING)  # twice at one place is harmless

    assert await WorkingHours.all().count() == 4


async def test_nobody_works_at_two_locations_at_once(database):
    here, there = await a_location(), await a_location("Low Road")
    manager, vet, other = await a_manager(), await a_free_vet(), await a_free_vet()
    await set_hours(manager.viewer, vet, here, MORNING)
    hours_id = await set_hours(manager.viewer, vet, there, AFTERNOON)
    before = await how_many_rows()

    for stretch in (Stretch(MONDAY, 719, 780), Stretch(MONDAY, 0, 1440), Stretch(MONDAY, 500, 510)):
        with pytest.raises(InvalidInput) as refused:
            await set_hours(manager.viewer, vet, there, stretch)
        assert refused.value.path == ("stretch",)
    earlier = WorkingHoursChanges(stretch=Stretch(MONDAY, 700, 1080))
    with pytest.raises(InvalidInput):
        await hours.amend(manager.viewer, hours_id, earlier, key="k1", now=NOW)
    assert await how_many_rows() == before

    await set_hours(manager.viewer, other, there, MORNING)


async def test_hours_that_end_before_others_begin_do_not_meet(database):
    here, there = await a_location(), await a_location("Low Road")
    manager, vet = await a_manager(), await a_free_vet()
    await set_hours(manager.viewer, vet, here, MORNING, ends_on=APRIL)

    with pytest.raises(InvalidInput):
        await set_hours(manager.viewer, vet, there, MORNING, starts_on=date(2026, 3, 30))
    # The last Monday at the first place is the 30th of March: on the 31st she is free to go.
    await set_hours(manager.viewer, vet, there, MORNING, starts_on=date(2026, 3, 31))

    assert await WorkingHours.all().count() == 2


async def test_hours_on_two_clocks_meet_by_the_instant(database):
    berlin, london = await a_location(), await a_location("King's Road", zone="Europe/London")
    auckland = await a_location("Queen Street", zone="Pacific/Auckland")
    manager, vet = await a_manager(), await a_free_vet()
    await set_hours(manager.viewer, vet, berlin, Stretch(MONDAY, 600, 720))  # 10 to 12 in Berlin

    with pytest.raises(InvalidInput):  # 10 to 11 in London is 11 to 12 in Berlin
        await set_hours(manager.viewer, vet, london, Stretch(MONDAY, 600, 660))
    with pytest.raises(InvalidInput):  # 23 to 24 in Auckland is 11 to 12 in Berlin, but in the southern summer alone
        await set_hours(manager.viewer, vet, auckland, Stretch(MONDAY, 1380, 1440))
    await set_hours(manager.viewer, vet, london, Stretch(MONDAY, 660, 720))
    await set_hours(manager.viewer, vet, auckland, Stretch(TUESDAY, 120, 180))

    assert await WorkingHours.all().count() == 3


async def test_two_managers_at_once_do_not_send_her_to_two_places(database):
    here, there = await a_location(), await a_location("Low Road")
    manager, vet = await a_manager(), await a_free_vet()

    refused = await meanwhile(
        lambda: set_hours(manager.viewer, vet, here, MORNING), lambda: set_hours(manager.viewer, vet, there, MORNING)
    )

    assert isinstance(refused, InvalidInput)
    assert (await WorkingHours.get()).location_id == here.id


async def test_hours_are_set_by_a_manager_of_that_location_for_somebody_who_is_there(database):
    here, there = await a_location(), await a_location("Low Road")
    manager, vet, left = await a_manager(location=here), await a_vet(location=here), await a_vet(location=there)
    at_theirs = (await some_working_hours(vet, there, weekdays=(7,)))[0]
    await Staff.filter(id=left.id).update(left_at=NOW)
    before = await how_many_rows()

    for refusal, viewer, staff_id, location_id in (
        (Forbidden, manager.viewer, vet.id, there.id),
        (Forbidden, vet.viewer, vet.id, here.id),
        (NotFound, manager.viewer, uuid7(), here.id),
        (NotFound, manager.viewer, vet.id, None),
        (InvalidInput, manager.viewer, left.id, here.id),
    ):
        new = NewWorkingHours(staff_id, location_id, MORNING, MARCH)
        with pytest.raises(refusal):
            await hours.add(viewer, new, key="k1", now=NOW)
    for refusal, viewer, hours_id in (
        (Forbidden, manager.viewer, at_theirs.id),
        (Forbidden, vet.viewer, at_theirs.id),
        (NotFound, manager.viewer, uuid7()),
    ):
        with pytest.raises(refusal):
            await hours.amend(viewer, hours_id, WorkingHoursChanges(ends_on=APRIL), key="k1", now=NOW)
    assert await how_many_rows() == before
