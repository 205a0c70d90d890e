"""Payments, refunds and disputes: money that comes, money that goes back, and money that is argued about."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields

from models.client import Client
from models.credit_note import CreditNote
from models.invoice import Invoice
from models.legal_entity import LegalEntity
from models.location import Location
from models.refusal import PaymentNotPossible
from models.row import Instant, Row, no_instant_yet
from models.staff import Staff

if TYPE_CHECKING:
    from datetime import date, datetime


class PaymentMethod(StrEnum):
    """How money comes or goes: CARD is a card paid online through the provider, TERMINAL one at the desk."""

    CASH = "CASH"
    TERMINAL = "TERMINAL"
    BANK = "BANK"
    CARD = "CARD"


class PaymentState(StrEnum):
    """Where a payment stands. What is taken at the desk has succeeded at once.

    STARTING: meant, and the provider has not answered yet. STARTED: the owner can confirm it. CAPTURING: confirmed,
    and the money is being taken. SUCCEEDED: it is here. CANCELLED: nothing was taken, and nothing will be.
    """

    STARTING = "STARTING"
    STARTED = "STARTED"
    CAPTURING = "CAPTURING"
    SUCCEEDED = "SUCCEEDED"
    CANCELLED = "CANCELLED"


_NEXT = {
    PaymentState.STARTING: {PaymentState.STARTED, PaymentState.CANCELLED},
    PaymentState.STARTED: {PaymentState.CAPTURING, PaymentState.CANCELLED},
    PaymentState.CAPTURING: {PaymentState.SUCCEEDED, PaymentState.STARTED, PaymentState.CANCELLED},
    PaymentState.SUCCEEDED: set[PaymentState](),
    PaymentState.CANCELLED: set[PaymentState](),
}


class Payment(Row):
    """Money that a client pays, in minor units. `received_on` is the day it came, on the calendar of the place.

    `provider_ref` is the provider's own name for it; `look_at` is when to ask the provider again, while there is
    something to ask.
    """

    location: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    location_id: UUID
    legal_entity: fields.ForeignKeyRelation[LegalEntity] = fields.ForeignKeyField(
        "models.LegalEntity", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    legal_entity_id: UUID
    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField(
        "models.Client", related_name="payments", on_delete=fields.OnDelete.RESTRICT
    )
    client_id: UUID
    method = fields.CharEnumField(PaymentMethod, max_length=8)
    state = fields.CharEnumField(PaymentState, max_length=16)
    minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    number = fields.CharField(max_length=32, null=True, unique=True)
    started_at = Instant()
    received_on = fields.DateField(null=True)
    settled_at = no_instant_yet()
    taken_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    taken_by_id: UUID | None
    reference = fields.TextField(default="")
    provider_ref = fields.CharField(max_length=128, null=True, unique=True)
    declined_because = fields.TextField(default="")
    cancelled_because = fields.TextField(default="")
    look_at = no_instant_yet()
    looks = fields.SmallIntField(default=0)

    class Meta:
        table = "payment"
        indexes = (("client_id", "started_at"), ("location_id", "received_on"))

    def step(self, state: PaymentState) -> None:
        """Go on to that state.

        Raises:
            PaymentNotPossible: it does not follow from where the payment stands.
        """
        if state not in _NEXT[PaymentState(self.state)]:
            raise PaymentNotPossible
        self.state = state

    def succeed(self, number: str, *, on: date, now: datetime) -> None:
        """The money is here, and has a receipt with that number.

        Raises:
            PaymentNotPossible: it was not being captured.
        """
        self.step(PaymentState.SUCCEEDED)
        self.number, self.received_on, self.settled_at, self.look_at = number, on, now, None


class PaymentInvoice(Row):
    """An invoice that a payment is meant for, and how much of the payment."""

    payment: fields.ForeignKeyRelation[Payment] = fields.ForeignKeyField(
        "models.Payment", related_name="meant_for", on_delete=fields.OnDelete.RESTRICT
    )
    payment_id: UUID
    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "models.Invoice", related_name="meant_payments", on_delete=fields.OnDelete.RESTRICT
    )
    invoice_id: UUID
    minor = fields.BigIntField()

    class Meta:
        table = "payment_invoice"
        unique_together = (("payment_id", "invoice_id"),)
        indexes = (("invoice_id",),)


class RefundState(StrEnum):
    """Where a refund stands; what is given back at the desk has succeeded at once."""

    REQUESTED = "REQUESTED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class Refund(Row):
    """Money of a payment that goes back the way it came, or over the desk, in minor units."""

    payment: fields.ForeignKeyRelation[Payment] = fields.ForeignKeyField(
        "models.Payment", related_name="refunds", on_delete=fields.OnDelete.RESTRICT
    )
    payment_id: UUID
    location: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    location_id: UUID
    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField(
        "models.Client", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    client_id: UUID
    credit_note: fields.ForeignKeyNullableRelation[CreditNote] = fields.ForeignKeyField(
        "models.CreditNote", related_name="refunds", on_delete=fields.OnDelete.RESTRICT, null=True
    )
    credit_note_id: UUID | None
    method = fields.CharEnumField(PaymentMethod, max_length=8)
    state = fields.CharEnumField(RefundState, max_length=16)
    minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    because = fields.TextField()
    requested_at = Instant()
    requested_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    requested_by_id: UUID | None
    settled_at = no_instant_yet()
    provider_ref = fields.CharField(max_length=128, null=True, unique=True)
    failed_because = fields.TextField(default="")
    look_at = no_instant_yet()
    looks = fields.SmallIntField(default=0)

    class Meta:
        table = "refund"
        indexes = (("payment_id",), ("client_id", "requested_at"))

    def settle(self, state: RefundState, *, now: datetime) -> None:
        """Say what came of it.

        Raises:
            PaymentNotPossible: that is known already.
        """
        if self.state is not RefundState.REQUESTED:
            raise PaymentNotPossible
        self.state, self.settled_at, self.look_at = state, now, None


class DisputeState(StrEnum):
    """Where a dispute stands."""

    OPEN = "OPEN"
    WON = "WON"
    LOST = "LOST"


class Dispute(Row):
    """A card payment that its holder told her bank to take back, in minor units, until the provider decides."""

    payment: fields.ForeignKeyRelation[Payment] = fields.ForeignKeyField(
        "models.Payment", related_name="disputes", on_delete=fields.OnDelete.RESTRICT
    )
    payment_id: UUID
    provider_ref = fields.CharField(max_length=128, unique=True)
    state = fields.CharEnumField(DisputeState, max_length=8)
    minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    opened_at = Instant()
    settled_at = no_instant_yet()

    class Meta:
        table = "dispute"
        indexes = (("payment_id",),)

    def settle(self, state: DisputeState, *, now: datetime) -> None:
        """Say how it was decided.

        Raises:
            PaymentNotPossible: that is known already.
        """
        if self.state is not DisputeState.OPEN:
            raise PaymentNotPossible
        self.state, self.settled_at = state, now


class ProviderNotice(Row):
    """Something that the provider told us, once: `notice_ref` is its own name for the notice."""

    notice_ref = fields.CharField(max_length=128, unique=True)
    kind = fields.TextField()
    subject_ref = fields.CharField(max_length=128)
    sent_at = Instant()
    received_at = Instant()
    handled_at = no_instant_yet()

    class Meta:
        table = "provider_notice"
