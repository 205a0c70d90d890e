"""Signing keys: what the practice keeps locked even from its own database."""

from __future__ import annotations

from tortoise import fields

from models.row import Instant, Row


class SigningKey(Row):
    """A key that signs access tokens from one moment on: the private half is sealed."""

    kid = fields.CharField(max_length=64, unique=True)
    public_jwk = fields.TextField()
    sealed_private = fields.TextField()
    signs_from = Instant()
    retires_at = Instant()

    class Meta:
        table = "signing_key"
