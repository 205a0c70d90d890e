"""Claiming: each letter is one process's own for a while, and is handed to a mail server by that process alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from models import Letter, Message, sql

if TYPE_CHECKING:
    from resolvers.messages.writing import Words

LEASE: Final = timedelta(minutes=5)
"""How long a claim holds: longer than sending one letter may take."""
ASKED_FOR: Final = (Letter.SIGN_IN_CODE, Letter.INVITATION)
"""Letters that somebody has asked for and waits for: in doubt they are sent again, and no domain makes them wait."""

_CLAIM = (
    "UPDATE message SET locked_until = ?, attempts = attempts + 1 WHERE id = ("
    "SELECT id FROM message WHERE state = 'WAITING' AND not_before <= ? AND (locked_until IS NULL OR locked_until <= ?) "
    "ORDER BY not_before, id LIMIT 1{skip}) RETURNING *"
)


class NotOurs(Exception):
    """The letter was withdrawn, or somebody else has claimed it: it must not be handed over."""


async def next_due(now: datetime) -> Message | None:
    """The next letter that is due, ours until the lease ends.

    One at a time, so that a slow server cannot make the leases of those behind it run out.
    """
    # SQLite has one writer at a time, who sees what the one before has claimed.
    claim = _CLAIM.replace("{skip}", " FOR UPDATE SKIP LOCKED" if sql.is_postgres() else "")
    rows = await sql.fetch(claim, (now + LEASE, now, now))
    return sql.loaded(Message, rows[0]) if rows else None


async def hand_over(message: Message, words: Words, *, now: datetime) -> None:
    """Write down that the mail server is about to get the letter, with its words: from now on it may have arrived.

    Raises:
        NotOurs: it does not wait any more, or is not ours any more.
    """
    handed = await sql.execute(
        "UPDATE message SET handed_at = ?, locked_until = ?, to_address = ?, subject = ?, body = ?, text_id = ? "
        "WHERE id = ? AND state = 'WAITING' AND attempts = ?",
        (now, now + LEASE, message.to_address, words.subject, words.body, words.text_id, message.id, message.attempts),
    )
    if not handed:
        raise NotOurs
    message.handed_at = now
