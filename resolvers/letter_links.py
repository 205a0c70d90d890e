"""Letter links: what somebody may do from a letter without signing in, each link for one purpose.

A link holds whom and what it is about, and a seal over that under the secret of the practice. Nothing about it is kept:
whether it is still good is seen from what it is about, whenever it is followed.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from resolvers.links import LinkBroken, LinkEnded

if TYPE_CHECKING:
    from resolvers.ports import Vault

__all__ = [
    "BookLink",
    "LinkBroken",
    "LinkEnded",
    "VisitLink",
    "book",
    "opened_book",
    "opened_unsubscribe",
    "opened_visit",
    "unsubscribe",
    "visit",
]

_UNSUBSCRIBE, _VISIT, _BOOK = "unsubscribe link", "visit link", "book link"
_KEY = 16
_MOMENT = 8
# 144 bits cannot be guessed; and with them no token ends in - or _, which mail programs leave out of a link.
_SEAL = 18
LONGEST: Final = 128
"""No token is longer, in characters; what is longer is not looked at."""
GOOD_AFTER_DUE: Final = timedelta(days=90)
"""For so long after its due day what a reminder reminds of can be booked from its letter."""


@dataclass(frozen=True, slots=True)
class VisitLink:
    """A link to an appointment at that time, for that client."""

    appointment_id: UUID
    client_id: UUID
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class BookLink:
    """A link to the free times for what a reminder reminds that client of."""

    reminder_id: UUID
    client_id: UUID


def unsubscribe(message_id: UUID, *, vault: Vault, public_url: str) -> str:
    """The address at which the reader of this message ends letters of its purpose; it is good for ever."""
    return f"{public_url}/unsubscribe/{_sealed(_UNSUBSCRIBE, message_id.bytes, vault)}"


def visit(appointment_id: UUID, client_id: UUID, starts_at: datetime, *, vault: Vault, public_url: str) -> str:
    """The address at which this client confirms or cancels a visit; it is good until the visit begins, or is moved."""
    moment = int(starts_at.timestamp()).to_bytes(_MOMENT, "big")
    return f"{public_url}/visits/{_sealed(_VISIT, appointment_id.bytes + client_id.bytes + moment, vault)}"


def book(reminder_id: UUID, client_id: UUID, *, vault: Vault, public_url: str) -> str:
    """The address at which this client books what she is reminded of; it is good while the reminder is open (`GOOD_AFTER_DUE`)."""
    return f"{public_url}/book/{_sealed(_BOOK, reminder_id.bytes + client_id.bytes, vault)}"


def opened_unsubscribe(token: str, *, vault: Vault) -> UUID:
    """The message that was read.

    Raises:
        LinkBroken: it is no such link of ours.
    """
    return UUID(bytes=_opened(_UNSUBSCRIBE, token, _KEY, vault))


def opened_visit(token: str, *, vault: Vault) -> VisitLink:
    """The appointment, and who was told of it for which time; whether that is still so is not known here.

    Raises:
        LinkBroken: it is no such link of ours.
    """
    held = _opened(_VISIT, token, 2 * _KEY + _MOMENT, vault)
    moment = datetime.fromtimestamp(int.from_bytes(held[2 * _KEY :], "big"), UTC)
    return VisitLink(UUID(bytes=held[:_KEY]), UUID(bytes=held[_KEY : 2 * _KEY]), moment)


def opened_book(token: str, *, vault: Vault) -> BookLink:
    """The reminder, and who was reminded; whether it is still open is not known here.

    Raises:
        LinkBroken: it is no such link of ours.
    """
    held = _opened(_BOOK, token, 2 * _KEY, vault)
    return BookLink(UUID(bytes=held[:_KEY]), UUID(bytes=held[_KEY:]))


def _sealed(purpose: str, held: bytes, vault: Vault) -> str:
    return _written(held + _seal(purpose, held, vault))


def _opened(purpose: str, token: str, size: int, vault: Vault) -> bytes:
    if len(token) > LONGEST or not token.isascii():
        raise LinkBroken
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise LinkBroken from None
    held = raw[:size]
    # Each link is written in one way only, so that what is counted by its token is counted together.
    if len(raw) != size + _SEAL or _written(raw) != token:
        raise LinkBroken
    if not hmac.compare_digest(raw[size:], _seal(purpose, held, vault)):
        raise LinkBroken
    return held


def _seal(purpose: str, held: bytes, vault: Vault) -> bytes:
    return bytes.fromhex(vault.digest(purpose, held.hex()))[:_SEAL]


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
