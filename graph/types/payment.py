"""Payments: money that comes."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from graph.ids import global_id
from graph.reading.shape import batched, column, many, one, shape
from graph.roles import EVERYBODY, STAFF, allow
from graph.types.client import Client
from graph.types.location import Location
from graph.types.money import Money, money
from graph.types.money_enums import PaymentMethod, PaymentState
from graph.types.node import Node, id_of
from graph.types.staff import Staff
from resolvers import payments

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from graph.types.dispute import Dispute
    from graph.types.refund import Refund
    from resolvers.viewer import Viewer


@strawberry.type(directives=[allow(EVERYBODY)], description="What a payment pays of an invoice, as of now.")
class PaidInvoice:
    """What a payment pays of an invoice, as of now."""

    invoice_id: strawberry.ID = strawberry.field(description="The id of the invoice.")
    invoice_number: str = strawberry.field(description="The number that stands on it.")
    amount: Money = strawberry.field(description="How much of it is paid by this payment.")


async def _invoices(viewer: Viewer, ids: Sequence[UUID]) -> Mapping[UUID, list[PaidInvoice]]:
    found = await payments.paid(viewer, ids)
    return {
        key: [
            PaidInvoice(
                invoice_id=strawberry.ID(global_id("Invoice", each.invoice_id)),
                invoice_number=each.number,
                amount=each.amount,  # type: ignore[arg-type]
            )
            for each in found.get(key, ())
        ]
        for key in ids
    }


@shape(models.Payment, EVERYBODY)
class Payment(Node):
    """Money that a client pays. What it pays and what is left of it is as of the moment of the question."""

    id: strawberry.ID = id_of("Payment")
    client: Client = one("Who pays.", carried=True)
    location: Location = one("Where.", carried=True)
    method: PaymentMethod = column("How the money comes.")
    state: PaymentState = column("Where it stands. Nothing is paid before it has succeeded.")
    amount: Money = money("How much.", "minor")
    receipt_number: str | None = column("The number of its receipt; null until it has succeeded.", of="number")
    received_on: date | None = column(
        "The day on which it came, on the calendar of the place; null until it has succeeded."
    )
    started_at: datetime = column("When it was entered, or begun.")
    settled_at: datetime | None = column("When it succeeded or was cancelled; null until then.")
    taken_by: Staff | None = one("Who took it; null when it was paid online.", STAFF, carried=True)
    reference: str = column("What the desk noted with it, or the bank statement says; may be empty.")
    declined_because: str = column("Why the last try was declined, in words for a person; empty when none was.")
    cancelled_because: str | None = column("Why it was cancelled; empty when it was not.", STAFF)
    on_account: Money = batched(
        "What of it pays no invoice and was not given back: it can pay another invoice, or be refunded.",
        payments.on_account,
    )
    refunded: Money = batched("What of it was given back, or is on its way back.", payments.refunded)
    is_reversed: bool = batched(
        "Whether the desk took it back, because it was entered wrongly or bounced: then it pays nothing, and nothing of it can be refunded.",
        payments.is_reversed,
    )
    reversed_at: datetime | None = batched(
        "When the desk took it back; null when it did not.", payments.reversed_at, STAFF
    )
    reversed_because: str | None = batched(
        "Why the desk took it back; null when it did not.", payments.reversed_because, STAFF
    )
    invoices: list[PaidInvoice] = batched("The invoices that it pays, the oldest first.", _invoices, size=2)
    refunds: list[Annotated[Refund, strawberry.lazy("graph.types.refund")]] = many(
        "What was given back of it, the first one first.",
        models.Refund,
        "payment",
        order=("requested_at",),
        size=3,
    )
    disputes: list[Annotated[Dispute, strawberry.lazy("graph.types.dispute")]] | None = many(
        "What the holder of the card told her bank to take back of it, the first one first.",
        models.Dispute,
        "payment",
        STAFF,
        order=("opened_at",),
        size=1,
    )
