"""Documents: what the practice writes for others to read: instructions for the owner, letters to another practice."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from tortoise import fields

from models.errored import Errored
from models.pet import Pet
from models.refusal import AlreadySigned, DocumentChanged, InvalidInput, NotSigned
from models.row import Instant, no_instant_yet
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


LETTERS: Final = frozenset({DocumentKind.REFERRAL, DocumentKind.OTHER})
"""What may go to somebody by name; the others are for whoever cares for the pet."""

SIGNED: Final = "This is signed and stays as it is. Please write a new document instead."


class Document(Errored):
    """A text with a title: a draft until somebody signs it, and then as it is for good.

    Owners see it from `shared_at` on, and no longer once it is marked as entered in error. `addressee` is for letters: the practice or person they go to.
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

    class Meta:
        table = "document"
        indexes = (("pet_id", "at"), ("visit_id",))

    def must_be_a_draft(self) -> None:
        """Refuse to change what is signed, or was entered in error.

        Raises:
            AlreadySigned: it is signed.
            EnteredInError: it is marked so.
        """
        self.must_stand()
        if self.signed_at is not None:
            raise AlreadySigned(SIGNED)

    def must_be_at(self, version: int) -> None:
        """Refuse to go on from a state that is no longer the last one.

        Raises:
            DocumentChanged: it was saved since then.
        """
        if self.version != version:
            raise DocumentChanged(
                version=self.version,
                title=self.title,
                body=self.body,
                addressee=self.addressee,
                pet_id=self.pet_id,
            )

    def sign(self, staff_id: UUID, *, now: datetime) -> None:
        """Sign it.

        Raises:
            AlreadySigned, EnteredInError: see `must_be_a_draft`.
            InvalidInput: there is nothing in it, or nobody to whom a referral goes.
        """
        self.must_be_a_draft()
        if not self.body:
            raise InvalidInput("There is nothing in this document yet. Please write it first.", path=("documentId",))
        if self.kind is DocumentKind.REFERRAL and not self.addressee:
            raise InvalidInput("Please write first to whom this letter goes.", path=("documentId",))
        self.signed_by_id, self.signed_at = staff_id, now

    def share(self, *, now: datetime) -> bool:
        """Let the owners see it; whether they did not yet.

        Raises:
            NotSigned: it is a draft.
            EnteredInError: it is marked so.
        """
        self.must_stand()
        if self.signed_at is None:
            raise NotSigned
        was_hidden = self.shared_at is None
        self.shared_at = self.shared_at or now
        return was_hidden

    def unshare(self) -> bool:
        """Let the owners see it no longer; whether they did."""
        was_shared = self.shared_at is not None
        self.shared_at = None
        return was_shared
