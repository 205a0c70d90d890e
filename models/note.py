"""Notes: what a vet or a nurse wrote about a visit, every state it had, and what was added later."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from tortoise import fields

from models.errored import Errored
from models.pet import Pet
from models.refusal import AlreadySigned, CosignNotAllowed, NotSigned
from models.row import Instant, Row, no_instant_yet
from models.service import Service
from models.staff import Staff
from models.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class NoteKind(StrEnum):
    """Whose part of the record it is."""

    VET = "VET"
    NURSE = "NURSE"


PARTS: Final = ("subjective", "objective", "assessment", "plan", "internal")
"""The texts of a note, in their order; the last one is for the staff alone."""
TOLD_PARTS: Final = PARTS[:-1]
"""The texts that owners may read, where the practice shares its notes: by these alone a note is found."""


class NoteTemplate(Row):
    """What a note begins with, for one service or for any."""

    name = fields.TextField()
    fold = fields.TextField()
    kind = fields.CharEnumField(NoteKind, max_length=8)
    service: fields.ForeignKeyNullableRelation[Service] = fields.ForeignKeyField(
        "models.Service", related_name="note_templates", on_delete=fields.OnDelete.RESTRICT, null=True
    )
    service_id: UUID | None
    subjective = fields.TextField(default="")
    objective = fields.TextField(default="")
    assessment = fields.TextField(default="")
    plan = fields.TextField(default="")
    internal = fields.TextField(default="")
    is_in_use = fields.BooleanField(default=True)

    class Meta:
        table = "note_template"


class Note(Errored):
    """One person's part of the record of a visit: a draft until it is signed, and then as it is for good.

    `version` counts what was saved and every line that was written, changed or taken back in it, so that two who write at
    once, and whoever signs, find out. `at` is when the visit began.
    """

    visit: fields.ForeignKeyRelation[Visit] = fields.ForeignKeyField(
        "models.Visit", related_name="notes", on_delete=fields.OnDelete.RESTRICT
    )
    visit_id: UUID
    pet: fields.ForeignKeyRelation[Pet] = fields.ForeignKeyField(
        "models.Pet", related_name="notes", on_delete=fields.OnDelete.RESTRICT
    )
    pet_id: UUID
    kind = fields.CharEnumField(NoteKind, max_length=8)
    template: fields.ForeignKeyNullableRelation[NoteTemplate] = fields.ForeignKeyField(
        "models.NoteTemplate", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    template_id: UUID | None
    author: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    author_id: UUID
    subjective = fields.TextField(default="")
    objective = fields.TextField(default="")
    assessment = fields.TextField(default="")
    plan = fields.TextField(default="")
    internal = fields.TextField(default="")
    words = fields.TextField(default="")
    version = fields.IntField(default=1)
    at = Instant()
    created_at = Instant()
    changed_at = Instant()
    signed_at = no_instant_yet()
    signed_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    signed_by_id: UUID | None
    cosigned_at = no_instant_yet()
    cosigned_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    cosigned_by_id: UUID | None

    class Meta:
        table = "note"
        indexes = (("pet_id", "at"), ("visit_id",))

    def must_be_a_draft(self) -> None:
        """Refuse to change what is signed, or was entered in error.

        Raises:
            AlreadySigned: it is signed; what is to be added is an addendum.
            EnteredInError: it is marked so.
        """
        self.must_stand()
        if self.signed_at is not None:
            raise AlreadySigned

    def has_another_line(self) -> bool:
        """Count it as another version, since a line in it is new or other than before; final ones stay. Whether it did."""
        if self.signed_at is not None or self.errored_at is not None:
            return False
        self.version += 1
        return True

    def sign(self, staff_id: UUID, *, now: datetime) -> None:
        """Sign it: whoever is signed in says that this is so.

        Raises:
            AlreadySigned, EnteredInError: see `must_be_a_draft`.
        """
        self.must_be_a_draft()
        self.signed_by_id, self.signed_at = staff_id, now

    def cosign(self, staff_id: UUID, *, now: datetime) -> None:
        """A second person says so as well.

        Raises:
            NotSigned: nobody has signed it yet.
            CosignNotAllowed: the same person signed it, or it is countersigned already.
            EnteredInError: it is marked so.
        """
        self.must_stand()
        if self.signed_at is None:
            raise NotSigned
        if self.cosigned_at is not None or self.signed_by_id == staff_id:
            raise CosignNotAllowed
        self.cosigned_by_id, self.cosigned_at = staff_id, now


@dataclass(frozen=True, slots=True)
class Merge:
    """What two who wrote at once have made of a note.

    `taken` is what changes by this save; `lost` names the parts to which both gave different words.
    """

    taken: Mapping[str, str]
    lost: tuple[str, ...]


def merge(base: Mapping[str, str], current: Mapping[str, str], said: Mapping[str, str]) -> Merge:
    """Put what somebody says, who has read `base`, to what stands there now: part by part, so that no words are lost.

    A part that nobody else has changed is taken. One that they themselves have not changed stays as it is now, and so
    does one to which both gave the same words.
    """
    changed = {part: text for part, text in said.items() if text not in (base[part], current[part])}
    taken = {part: text for part, text in changed.items() if current[part] == base[part]}
    return Merge(taken, tuple(part for part in PARTS if part in changed and part not in taken))


class NoteRevision(Row):
    """A note as somebody saved it: none is lost, whatever was saved later.

    A version at which only a line was written or changed has none: the words are those of the one before.
    """

    note: fields.ForeignKeyRelation[Note] = fields.ForeignKeyField(
        "models.Note", related_name="revisions", on_delete=fields.OnDelete.RESTRICT
    )
    note_id: UUID
    version = fields.IntField()
    saved_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    saved_by_id: UUID
    saved_at = Instant()
    subjective = fields.TextField(default="")
    objective = fields.TextField(default="")
    assessment = fields.TextField(default="")
    plan = fields.TextField(default="")
    internal = fields.TextField(default="")

    class Meta:
        table = "note_revision"
        unique_together = (("note", "version"),)


class Addendum(Row):
    """What somebody added to a signed or locked note: dated, with its author and the reason, and never changed."""

    note: fields.ForeignKeyRelation[Note] = fields.ForeignKeyField(
        "models.Note", related_name="addenda", on_delete=fields.OnDelete.RESTRICT
    )
    note_id: UUID
    author: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    author_id: UUID
    at = Instant()
    reason = fields.TextField()
    text = fields.TextField()

    class Meta:
        table = "addendum"
        indexes = (("note_id", "at"),)
