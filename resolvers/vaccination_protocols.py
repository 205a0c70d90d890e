"""Vaccination protocols: which of the rules the practice goes by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import EventKind, VaccinationProtocol, sql
from resolvers import access, events, retries, vaccinations_due
from resolvers.access import Deed, Where
from resolvers.changes import write
from resolvers.events import Happening
from resolvers.locks import hold_all

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from resolvers.retries import Outcome
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer


def one(viewer: Viewer, protocol_id: UUID | None) -> Rows:
    """The protocol with this key."""
    return access.rows(viewer, VaccinationProtocol).only(protocol_id)


def listed(viewer: Viewer) -> Rows:
    """Every version of every protocol, by name."""
    return access.rows(viewer, VaccinationProtocol).sorted_by("fold")


async def activate(viewer: Viewer, protocol_id: UUID | None, *, key: str, now: datetime) -> UUID:
    """Go by this version of a protocol, and by no other version of it; what is due is worked out anew.

    Raises:
        NotFound: there is no such protocol.
    """
    return await _set(viewer, Deed.ACTIVATE_PROTOCOL, protocol_id, key=key, now=now)


async def deactivate(viewer: Viewer, protocol_id: UUID | None, *, key: str, now: datetime) -> UUID:
    """Go by this protocol no longer; what is due is worked out anew.

    Raises:
        NotFound: there is no such protocol.
    """
    return await _set(viewer, Deed.DEACTIVATE_PROTOCOL, protocol_id, key=key, now=now)


_DONE = {
    Deed.ACTIVATE_PROTOCOL: (True, EventKind.PROTOCOL_ACTIVATED),
    Deed.DEACTIVATE_PROTOCOL: (False, EventKind.PROTOCOL_DEACTIVATED),
}


async def _set(viewer: Viewer, deed: Deed, protocol_id: UUID | None, *, key: str, now: datetime) -> UUID:
    access.may(viewer, deed, Where.EVERYWHERE)
    retry = retries.asked(viewer, deed, key, {"protocol": str(protocol_id)}, now=now)
    is_active, kind = _DONE[deed]

    async def work() -> Outcome:
        found = await access.find(viewer, VaccinationProtocol, protocol_id, path="protocolId")
        async with in_transaction():
            await retry.keep(protocol=found.id)
            versions = await hold_all(VaccinationProtocol, "code = ?", (found.code,))
            chosen = next(one for one in versions if one.id == found.id)
            if chosen.is_active != is_active:
                # The one before steps down first: two versions of a protocol are never active at once.
                for other in versions:
                    if is_active and other.is_active:
                        await write(other, {"is_active": False})
                change = await write(chosen, {"is_active": is_active, "activated_at": now if is_active else None})
                scope = f"species IN ({sql.marks(len(chosen.species))})"
                await vaccinations_due.work_out_where(scope, chosen.species, now=now)
                happening = Happening(kind, chosen.id, before=change.before, after=change.after)
                await events.record(viewer, happening, now=now)
        return {"protocol": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["protocol"])
