"""Closings: from then on nothing is posted on that day or before."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import EventKind, LegalEntity, Location, sql
from models.period import must_be_foreseeable, today_in
from models.refusal import InvalidInput, PeriodClosed
from resolvers import access, events, retries
from resolvers.access import Deed, Where
from resolvers.events import Happening
from resolvers.locks import hold

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from resolvers.retries import Outcome
    from resolvers.viewer import Viewer


async def close(viewer: Viewer, legal_entity_id: UUID | None, through: date, *, key: str, now: datetime) -> UUID:
    """Close the books of a legal entity through that day; whoever posts at this moment comes before, or is refused.

    Raises:
        NotFound: there is no such legal entity.
        InvalidInput: the day has not passed at every location of it.
        PeriodClosed: they are closed through that day, or a later one, already.
    """
    access.may(viewer, Deed.CLOSE_PERIOD)
    asked = {"legal_entity": legal_entity_id, "through": through}
    retry = retries.asked(viewer, Deed.CLOSE_PERIOD, key, asked, now=now)

    async def work() -> Outcome:
        entity = await access.find(viewer, LegalEntity, legal_entity_id, path="legalEntityId")
        places = await Location.filter(legal_entity_id=entity.id)
        if not places:
            access.may(viewer, Deed.CLOSE_PERIOD, Where.EVERYWHERE)
        for place in places:
            access.may(viewer, Deed.CLOSE_PERIOD, place.id)
        must_be_foreseeable(through, path="through")
        today = min((today_in(place.clock, now) for place in places), default=now.astimezone(UTC).date())
        if through >= today:
            raise InvalidInput(
                "This day has not passed everywhere. Please close through an earlier day.", path=("through",)
            )
        async with in_transaction():
            await retry.keep(legal_entity=entity.id)
            held = await hold(LegalEntity, entity.id, path=("legalEntityId",))
            before = held.closed_through
            if before is not None and through <= before:
                raise PeriodClosed(before, path=("through",))
            held.closed_through = through
            await held.save(update_fields=["closed_through"])
            happening = Happening(
                EventKind.PERIOD_CLOSED,
                held.id,
                before={"closed_through": before},
                after={"closed_through": through},
            )
            await events.record(viewer, happening, now=now)
        return {"legal_entity": str(entity.id)}

    return sql.as_key((await retries.once(retry, work))["legal_entity"])
