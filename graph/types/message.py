"""Messages: what was sent to clients."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from graph.reading.shape import column, many, one, shape
from graph.roles import EVERYBODY, STAFF
from graph.types.appointment import Appointment
from graph.types.client import Client
from graph.types.node import Node, id_of
from graph.types.reminder_enums import Channel, ConsentSource, Letter, MessageState, Purpose

if TYPE_CHECKING:
    from graph.types.reminder import ReminderNotice


@shape(models.Message, EVERYBODY)
class Message(Node):
    """A letter to a client. Owners see those that were sent to themselves; nobody sees codes and invitations here."""

    id: strawberry.ID = id_of("Message")
    letter: Letter = column("What it is about.")
    purpose: Purpose | None = column("What it is for; null for what was written before purposes were known.")
    channel: Channel = column("Over which channel.")
    state: MessageState = column("Where it stands.")
    to_address: str = column("The address to which it goes.")
    language: str = column("Its language, as a BCP 47 tag: `en`, `de`.")
    subject: str = column(
        "Its subject as it was sent, or as it should have been when it has FAILED. Empty before; when it is WITHHELD or"
        " WITHDRAWN, since it never got any words; when it FAILED before it had any; and for what was sent before words were"
        " kept."
    )
    body: str = column(
        "Its words as plain text, as they were sent or should have been, links cut off at the address of the practice;"
        " empty with `subject`."
    )
    sent_at: datetime | None = column("When it was sent; null until then.")
    bounced_at: datetime | None = column("When it came back after it was sent; null when it did not.")
    appointment: Appointment | None = one(
        "About which appointment; null when about none, and for an owner who does not see it any more."
    )
    notices: list[Annotated[ReminderNotice, strawberry.lazy("graph.types.reminder")]] = many(
        "The decisions to tell somebody of something that is due, for which it was written; an owner sees those about"
        " herself.",
        models.ReminderNotice,
        "message",
        order=("decided_at",),
        size=3,
    )
    client: Client | None = one("To whom; one of them, when several clients share the address.", STAFF, carried=True)
    reason: str | None = column("Why it was withheld or withdrawn, or has failed; empty otherwise.", STAFF)
    created_at: datetime | None = column("When it was written.", STAFF)
    not_before: datetime | None = column("Before when it is not sent: nobody is disturbed at night.", STAFF)
    server_answer: str | None = column("What the mail server said last; empty before.", STAFF, of="last_answer")
    bounce: str | None = column("What was said when it came back; empty when it did not.", STAFF)
    consent_source: ConsentSource | None = column(
        "How it was known that she wants such letters; null when she had said nothing.", STAFF
    )
    consent_at: datetime | None = column("Since when that was known; null with it.", STAFF)
    text_version: int | None = column(
        "The version of the practice's own words in which it is written; null when it is in ours.",
        STAFF,
        of="text.version",
    )
    template_version: int | None = column("The version of our words, which count where `textVersion` is null.", STAFF)
