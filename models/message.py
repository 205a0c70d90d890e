"""Messages: what we send, with its fate; a letter is its words."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from tortoise import fields

from models.appointment import Appointment
from models.client import Client
from models.consent import Channel, ConsentSource, Purpose
from models.row import Instant, Row, no_instant_yet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.letter_text import LetterText


class Letter(StrEnum):
    """What a message is about, and so which words it has."""

    SIGN_IN_CODE = "SIGN_IN_CODE"
    INVITATION = "INVITATION"
    APPOINTMENT_BOOKED = "APPOINTMENT_BOOKED"
    APPOINTMENT_MOVED = "APPOINTMENT_MOVED"
    APPOINTMENT_CANCELLED = "APPOINTMENT_CANCELLED"
    APPOINTMENT_MISSED = "APPOINTMENT_MISSED"
    COMING_VISIT = "COMING_VISIT"
    CARE_REMINDER = "CARE_REMINDER"


PURPOSES: Final[Mapping[Letter, Purpose]] = {
    Letter.APPOINTMENT_BOOKED: Purpose.APPOINTMENT,
    Letter.APPOINTMENT_MOVED: Purpose.APPOINTMENT,
    Letter.APPOINTMENT_CANCELLED: Purpose.APPOINTMENT,
    Letter.APPOINTMENT_MISSED: Purpose.APPOINTMENT,
    Letter.COMING_VISIT: Purpose.APPOINTMENT,
    Letter.CARE_REMINDER: Purpose.CARE,
}
"""What each letter is for; a code or an invitation is asked for, and needs no consent."""


class MessageState(StrEnum):
    """Where a message stands: it waits, was sent, was withdrawn or withheld with a reason, or failed for good.

    DOUBTFUL: it was handed to a mail server that never answered, so it may have arrived, and is not sent again by itself.
    """

    WAITING = "WAITING"
    SENT = "SENT"
    WITHDRAWN = "WITHDRAWN"
    WITHHELD = "WITHHELD"
    FAILED = "FAILED"
    DOUBTFUL = "DOUBTFUL"


class Message(Row):
    """One message to one address.

    It is written in the transaction of the deed it tells about, and sent later by the worker, which claims it
    until `locked_until`. `secret` is what only this letter may hold (a sealed code) and is erased once sent. From
    `handed_at` on a mail server may have it.

    `subject` and `body` are its words as they were sent, or should have been when it failed; "" before, for what was never
    written and for what holds a code. `text` names the practice's
    own words in which it was written, else `template_version` the version of ours. `dedupe_key` is what is told once at
    most, null where each deed is told. `bounced_at` is when it came back after it was sent, with the words in `bounce`.
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

    channel = fields.CharEnumField(Channel, max_length=8, default=Channel.EMAIL, db_default="EMAIL")
    purpose = fields.CharEnumField(Purpose, max_length=16, null=True)
    consent_source = fields.CharEnumField(ConsentSource, max_length=16, null=True)
    consent_at = no_instant_yet()
    dedupe_key = fields.TextField(null=True)
    to_domain = fields.TextField(default="", db_default="")
    subject = fields.TextField(default="", db_default="")
    body = fields.TextField(default="", db_default="")
    text: fields.ForeignKeyNullableRelation[LetterText] = fields.ForeignKeyField(
        "models.LetterText", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    text_id: UUID | None
    handed_at = no_instant_yet()
    bounced_at = no_instant_yet()
    bounce = fields.TextField(default="", db_default="")

    class Meta:
        table = "message"
        indexes = (("appointment_id",), ("client_id",))
