"""Imports of records: what was written about a pet elsewhere, as it came in, and what of it did not fit."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tortoise import fields

from models.pet import Pet
from models.pet_record import LineKind
from models.row import Instant, Row
from models.staff import Staff


class RecordImport(Row):
    """A record that came in from elsewhere: from which software, of which day, by whom it was taken in.

    `owner` is whom it names as the owner, in its own words. `left_out` is JSON: what did not fit, each with its path,
    what it said and why. `details` is JSON: all that it says of the pet itself. `fingerprint` names what was promised.
    """

    pet: fields.ForeignKeyRelation[Pet] = fields.ForeignKeyField(
        "models.Pet", related_name="imports", on_delete=fields.OnDelete.RESTRICT
    )
    pet_id: UUID
    imported_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    imported_by_id: UUID | None
    imported_at = Instant()
    written_at = Instant()
    software = fields.TextField(default="")
    software_version = fields.TextField(default="")
    format_version = fields.TextField()
    pet_there = fields.TextField()
    owner = fields.TextField(default="")
    left_out: Any = fields.TextField()
    details: Any = fields.TextField()
    fingerprint = fields.CharField(max_length=64)

    class Meta:
        table = "record_import"
        indexes = (("pet_id",), ("pet_there",))


class ImportedLine(Row):
    """One thing of the record of a pet as it was written elsewhere: nobody here may write into it.

    `author` and `practice` are who wrote it and where, in words: they are not our staff. `details` is JSON: all that
    was said of it. `within` is the line of the visit that it belongs to. `row_id` is the key of the row of ours that was made of it, where the practice works with it.
    """

    pet: fields.ForeignKeyRelation[Pet] = fields.ForeignKeyField(
        "models.Pet", related_name="imported_lines", on_delete=fields.OnDelete.RESTRICT
    )
    pet_id: UUID
    record_import: fields.ForeignKeyRelation[RecordImport] = fields.ForeignKeyField(
        "models.RecordImport", related_name="lines", on_delete=fields.OnDelete.RESTRICT
    )
    record_import_id: UUID
    within: fields.ForeignKeyNullableRelation[ImportedLine] = fields.ForeignKeyField(
        "models.ImportedLine", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    within_id: UUID | None
    kind = fields.CharEnumField(LineKind, max_length=16)
    at = Instant()
    title = fields.TextField()
    text = fields.TextField(default="")
    author = fields.TextField(default="")
    practice = fields.TextField(default="")
    details: Any = fields.TextField()
    row_id = fields.UUIDField(null=True)
    words = fields.TextField(default="")

    class Meta:
        table = "imported_line"
        indexes = (("pet_id", "at"), ("record_import_id",))
