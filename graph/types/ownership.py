"""Ownerships, and the little that owners see of each other."""

from __future__ import annotations

from datetime import date

import strawberry

import models
from graph.reading.shape import column, computed, one, shape
from graph.roles import OWNER, STAFF
from graph.types.client import Client
from graph.types.node import Node, id_of
from graph.types.pet import Pet
from models.ownership import Right


def _rights(may_book: bool, may_pay: bool, may_consent: bool, may_view: bool) -> list[Right]:  # noqa: FBT001 - columns
    held = {Right.BOOK: may_book, Right.PAY: may_pay, Right.CONSENT: may_consent, Right.VIEW: may_view}
    return [right for right, is_held in held.items() if is_held]


@shape(models.Ownership, STAFF)
class Ownership(Node):
    """A client who owns, or owned, a pet: since when, with which rights, and with which share of the bill."""

    id: strawberry.ID = id_of("Ownership")
    client: Client = one("Who.", carried=True)
    pet: Pet = one("Which pet.", carried=True)
    starts_on: date = column("The first day of it.")
    ends_on: date | None = column("The first day on which it no longer counted; null while it is current.")
    rights: list[Right] = computed(
        "What this owner may do for the pet.", _rights, "may_book", "may_pay", "may_consent", "may_view"
    )
    share: int = column("The percent of the pet's bills that this owner pays; all shares add up to 100.")


@shape(models.Ownership, OWNER)
class CoOwner:
    """Another owner of the same pet, or the owner herself: the name is all that owners see of each other."""

    display_name: str = column("The name.", of="client.display_name")
