"""The practice."""

from __future__ import annotations

import strawberry

import models
from graph.reading.shape import column, shape
from graph.roles import EVERYBODY
from graph.types.node import Node, id_of


@shape(models.Practice, EVERYBODY)
class Practice(Node):
    """The practice: all its locations belong to it."""

    id: strawberry.ID = id_of("Practice")
    name: str = column("The name of the practice.")
    language: str = column("The language it usually writes in, as a BCP 47 tag: `en`, `de`.")
