"""Appointments."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import strawberry

import models
from graph.reading.shape import column, computed, one, shape
from graph.roles import EVERYBODY, STAFF
from graph.scalars import LocalDateTime
from graph.types.client import Client
from graph.types.history_entry import HistoryEntry
from graph.types.location import Location
from graph.types.node import id_of
from graph.types.pet import Pet
from graph.types.room import Room
from graph.types.service import Service
from graph.types.staff import Staff
from graph.types.visit import Visit
from models import HistoryKind
from models.appointment import Status


@lru_cache(10_000)  # the moments of a practice are few: the quarter hours of the days that somebody looks at
def local_time(moment: datetime, zone: str) -> LocalDateTime:
    """The moment on the wall of a place."""
    return LocalDateTime(moment.astimezone(ZoneInfo(zone)).isoformat()[:16])


@shape(models.Appointment, EVERYBODY, kind=HistoryKind.APPOINTMENT)
class Appointment(HistoryEntry):
    """A planned visit of one pet to one vet."""

    id: strawberry.ID = id_of("Appointment")
    status: Status = column("Where it stands.")
    at: datetime = column("When the visit starts.", of="starts_at")
    starts_at: datetime = column("When the visit starts.")
    ends_at: datetime = column("When the visit ends.")
    starts_at_local: LocalDateTime = computed(
        "When the visit starts, on the clock of the location.", local_time, "starts_at", "location.zone"
    )
    zone: str = column("The zone of that clock, by its IANA name.", of="location.zone")
    reason: str = column("Why the pet comes, in the words of who booked; empty when nobody said.")
    pet: Pet = one("Which pet.", carried=True)
    service: Service = one("For what.", carried=True)
    location: Location = one("Where.", carried=True)
    vet: Staff = one("With whom.", carried=True)
    room: Room | None = one("In which room.", STAFF, carried=True)
    client: Client | None = one("Whom the practice tells about it.", STAFF, carried=True)
    cancelled_because: str | None = column("Why it was cancelled; empty when nobody said.", STAFF)
    created_at: datetime = column("When it was booked.")
    visit: Visit | None = one("What became of it; null while its visit has not been opened.", STAFF, key="record")
