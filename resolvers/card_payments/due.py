"""What is due: whatever is not settled is asked about at the provider, again and again with growing gaps.

Nothing is concluded from silence. What was started and never confirmed is cancelled after a day: at the provider first.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from models import Payment, PaymentState, Refund, sql
from resolvers import access
from resolvers.access import Deed
from resolvers.card_payments import following, notices, refunding
from resolvers.ports import GatewayRefused, GatewayUnavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from datetime import datetime

    from resolvers.ports import PaymentGateway
    from resolvers.viewer import Viewer

M = TypeVar("M", bound="Payment | Refund")

LEASE = timedelta(minutes=2)
"""How long whoever asks about something has it for itself: longer than the provider may take to answer."""
GAPS = tuple(timedelta(seconds=seconds) for seconds in (15, 60, 180, 600, 1800, 3600))
"""How long to wait after each time of asking; the last one again and again."""
ABANDONED = timedelta(hours=24)
"""After what time a payment that was never confirmed is given up."""
HANGS = timedelta(minutes=10)
"""After what time something whose outcome the provider should know is said to hang."""

NEVER_CONFIRMED = "It was never confirmed. Nothing was charged."


@dataclass(frozen=True, slots=True)
class Followed:
    """How many payments and refunds the provider was asked about, and what went wrong with them.

    `unanswered` says how many got no clear answer; `unexpected` holds the errors that nothing should meet. Both are
    asked about again later.
    """

    asked: int = 0
    unanswered: int = 0
    unexpected: tuple[Exception, ...] = ()


async def follow_due(
    viewer: Viewer, *, gateway: PaymentGateway, now: Callable[[], datetime], most: int = 20
) -> Followed:
    """Ask the provider about the payments and refunds that are due, at most `most` of each; what came of it.

    Each is claimed for a while, so that several who do this at once do not ask twice; whatever goes wrong with one keeps
    no other from being asked about.

    Raises:
        Forbidden, SignedOut: only the practice's own machinery may.
    """
    access.may(viewer, Deed.FOLLOW_PAYMENTS)
    fates = [
        fate
        for model, ask in ((Payment, _payment), (Refund, _refund))
        async for fate in _each(model, partial(ask, viewer, gateway=gateway, now=now), now, most)
    ]
    unanswered = [fate for fate in fates if isinstance(fate, GatewayUnavailable | GatewayRefused)]
    unexpected = [fate for fate in fates if fate is not None and fate not in unanswered]
    return Followed(len(fates), len(unanswered), tuple(unexpected))


async def _each(
    model: type[Payment | Refund],
    ask: Callable[[Any], Awaitable[None]],
    now: Callable[[], datetime],
    most: int,
) -> AsyncIterator[Exception | None]:
    for _ in range(most):
        row = await _claimed(model, now())
        if row is None:
            return
        # Gathered, so that whatever goes wrong with one comes back as a value and the others still have their turn.
        [fate] = await asyncio.gather(ask(row), return_exceptions=True)
        if isinstance(fate, BaseException) and not isinstance(fate, Exception):
            raise fate
        await _put_off(model, row, now())
        yield fate


async def waiting(*, now: datetime) -> dict[str, int]:
    """How many payments and refunds hang: the provider should know by now what came of them, and we do not."""
    found = await sql.tuples(
        "SELECT state, COUNT(*) FROM payment WHERE look_at IS NOT NULL AND state IN ('STARTING', 'CAPTURING') "
        "AND started_at < ? GROUP BY state "
        "UNION ALL SELECT 'REFUND', COUNT(*) FROM refund WHERE look_at IS NOT NULL AND requested_at < ?",
        (now - HANGS, now - HANGS),
    )
    return {"STARTING": 0, "CAPTURING": 0, "REFUND": 0} | {str(state): int(count) for state, count in found}


async def _claimed(model: type[M], now: datetime) -> M | None:
    """The next row that is due, ours until the lease ends."""
    table = model._meta.db_table  # noqa: SLF001 - Tortoise says it nowhere else
    # SQLite has one writer at a time, who sees what the one before has claimed.
    lock = " FOR UPDATE SKIP LOCKED" if sql.is_postgres() else ""
    found = await sql.fetch(
        f"UPDATE {table} SET look_at = ?, looks = looks + 1 WHERE id = "  # noqa: S608 - our own names
        f"(SELECT id FROM {table} WHERE look_at <= ? ORDER BY look_at, id LIMIT 1{lock}) RETURNING *",
        (now + LEASE, now),
    )
    return sql.loaded(model, found[0]) if found else None


async def _put_off(model: type[Payment | Refund], row: Payment | Refund, now: datetime) -> None:
    """Ask again when its next gap is over, unless it is settled by now, or something has come up meanwhile."""
    gap = GAPS[min(row.looks, len(GAPS)) - 1]
    await sql.execute(
        f"UPDATE {model._meta.db_table} SET look_at = ? WHERE id = ? AND look_at = ?",  # noqa: S608, SLF001 - our own names
        (now + gap, row.id, row.look_at),
    )


async def _payment(viewer: Viewer, row: Payment, *, gateway: PaymentGateway, now: Callable[[], datetime]) -> None:
    since = now()
    payment = await following.follow(viewer, row.id, gateway=gateway, now=since)
    if payment.state is PaymentState.STARTED and since - payment.started_at >= ABANDONED:
        payment = await following.given_up(viewer, payment, NEVER_CONFIRMED, gateway=gateway, now=since)
    if payment.state in {PaymentState.SUCCEEDED, PaymentState.CANCELLED}:
        # It was asked about because of a notice: there is nothing to ask before the next one.
        await sql.execute("UPDATE payment SET look_at = NULL WHERE id = ? AND look_at = ?", (row.id, row.look_at))
    if payment.provider_ref is not None:
        await notices.handled(payment.provider_ref, before=since, now=now())


async def _refund(viewer: Viewer, row: Refund, *, gateway: PaymentGateway, now: Callable[[], datetime]) -> None:
    await refunding.follow(viewer, row.id, gateway=gateway, now=now())
