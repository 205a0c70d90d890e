"""Taking: what a mail says is kept, whichever way it came in."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from resolvers import bounces
from resolvers.bounces import Fate
from resolvers.viewer import Viewer
from vetdesk.bounces.reading import NotReadable, read

if TYPE_CHECKING:
    from datetime import datetime

_log = structlog.get_logger("vetdesk.bounces")
_VIEWER = Viewer.system("bounce")


async def take(raw: bytes, host: str, *, now: datetime) -> bool:
    """Keep what the mail says of letters of ours; whether that is done, or the mail has to be brought again later.

    What cannot be read, or is about nothing of ours, is noted in the log and done with.
    """
    try:
        # Anybody may send us one that takes its time: nothing else waits for it.
        told = await asyncio.to_thread(read, raw, host)
    except NotReadable as broken:
        _log.warning("bounce_not_readable", reason=str(broken), bytes=len(raw))
        return True
    fates = [await bounces.keep(_VIEWER, returned, now=now) for returned in told]
    _log.info("bounce_read", reported=len(told), kept=fates.count(Fate.KEPT))
    return Fate.TOO_EARLY not in fates
