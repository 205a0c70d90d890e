"""Planning: following the trail of what happened, so that reminders stay true to the facts.

No deed waits for it. Three things make a pet be looked at: something happened to it, time has come for one of its
reminders, or something happened that may concern every pet. Then all pets are gone through, in the order of their keys
and a few at a time, beside whatever happens meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from tortoise.transactions import in_transaction

from models import ReminderProgress, sql
from models.refusal import NotFound
from resolvers import access
from resolvers.access import Deed
from resolvers.locks import hold_all
from resolvers.reminders import keeping, trail, working_out

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from resolvers.viewer import Viewer

AT_ONCE: Final = 200
"""How many pets a transaction works out: others who write wait for it, on SQLite."""

_NOBODY: Final = UUID(int=0)
_AGAIN: Final = (
    "SELECT DISTINCT pet_id FROM (SELECT pet_id, look_again_at FROM reminder WHERE look_again_at <= ? "
    "ORDER BY look_again_at LIMIT ?) due"
)
_NEXT_PETS: Final = "SELECT id FROM pet WHERE id > ? AND died_on IS NULL ORDER BY id LIMIT ?"


@dataclass(frozen=True, slots=True)
class Planned:
    """How many pets were looked at, and how many of their reminders are new or were changed."""

    pets: int = 0
    reminders: int = 0
    is_more: bool = False
    """Whether there may be more to do."""

    def __add__(self, other: Planned) -> Planned:
        return Planned(self.pets + other.pets, self.reminders + other.reminders, other.is_more)


async def plan_due(viewer: Viewer, *, now: datetime, most: int = 1000) -> Planned:
    """Work out anew the pets that something happened to, or time itself, some `most` of them; call again while there is more.

    Raises:
        Forbidden, SignedOut: only the practice's own machinery may.
    """
    access.may(viewer, Deed.PLAN_REMINDERS)
    total = Planned(is_more=True)
    while total.is_more and total.pets < most:
        total += await _some(viewer, now)
    return total


async def hold_progress() -> ReminderProgress:
    """How far the trail has been read, held: whoever else plans or decides waits until the transaction is done."""
    held = await hold_all(ReminderProgress, "is_the_only_one", ())
    if not held:
        raise NotFound
    return held[0]


async def _some(viewer: Viewer, now: datetime) -> Planned:
    # Outside of a transaction first: most of the time there is nothing to do, and nobody is to wait for that.
    seen = await ReminderProgress.first()
    if seen is not None and await _whom(seen, now) is None:
        return Planned()
    async with in_transaction():
        progress = await hold_progress()
        pets = await _whom(progress, now)
        if pets is None:
            return Planned()
        worked = await working_out.look(pets, now=now)
        changes = worked.ledger.changed(now)
        changes.notices += worked.too_late
        await changes.write()
        await sql.put([progress])
        await keeping.record(viewer, changes.happenings, now=now)
    return Planned(len(pets), len(changes.rows), is_more=True)


async def _whom(progress: ReminderProgress, now: datetime) -> Collection[UUID] | None:
    """The pets that are looked at next; None when nothing is left to do. What is noted on the progress is not yet written."""
    stretch = await trail.after(progress.last_number)
    if stretch is not None:
        progress.last_number = stretch.last_number
        if stretch.is_wide:
            # A round that has begun is finished first, or the last pets would wait for ever.
            progress.goes_round_again = progress.gone_to is not None
            progress.gone_to = progress.gone_to or _NOBODY
        return stretch.pet_ids
    again = await sql.tuples(_AGAIN, (now, AT_ONCE))
    if again:
        return [sql.as_key(pet) for (pet,) in again]
    if progress.gone_to is None:
        return None
    pets = [sql.as_key(pet) for (pet,) in await sql.tuples(_NEXT_PETS, (progress.gone_to, AT_ONCE))]
    if pets:
        progress.gone_to = pets[-1]
    else:
        progress.gone_to = _NOBODY if progress.goes_round_again else None
        progress.goes_round_again = False
    return pets
