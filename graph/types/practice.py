"""The practice."""

from __future__ import annotations

from datetime import datetime

import strawberry

import models
from graph.reading.shape import column, shape
from graph.roles import EVERYBODY, STAFF
from graph.scalars import WallTime
from graph.types.node import Node, id_of


@shape(models.Practice, EVERYBODY)
class Practice(Node):
    """The practice: all its locations belong to it."""

    id: strawberry.ID = id_of("Practice")
    name: str = column("The name of the practice.")
    language: str = column("The language it usually writes in, as a BCP 47 tag: `en`, `de`.")
    shares_notes: bool = column("Whether owners read the signed notes of their pets.")
    locks_after_hours: int | None = column(
        "How many hours after its end the record of a visit locks by itself, 1 to 720; null when none does.", STAFF
    )
    stale_weight_days: int | None = column(
        "How many days old a weight may be from which a dose is reckoned, 1 to 366.", STAFF
    )
    logo_changed_at: datetime | None = column(
        "Since when its papers have this logo at their head; null while they have none.", STAFF
    )
    most_discount_percent: int | None = column(
        "How many percent the front desk may take off a price without a manager, 0 to 100.", STAFF, of="most_discount"
    )
    letters_from: WallTime | None = column(
        "From when on letters go out that nobody waits for, on the clock of the reader, or of the place they are about"
        " where that is not known: `08:00`.",
        STAFF,
    )
    letters_until: WallTime | None = column(
        "Until when, on that clock; later ones wait for the next day: `20:00`.", STAFF
    )
