"""Claiming: each letter is one process's own for a while, and is handed to a mail server by that process alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from tortoise.transactions import in_transaction

from models import Letter, Message, sql
from resolvers.messages import pacing

if TYPE_CHECKING:
    from resolvers.messages.writing import Words

LEASE: Final = timedelta(minutes=5)
"""How long a claim holds: longer than sending one letter may take."""
ASKED_FOR: Final = (Letter.SIGN_IN_CODE, Letter.INVITATION)
"""Letters that somebody has asked for and waits for: in doubt they are sent again, and no domain makes them wait."""

# What was handed over and never answered needs no turn: it will not be sent.
_CLAIM = (
    "UPDATE message SET locked_until = ?, attempts = attempts + 1 WHERE id = ("
    "SELECT m.id FROM message m LEFT JOIN mail_domain d ON d.domain = m.to_domain "
    "WHERE m.state = 'WAITING' AND m.not_before <= ? AND (m.locked_until IS NULL OR m.locked_until <= ?) "
    "AND (d.free_at IS NULL OR d.free_at <= ? OR m.handed_at IS NOT NULL OR m.letter IN (?, ?)) "
    "ORDER BY m.not_before, m.id LIMIT 1{skip}) RETURNING *"
)


class NotOurs(Exception):
    """The letter was withdrawn, or somebody else has claimed it: it must not be handed over."""


class _NotItsTurn(Exception):
    """Another process has just written to that domain."""


async def next_due(now: datetime, *, a_minute: int | None = None) -> Message | None:
    """The next letter that is due, ours until the lease ends; at most so many `a_minute` go to one domain.

    One at a time, so that a slow server cannot make the leases of those behind it run out. A domain that has to wait
    keeps no other waiting.
    """
    if a_minute is None:
        return await _claimed(now)
    while True:
        try:
            async with in_transaction():
                message = await _claimed(now)
                if message is None or message.letter in ASKED_FOR or message.handed_at is not None:
                    return message
                if not await pacing.takes_its_turn(message.to_domain, a_minute, now=now):
                    raise _NotItsTurn
                return message
        except _NotItsTurn:
            continue


async def _claimed(now: datetime) -> Message | None:
    # SQLite has one writer at a time, who sees what the one before has claimed.
    claim = _CLAIM.replace("{skip}", " FOR UPDATE OF m SKIP LOCKED" if sql.is_postgres() else "")
    rows = await sql.fetch(claim, (now + LEASE, now, now, now, *ASKED_FOR))
    return sql.loaded(Message, rows[0]) if rows else None


async def hand_over(message: Message, words: Words, *, now: datetime) -> None:
    """Write down that the mail server is about to get the letter, with its words: from now on it may have arrived.

    Raises:
        NotOurs: it does not wait any more, or is not ours any more.
    """
    handed = await sql.execute(
        "UPDATE message SET handed_at = ?, locked_until = ?, to_address = ?, client_id = ?, consent_source = ?, "
        "consent_at = ?, subject = ?, body = ?, text_id = ? WHERE id = ? AND state = 'WAITING' AND attempts = ?",
        (
            now, now + LEASE, message.to_address, message.client_id, message.consent_source, message.consent_at,
            words.subject, words.body, words.text_id, message.id, message.attempts,
        ),
    )  # fmt: skip
    if not handed:
        raise NotOurs
    message.handed_at = now
