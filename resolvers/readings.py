"""Readings: who has looked into the records of which pet, kept and read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import RecordReading, sql
from resolvers import access

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from resolvers.rows import Rows
    from resolvers.viewer import Viewer


def of_pet(viewer: Viewer, pet_id: UUID | None) -> Rows:
    """Who has read of the record of a pet, latest first; for those who run the practice."""
    return access.rows(viewer, RecordReading, "{t}.pet_id = ?", pet_id).sorted_by("-at")


async def keep(readings: Sequence[RecordReading]) -> None:
    """Keep what was read; what is kept already, by a try of which no answer came, stays as it is."""
    rows = [(each.id, each.account_id, each.pet_id, each.operation, each.at) for each in readings]
    one = f"({sql.marks(5)})"
    await sql.execute(
        "INSERT INTO record_reading (id, account_id, pet_id, operation, at) "
        f"VALUES {', '.join([one] * len(rows))} ON CONFLICT (id) DO NOTHING",
        [value for row in rows for value in row],
    )


async def staff_names(_viewer: Viewer, readings: Sequence[UUID]) -> Mapping[UUID, str]:
    """The names of those of the staff who read; whoever reads as an owner, or with no account, has none here."""
    rows = await sql.fetch(
        "SELECT r.id, s.display_name FROM record_reading r JOIN account a ON a.id = r.account_id "
        f"JOIN staff s ON s.id = a.staff_id WHERE r.id IN ({sql.marks(len(readings))})",
        readings,
    )
    return {sql.as_key(row["id"]): row["display_name"] for row in rows}


async def client_names(_viewer: Viewer, readings: Sequence[UUID]) -> Mapping[UUID, str]:
    """The names of the clients who read as owners."""
    rows = await sql.fetch(
        "SELECT r.id, c.display_name FROM record_reading r JOIN account a ON a.id = r.account_id "
        f"JOIN client c ON c.id = a.client_id WHERE r.id IN ({sql.marks(len(readings))})",
        readings,
    )
    return {sql.as_key(row["id"]): row["display_name"] for row in rows}
