"""Ids: opaque to clients, a type and a key to us."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from strawberry import ID


def global_id(kind: str, key: UUID) -> str:
    """The id under which clients know a row of a type."""
    return base64.urlsafe_b64encode(f"{kind}:{key.hex}".encode()).decode().rstrip("=")


def opened(text: ID | str) -> tuple[str, UUID] | None:
    """The type and the key behind an id; None when it is not one of ours."""
    try:
        plain = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)).decode("ascii")
        kind, _, key = plain.partition(":")
        return kind, UUID(hex=key)
    except (binascii.Error, ValueError):
        return None


def key(kind: str, text: ID | str) -> UUID | None:
    """The key behind an id of this type; None when it is malformed or names another type."""
    found = opened(text)
    return found[1] if found and found[0] == kind else None


def maybe_key(kind: str, text: ID | str | None) -> UUID | None:
    """The key behind an optional id: None without one, and a key that nothing has when it is not of this type."""
    if text is None:
        return None
    return key(kind, text) or UUID(int=0)
