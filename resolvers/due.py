"""Due: what is due for pets and is to be told, as lists, and what belongs to each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import Client, Reminder, Service, sql
from resolvers import access

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Booking:
    """What is booked for something that is due, and where."""

    service_id: UUID
    service: str
    lasts_minutes: int
    location_id: UUID
    pet_id: UUID


async def called(viewer: Viewer, ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """What each of these is called, in the language of the owner who asks; the name of its rule where that has no word."""
    condition, values = access.sight(viewer, Reminder, "t")
    language = await _language(viewer)
    found = await sql.tuples(
        "SELECT t.id, v.called, u.name FROM reminder t JOIN reminder_rule_version v ON v.id = t.version_id "  # noqa: S608 - only marks
        f"JOIN reminder_rule u ON u.id = t.rule_id WHERE t.id IN ({sql.marks(len(ids))}) AND ({condition})",
        (*ids, *values),
    )
    return {sql.as_key(key): json.loads(words).get(language) or name for key, words, name in found}


async def bookings(viewer: Viewer, ids: Sequence[UUID]) -> Mapping[UUID, Booking]:
    """What is to be booked for each of these that is open; nothing where its service is not the viewer's to book."""
    condition, values = access.sight(viewer, Reminder, "t")
    offered, asked = access.sight(viewer, Service, "s")
    found = await sql.tuples(
        "SELECT t.id, s.id, s.name, s.lasts_minutes, t.location_id, t.pet_id FROM reminder t "  # noqa: S608 - only marks
        "JOIN reminder_rule_service b ON b.version_id = t.version_id AND b.position = 0 "
        f"JOIN service s ON s.id = b.service_id AND s.is_offered AND ({offered}) "
        "WHERE (t.state IN ('PLANNED', 'DUE', 'SENT') OR (t.state = 'SUPPRESSED' AND t.reason = 'HELD')) "
        f"AND t.id IN ({sql.marks(len(ids))}) AND ({condition})",
        (*asked, *ids, *values),
    )
    return {
        sql.as_key(key): Booking(sql.as_key(service), name, lasts, sql.as_key(place), sql.as_key(pet))
        for key, service, name, lasts, place, pet in found
    }


async def _language(viewer: Viewer) -> str:
    client = await Client.get_or_none(id=viewer.client_id) if viewer.client_id else None
    return client.language if client else ""
