"""Consents: what somebody wants to hear from us, who said so, and by which clock she is not disturbed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import Client, ConsentSource, EventKind, Purpose, sql
from models.code import zone as zone_name
from resolvers import access, clients, events, retries, wishes
from resolvers.access import Deed
from resolvers.changes import UNSET, Change, Unset, plain
from resolvers.events import Happening
from resolvers.locks import hold

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from resolvers.retries import Outcome, Retry
    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Preferences:
    """What somebody wants to hear of by e-mail, and the zone of her clock, "" for that of the practice. What is not named stays."""

    wanted: Mapping[Purpose, bool] = field(default_factory=dict)
    zone: str | Unset = UNSET


async def set_preferences(
    viewer: Viewer,
    client_id: UUID | None,
    preferences: Preferences,
    *,
    source: ConsentSource,
    key: str,
    now: datetime,
) -> UUID:
    """Write down what a client said to the staff; what she said before stands in the trail.

    Raises:
        NotFound: the client is not the viewer's to see.
        InvalidInput: there is no such zone, or that is no way in which staff come to know.
    """
    access.may(viewer, Deed.SET_CONTACT_PREFERENCES)
    wishes.must_be_told_to_staff(source, path=("source",))
    given = {"client": str(client_id), "preferences": plain(preferences), "source": source}
    retry = retries.asked(viewer, Deed.SET_CONTACT_PREFERENCES, key, given, now=now)
    return await _set(viewer, client_id, preferences, source, retry, now=now)


async def set_mine(viewer: Viewer, preferences: Preferences, *, key: str, now: datetime) -> UUID:
    """Write down what the owner who asks wants to hear of.

    Raises:
        NotFound: she was linked to another client, or lost the link, in this very moment.
        InvalidInput: there is no such zone.
    """
    access.may(viewer, Deed.SET_MY_CONTACT_PREFERENCES)
    given = {"preferences": plain(preferences)}
    retry = retries.asked(viewer, Deed.SET_MY_CONTACT_PREFERENCES, key, given, now=now)
    return await _set(viewer, viewer.client_id, preferences, ConsentSource.OWNER, retry, now=now)


async def _set(
    viewer: Viewer,
    client_id: UUID | None,
    preferences: Preferences,
    source: ConsentSource,
    retry: Retry,
    *,
    now: datetime,
) -> UUID:
    async def work() -> Outcome:
        clock = preferences.zone if preferences.zone is UNSET else _zone(preferences.zone)
        found = await access.find(viewer, Client, client_id, path="clientId")
        async with in_transaction():
            await retry.keep(client=found.id)
            client = await hold(Client, found.id)
            if viewer.is_owner:
                await clients.must_still_be(viewer, client)
            change = Change()
            await wishes.say(client.id, preferences.wanted, source, change, now=now)
            if clock is not UNSET and change.note("zone", client.zone, clock):
                await sql.execute("UPDATE client SET zone = ? WHERE id = ?", (clock, client.id))
            if change:
                happening = Happening(
                    EventKind.CONTACT_PREFERENCES_SET, client.id, before=change.before, after=change.after
                )
                await events.record(viewer, happening, now=now)
        return {"client": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["client"])


def _zone(text: str) -> str:
    return zone_name(text, path=("zone",)) if text.strip() else ""
