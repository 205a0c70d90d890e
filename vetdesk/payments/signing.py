"""Signing: a notice is signed over the very bytes that are sent, with the moment of sending."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADER = "Payment-Signature"
TOLERANCE = timedelta(minutes=5)
"""How far the moment of sending may lie from now, either way."""


class BadSignature(Exception):
    """The notice is not the provider's, or not of now."""


def signed(body: bytes, secret: str, *, at: datetime) -> str:
    """The header that goes with those bytes."""
    moment = str(int(at.timestamp()))
    return f"t={moment},v1={_seal(moment, body, secret)}"


def must_be_signed(header: str, body: bytes, secrets: Sequence[str], *, now: datetime) -> datetime:
    """Refuse what none of the secrets has signed; the moment at which it was sent.

    Several secrets and several signatures are good while a secret is exchanged for another.

    Raises:
        BadSignature: nobody who knows a secret has signed these bytes, or not within the last minutes.
    """
    parts = [part.strip().partition("=") for part in header.split(",")]
    moments = [value for name, _, value in parts if name == "t"]
    given = [value for name, _, value in parts if name == "v1"]
    if len(moments) != 1 or not moments[0].isascii() or not moments[0].isdigit() or len(moments[0]) > 12:
        raise BadSignature
    wanted = [_seal(moments[0], body, secret) for secret in secrets]
    # Every pair is compared, however early one fits.
    fits = [hmac.compare_digest(one.encode(), other.encode()) for one in wanted for other in given]
    if not any(fits):
        raise BadSignature
    sent_at = datetime.fromtimestamp(int(moments[0]), UTC)
    if abs(now - sent_at) > TOLERANCE:
        raise BadSignature
    return sent_at


def _seal(moment: str, body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), moment.encode() + b"." + body, sha256).hexdigest()
