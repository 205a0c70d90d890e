"""Retries: a deed that is sent twice is done once.

Every mutation takes an idempotency key, but for signing in (by password or code), refreshing a session, asking for a
code, and signing out (here or everywhere). The outcome of a deed (ids, never words) is kept under the key in the deed's
own transaction, as its first statement: a twin that runs at the same time waits there, and then finds the outcome. A
refusal rolls back, so it is not kept.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tortoise.exceptions import IntegrityError

from models import IdempotencyKey, sql
from models.refusal import IdempotencyKeyReused, InvalidInput, NotFound, Refusal
from models.row import uuid7

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime
    from uuid import UUID

    from resolvers.access import Deed
    from resolvers.viewer import Viewer

LONGEST_KEY = 64
Outcome = dict[str, str]


@dataclass(frozen=True, slots=True)
class Retry:
    """What makes one request of a client recognisable: who asks, for which deed, under which key, with what input."""

    scope: str
    deed: str
    key: str
    input_hash: str
    now: datetime

    async def keep(self, **outcome: UUID | str) -> None:
        """Keep what will come of the deed: the first statement of its transaction.

        Raises:
            Twin: the same request is being done, or has just been done; nothing else may follow.
        """
        kept = await sql.execute(
            "INSERT INTO idempotency_key (id, scope, deed, key, input_hash, outcome, created_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (scope, deed, key) DO NOTHING",
            (
                uuid7(),
                self.scope,
                self.deed,
                self.key,
                self.input_hash,
                json.dumps({name: str(value) for name, value in outcome.items()}),
                self.now,
            ),
        )
        if not kept:
            raise Twin


class Twin(Exception):
    """The same request was done meanwhile: the transaction that raises this must roll back."""


def asked(
    viewer: Viewer, deed: Deed, key: str, given: Mapping[str, Any], *, now: datetime, address: str | None = None
) -> Retry:
    """The request as it will be recognised; signed out, the folded e-mail address or the client's key says who asks.

    Raises:
        InvalidInput: the key is empty or longer than 64 characters.
    """
    if not 1 <= len(key) <= LONGEST_KEY or "\x00" in key:
        raise InvalidInput("An idempotency key has 1 to 64 characters.", path=("idempotencyKey",))
    without = address or viewer.system_reason or (f"{viewer.through} {viewer.client_id}" if viewer.through else "")
    scope = str(viewer.account_id or without)
    text = json.dumps(given, sort_keys=True, default=str, ensure_ascii=False)
    return Retry(scope, deed.value, key, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), now)


async def once(retry: Retry, work: Callable[[], Awaitable[Outcome]]) -> Outcome:
    """What came of the deed: `work` does it, unless the same request was done before.

    Raises:
        IdempotencyKeyReused: the key was used with other input.
        NotFound: what the deed found has gone before it could be referred to.
    """
    kept = await _kept(retry)
    if kept is not None:
        return kept
    try:
        return await work()
    except (Twin, Refusal, IntegrityError) as error:
        # A twin that was faster may be why: it has taken the very time, or done the very step.
        kept = await _kept(retry)
        if kept is not None:
            return kept
        if isinstance(error, IntegrityError) and "foreign key" in str(error).lower():
            raise NotFound("Something was changed meanwhile. Please look again and retry.") from error
        raise


async def forget_before(moment: datetime) -> int:
    """Drop the outcomes kept before that moment; the number dropped."""
    return await IdempotencyKey.filter(created_at__lt=moment).delete()


async def _kept(retry: Retry) -> Outcome | None:
    rows = await sql.fetch(
        "SELECT input_hash, outcome FROM idempotency_key WHERE scope = ? AND deed = ? AND key = ?",
        (retry.scope, retry.deed, retry.key),
    )
    if not rows:
        return None
    if rows[0]["input_hash"] != retry.input_hash:
        raise IdempotencyKeyReused(path=("idempotencyKey",))
    outcome: Outcome = json.loads(rows[0]["outcome"])
    return outcome
