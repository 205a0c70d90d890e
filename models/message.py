"""Messages: what we send, with its fate; a letter is its words."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.appointment import Appointment
from models.client import Client
from models.row import Instant, Row


class Letter(StrEnum):
    """What a message is about, and so which words it has."""

    SIGN_IN_CODE = "SIGN_IN_CODE"
    INVITATION = "INVITATION"
    APPOINTMENT_BOOKED = "APPOINTMENT_BOOKED"
    APPOINTMENT_MOVED = "APPOINTMENT_MOVED"
    APPOINTMENT_CANCELLED = "APPOINTMENT_CANCELLED"
    COMING_VISIT = "COMING_VISIT"


class MessageState(StrEnum):
    """Where a message stands: it waits, was sent, was withdrawn or withheld with a reason, or failed for good."""

    WAITING = "WAITING"
    SENT = "SENT"
    WITHDRAWN = "WITHDRAWN"
    WITHHELD = "WITHHELD"
    FAILED = "FAILED"


class Message(Row):
    """One message to one address.

    It is written in the transaction of the deed it tells about, and sent later by the worker, which claims it
    until `locked_until`. `secret` is what only this letter may hold (a sealed code) and is erased once sent.
    """

    letter = fields.CharEnumField(Letter, max_length=32)
    state = fields.CharEnumField(MessageState, max_length=16, default=MessageState.WAITING)
    to_address = fields.TextField()
    language = fields.CharField(max_length=8)
    template_version = fields.SmallIntField()
    not_before = Instant()
    created_at = Instant()
    attempts = fields.SmallIntField(default=0)
    locked_until = Instant(null=True)
    sent_at = Instant(null=True)
    reason = fields.TextField(default="")
    last_answer = fields.TextField(default="")
    secret = fields.TextField(null=True)
    client: fields.ForeignKeyNullableRelation[Client] = fields.ForeignKeyField(
        "models.Client", related_name="messages", on_delete=fields.OnDelete.RESTRICT, null=True
    )
    client_id: UUID | None
    appointment: fields.ForeignKeyNullableRelation[Appointment] = fields.ForeignKeyField(
        "models.Appointment", related_name="messages", on_delete=fields.OnDelete.RESTRICT, null=True
    )
    appointment_id: UUID | None

    class Meta:
        table = "message"
        indexes = (("appointment_id",), ("client_id",))
