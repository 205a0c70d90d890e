"""The practice: one database is one practice."""

from __future__ import annotations

from tortoise import fields

from models.row import Instant, Row


class Practice(Row):
    """The practice itself: there is never a second row."""

    name = fields.TextField()
    language = fields.CharField(max_length=8, default="en")
    is_the_only_one = fields.BooleanField(default=True, unique=True)
    created_at = Instant()

    class Meta:
        table = "practice"
