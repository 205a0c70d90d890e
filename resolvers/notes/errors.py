"""Notes in error: what was written by mistake is marked, with all that was recorded in it, and nothing is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import sql
from resolvers.lines import LINES

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from models import Note


async def mark(note: Note, because: str, *, by: UUID | None, now: datetime) -> dict[str, list[str]]:
    """Mark a note and every line in it that still stands; the keys of those lines, by table.

    Raises:
        EnteredInError: the note is marked so already.
    """
    note.was_an_error(because, by=by, now=now)
    await note.save(update_fields=["errored_at", "errored_by_id", "errored_because"])
    marked: dict[str, list[str]] = {}
    for model in LINES:
        table = model._meta.db_table
        rows = await sql.fetch(
            f"UPDATE {table} SET errored_at = ?, errored_by_id = ?, errored_because = ? "
            "WHERE note_id = ? AND errored_at IS NULL RETURNING id",
            (now, by, because, note.id),
        )
        if rows:
            marked[table] = sorted(str(row["id"]) for row in rows)
    return marked
