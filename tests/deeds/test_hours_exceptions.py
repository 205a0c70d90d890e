"""Setting when a location is closed or somebody is away."""

from datetime import UTC, datetime, timedelta

import pytest

from models import EventKind, HoursException
from models.refusal import Forbidden, InvalidInput, NotFound
from models.row import uuid7
from resolvers import hours_exceptions
from resolvers.hours_exceptions import ExceptionChanges, NewException
from tests.found import events, last_event
from tests.world import (
    AN_HOUR,
    NOW,
    a_location,
    a_manager,
    a_vet,
    how_many_rows,
)

pytestmark = pytest.mark.anyio


async def except_(viewer, *, key=None, starts_at=NOW, ends_at=NOW + AN_HOUR, **whom):
    new = NewException(starts_at, ends_at, **whom)
    return await hours_exceptions.add(viewer, new, key=key or str(uuid7()), now=NOW)


async def test_a_location_is_closed_and_somebody_is_away(database):
    here = await a_location()
    manager, vet = await a_manager(), await a_vet()

    closed = await except_(manager.viewer, location_id=here.id, reason=" Stocktaking ", key="k1")
    assert await except_(manager.viewer, location_id=here.id, reason=" Stocktaking ", key="k1") == closed
    away = await except_(manager.viewer, staff_id=vet.id)
    away_from_here = await except_(manager.viewer, staff_id=vet.id, location_id=here.id)

    row = await HoursException.get(id=closed)
    assert (row.location_id, row.staff_id, row.reason) == (here.id, None, "Stocktaking")
    assert (row.starts_at, row.ends_at) == (NOW, NOW + AN_HOUR)
    row = await HoursException.get(id=away)
    assert (row.location_id, row.staff_id) == (None, vet.id)
    row = await HoursException.get(id=away_from_here)
    assert (row.location_id, row.staff_id) == (here.id, vet.id)
    event, _ = await last_event()
    assert (event.kind, event.location_id) == (EventKind.EXCEPTION_ADDED, here.id)
    assert (event.new_starts_at, event.new_ends_at) == (NOW, NOW + AN_HOUR)
    assert await events() == ["EXCEPTION_ADDED"] * 3


async def test_an_exception_in_another_zone_is_the_same_instant(database):
    here, manager = await a_location(), await a_manager()
    in_tokyo = datetime.fromisoformat("2026-03-02T17:00:00+09:00")

    row_id = await except_(manager.viewer, location_id=here.id, starts_at=in_tokyo, ends_at=in_tokyo + AN_HOUR)

    assert (await HoursException.get(id=row_id)).starts_at == NOW
    assert await HoursException.filter(starts_at=in_tokyo).count() == 1


async def test_an_exception_is_amended(database):
    here, manager = await a_location(), await a_manager()
    row_id = await except_(manager.viewer, location_id=here.id, reason="Stocktaking")

    changes = ExceptionChanges(ends_at=NOW + 3 * AN_HOUR)
    await hours_exceptions.amend(manager.viewer, row_id, changes, key="k1", now=NOW)

    row = await HoursException.get(id=row_id)
    assert (row.starts_at, row.ends_at, row.reason) == (NOW, NOW + 3 * AN_HOUR, "Stocktaking")
    event, _ = await last_event()
    assert (event.kind, list(event.changed), event.old_ends_at, event.new_ends_at) == (
        EventKind.EXCEPTION_AMENDED,
        ["ends_at"],
        NOW + AN_HOUR,
        NOW + 3 * AN_HOUR,
    )


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"ends_at": NOW}, ("endsAt",)),
        ({"ends_at": NOW - AN_HOUR}, ("endsAt",)),
        ({"starts_at": datetime(1, 1, 1, tzinfo=UTC)}, ("startsAt",)),
        ({"ends_at": datetime.max.replace(tzinfo=UTC)}, ("endsAt",)),
        ({"reason": "x" * 501}, ("reason",)),
        ({"reason": "a\nb"}, ("reason",)),
    ],
)
async def test_an_exception_that_makes_no_sense_is_refused_with_the_input_at_fault(database, wrong, path):
    here, manager = await a_location(), await a_manager()
    row_id = await except_(manager.viewer, location_id=here.id)
    before = await how_many_rows()

    with pytest.raises(InvalidInput) as refused:
        await except_(manager.viewer, location_id=here.id, **wrong)
    assert refused.value.path == path
    with pytest.raises(InvalidInput) as refused:
        await hours_exceptions.amend(manager.viewer, row_id, ExceptionChanges(**wrong), key="k1", now=NOW)
    assert refused.value.path == path
    assert await how_many_rows() == before


async def test_exceptions_are_set_where_one_manages(database):
    here, there = await a_location(), await a_location("Low Road")
    everywhere, manager, vet = await a_manager(), await a_manager(location=here), await a_vet(location=here)
    holiday = await except_(everywhere.viewer, staff_id=vet.id)
    closed_there = await except_(everywhere.viewer, location_id=there.id)
    before = await how_many_rows()

    for refusal, viewer, whom in (
        (Forbidden, manager.viewer, {"location_id": there.id}),
        (Forbidden, manager.viewer, {"staff_id": vet.id}),  # away everywhere is for a manager of everywhere to say
        (Forbidden, vet.viewer, {"location_id": here.id}),
        (InvalidInput, everywhere.viewer, {}),
        (NotFound, everywhere.viewer, {"location_id": uuid7()}),
        (NotFound, everywhere.viewer, {"staff_id": uuid7()}),
    ):
        with pytest.raises(refusal):
            await except_(viewer, **whom)
    later = ExceptionChanges(ends_at=NOW + timedelta(days=1))
    for refusal, row_id in ((Forbidden, holiday), (Forbidden, closed_there), (NotFound, uuid7())):
        with pytest.raises(refusal):
            await hours_exceptions.amend(manager.viewer, row_id, later, key="k1", now=NOW)
    assert await how_many_rows() == before
