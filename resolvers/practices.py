"""Practices: there is one, and everybody who is signed in knows it. Here too: what it decides for all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models import EventKind, Practice, PracticeLogo, logo, sql
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
LEAST_MINUTES_FOR_LETTERS = 60
"""How long letters that can wait go out each day, at least; the database repeats it."""


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


@dataclass(frozen=True, slots=True)
class ReminderSettings:
    """What changes about when letters go out that nobody waits for: between these minutes of the day, the last outside."""

    letters_from: int | Unset = UNSET
    letters_until: int | Unset = UNSET


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


async def amend_reminders(viewer: Viewer, settings: ReminderSettings, *, key: str, now: datetime) -> UUID:
    """Change when nobody is disturbed by a letter. It holds at once, for letters that wait as well.

    Raises:
        NotFound: the practice has not been opened.
        InvalidInput: letters would go out for less than an hour a day.
    """
    kind = EventKind.REMINDER_SETTINGS_AMENDED
    return await _amend(viewer, Deed.AMEND_REMINDER_SETTINGS, kind, given(settings), key=key, now=now)


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
            _must_leave_an_hour(practice, said)
            change = await write(practice, said)
            if change:
                happening = Happening(kind, found.id, before=change.before, after=change.after)
                await events.record(viewer, happening, now=now)
        return {"practice": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["practice"])


def _must_leave_an_hour(practice: Practice, said: Mapping[str, Any]) -> None:
    opens, closes = (said.get(name, getattr(practice, name)) for name in ("letters_from", "letters_until"))
    if closes - opens < LEAST_MINUTES_FOR_LETTERS:
        message = "Letters have to go out for an hour a day at least. Please choose an earlier start or a later end."
        raise InvalidInput(message, path=("lettersUntil" if "letters_until" in said else "lettersFrom",))


async def set_logo(viewer: Viewer, file: bytes | None, *, key: str, now: datetime) -> UUID:
    """Put this picture at the head of every paper that is printed from now on; None for no picture.

    Raises:
        NotFound: the practice has not been opened.
        InvalidInput: it is no picture that is safe to print, or too large.
    """
    access.may(viewer, Deed.SET_PRACTICE_LOGO, Where.EVERYWHERE)
    asked = {"file": None if file is None else hashlib.sha256(file).hexdigest()}
    retry = retries.asked(viewer, Deed.SET_PRACTICE_LOGO, key, asked, now=now)

    async def work() -> Outcome:
        picture = None if file is None else logo.checked(file, path=("file",))
        found = await Practice.first()
        if found is None:
            raise NotFound
        async with in_transaction():
            await retry.keep(practice=found.id)
            practice = await hold(Practice, found.id)
            await PracticeLogo.filter(practice_id=practice.id).delete()
            after: dict[str, str | None] = {"logo": None}
            if picture is not None:
                kept = PracticeLogo(practice_id=practice.id, kind=picture.kind, content=picture.content, changed_at=now)
                await sql.insert([kept])
                after = {"logo": hashlib.sha256(picture.content).hexdigest(), "kind": picture.kind.value}
            await write(practice, {"logo_changed_at": now if picture else None})
            await events.record(viewer, Happening(EventKind.PRACTICE_LOGO_SET, practice.id, after=after), now=now)
        return {"practice": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["practice"])
