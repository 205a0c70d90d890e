"""Due: what is due for pets and is to be told, as lists, and what belongs to each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from models import Client, Practice, Purpose, Reminder, ReminderState, Service, language, sql
from models.reminder import STANDING
from resolvers import access, letters, reach

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from resolvers.letters import DueItem
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

STILL_TO_DO: Final = tuple(sorted(STANDING))
"""The states of what is not done yet and still due, always in one order."""


@dataclass(frozen=True, slots=True)
class Days:
    """What is due at a place on these days, both included."""

    location_id: UUID | None
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Booking:
    """What is booked for something that is due, and where."""

    service_id: UUID
    service: str
    lasts_minutes: int
    location_id: UUID
    pet_id: UUID


# Lists


def listed(
    viewer: Viewer, days: Days, states: Collection[ReminderState] = STILL_TO_DO, rule_id: UUID | None = None
) -> Rows:
    """What is due on these days and stands so, soonest first; under one rule, where that is said."""
    rows = _on(viewer, days)
    known = sorted(set(states))
    rows = rows.narrowed(f"{{t}}.state IN ({sql.marks(len(known))})" if known else access.NOTHING, *known)
    return rows if rule_id is None else rows.narrowed("{t}.rule_id = ?", rule_id)


def to_be_called(viewer: Viewer, days: Days) -> Rows:
    """What is due on these days and would be told, but not one owner of the pet is reached by letter; soonest first."""
    reached, values = reach.reached("held.client_id", Purpose.CARE)
    return _on(viewer, days).narrowed(
        "{t}.state IN ('PLANNED', 'DUE', 'SENT') AND NOT EXISTS (SELECT 1 FROM ownership held "  # noqa: S608 - our own names
        f"WHERE held.pet_id = {{t}}.pet_id AND held.ends_on IS NULL AND held.may_view AND {reached})",
        *values,
    )


def mine(viewer: Viewer) -> Rows:
    """What is still due for the pets of the owner who asks, soonest first."""
    states = sql.marks(len(STILL_TO_DO))
    return access.rows(viewer, Reminder, f"{{t}}.state IN ({states})", *STILL_TO_DO).sorted_by("due_on")


def one(viewer: Viewer, reminder_id: UUID | None) -> Rows:
    """The reminder with this key."""
    return access.rows(viewer, Reminder).only(reminder_id)


def _on(viewer: Viewer, days: Days) -> Rows:
    scope = "{t}.location_id = ? AND {t}.due_on >= ? AND {t}.due_on <= ?"
    return access.rows(viewer, Reminder, scope, days.location_id, days.first, days.last).sorted_by("due_on")


# What belongs to each


async def called(viewer: Viewer, ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """What each of these is called: in the language of the owner who asks, or in that of the practice."""
    items = [item for _, item in await _told(viewer, ids)]
    return {each.reminder_id: f"{each.called} ({each.detail})" if each.detail else each.called for each in items}


async def explained(viewer: Viewer, ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """Why each of these is due: to an owner as letters say it in her language, to staff exactly, as it was worked out."""
    if viewer.client_id:
        # Where nobody can say it simply any more, the exact sentence is better than none.
        return {item.reminder_id: item.why or sentence for sentence, item in await _told(viewer, ids)}
    condition, values = access.sight(viewer, Reminder, "t")
    found = await sql.tuples(
        f"SELECT t.id, t.sentence FROM reminder t WHERE t.id IN ({sql.marks(len(ids))}) AND ({condition})",  # noqa: S608 - only marks
        (*ids, *values),
    )
    return {sql.as_key(key): sentence for key, sentence in found}


async def bookings(viewer: Viewer, ids: Sequence[UUID]) -> Mapping[UUID, Booking]:
    """What is to be booked for each of these; nothing where it is done or booked, or not to be booked by this viewer."""
    condition, values = access.sight(viewer, Reminder, "t")
    offered, asked = access.sight(viewer, Service, "s")
    found = await sql.tuples(
        "SELECT t.id, s.id, s.name, s.lasts_minutes, t.location_id, t.pet_id FROM reminder t "  # noqa: S608 - only marks
        "JOIN reminder_rule_service b ON b.version_id = t.version_id AND b.position = 0 "
        f"JOIN service s ON s.id = b.service_id AND s.is_offered AND NOT s.is_farewell AND ({offered}) "
        "WHERE (t.state IN ('PLANNED', 'DUE', 'SENT') OR (t.state = 'SUPPRESSED' AND t.reason = 'HELD')) "
        f"AND t.id IN ({sql.marks(len(ids))}) AND ({condition})",
        (*asked, *ids, *values),
    )
    return {
        sql.as_key(key): Booking(sql.as_key(service), name, lasts, sql.as_key(place), sql.as_key(pet))
        for key, service, name, lasts, place, pet in found
    }


async def told_at(viewer: Viewer, ids: Sequence[UUID]) -> Mapping[UUID, datetime]:
    """When a letter last told somebody of each of these; those of which none did are left out."""
    condition, values = access.sight(viewer, Reminder, "t")
    found = await sql.tuples(
        "SELECT t.id, MAX(n.settled_at) FROM reminder t JOIN reminder_notice n ON n.reminder_id = t.id "  # noqa: S608 - only marks
        f"WHERE n.outcome = 'SENT' AND t.id IN ({sql.marks(len(ids))}) AND ({condition}) GROUP BY t.id",
        (*ids, *values),
    )
    return {sql.as_key(key): sql.as_instant(at) for key, at in found}


async def _told(viewer: Viewer, ids: Sequence[UUID]) -> list[tuple[str, DueItem]]:
    """Why each of these is due, as it was worked out, and what a letter to whoever asks would tell of it."""
    condition, values = access.sight(viewer, Reminder, "r")
    tag = await _language(viewer)
    found = await sql.fetch(
        f"SELECT r.sentence, {letters.TOLD} FROM reminder r {letters.JOINED} WHERE r.id IN ({sql.marks(len(ids))}) AND ({condition})",  # noqa: S608 - only marks
        (language.spoken(tag), *ids, *values),
    )
    return [(row["sentence"], letters.item(row, tag)) for row in found]


async def _language(viewer: Viewer) -> str:
    """The tag of the language that whoever asks reads."""
    owner = await Client.get_or_none(id=viewer.client_id) if viewer.client_id else None
    reader = owner or await Practice.first()
    return reader.language if reader else ""
