"""History entries: one line for everything that stands in the history of a pet, whatever its kind."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.pet import Pet
from models.row import Instant


class HistoryKind(StrEnum):
    """What stands in the history of a pet."""

    APPOINTMENT = "APPOINTMENT"
    VISIT = "VISIT"
    NOTE = "NOTE"
    DIAGNOSIS = "DIAGNOSIS"
    PROCEDURE = "PROCEDURE"
    TREATMENT = "TREATMENT"
    VITAL = "VITAL"
    ALLERGY = "ALLERGY"
    VACCINATION = "VACCINATION"
    PRESCRIPTION = "PRESCRIPTION"
    DOCUMENT = "DOCUMENT"
    IMPORTED = "IMPORTED"


class OwnersSee(StrEnum):
    """Whether the owners of the pet see an entry: never, always, or as the practice shares its finalised notes.

    Of a prescription `resolvers.access` asks its note as well.
    """

    NEVER = "NEVER"
    ALWAYS = "ALWAYS"
    SIGNED_NOTE = "SIGNED_NOTE"


class HistoryEntry(Model):
    """A row of another table, as it stands in the history: the key is that of the row itself.

    Triggers of the database keep it (`models.constraint.InHistory`), so it never says anything else than the row does,
    and nobody writes here. `words` are what it is found by (`models.words.search_words`).
    """

    id = fields.UUIDField(primary_key=True)
    pet: fields.ForeignKeyRelation[Pet] = fields.ForeignKeyField(
        "models.Pet", related_name="history", on_delete=fields.OnDelete.RESTRICT
    )
    pet_id: UUID
    kind = fields.CharEnumField(HistoryKind, description="What it is.", max_length=16)
    at = Instant()
    owners_see = fields.CharEnumField(OwnersSee, description="Whether its owners see it.", max_length=16)
    words = fields.TextField()

    class Meta:
        table = "history_entry"
        indexes = (("pet_id", "at", "id"), ("pet_id", "kind", "at", "id"), ("at", "id"), ("kind", "at", "id"))
