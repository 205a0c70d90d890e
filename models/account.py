"""Accounts: who can sign in, the sessions they hold, and the proofs they give."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tortoise import fields

from models.client import Client
from models.row import Instant, Row
from models.staff import Staff

MAX_LINK_TRIES = 3


class Account(Row):
    """Somebody who can sign in: one of the staff, or an owner with the client that she is to the practice.

    An owner's account is linked once the practice knows that she is that client; until then it works as a
    client of its own who is marked as registered online.
    """

    audience = fields.CharField(max_length=8)
    email = fields.TextField()
    email_fold = fields.TextField()
    password_hash = fields.TextField(null=True)
    staff: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="accounts", on_delete=fields.OnDelete.RESTRICT, null=True
    )
    staff_id: UUID | None
    client: fields.ForeignKeyNullableRelation[Client] = fields.ForeignKeyField(
        "models.Client", related_name="accounts", on_delete=fields.OnDelete.RESTRICT, null=True
    )
    client_id: UUID | None
    is_linked = fields.BooleanField(default=False)
    link_tries = fields.SmallIntField(default=0)
    created_at = Instant()

    class Meta:
        table = "account"
        unique_together = (("audience", "email_fold"),)
        indexes = (("client_id",), ("staff_id",))


class Session(Row):
    """One sign-in on one device, and the family of refresh tokens that grew from it."""

    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="sessions", on_delete=fields.OnDelete.RESTRICT
    )
    account_id: UUID
    created_at = Instant()
    expires_at = Instant()
    revoked_at = Instant(null=True)
    revoked_because = fields.TextField(default="")

    class Meta:
        table = "session"
        indexes = (("account_id",),)


class RefreshToken(Row):
    """One refresh token, kept as a hash: used once, it has a successor."""

    session: fields.ForeignKeyRelation[Session] = fields.ForeignKeyField(
        "models.Session", related_name="refresh_tokens", on_delete=fields.OnDelete.RESTRICT
    )
    session_id: UUID
    token_hash = fields.CharField(max_length=64, unique=True)
    issued_at = Instant()
    expires_at = Instant()
    used_at = Instant(null=True)

    class Meta:
        table = "refresh_token"
        indexes = (("session_id",),)


class SignInCode(Row):
    """A code that proves an e-mail address: without a hash it is a decoy that no code opens.

    `registration` is what somebody who registers said of herself; it counts once the code proves the address.
    """

    email = fields.TextField()
    email_fold = fields.TextField()
    code_hash = fields.CharField(max_length=64, null=True)
    registration: Any = fields.TextField(null=True)
    created_at = Instant()
    expires_at = Instant()
    tries = fields.SmallIntField(default=0)
    used_at = Instant(null=True)

    class Meta:
        table = "sign_in_code"
        indexes = (("email_fold", "created_at"),)


class Invitation(Row):
    """An invitation to the team, kept as a hash of its token."""

    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="invitations", on_delete=fields.OnDelete.RESTRICT
    )
    staff_id: UUID
    token_hash = fields.CharField(max_length=64, unique=True)
    created_at = Instant()
    expires_at = Instant()
    accepted_at = Instant(null=True)

    class Meta:
        table = "invitation"
