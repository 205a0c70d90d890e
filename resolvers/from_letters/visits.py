"""Visits: somebody says from a letter that she comes, or that she does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from models import Appointment, Right, Status, sql
from models.appointment import COMING
from models.refusal import NotFound, RightNeeded, StepNotAllowed, TimeHasPassed
from models.row import uuid7
from resolvers import access, appointments
from resolvers.letter_links import LinkEnded
from resolvers.letters import known

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from resolvers.from_letters.readers import Reader
    from resolvers.letter_links import VisitLink
    from resolvers.letters.facts import Visit

_TOLD: Final = COMING | {Status.CANCELLED}


@dataclass(frozen=True, slots=True)
class ShownVisit:
    """A visit that is still to come, or was cancelled; without `may_arrange` another owner of the pet arranges it."""

    visit: Visit
    may_arrange: bool

    @property
    def can_be_confirmed(self) -> bool:
        """Whether she can say now that she comes."""
        return self.may_arrange and self.visit.status is Status.BOOKED

    @property
    def can_be_cancelled(self) -> bool:
        """Whether she can say now that she does not."""
        return self.may_arrange and self.visit.status in COMING


async def shown(reader: Reader, link: VisitLink, *, now: datetime) -> ShownVisit:
    """The visit as it stands now.

    Raises:
        LinkEnded: it was moved, has begun or is gone, the pet has died, or she may not see it any more.
    """
    may_arrange = True
    try:
        await access.find_with_right(reader.viewer, Appointment, link.appointment_id, Right.BOOK)
    except RightNeeded:
        may_arrange = False
    except NotFound:
        raise LinkEnded from None
    visit = await read(link.appointment_id)
    if visit is None or visit.pet_has_died or visit.status not in _TOLD:
        raise LinkEnded
    if int(visit.starts_at.timestamp()) != int(link.starts_at.timestamp()) or visit.starts_at <= now:
        raise LinkEnded
    return ShownVisit(visit, may_arrange)


async def confirm(reader: Reader, link: VisitLink, *, now: datetime) -> ShownVisit:
    """She comes; said twice, it was said.

    Raises:
        LinkEnded: see `shown`, and: it was cancelled.
        RightNeeded: another owner of the pet arranges its visits.
    """
    return await _step(reader, link, Status.CONFIRMED, now=now)


async def cancel(reader: Reader, link: VisitLink, *, now: datetime) -> ShownVisit:
    """She does not come: the time is free again; said twice, it was said.

    Raises:
        LinkEnded, RightNeeded: see `confirm`.
    """
    return await _step(reader, link, Status.CANCELLED, now=now)


async def read(appointment_id: UUID) -> Visit | None:
    """The visit, as letters and pages show it, whoever asks."""
    rows = await sql.fetch(_VISIT, (appointment_id,))
    return known.visit(rows[0]) if rows else None


async def _step(reader: Reader, link: VisitLink, wanted: Status, *, now: datetime) -> ShownVisit:
    before = await shown(reader, link, now=now)
    if before.visit.status is wanted:
        return before
    take = appointments.confirm if wanted is Status.CONFIRMED else appointments.cancel
    try:
        # A key of its own: whether it was done already is seen from the visit itself.
        await take(reader.viewer, link.appointment_id, planned_at=before.visit.starts_at, key=uuid7().hex, now=now)
    except (StepNotAllowed, TimeHasPassed, NotFound):
        # Somebody was faster; it may have been she herself, who pressed twice.
        after = await shown(reader, link, now=now)
        if after.visit.status is wanted:
            return after
        raise LinkEnded from None
    return await shown(reader, link, now=now)


_VISIT = f"SELECT {known.VISIT} FROM appointment a {known.OF_VISIT} WHERE a.id = ?"  # noqa: S608 - our own names
