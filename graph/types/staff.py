"""Staff, their roles and their hours."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from graph.reading.shape import column, computed, many, one, shape
from graph.roles import EVERYBODY, STAFF
from graph.scalars import WallTime
from graph.types.location import Location
from graph.types.node import Node, id_of
from models.role import Role

if TYPE_CHECKING:
    from graph.types.service import Service


@shape(models.StaffRole, STAFF)
class HeldRole:
    """A role somebody holds at one location, or everywhere."""

    role: Role = column("The role.")
    location: Location | None = one("Where it counts; null when it counts everywhere.", carried=True)


@shape(models.WorkingHours, STAFF)
class WorkingHours(Node):
    """A stretch of one weekday in which somebody works at a location."""

    id: strawberry.ID = id_of("WorkingHours")
    weekday: int = column("The weekday, from 1 (Monday) to 7 (Sunday).")
    from_: WallTime = column("When it starts, on the clock of the location.", of="from_minute", name="from")
    until: WallTime = column("When it ends, on the clock of the location.", of="until_minute")
    starts_on: date = column("The first day on which it counts.")
    ends_on: date | None = column("The first day on which it no longer counts; null when no end is known.")
    location: Location = one("Where.", carried=True)
    staff: Staff = one("Who.", carried=True)


@shape(models.HoursException, STAFF)
class HoursException(Node):
    """A period in which a location is closed, or somebody does not work, whatever the usual hours say."""

    id: strawberry.ID = id_of("HoursException")
    starts_at: datetime = column("Its first moment.")
    ends_at: datetime = column("The first moment after it.")
    reason: str = column("Why; empty when nobody said.")
    location: Location | None = one("Where; null when it counts at every location.", carried=True)
    staff: Staff | None = one("Who is away; null when the whole location is closed.", carried=True)


@shape(models.Staff, EVERYBODY)
class Staff(Node):
    """Somebody who works, or worked, at the practice."""

    id: strawberry.ID = id_of("Staff")
    display_name: str = column("How clients know them: `Dr Ada Weber`.")
    given_name: str | None = column("Their given name.", STAFF)
    family_name: str | None = column("Their family name.", STAFF)
    email: str | None = column("Their e-mail address.", Role.MANAGER)
    licence_number: str | None = column("The number of their licence; empty when nobody entered it.", STAFF)
    has_left: bool | None = computed(
        "Whether they have left the practice.", lambda left_at: left_at is not None, "left_at", roles=STAFF
    )
    roles: list[HeldRole] | None = many("What they are to the practice, and where.", models.StaffRole, "staff", STAFF)
    services: list[Annotated[Service, strawberry.lazy("graph.types.service")]] | None = many(
        "What they can do, by name.", models.ServiceStaff, "staff", STAFF, order=("service.fold",), via="service"
    )
    working_hours: list[WorkingHours] | None = many(
        "When they usually work.", models.WorkingHours, "staff", STAFF, order=("weekday", "from_minute")
    )
    exceptions: list[HoursException] | None = many(
        "When they are away.", models.HoursException, "staff", STAFF, order=("starts_at",)
    )
