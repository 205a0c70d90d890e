"""Idempotency keys: what makes every write safe to retry."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from models.row import Instant, Row


class IdempotencyKey(Row):
    """A key that a client gave with a deed, a hash of what it asked, and the ids of what came of it."""

    scope = fields.TextField()
    deed = fields.CharField(max_length=64)
    key = fields.CharField(max_length=64)
    input_hash = fields.CharField(max_length=64)
    outcome: Any = fields.TextField()
    created_at = Instant()

    class Meta:
        table = "idempotency_key"
        unique_together = (("scope", "deed", "key"),)
        indexes = (("created_at",),)
