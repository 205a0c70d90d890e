"""The event that a deed of the limit writes as its last statement, with the next number of the practice."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bench.limit.database import Ask, Database

_NEXT = "UPDATE event_counter SET last_number = last_number + 1 WHERE id = 1 RETURNING last_number"
_INTO = "INSERT INTO event (number, kind, at, account_id, subject_id, location_id, new_starts_at, new_ends_at, changed)"
_AT_ONCE = (
    f"WITH next AS ({_NEXT}) {_INTO} SELECT last_number, CAST(? AS text), CAST(? AS timestamptz), CAST(? AS uuid), "
    "CAST(? AS uuid), CAST(? AS uuid), CAST(? AS timestamptz), CAST(? AS timestamptz), '[]' FROM next "
    "RETURNING pg_notify('vetdesk_event', '')"
)

About = tuple[UUID, UUID | None, datetime | None, datetime | None]
"""The subject, the location, and the new beginning and end."""


async def happened(database: Database, ask: Ask, kind: str, account: UUID, about: About, now: datetime) -> None:
    if database.is_postgres:
        await ask(_AT_ONCE, (kind, now, account, *about))
        return
    ((number,),) = await ask(_NEXT)
    await ask(f"{_INTO} VALUES (?, ?, ?, ?, ?, ?, ?, ?, '[]')", (number, kind, now, account, *about))
