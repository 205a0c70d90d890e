"""Documents: what the practice writes for others to read: instructions for the owner, letters to another practice."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields

from models.pet import Pet
from models.refusal import AlreadySigned, EnteredInError
from models.row import Instant, Row, no_instant_yet
from models.staff import Staff
from models.visit import Visit

if TYPE_CHECKING:
    from datetime import datetime


class DocumentKind(StrEnum):
    """What a document is for."""

    DISCHARGE = "DISCHARGE"
    INSTRUCTIONS = "INSTRUCTIONS"
    REFERRAL = "REFERRAL"
    OTHER = "OTHER"


class Document(Row):
    """A text with a title: a draft until somebody signs it, and then as it is for good.

    Owners see it from `shared_at` on. `addressee` is for letters: the practice or person they go to.
    """

    pet: fields.ForeignKeyRelation[Pet] = fields.ForeignKeyField(
        "models.Pet", related_name="documents", on_delete=fields.OnDelete.RESTRICT
    )
    pet_id: UUID
    visit: fields.ForeignKeyNullableRelation[Visit] = fields.ForeignKeyField(
        "models.Visit", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    visit_id: UUID | None
    kind = fields.CharEnumField(DocumentKind, max_length=16)
    title = fields.TextField()
    body = fields.TextField(default="")
    addressee = fields.TextField(default="")
    author: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    author_id: UUID
    words = fields.TextField(default="")
    version = fields.IntField(default=1)
    at = Instant()
    changed_at = Instant()
    signed_at = no_instant_yet()
    signed_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    signed_by_id: UUID | None
    shared_at = no_instant_yet()
    errored_at = no_instant_yet()
    errored_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    errored_by_id: UUID | None
    errored_because = fields.TextField(default="")

    class Meta:
        table = "document"
        indexes = (("pet_id", "at"),)

    def must_be_a_draft(self) -> None:
        """Refuse to change what is signed, or was entered in error.

        Raises:
            AlreadySigned: it is signed.
            EnteredInError: it is marked so.
        """
        if self.errored_at is not None:
            raise EnteredInError
        if self.signed_at is not None:
            raise AlreadySigned

    def sign(self, staff_id: UUID, *, now: datetime) -> None:
        """Sign it.

        Raises:
            AlreadySigned, EnteredInError: see `must_be_a_draft`.
        """
        self.must_be_a_draft()
        self.signed_by_id, self.signed_at = staff_id, now
