"""Mailboxes: addresses at which nothing arrives, and mail servers that asked us to wait."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields

from models.message import Message
from models.row import Instant, Row


class UndeliverableAddress(Row):
    """An e-mail address of which a mail server said for good that nobody reads it (a hard bounce).

    Nothing is sent there but what its owner has just asked for, until somebody says that it works again.
    `message` is the one that came back, `answer` the server's words.
    """

    fold = fields.CharField(max_length=320, unique=True)
    address = fields.TextField()
    answer = fields.TextField(default="")
    message: fields.ForeignKeyNullableRelation[Message] = fields.ForeignKeyField(
        "models.Message", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    message_id: UUID | None
    found_at = Instant()

    class Meta:
        table = "undeliverable_address"


class MailDomain(Row):
    """A domain that we write to, and when the next letter may go there: none before `free_at`.

    `refusals` counts how often in a row its server has asked us to come later.
    """

    domain = fields.CharField(max_length=255, unique=True)
    free_at = Instant()
    refusals = fields.SmallIntField(default=0)
    answer = fields.TextField(default="")

    class Meta:
        table = "mail_domain"
