"""Hours: when the staff work, and reading it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import EventKind, Location, Staff, WorkingHours, sql
from models.free_time import WeeklyHours
from models.period import days, intersected, must_be_foreseeable
from models.refusal import InvalidInput
from models.row import uuid7
from models.stretch import Stretch
from resolvers import access, events, retries
from resolvers.access import Deed
from resolvers.changes import UNSET, Change, Unset, given, plain, write
from resolvers.events import Happening
from resolvers.locks import hold

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID
    from zoneinfo import ZoneInfo

    from resolvers.retries import Outcome
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

_A_YEAR = timedelta(days=373)


@dataclass(frozen=True, slots=True)
class NewWorkingHours:
    """A stretch of every week in which somebody works at a location, from `starts_on` until, not on, `ends_on`."""

    staff_id: UUID | None
    location_id: UUID | None
    stretch: Stretch
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class WorkingHoursChanges:
    """What changes about working hours: to end them is to say when, half-open."""

    stretch: Stretch | Unset = UNSET
    starts_on: date | Unset = UNSET
    ends_on: date | Unset | None = UNSET


# Reading


def one(viewer: Viewer, working_hours_id: UUID | None) -> Rows:
    """The working hours with this key."""
    return access.rows(viewer, WorkingHours).only(working_hours_id)


# Writing


async def add(viewer: Viewer, hours: NewWorkingHours, *, key: str, now: datetime) -> UUID:
    """Add working hours.

    Raises:
        NotFound: there is no such person or location.
        InvalidInput: they end before they begin, somebody has left, or would be at two locations at once.
    """
    access.may(viewer, Deed.ADD_WORKING_HOURS)
    retry = retries.asked(viewer, Deed.ADD_WORKING_HOURS, key, plain(hours), now=now)
    hours_id = uuid7()

    async def work() -> Outcome:
        location = await access.find(viewer, Location, hours.location_id, path="locationId")
        access.may(viewer, Deed.ADD_WORKING_HOURS, location.id)
        staff = await at_work(viewer, hours.staff_id)
        async with in_transaction():
            await retry.keep(working_hours=hours_id)
            await hold(Staff, staff.id)
            await _must_be_possible(hours, besides=hours_id)
            columns = {**plain(hours.stretch), "starts_on": hours.starts_on, "ends_on": hours.ends_on}
            row = WorkingHours(id=hours_id, staff_id=staff.id, location_id=location.id, **columns)
            await sql.insert([row])
            change = Change(after={**columns, "staff": staff.id})
            await events.record(viewer, _happening(EventKind.WORKING_HOURS_ADDED, row, change), now=now)
        return {"working_hours": str(hours_id)}

    return sql.as_key((await retries.once(retry, work))["working_hours"])


async def amend(
    viewer: Viewer, working_hours_id: UUID | None, changes: WorkingHoursChanges, *, key: str, now: datetime
) -> UUID:
    """Change working hours; what is booked stays as it is.

    Raises:
        NotFound: there are no such hours.
        InvalidInput: as for adding.
    """
    access.may(viewer, Deed.AMEND_WORKING_HOURS)
    found = await access.find(viewer, WorkingHours, working_hours_id, path="workingHoursId")
    access.may(viewer, Deed.AMEND_WORKING_HOURS, found.location_id)
    asked = {"working_hours": str(working_hours_id), "changes": plain(changes)}
    retry = retries.asked(viewer, Deed.AMEND_WORKING_HOURS, key, asked, now=now)

    async def work() -> Outcome:
        said = given(changes)
        async with in_transaction():
            await retry.keep(working_hours=found.id)
            await hold(Staff, found.staff_id)
            row = await hold(WorkingHours, found.id)
            planned = replace(_as_set(row), **said)
            await _must_be_possible(planned, besides=row.id)
            columns = {**plain(planned.stretch), "starts_on": planned.starts_on, "ends_on": planned.ends_on}
            change = await write(row, columns)
            if change:
                await events.record(viewer, _happening(EventKind.WORKING_HOURS_AMENDED, row, change), now=now)
        return {"working_hours": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["working_hours"])


async def at_work(viewer: Viewer, staff_id: UUID | None) -> Staff:
    """Somebody who still works at the practice.

    Raises:
        NotFound: there is no such person.
        InvalidInput: she has left.
    """
    staff = await access.find(viewer, Staff, staff_id, path="staffId")
    _must_be_here_still(staff)
    return staff


def _must_be_here_still(staff: Staff) -> None:
    if staff.left_at is not None:
        raise InvalidInput("This person has left the practice.", path=("staffId",))


async def _must_be_possible(hours: NewWorkingHours, *, besides: UUID) -> None:
    hours.stretch.must_make_sense(path=("stretch",))
    must_be_foreseeable(hours.starts_on, path="startsOn")
    if hours.ends_on is not None:
        must_be_foreseeable(hours.ends_on, path="endsOn")
        if hours.ends_on < hours.starts_on:
            raise InvalidInput("These hours end before they begin.", path=("endsOn",))
    clocks: dict[UUID | None, ZoneInfo] = {location.id: location.clock for location in await Location.all()}
    for row in await WorkingHours.filter(staff_id=hours.staff_id).exclude(id=besides):
        if row.location_id != hours.location_id and _meet(hours, _as_set(row), clocks):
            raise InvalidInput("At that time this person works at another location.", path=("stretch",))


def _meet(some: NewWorkingHours, others: NewWorkingHours, clocks: Mapping[UUID | None, ZoneInfo]) -> bool:
    # Clocks of two places differ, and not by the same hours all year: so instants are compared, for a year and a week.
    first = max(some.starts_on, others.starts_on) - timedelta(days=1)
    last = min([first + _A_YEAR, *(one.ends_on for one in (some, others) if one.ends_on is not None)])
    here, there = (
        [period for day in days(first, last) for period in _weekly(one).on(day, clocks[one.location_id])]
        for one in (some, others)
    )
    return bool(intersected(here, there))


def _weekly(hours: NewWorkingHours) -> WeeklyHours:
    stretch = hours.stretch
    return WeeklyHours(stretch.weekday, stretch.from_minute, stretch.until_minute, hours.starts_on, hours.ends_on)


def _as_set(row: WorkingHours) -> NewWorkingHours:
    stretch = Stretch(row.weekday, row.from_minute, row.until_minute)
    return NewWorkingHours(row.staff_id, row.location_id, stretch, row.starts_on, row.ends_on)


def _happening(kind: EventKind, row: WorkingHours, change: Change) -> Happening:
    return Happening(kind, row.id, row.location_id, before=change.before, after=change.after)
