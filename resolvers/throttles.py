"""Throttles: how often something may be tried, counted in the database and so for every process together.

The generic cell rate algorithm: each attempt pushes a moment ahead of the clock by one interval, and is refused when
that moment would be further ahead than the whole stretch. One statement counts and decides, outside any transaction
of a deed, so that a refusal gives no attempt back; success does, when asked to.
"""

from __future__ import annotations

import ipaddress
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import sql
from models.refusal import TooManyAttempts

if TYPE_CHECKING:
    from datetime import datetime

    from resolvers.ports import Rate, Vault

# IPv6 gives every household at least this much of it.
_HOUSEHOLD = 64


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that was counted, and for how many seconds it counts."""

    key: str
    every: float


async def count(purpose: str, whose: str, rate: Rate, *, vault: Vault, now: datetime) -> Attempt:
    """Count one attempt of somebody, who is kept as a digest only.

    Raises:
        TooManyAttempts: it is one too many, and was not counted; says in how many seconds the next is worth making.
    """
    key = vault.digest(f"throttle {purpose}", whose)
    every, whole, present = rate.within.total_seconds() / rate.times, rate.within.total_seconds(), now.timestamp()
    counted = await sql.fetch(
        _COUNT.replace("{latest}", "GREATEST" if sql.is_postgres() else "MAX"),
        (key, present + every, present, every, present, every, present + whole + _ROUNDING),
    )
    if counted:
        return Attempt(key, every)
    kept = await sql.fetch("SELECT ahead_until FROM throttle WHERE key = ?", (key,))
    # Nothing is kept any more when it was tidied away in between.
    wait = kept[0]["ahead_until"] + every - whole - present if kept else 0
    raise TooManyAttempts(retry_after=max(1, math.ceil(wait)))


async def count_origin(purpose: str, origin: str, rate: Rate, *, vault: Vault, now: datetime) -> Attempt:
    """Count one attempt from a network address; of IPv6, from a household.

    Raises:
        TooManyAttempts: see `count`.
    """
    return await count(f"{purpose} origin", _household(origin), rate, vault=vault, now=now)


async def count_from(purpose: str, whose: str, origin: str, rate: Rate, *, vault: Vault, now: datetime) -> Attempt:
    """Count one attempt of somebody from there; what others try from elsewhere counts apart.

    Raises:
        TooManyAttempts: see `count`.
    """
    return await count(f"{purpose} from", f"{whose} {_household(origin)}", rate, vault=vault, now=now)


async def give_back(attempt: Attempt) -> None:
    """Let an attempt that succeeded count no more; those that failed before it stay counted."""
    await sql.execute(
        "UPDATE throttle SET ahead_until = ahead_until - CAST(? AS DOUBLE PRECISION) WHERE key = ?",
        (attempt.every, attempt.key),
    )


async def forget(*, now: datetime) -> int:
    """Drop what no longer holds anybody back; the number dropped."""
    return await sql.execute("DELETE FROM throttle WHERE ahead_until < ?", (now.timestamp(),))


_AHEAD = "{latest}(throttle.ahead_until, CAST(? AS DOUBLE PRECISION)) + CAST(? AS DOUBLE PRECISION)"
_COUNT = (
    "INSERT INTO throttle (key, ahead_until) VALUES (?, ?) "  # noqa: S608 - our own words alone
    f"ON CONFLICT (key) DO UPDATE SET ahead_until = {_AHEAD} WHERE {_AHEAD} <= ? RETURNING key"
)

# A whole stretch of intervals adds up to the stretch itself only nearly.
_ROUNDING = 0.001


def _household(origin: str) -> str:
    try:
        address = ipaddress.ip_address(origin.partition("%")[0])
    except ValueError:
        return origin
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, _HOUSEHOLD), strict=False))
    return str(address)
