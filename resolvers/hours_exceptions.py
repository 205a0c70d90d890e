"""Exceptions to the usual hours: when a location is closed or somebody is away, and reading them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import EventKind, HoursException, Location, sql
from models.period import Period, must_be_foreseeable
from models.refusal import InvalidInput
from models.row import uuid7
from models.text import line
from resolvers import access, events, retries
from resolvers.access import Deed, Where
from resolvers.changes import UNSET, Unset, given, plain, write
from resolvers.events import Happening
from resolvers.hours import at_work
from resolvers.locks import hold

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from resolvers.retries import Outcome
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class NewException:
    """A period in which a location is closed, somebody is away everywhere, or somebody is away from a location."""

    starts_at: datetime
    ends_at: datetime
    location_id: UUID | None = None
    staff_id: UUID | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ExceptionChanges:
    """What changes about an exception; whom and where it is about stays."""

    starts_at: datetime | Unset = UNSET
    ends_at: datetime | Unset = UNSET
    reason: str | Unset = UNSET


# Reading


def one(viewer: Viewer, exception_id: UUID | None) -> Rows:
    """The exception with this key."""
    return access.rows(viewer, HoursException).only(exception_id)


# Writing


async def add(viewer: Viewer, exception: NewException, *, key: str, now: datetime) -> UUID:
    """Add an exception; what is booked in it stays as it is.

    Raises:
        NotFound: there is no such location or person.
        InvalidInput: it ends before it begins, or is about nobody and nowhere.
    """
    access.may(viewer, Deed.ADD_EXCEPTION)
    retry = retries.asked(viewer, Deed.ADD_EXCEPTION, key, plain(exception), now=now)
    exception_id = uuid7()

    async def work() -> Outcome:
        checked = _checked(exception)
        if checked.location_id is None and checked.staff_id is None:
            raise InvalidInput("Please say which location is closed, or who is away.", path=("locationId",))
        if checked.location_id is not None:
            await access.find(viewer, Location, checked.location_id, path="locationId")
        access.may(viewer, Deed.ADD_EXCEPTION, checked.location_id or Where.EVERYWHERE)
        if checked.staff_id is not None:
            await at_work(viewer, checked.staff_id)
        row = HoursException(id=exception_id, **given(checked))
        async with in_transaction():
            await retry.keep(exception=exception_id)
            await sql.insert([row])
            after = {"reason": checked.reason, "staff": checked.staff_id}
            period = Period(checked.starts_at, checked.ends_at)
            happening = Happening(EventKind.EXCEPTION_ADDED, row.id, row.location_id, new=period, after=after)
            await events.record(viewer, happening, now=now)
        return {"exception": str(exception_id)}

    return sql.as_key((await retries.once(retry, work))["exception"])


async def amend(
    viewer: Viewer, exception_id: UUID | None, changes: ExceptionChanges, *, key: str, now: datetime
) -> UUID:
    """Change an exception.

    Raises:
        NotFound: there is no such exception.
        InvalidInput: it would end before it begins.
    """
    access.may(viewer, Deed.AMEND_EXCEPTION)
    found = await access.find(viewer, HoursException, exception_id, path="exceptionId")
    access.may(viewer, Deed.AMEND_EXCEPTION, found.location_id or Where.EVERYWHERE)
    asked = {"exception": str(exception_id), "changes": plain(changes)}
    retry = retries.asked(viewer, Deed.AMEND_EXCEPTION, key, asked, now=now)

    async def work() -> Outcome:
        async with in_transaction():
            await retry.keep(exception=found.id)
            row = await hold(HoursException, found.id)
            old = Period(row.starts_at, row.ends_at)
            held = NewException(row.starts_at, row.ends_at, row.location_id, row.staff_id, row.reason)
            planned = _checked(replace(held, **given(changes)))
            change = await write(row, given(planned))
            if change:
                happening = Happening(
                    EventKind.EXCEPTION_AMENDED,
                    row.id,
                    row.location_id,
                    old=old,
                    new=Period(planned.starts_at, planned.ends_at),
                    before=change.before,
                    after=change.after,
                )
                await events.record(viewer, happening, now=now)
        return {"exception": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["exception"])


def _checked(exception: NewException) -> NewException:
    must_be_foreseeable(exception.starts_at, path="startsAt")
    must_be_foreseeable(exception.ends_at, path="endsAt")
    if exception.ends_at <= exception.starts_at:
        raise InvalidInput("This ends before it begins.", path=("endsAt",))
    return replace(exception, reason=line(exception.reason, path=("reason",), longest=LONGEST_REASON))
