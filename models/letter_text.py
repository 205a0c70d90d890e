"""Letter texts: the practice's own words for a letter, in place of ours."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields

from models.message import Letter
from models.reminder_rule import ReminderRule
from models.row import Instant, Row
from models.staff import Staff


class LetterText(Row):
    """One version of the practice's words for a letter in a language. What it says never changes.

    Subject and body are plain text with placeholders (`{{ pet }}`), and nothing else of a template. With a `rule` the words
    are for the reminders of that rule alone. Of those for the same letter, rule and language one is in use at most; without
    one our own words are used.
    """

    letter = fields.CharEnumField(Letter, max_length=32)
    rule: fields.ForeignKeyNullableRelation[ReminderRule] = fields.ForeignKeyField(
        "models.ReminderRule", related_name="texts", on_delete=fields.OnDelete.RESTRICT, null=True
    )
    rule_id: UUID | None
    language = fields.CharField(max_length=8)
    version = fields.SmallIntField()
    subject = fields.TextField()
    body = fields.TextField()
    is_in_use = fields.BooleanField(default=True)
    made_at = Instant()
    made_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    made_by_id: UUID | None

    class Meta:
        table = "letter_text"
        indexes = (("letter", "language"),)
