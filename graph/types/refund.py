"""Refunds: money that goes back."""

from __future__ import annotations

from datetime import datetime

import strawberry

import models
from graph.reading.shape import column, one, shape
from graph.roles import EVERYBODY, STAFF
from graph.types.client import Client
from graph.types.credit_note import CreditNote
from graph.types.location import Location
from graph.types.money import Money, money
from graph.types.money_enums import PaymentMethod, RefundState
from graph.types.node import Node, id_of
from graph.types.payment import Payment
from graph.types.staff import Staff


@shape(models.Refund, EVERYBODY)
class Refund(Node):
    """Money of a payment that goes back to whoever paid."""

    id: strawberry.ID = id_of("Refund")
    payment: Payment = one("The payment of which it is.", carried=True)
    client: Client = one("Who gets it.", carried=True)
    location: Location = one("Where it was asked for.", carried=True)
    method: PaymentMethod = column("How it goes back.")
    state: RefundState = column("Where it stands.")
    amount: Money = money("How much.", "minor")
    credit_note: CreditNote | None = one("The credit note that it pays out; null when for none.", carried=True)
    because: str = column("Why.")
    requested_at: datetime = column("When it was asked for.")
    requested_by: Staff | None = one(
        "Who gave it back; null when it was asked for by the provider.", STAFF, carried=True
    )
    settled_at: datetime | None = column("When it went back, or failed; null while it is on its way.")
    failed_because: str = column("Why it failed; empty when it did not.")
