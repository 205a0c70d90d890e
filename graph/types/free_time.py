"""Free times."""

from __future__ import annotations

from datetime import datetime

import strawberry

from graph.roles import EVERYBODY, allow
from graph.scalars import LocalDateTime
from graph.types.staff import Staff


@strawberry.type(directives=[allow(EVERYBODY)], description="A time at which a service can be had.")
class FreeTime:
    """A time at which a service can be had."""

    starts_at: datetime = strawberry.field(description="When the visit would start.")
    ends_at: datetime = strawberry.field(description="When the visit would end.")
    starts_at_local: LocalDateTime = strawberry.field(
        description="When the visit would start, on the clock of the location."
    )
    zone: str = strawberry.field(description="The zone of that clock, by its IANA name.")
    vets: list[Staff] = strawberry.field(
        description="The vets who are free then; empty for an owner where the practice chooses the vet.",
        metadata={"size": 3},
    )
