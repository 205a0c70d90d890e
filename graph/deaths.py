"""Deaths as answers: what was ended, of which the appointments are read as the client selected them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graph.reading import Picked
from graph.types.death import Ended, EndedThing, EndedThings

if TYPE_CHECKING:
    from resolvers import ended


def shown(what: ended.Ended) -> Any:
    """What was ended, as clients see it."""
    appointments: Any = Picked(what.appointments, what.appointment_ids)
    return Ended(appointments=appointments, others=[_kind(each) for each in what.others])


def _kind(things: ended.Things) -> EndedThings:
    told = [EndedThing(what=each.what, at=each.at, on=each.on, to=each.to) for each in things.things]
    return EndedThings(kind=things.kind, count=things.count, things=told)
