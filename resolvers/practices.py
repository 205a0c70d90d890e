"""Practices: there is one, and everybody who is signed in knows it. Here too: what it decides about records and bills."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models import EventKind, Practice, sql
from models.refusal import InvalidInput, NotFound
from resolvers import access, events, retries
from resolvers.access import Deed, Where
from resolvers.changes import UNSET, Unset, given, plain, write
from resolvers.events import Happening
from resolvers.locks import hold

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from resolvers.retries import Outcome
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

SETTINGS = {
    "locks_after_hours": ("locksAfterHours", 1, 720),
    "stale_weight_days": ("staleWeightDays", 1, 366),
    "most_discount": ("mostDiscountPercent", 0, 100),
}
"""The least and the most of each number, and what clients call it; the database repeats them."""


@dataclass(frozen=True, slots=True)
class RecordSettings:
    """What changes about how records are kept: see `models.Practice`; no hours mean that no record locks by itself."""

    shares_notes: bool | Unset = UNSET
    locks_after_hours: int | Unset | None = UNSET
    stale_weight_days: int | Unset = UNSET


@dataclass(frozen=True, slots=True)
class BillingSettings:
    """What changes about how bills are made: how many percent the front desk may take off without a manager."""

    most_discount: int | Unset = UNSET


def ours(viewer: Viewer) -> Rows:
    """The practice; none while it has not been opened."""
    return access.rows(viewer, Practice)


async def amend_records(viewer: Viewer, settings: RecordSettings, *, key: str, now: datetime) -> UUID:
    """Change how records are kept. It holds at once, for what was written before as well.

    Raises:
        NotFound: the practice has not been opened.
        InvalidInput: a number makes no sense.
    """
    kind = EventKind.RECORD_SETTINGS_AMENDED
    return await _amend(viewer, Deed.AMEND_RECORD_SETTINGS, kind, given(settings), key=key, now=now)


async def amend_billing(viewer: Viewer, settings: BillingSettings, *, key: str, now: datetime) -> UUID:
    """Change how bills are made. It holds at once, for drafts as well.

    Raises:
        NotFound: the practice has not been opened.
        InvalidInput: a number makes no sense.
    """
    kind = EventKind.BILLING_SETTINGS_AMENDED
    return await _amend(viewer, Deed.AMEND_BILLING_SETTINGS, kind, given(settings), key=key, now=now)


async def _amend(
    viewer: Viewer, deed: Deed, kind: EventKind, said: Mapping[str, Any], *, key: str, now: datetime
) -> UUID:
    access.may(viewer, deed, Where.EVERYWHERE)
    retry = retries.asked(viewer, deed, key, plain(said), now=now)

    async def work() -> Outcome:
        for name, (path, least, most) in SETTINGS.items():
            if said.get(name) is not None and not least <= said[name] <= most:
                raise InvalidInput(f"Please choose {least} to {most}.", path=(path,))
        found = await Practice.first()
        if found is None:
            raise NotFound
        async with in_transaction():
            await retry.keep(practice=found.id)
            practice = await hold(Practice, found.id)
            change = await write(practice, said)
            if change:
                happening = Happening(kind, found.id, before=change.before, after=change.after)
                await events.record(viewer, happening, now=now)
        return {"practice": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["practice"])
