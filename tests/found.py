"""Found: what a read comes to, asked of the database in the plainest way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models import Event, EventDetail, sql

if TYPE_CHECKING:
    from resolvers.rows import Rows


async def found(rows: Rows) -> list[Any]:
    """The rows as model instances, in their order; text sorts by code points on both databases."""
    collate = ' COLLATE "C"' if sql.is_postgres() else ""
    order = ", ".join(
        f"t.{one.column}{collate if one.column == 'fold' else ''}{' DESC' if one.descends else ''}"
        for one in rows.order
    )
    text = f"SELECT t.* FROM {rows.model._meta.db_table} t WHERE {rows.scope.format(t='t')} ORDER BY {order}"
    return [sql.loaded(rows.model, row) for row in await sql.fetch(text, rows.values)]


async def events() -> list[str]:
    """The kinds of everything that has happened, in order."""
    return [event.kind.value for event in await Event.all().order_by("number")]


async def last_event() -> tuple[Event, str]:
    """The last thing that happened, and its detail."""
    event = await Event.all().order_by("-number").first()
    assert event
    detail = await EventDetail.get_or_none(number=event.number)
    return event, detail.detail if detail else ""
