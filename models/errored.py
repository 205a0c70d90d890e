"""Errored: what was written by mistake is marked as entered in error, by whom and why, and never deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields

from models.refusal import EnteredInError
from models.row import Row, no_instant_yet
from models.staff import Staff

if TYPE_CHECKING:
    from datetime import datetime


class Errored(Row):
    """A part of the record that may be marked as entered in error."""

    errored_at = no_instant_yet()
    errored_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    errored_by_id: UUID | None
    errored_because = fields.TextField(default="")

    class Meta:
        abstract = True

    def must_stand(self) -> None:
        """Refuse to work with what was entered in error.

        Raises:
            EnteredInError: it is marked so.
        """
        if self.errored_at is not None:
            raise EnteredInError

    def was_an_error(self, because: str, *, by: UUID | None, now: datetime) -> None:
        """Mark it as entered in error; it stays where it is, and whoever reads it sees that.

        Raises:
            EnteredInError: it is marked so already.
        """
        self.must_stand()
        self.errored_at, self.errored_by_id, self.errored_because = now, by, because
