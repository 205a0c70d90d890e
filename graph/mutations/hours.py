"""Setting when the staff work, and the exceptions to it."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key, maybe_key
from graph.inputs import changed, changed_not_cleared
from graph.mutations.locations import StretchInput, one_stretch
from graph.types.staff import HoursException, WorkingHours
from models.role import Role
from resolvers import hours, hours_exceptions
from resolvers.access import Deed
from resolvers.changes import UNSET
from resolvers.hours import NewWorkingHours, WorkingHoursChanges
from resolvers.hours_exceptions import ExceptionChanges, NewException


@deed_input(Role.MANAGER)
class AddWorkingHoursInput:
    """A stretch of every week in which somebody will work at a location."""

    staff_id: strawberry.ID = said("Who: one of the staff who has not left.")
    location_id: strawberry.ID = said("Where. Nobody can work at two locations at the same time.")
    stretch: StretchInput = said("On which weekday, from when until when.")
    starts_on: date = said("The first day on which it counts.")
    ends_on: date | None = said("The first day on which it no longer counts; null when no end is known.", default=None)
    idempotency_key: str = said(KEY)


@deed_input(Role.MANAGER)
class AmendWorkingHoursInput:
    """What changes about working hours; what is not given stays as it is. Who and where stays."""

    working_hours_id: strawberry.ID = said("Which working hours.")
    stretch: StretchInput | None = said(
        "On which weekday, from when until when, as a whole; it cannot be cleared.", default=strawberry.UNSET
    )
    starts_on: date | None = said("The first day on which they count; it cannot be cleared.", default=strawberry.UNSET)
    ends_on: date | None = said(
        "The first day on which they no longer count; null when no end is known.", default=strawberry.UNSET
    )
    idempotency_key: str = said(KEY)


@deed_input(Role.MANAGER)
class AddExceptionInput:
    """A period in which a location will be closed, or somebody will not work: name a location, somebody, or both."""

    starts_at: datetime = said("Its first moment.")
    ends_at: datetime = said("The first moment after it.")
    location_id: strawberry.ID | None = said(
        "Where; without it somebody is away from every location. With nobody named the whole location is closed.",
        default=None,
    )
    staff_id: strawberry.ID | None = said("Who is away.", default=None)
    reason: str | None = said("Why, at most 500 characters.", default=None)
    idempotency_key: str = said(KEY)


@deed_input(Role.MANAGER)
class AmendExceptionInput:
    """What changes about an exception; what is not given stays as it is. Who and where stays."""

    exception_id: strawberry.ID = said("Which exception.")
    starts_at: datetime | None = said("Its first moment; it cannot be cleared.", default=strawberry.UNSET)
    ends_at: datetime | None = said("The first moment after it; it cannot be cleared.", default=strawberry.UNSET)
    reason: str | None = said("Why, at most 500 characters; null clears it.", default=strawberry.UNSET)
    idempotency_key: str = said(KEY)


@payload(Role.MANAGER)
class WorkingHoursAdded:
    """Somebody works at these hours too."""

    working_hours: WorkingHours = said("The working hours as they are now.")


@payload(Role.MANAGER)
class WorkingHoursAmended:
    """What was given is written."""

    working_hours: WorkingHours = said("The working hours as they are now.")


@payload(Role.MANAGER)
class ExceptionAdded:
    """Nothing new is booked there then, or with that person."""

    exception: HoursException = said("The exception as it is now.")


@payload(Role.MANAGER)
class ExceptionAmended:
    """What was given is written."""

    exception: HoursException = said("The exception as it is now.")


@strawberry.type
class HoursMutations:
    """Setting when the staff work, and the exceptions to it."""

    @mutation(Deed.ADD_WORKING_HOURS, WorkingHoursAdded)
    async def add_working_hours(self, info: Info, input: AddWorkingHoursInput) -> object:
        """Say that somebody works at a location at these hours of every week."""
        viewer = info.context.viewer
        new = NewWorkingHours(
            staff_id=key("Staff", input.staff_id),
            location_id=key("Location", input.location_id),
            stretch=one_stretch(input.stretch),
            starts_on=input.starts_on,
            ends_on=input.ends_on,
        )
        added = await hours.add(viewer, new, key=input.idempotency_key, now=info.context.now)
        return answered(WorkingHoursAdded, working_hours=hours.one(viewer, added))

    @mutation(Deed.AMEND_WORKING_HOURS, WorkingHoursAmended)
    async def amend_working_hours(self, info: Info, input: AmendWorkingHoursInput) -> object:
        """Change working hours, or end them by saying when. What is booked stays as it is."""
        viewer = info.context.viewer
        stretch = changed_not_cleared(input.stretch, "stretch")
        changes = WorkingHoursChanges(
            stretch=one_stretch(stretch) if isinstance(stretch, StretchInput) else UNSET,
            starts_on=changed_not_cleared(input.starts_on, "startsOn"),
            ends_on=changed(input.ends_on, null=None),
        )
        hours_id = key("WorkingHours", input.working_hours_id)
        amended = await hours.amend(viewer, hours_id, changes, key=input.idempotency_key, now=info.context.now)
        return answered(WorkingHoursAmended, working_hours=hours.one(viewer, amended))

    @mutation(Deed.ADD_EXCEPTION, ExceptionAdded)
    async def add_exception(self, info: Info, input: AddExceptionInput) -> object:
        """Say that a location is closed, or somebody is away, whatever the usual hours say. What is booked stays."""
        viewer = info.context.viewer
        new = NewException(
            starts_at=input.starts_at,
            ends_at=input.ends_at,
            location_id=maybe_key("Location", input.location_id),
            staff_id=maybe_key("Staff", input.staff_id),
            reason=input.reason or "",
        )
        added = await hours_exceptions.add(viewer, new, key=input.idempotency_key, now=info.context.now)
        return answered(ExceptionAdded, exception=hours_exceptions.one(viewer, added))

    @mutation(Deed.AMEND_EXCEPTION, ExceptionAmended)
    async def amend_exception(self, info: Info, input: AmendExceptionInput) -> object:
        """Change the period or the reason of an exception. What is booked stays as it is."""
        viewer = info.context.viewer
        changes = ExceptionChanges(
            starts_at=changed_not_cleared(input.starts_at, "startsAt"),
            ends_at=changed_not_cleared(input.ends_at, "endsAt"),
            reason=changed(input.reason, null=""),
        )
        exception_id = key("HoursException", input.exception_id)
        amended = await hours_exceptions.amend(
            viewer, exception_id, changes, key=input.idempotency_key, now=info.context.now
        )
        return answered(ExceptionAmended, exception=hours_exceptions.one(viewer, amended))
