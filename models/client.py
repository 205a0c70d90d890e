"""Clients: the people who pay."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields

from models.row import Instant, Row, folded

if TYPE_CHECKING:
    from collections.abc import Iterable

SHORTEST_PHONE_SEARCH = 4


class Client(Row):
    """Somebody who pays for the care of pets.

    `is_registered_online` marks somebody who registered herself and whom reception has not yet recognised. `zone` is the
    zone of the clock by which she is not disturbed; "" where nobody said, and the clock of the practice counts.
    """

    given_name = fields.TextField(default="")
    family_name = fields.TextField()
    display_name = fields.TextField()
    fold = fields.TextField()
    language = fields.CharField(max_length=8)
    street = fields.TextField(default="")
    postal_code = fields.TextField(default="")
    city = fields.TextField(default="")
    country = fields.CharField(max_length=2, default="")
    zone = fields.CharField(max_length=64, default="", db_default="")
    is_registered_online = fields.BooleanField(default=False)
    created_at = Instant()

    class Meta:
        table = "client"


class ClientEmail(Row):
    """An e-mail address of a client: the one with the lowest position gets the letters."""

    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField(
        "models.Client", related_name="email_rows", on_delete=fields.OnDelete.CASCADE
    )
    client_id: UUID
    address = fields.TextField()
    fold = fields.TextField()
    position = fields.SmallIntField()

    class Meta:
        table = "client_email"
        indexes = (("fold",), ("client_id", "position"))


class ClientPhone(Row):
    """A phone number of a client, as it was given and, when it is a real number, in E.164."""

    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField(
        "models.Client", related_name="phone_rows", on_delete=fields.OnDelete.CASCADE
    )
    client_id: UUID
    as_given = fields.TextField()
    e164 = fields.CharField(max_length=16, null=True)
    position = fields.SmallIntField()

    class Meta:
        table = "client_phone"
        indexes = (("client_id", "position"),)


class WordKind(StrEnum):
    """Where a search word comes from."""

    NAME = "NAME"
    EMAIL = "EMAIL"
    PHONE = "PHONE"


class ClientWord(Row):
    """One word by which reception finds a client, searched by prefix."""

    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField(
        "models.Client", related_name="word_rows", on_delete=fields.OnDelete.CASCADE
    )
    client_id: UUID
    kind = fields.CharEnumField(WordKind, max_length=8)
    word = fields.TextField()

    class Meta:
        table = "client_word"
        indexes = (("client_id",),)


def name_words(text: str) -> list[str]:
    """The words of a name as they are searched: folded, split at everything but letters and digits."""
    return re.findall(r"\w+", folded(text))


def search_words(names: Iterable[str], emails: Iterable[str], phones: Iterable[str]) -> set[tuple[WordKind, str]]:
    """Every word that finds a client.

    A phone number is kept as all of its endings, so that a prefix of one of them is any stretch of its digits.
    """
    words = {(WordKind.NAME, word) for name in names for word in name_words(name)}
    words |= {(WordKind.EMAIL, folded(email)) for email in emails}
    for phone in phones:
        digits = re.sub(r"[^0-9]", "", phone)
        words |= {(WordKind.PHONE, digits[i:]) for i in range(len(digits) - SHORTEST_PHONE_SEARCH + 1)}
    return words
