"""Legal entities: who invoices."""

from __future__ import annotations

from datetime import date

import strawberry

import models
from graph.reading.shape import column, many, shape
from graph.roles import STAFF
from graph.types.location import Address, Location, address_of
from graph.types.node import Node, id_of


@shape(models.LegalEntity, STAFF)
class LegalEntity(Node):
    """A company or a person that invoices for one or more locations, with numbers of its own."""

    id: strawberry.ID = id_of("LegalEntity")
    name: str = column("Its name, as it stands on invoices.")
    number_prefix: str = column("What every number begins with that it gives out; it never changes, and may be empty.")
    address: Address = address_of("Its address, as it stands on invoices.")
    tax_number: str = column("Its tax number, as it stands on invoices; empty when nobody entered it.")
    bank_details: str = column(
        "Where to transfer money to, as it stands on invoices; it may have line breaks, and is empty when nobody"
        " entered it."
    )
    due_days: int = column("How many days after their day its invoices are due, 0 to 365.")
    closed_through: date | None = column(
        "The last day whose books are closed: nothing is posted on it or before it; null while none are closed."
    )
    locations: list[Location] = many(
        "The locations for which it invoices, by name.", models.Location, "legal_entity", order=("fold",), size=3
    )
