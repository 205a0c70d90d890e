"""Pacing: no domain gets more letters than it can take, and one that asks us to wait is left alone, longer each time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from tortoise.transactions import in_transaction

from models import sql
from models.row import uuid7

PAUSES: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
)
"""How long a domain is left alone after its server has asked for it once, twice in a row, …; then always as long as last."""
_A_MINUTE = timedelta(minutes=1)
_LONGEST_ANSWER = 1000


async def takes_its_turn(domain: str, a_minute: int, *, now: datetime) -> bool:
    """Whether the domain may get a letter now; if so the next one may follow after its part of a minute.

    Inside a transaction. Several processes ask one after the other, so that all together send so many a minute.
    """
    return bool(
        await sql.execute(
            "INSERT INTO mail_domain (id, domain, free_at, refusals, answer) VALUES (?, ?, ?, 0, '') "
            "ON CONFLICT (domain) DO UPDATE SET free_at = EXCLUDED.free_at WHERE mail_domain.free_at <= ?",
            (uuid7(), domain, now + _A_MINUTE / a_minute, now),
        )
    )


async def must_wait(domain: str, answer: str, *, now: datetime) -> None:
    """Leave the domain alone for a while: its server has asked for it."""
    async with in_transaction():
        rows = await sql.fetch(
            "INSERT INTO mail_domain (id, domain, free_at, refusals, answer) VALUES (?, ?, ?, 1, ?) "
            "ON CONFLICT (domain) DO UPDATE SET refusals = CASE WHEN mail_domain.refusals < ? "
            "THEN mail_domain.refusals + 1 ELSE mail_domain.refusals END, answer = EXCLUDED.answer RETURNING refusals",
            (uuid7(), domain, now, answer[:_LONGEST_ANSWER], len(PAUSES)),
        )
        pause = PAUSES[rows[0]["refusals"] - 1]
        await sql.execute("UPDATE mail_domain SET free_at = ? WHERE domain = ?", (now + pause, domain))


async def went_well(domain: str) -> None:
    """The server of the domain takes letters again."""
    await sql.execute("UPDATE mail_domain SET refusals = 0, answer = '' WHERE domain = ? AND refusals > 0", (domain,))


async def next_turn(*, now: datetime) -> datetime | None:
    """When the first of the letters that are due, and wait for nothing but their domain, may go; None without one."""
    rows = await sql.tuples(
        "SELECT MIN(d.free_at) FROM message m JOIN mail_domain d ON d.domain = m.to_domain "
        "WHERE m.state = 'WAITING' AND m.not_before <= ? AND (m.locked_until IS NULL OR m.locked_until <= ?) "
        "AND d.free_at > ?",
        (now, now, now),
    )
    return None if rows[0][0] is None else sql.as_instant(rows[0][0])
