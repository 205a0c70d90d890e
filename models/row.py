"""Rows: what every table has, and column types that mean the same on both databases."""

from __future__ import annotations

import json
import os
import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.period import unix_nanoseconds

if TYPE_CHECKING:
    from collections.abc import Sequence


def uuid7() -> UUID:
    """A new key (UUID version 7): random, and sorted by the moment in which it was made, to a quarter of a microsecond.

    Source: RFC 9562, 6.2, method 3: the 12 bits behind the milliseconds are their fraction.
    """
    milliseconds, rest = divmod(unix_nanoseconds(), 1_000_000)
    random = int.from_bytes(os.urandom(8)) & ((1 << 62) - 1)
    return UUID(int=milliseconds << 80 | 7 << 76 | (rest << 12) // 1_000_000 << 64 | 2 << 62 | random)


def folded(text: str) -> str:
    """The text as it is compared and sorted: no case, no accents, single spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


class Instant(fields.DatetimeField[datetime]):
    """An aware instant, always bound as UTC: SQLite compares text, so one zone must serve all rows and filters."""

    def to_db_value(self, value: Any, instance: Any) -> Any:
        """The value in UTC, whatever zone the caller used."""
        value = super().to_db_value(value, instance)
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value.astimezone(UTC)
        return value


def no_instant_yet() -> fields.Field[datetime | None]:
    """A column for an instant that is null until it comes."""
    return cast("fields.Field[datetime | None]", Instant(null=True))


class Words(fields.TextField):
    """A short list of words, kept as a JSON array."""

    def to_db_value(self, value: Sequence[str] | None, instance: Any) -> str | None:
        """The list as JSON text."""
        return None if value is None else json.dumps(list(value), ensure_ascii=False)

    def to_python_value(self, value: Any) -> Any:
        """The JSON text as a list."""
        return json.loads(value) if isinstance(value, str) else value


class Row(Model):
    """One row of a table, named by a key of its own."""

    id = fields.UUIDField(primary_key=True, default=uuid7)

    class Meta:
        abstract = True
