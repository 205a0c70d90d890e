"""Readings of records: who has looked into them."""

from __future__ import annotations

from datetime import datetime

import strawberry

import models
from graph.reading.shape import batched, column, shape
from graph.types.node import Node, id_of
from models.role import Role
from resolvers import readings


@shape(models.RecordReading, Role.MANAGER)
class RecordReading(Node):
    """Somebody was answered with something of the record of a pet."""

    id: strawberry.ID = id_of("RecordReading")
    at: datetime = column("When, to about a second.")
    operation: str = column("The name that a program gave to the operation; empty when it gave none.")
    staff_name: str | None = batched(
        "The name of whoever of the staff read it; null when an owner did.", readings.staff_names
    )
    client_name: str | None = batched(
        "The name of the owner who read it; null when somebody of the staff did.", readings.client_names
    )
