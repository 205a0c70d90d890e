"""Disputes: card payments that a bank takes back."""

from __future__ import annotations

from datetime import datetime

import strawberry

import models
from graph.reading.shape import column, one, shape
from graph.roles import STAFF
from graph.types.money import Money, money
from graph.types.money_enums import DisputeState
from graph.types.node import Node, id_of
from graph.types.payment import Payment


@shape(models.Dispute, STAFF)
class Dispute(Node):
    """A card payment that its holder told her bank to take back. The bank decides who keeps the money."""

    id: strawberry.ID = id_of("Dispute")
    payment: Payment = one("The payment that it is about.", carried=True)
    state: DisputeState = column("Where it stands.")
    amount: Money = money("How much the bank takes back: the whole payment, or less.", "minor")
    opened_at: datetime = column("When the practice was told of it.")
    settled_at: datetime | None = column("When the practice was told how it was decided; null while it is open.")
