"""Consents: what somebody wants to hear from us, over which channel, and since when we know."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from tortoise import fields

from models.client import Client
from models.row import Instant, Row

if TYPE_CHECKING:
    from collections.abc import Mapping


class Channel(StrEnum):
    """A way to reach somebody."""

    EMAIL = "EMAIL"


class Purpose(StrEnum):
    """What a message is for: visits that are arranged, care that is due, or anything that the practice advertises."""

    APPOINTMENT = "APPOINTMENT"
    CARE = "CARE"
    MARKETING = "MARKETING"


WITHOUT_A_WORD: Final[Mapping[Purpose, bool]] = {
    Purpose.APPOINTMENT: True,
    Purpose.CARE: False,
    Purpose.MARKETING: False,
}
"""What holds for somebody who has said nothing: she hears of the visits that she arranges, and of nothing else."""


class ConsentSource(StrEnum):
    """How we know what somebody wants."""

    OWNER = "OWNER"
    IN_PERSON = "IN_PERSON"
    PHONE = "PHONE"
    FORM = "FORM"
    IMPORT = "IMPORT"
    UNSUBSCRIBED = "UNSUBSCRIBED"


class Consent(Row):
    """What a client last said about one purpose over one channel. Without a row `WITHOUT_A_WORD` holds.

    What she said before stands in the trail. `UNSUBSCRIBED` is the one click in a letter.
    """

    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField(
        "models.Client", related_name="consents", on_delete=fields.OnDelete.RESTRICT
    )
    client_id: UUID
    channel = fields.CharEnumField(Channel, max_length=8)
    purpose = fields.CharEnumField(Purpose, max_length=16)
    is_given = fields.BooleanField()
    source = fields.CharEnumField(ConsentSource, max_length=16)
    said_at = Instant()

    class Meta:
        table = "consent"
        unique_together = (("client", "channel", "purpose"),)
