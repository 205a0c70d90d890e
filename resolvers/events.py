"""Events: what happened, written by the deed itself as its last statement."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from models import sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from models import EventKind
    from models.period import Period
    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened to `subject_id`.

    `before` and `after` hold the values of what changed; they go into an erasable row of their own, of which the
    event keeps the hash and the names alone.
    """

    kind: EventKind
    subject_id: UUID
    location_id: UUID | None = None
    old: Period | None = None
    new: Period | None = None
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


_COLUMNS = (
    "number, kind, at, account_id, system_reason, location_id, subject_id, old_starts_at, old_ends_at, "
    "new_starts_at, new_ends_at, changed, detail_hash"
)
_NEXT = "UPDATE event_counter SET last_number = last_number + 1 WHERE id = 1 RETURNING last_number"
TOLD = "vetdesk_event"
"""The channel on which PostgreSQL tells, at the commit of an event and without a word more, that there is one."""

_TYPES = ("text", "timestamptz", "uuid", "text", "uuid", "uuid", *["timestamptz"] * 4, "text", "text")


async def record(viewer: Viewer, happening: Happening, *, now: datetime) -> None:
    """Write the event with the next number of the practice: the last statement of a deed.

    Taking the number locks the counter until the deed commits, so numbers are in the order of commits.
    """
    values, detail = _values(viewer, happening, now)
    if sql.is_postgres():
        await _record_at_once(values, detail)
        return
    number = (await sql.fetch(_NEXT))[0]["last_number"]
    await sql.execute(f"INSERT INTO event ({_COLUMNS}) VALUES ({sql.marks(13)})", (number, *values))
    if detail:
        await sql.execute("INSERT INTO event_detail (number, detail) VALUES (?, ?)", (number, detail))


async def record_all(viewer: Viewer, happenings: Sequence[Happening], *, now: datetime) -> None:
    """Write several events with the next numbers, in their order, in as many statements for many as for few."""
    if not happenings:
        return
    taken = await sql.fetch(
        "UPDATE event_counter SET last_number = last_number + ? WHERE id = 1 RETURNING last_number", (len(happenings),)
    )
    first = taken[0]["last_number"] - len(happenings) + 1
    events, details = list[Any](), list[Any]()
    for number, happening in enumerate(happenings, first):
        values, detail = _values(viewer, happening, now)
        events += [number, *values]
        details += [number, detail] if detail else []
    one = f"({sql.marks(13)})"
    await sql.execute(f"INSERT INTO event ({_COLUMNS}) VALUES {', '.join([one] * len(happenings))}", events)
    if details:
        pairs = ", ".join(["(?, ?)"] * (len(details) // 2))
        await sql.execute(f"INSERT INTO event_detail (number, detail) VALUES {pairs}", details)
    if sql.is_postgres():
        await sql.execute(f"SELECT pg_notify('{TOLD}', '')")


async def _record_at_once(values: tuple[Any, ...], detail: str | None) -> None:
    typed = ", ".join(f"CAST(? AS {kind})" for kind in _TYPES)
    kept = (
        ", kept AS (INSERT INTO event_detail (number, detail) SELECT last_number, CAST(? AS text) FROM next)"
        if detail
        else ""
    )
    await sql.execute(
        f"WITH next AS ({_NEXT}){kept} INSERT INTO event ({_COLUMNS}) SELECT last_number, {typed} FROM next "
        f"RETURNING pg_notify('{TOLD}', '')",
        (detail, *values) if detail else values,
    )


def _values(viewer: Viewer, happening: Happening, now: datetime) -> tuple[tuple[Any, ...], str | None]:
    """What is written of an event beside its number, and its detail."""
    names = sorted({*happening.before, *happening.after})
    said = {"before": happening.before, "after": happening.after}
    detail = json.dumps(said, default=str, sort_keys=True) if names else None
    values = (
        happening.kind.value,
        now,
        viewer.account_id,
        viewer.system_reason,
        happening.location_id,
        happening.subject_id,
        happening.old.starts_at if happening.old else None,
        happening.old.ends_at if happening.old else None,
        happening.new.starts_at if happening.new else None,
        happening.new.ends_at if happening.new else None,
        json.dumps(names),
        hashlib.sha256(detail.encode()).hexdigest() if detail else None,
    )
    return values, detail
