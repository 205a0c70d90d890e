"""Events: what happened, written by the deed itself as its last statement."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import lru_cache
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
_NEXT = "UPDATE event_counter SET last_number = last_number + {count} WHERE id = 1 RETURNING last_number"
TOLD = "vetdesk_event"
"""The channel on which PostgreSQL tells, at the commit of an event and without a word more, that there is one."""

_TYPES = ("text", "timestamptz", "uuid", "text", "uuid", "uuid", *["timestamptz"] * 4, "text", "text")


async def record(viewer: Viewer, happening: Happening, *, now: datetime) -> None:
    """Write the event with the next number of the practice: the last statement of a deed.

    Taking the number locks the counter until the deed commits, so numbers are in the order of commits.
    """
    await record_all(viewer, [happening], now=now)


async def record_all(viewer: Viewer, happenings: Sequence[Happening], *, now: datetime) -> None:
    """Write several events with the next numbers, in their order, in as many statements for many as for one."""
    if not happenings:
        return
    written = [_values(viewer, happening, now) for happening in happenings]
    details = [(place, detail) for place, (_, detail) in enumerate(written) if detail]
    if sql.is_postgres():
        text = _at_once(len(written), tuple(place for place, _ in details))
        await sql.execute(text, [*(detail for _, detail in details), *(one for values, _ in written for one in values)])
        return
    taken = await sql.fetch(_NEXT.format(count=len(written)))
    first = taken[0]["last_number"] - len(written) + 1
    events = [one for place, (values, _) in enumerate(written) for one in (first + place, *values)]
    marks = ", ".join([f"({sql.marks(13)})"] * len(written))
    await sql.execute(f"INSERT INTO event ({_COLUMNS}) VALUES {marks}", events)
    if details:
        pairs = [one for place, detail in details for one in (first + place, detail)]
        marks = ", ".join(["(?, ?)"] * len(details))
        await sql.execute(f"INSERT INTO event_detail (number, detail) VALUES {marks}", pairs)


@lru_cache(100)
def _at_once(count: int, with_details: tuple[int, ...]) -> str:
    """The one statement that numbers and writes so many events, and the details of those at these places."""
    typed = ", ".join(f"CAST(? AS {kind})" for kind in _TYPES)
    rows = ", ".join(f"({place - count + 1}, {typed})" for place in range(count))
    columns = _COLUMNS.replace("number", "place", 1)
    kept = ""
    if with_details:
        details = ", ".join(f"({place - count + 1}, CAST(? AS text))" for place in with_details)
        kept = (
            ", kept AS (INSERT INTO event_detail (number, detail) SELECT last_number + place, detail "
            f"FROM next, (VALUES {details}) AS told (place, detail))"
        )
    chosen = columns.replace("place", "last_number + place", 1)
    return (
        f"WITH next AS ({_NEXT.format(count=count)}){kept} INSERT INTO event ({_COLUMNS}) SELECT {chosen} "
        f"FROM next, (VALUES {rows}) AS happened ({columns}) RETURNING pg_notify('{TOLD}', '')"
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
        viewer.system_reason or viewer.through,
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
