"""The events that a deed of the limit writes as its last statement, with the next numbers of the practice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any
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


Told = tuple[str, UUID, UUID, dict[str, Any]]
"""The kind, the subject, the location, and what is kept of it in words, if anything is."""
_SEVERAL = "number, kind, at, account_id, subject_id, location_id, changed, detail_hash"


async def told(database: Database, ask: Ask, account: UUID, happenings: Sequence[Told], now: datetime) -> None:
    details = [
        json.dumps({"before": {}, "after": after}, default=str, sort_keys=True) if after else None
        for _, _, _, after in happenings
    ]
    rows = [
        (kind, now, account, subject, location, json.dumps(sorted(after)), _hash(detail))
        for (kind, subject, location, after), detail in zip(happenings, details, strict=True)
    ]
    if database.is_postgres:
        kept = [detail for detail in details if detail]
        text = _several(len(rows), tuple(place for place, detail in enumerate(details) if detail))
        await ask(text, [*kept, *(value for row in rows for value in row)])
        return
    for row, detail in zip(rows, details, strict=True):
        ((number,),) = await ask(_NEXT)
        await ask(f"INSERT INTO event ({_SEVERAL}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (number, *row))
        if detail:
            await ask("INSERT INTO event_detail (number, detail) VALUES (?, ?)", (number, detail))


def _hash(detail: str | None) -> str | None:
    return detail and hashlib.sha256(detail.encode()).hexdigest()


@cache
def _several(count: int, with_detail: tuple[int, ...]) -> str:
    typed = ", ".join(f"CAST(? AS {kind})" for kind in ("text", "timestamptz", *["uuid"] * 3, "text", "text"))
    details = ", ".join(f"({place - count + 1}, CAST(? AS text))" for place in with_detail)
    rows = ", ".join(f"({place - count + 1}, {typed})" for place in range(count))
    return (
        f"WITH next AS ({_NEXT.replace('+ 1', f'+ {count}')}), "
        "kept AS (INSERT INTO event_detail (number, detail) SELECT last_number + place, detail "
        f"FROM next, (VALUES {details}) AS k (place, detail)) INSERT INTO event ({_SEVERAL}) "
        "SELECT last_number + place, kind, at, account_id, subject_id, location_id, changed, detail_hash FROM next, "
        f"(VALUES {rows}) AS h (place, kind, at, account_id, subject_id, location_id, changed, detail_hash) "
        "RETURNING pg_notify('vetdesk_event', '')"
    )
