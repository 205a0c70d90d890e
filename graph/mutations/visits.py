"""Opening and ending visits, locking their records, and saying that one was opened by mistake."""

from __future__ import annotations

from datetime import datetime

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key, maybe_key
from graph.types.visit import Visit
from models.refusal import AlreadySigned, EnteredInError, RecordLocked, StepNotAllowed, VisitExists
from models.role import Role
from resolvers import visits
from resolvers.access import Deed
from resolvers.visits import NewVisit

_CLINICAL = (Role.VET, Role.NURSE)


@deed_input(_CLINICAL)
class OpenVisitInput:
    """A visit: for an appointment, which says for which pet and where, or standing alone."""

    appointment_id: strawberry.ID | None = said("The appointment that it was planned by.", default=None)
    pet_id: strawberry.ID | None = said("Which pet; given exactly when there is no appointment.", default=None)
    location_id: strawberry.ID | None = said("Where; given exactly when there is no appointment.", default=None)
    vet_id: strawberry.ID | None = said(
        "With whom: a vet of that place. When nobody is named, the vet of the appointment, and without one whoever opens"
        " it, if she is a vet there.",
        default=None,
    )
    reason: str | None = said(
        "Why the pet came, at most 2000 characters; the words of the appointment when nothing is said.", default=None
    )
    at: datetime | None = said("When it began, not in the future; now when nothing is said.", default=None)
    idempotency_key: str = said(KEY)


@deed_input(_CLINICAL)
class EndVisitInput:
    """A visit that is over."""

    visit_id: strawberry.ID = said("Which visit.")
    ended_at: datetime | None = said(
        "When it ended, not before it began and not in the future; now when nothing is said.", default=None
    )
    idempotency_key: str = said(KEY)


@deed_input(Role.VET)
class LockVisitInput:
    """A visit of which the record is complete."""

    visit_id: strawberry.ID = said("Which visit.")
    idempotency_key: str = said(KEY)


@deed_input(Role.VET)
class MarkVisitInErrorInput:
    """A visit that was opened by mistake."""

    visit_id: strawberry.ID = said("Which visit.")
    reason: str = said("What was wrong with it, 1 to 2000 characters.")
    idempotency_key: str = said(KEY)


@payload(_CLINICAL)
class VisitOpened:
    """Notes can be written in it."""

    visit: Visit = said("The visit.")


@payload(_CLINICAL)
class VisitEnded:
    """It is over; its record is open until it is locked, or locks by itself."""

    visit: Visit = said("The visit as it is now.")


@payload(Role.VET)
class VisitLocked:
    """Its record stays as it is."""

    visit: Visit = said("The visit as it is now.")


@payload(Role.VET)
class VisitMarkedInError:
    """Whoever reads it sees that it is wrong, and its drafts with it."""

    visit: Visit = said("The visit as it is now.")


@strawberry.type
class VisitMutations:
    """Opening, ending and locking visits."""

    @mutation(Deed.OPEN_VISIT, VisitOpened, VisitExists, StepNotAllowed)
    async def open_visit(self, info: Info, input: OpenVisitInput) -> object:
        """Open the record of a visit: once for an appointment that was agreed and not cancelled, or without one.

        The appointment itself stays as it is. A visit of a pet that has died can be opened as well, such as its
        farewell.
        """
        viewer = info.context.viewer
        visit = NewVisit(
            appointment_id=maybe_key("Appointment", input.appointment_id),
            pet_id=maybe_key("Pet", input.pet_id),
            location_id=maybe_key("Location", input.location_id),
            vet_id=maybe_key("Staff", input.vet_id),
            reason=input.reason,
            at=input.at,
        )
        opened = await visits.open(viewer, visit, key=input.idempotency_key, now=info.context.now)
        return answered(VisitOpened, visit=visits.one(viewer, opened))

    @mutation(Deed.END_VISIT, VisitEnded, StepNotAllowed, RecordLocked, EnteredInError)
    async def end_visit(self, info: Info, input: EndVisitInput) -> object:
        """Say that a visit is over. After the hours that the practice has chosen its record locks by itself."""
        viewer, visit_id = info.context.viewer, key("Visit", input.visit_id)
        ended = await visits.end(
            viewer, visit_id, ended_at=input.ended_at, key=input.idempotency_key, now=info.context.now
        )
        return answered(VisitEnded, visit=visits.one(viewer, ended))

    @mutation(Deed.LOCK_VISIT, VisitLocked, RecordLocked, EnteredInError)
    async def lock_visit(self, info: Info, input: LockVisitInput) -> object:
        """Lock the record of a visit now; a visit that has not ended ends with that.

        Nothing in it changes any more, signed or not, and nothing new comes into it. Drafts can still be signed, and
        addenda written.
        """
        viewer, visit_id = info.context.viewer, key("Visit", input.visit_id)
        locked = await visits.lock(viewer, visit_id, key=input.idempotency_key, now=info.context.now)
        return answered(VisitLocked, visit=visits.one(viewer, locked))

    @mutation(Deed.MARK_VISIT_IN_ERROR, VisitMarkedInError, EnteredInError, AlreadySigned)
    async def mark_visit_in_error(self, info: Info, input: MarkVisitInErrorInput) -> object:
        """Mark a visit as entered in error, and the drafts in it with it. Nothing is deleted.

        Refused while a signed note in it stands: whoever is sure marks that note first. Unless it was locked, its
        appointment can then have another visit.
        """
        viewer, visit_id = info.context.viewer, key("Visit", input.visit_id)
        marked = await visits.mark_in_error(
            viewer, visit_id, input.reason, key=input.idempotency_key, now=info.context.now
        )
        return answered(VisitMarkedInError, visit=visits.one(viewer, marked))
