"""Notices: what the provider tells us by itself. It is kept once, and what it is about is asked for anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import sql
from models.row import uuid7
from resolvers import access
from resolvers.access import Deed

if TYPE_CHECKING:
    from datetime import datetime

    from resolvers.viewer import Viewer

LONGEST_REF = 128


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the provider says has happened, to the payment that it calls `payment_ref`."""

    ref: str
    kind: str
    payment_ref: str
    sent_at: datetime


async def keep(viewer: Viewer, notice: Notice, *, now: datetime) -> bool:
    """Keep a notice, and have the provider asked at once about what it concerns; whether it is new.

    What the notice says of amounts and states is not believed: it may be old, or come before another one.

    Raises:
        Forbidden, SignedOut: only the practice's own machinery may.
    """
    access.may(viewer, Deed.KEEP_NOTICE)
    async with in_transaction():
        kept = await sql.execute(
            "INSERT INTO provider_notice (id, notice_ref, kind, subject_ref, sent_at, received_at) "
            "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (notice_ref) DO NOTHING",
            (uuid7(), notice.ref, notice.kind, notice.payment_ref, notice.sent_at, now),
        )
        if kept:
            await sql.execute(
                "UPDATE payment SET look_at = ?, looks = 0 WHERE provider_ref = ? AND state <> 'CANCELLED'",
                (now, notice.payment_ref),
            )
            await sql.execute(
                "UPDATE refund SET look_at = ?, looks = 0 WHERE state = 'REQUESTED' "
                "AND payment_id IN (SELECT id FROM payment WHERE provider_ref = ?)",
                (now, notice.payment_ref),
            )
    return bool(kept)


async def handled(payment_ref: str, *, before: datetime, now: datetime) -> None:
    """Note that the provider was asked about a payment after these notices had come."""
    await sql.execute(
        "UPDATE provider_notice SET handled_at = ? WHERE subject_ref = ? AND handled_at IS NULL AND received_at <= ?",
        (now, payment_ref, before),
    )
