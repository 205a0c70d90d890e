"""Rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from graph.reading.shape import column, one, shape
from graph.roles import STAFF
from graph.types.node import Node, id_of

if TYPE_CHECKING:
    from graph.types.location import Location


@shape(models.Room, STAFF)
class Room(Node):
    """A room of a location, in which pets are seen."""

    id: strawberry.ID = id_of("Room")
    name: str = column("What it is called.")
    is_in_use: bool = column("Whether anything new is booked into it.")
    location: Annotated[Location, strawberry.lazy("graph.types.location")] = one("Where it is.", carried=True)
