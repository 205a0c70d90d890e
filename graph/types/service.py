"""Services."""

from __future__ import annotations

import strawberry

import models
from graph.reading.shape import column, many, shape
from graph.roles import EVERYBODY, STAFF
from graph.types.node import Node, id_of
from graph.types.room import Room
from graph.types.staff import Staff
from models.pet import Species


@shape(models.Service, EVERYBODY)
class Service(Node):
    """Something that can be booked."""

    id: strawberry.ID = id_of("Service")
    name: str = column("What it is called.")
    description: str = column("What it is, in a few words for owners.")
    lasts_minutes: int = column("How long a visit takes, in minutes.")
    species: list[Species] = column("For which species it is; empty when it is for all.")
    owner_may_choose_vet: bool = column("Whether an owner may choose the vet.")
    is_open_to_new_clients: bool = column("Whether somebody the practice does not know yet can book it online.")
    is_farewell: bool = column("Whether it is end-of-life care; please speak of it quietly.")
    lead_minutes: int = column("How many minutes before the visit it must be booked online at the latest.")
    is_bookable_online: bool | None = column("Whether owners can book it themselves.", STAFF)
    is_offered: bool | None = column("Whether it is offered at all.", STAFF)
    buffer_before_minutes: int | None = column("For how many minutes before the visit vet and room are taken.", STAFF)
    buffer_after_minutes: int | None = column("For how many minutes after the visit vet and room are taken.", STAFF)
    staff: list[Staff] | None = many(
        "Who can do it, by name.", models.ServiceStaff, "service", STAFF, order=("staff.fold",), via="staff"
    )
    rooms: list[Room] | None = many(
        "Where it can be done, by name.", models.ServiceRoom, "service", STAFF, order=("room.fold",), via="room"
    )
