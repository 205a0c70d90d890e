"""Preferences: what clients want to hear from the practice, also where they never said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import Channel, ClientEmail, Consent, ConsentSource, Purpose, UndeliverableAddress, sql
from models.consent import WITHOUT_A_WORD
from resolvers import access

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Preference:
    """Whether somebody wants to hear of something by e-mail; `source` and `since` are None where she never said."""

    purpose: Purpose
    is_wanted: bool
    source: ConsentSource | None
    since: datetime | None


async def of(viewer: Viewer, client_ids: Sequence[UUID]) -> Mapping[UUID, list[Preference]]:
    """What each of these clients, who are shown to the viewer, wants, for every purpose."""
    seen, values = access.sight(viewer, Consent, "w")
    found = await sql.tuples(
        "SELECT w.client_id, w.purpose, w.is_given, w.source, w.said_at FROM consent w "  # noqa: S608 - only marks
        f"WHERE w.client_id IN ({sql.marks(len(client_ids))}) AND w.channel = ? AND ({seen})",
        (*client_ids, Channel.EMAIL, *values),
    )
    known: dict[UUID, dict[Purpose, Preference]] = {client: {} for client in client_ids}
    for key, purpose, is_given, source, said_at in found:
        each = Purpose(purpose)
        known[sql.as_key(key)][each] = Preference(each, bool(is_given), ConsentSource(source), sql.as_instant(said_at))
    return {
        client: [said.get(purpose) or Preference(purpose, WITHOUT_A_WORD[purpose], None, None) for purpose in Purpose]
        for client, said in known.items()
    }


async def undeliverable_since(viewer: Viewer, email_ids: Sequence[UUID]) -> Mapping[UUID, datetime]:
    """Since when nobody reads each of these addresses of clients; those that are read are left out."""
    seen, values = access.sight(viewer, ClientEmail, "e")
    gone, asked = access.sight(viewer, UndeliverableAddress, "u")
    found = await sql.tuples(
        "SELECT e.id, u.found_at FROM client_email e JOIN undeliverable_address u ON u.fold = e.fold "  # noqa: S608 - only marks
        f"WHERE e.id IN ({sql.marks(len(email_ids))}) AND ({seen}) AND ({gone})",
        (*email_ids, *values, *asked),
    )
    return {sql.as_key(key): sql.as_instant(found_at) for key, found_at in found}
