"""Viewers: who asks, kept in this process until an event says that they changed."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Final

from models import EventKind
from resolvers import sessions

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from uuid import UUID

    from resolvers.trail import Happened
    from resolvers.viewer import Audience, Viewer

KEPT = timedelta(minutes=1)
"""How long a viewer is kept at most, for whatever no event tells of: the end of a session's days."""
MOST_KEPT = 10_000


class Change(Enum):
    """What an event did to somebody."""

    ENDED = "the session is over"
    OTHER = "somebody else now, or with other roles"


_SESSION_ENDS: Final = frozenset({EventKind.SIGNED_OUT, EventKind.SESSION_REVOKED})
_STAFF_CHANGES: Final = frozenset({EventKind.STAFF_ROLES_SET, EventKind.STAFF_INVITED})
_ACCOUNT_CHANGES: Final = frozenset({EventKind.ACCOUNT_LINKED, EventKind.ACCOUNT_UNLINKED})
TELLING: Final = _SESSION_ENDS | _STAFF_CHANGES | _ACCOUNT_CHANGES
"""The events that change who somebody is, or what they may do."""


def change(viewer: Viewer, happened: Happened) -> Change | None:
    """What the event did to this viewer; nothing, nearly always."""
    if happened.kind in _SESSION_ENDS and happened.subject_id == viewer.session_id:
        return Change.ENDED
    if happened.kind in _STAFF_CHANGES and happened.subject_id == viewer.staff_id:
        return Change.OTHER
    if happened.kind in _ACCOUNT_CHANGES and happened.subject_id == viewer.account_id:
        return Change.OTHER
    return None


@dataclass(frozen=True, slots=True)
class _Kept:
    viewer: Viewer
    since: datetime


class Viewers:
    """Knows who asks.

    `caught_up` reads on in the trail if that was not done a moment ago, so that whatever has been revoked by then is
    known here; it answers false when nobody reads the trail in this process, and then nothing is kept.
    """

    def __init__(self, caught_up: Callable[[], Awaitable[bool]]) -> None:
        self._caught_up = caught_up
        self._kept: OrderedDict[tuple[UUID, UUID, Audience], _Kept] = OrderedDict()
        self._heard = 0

    async def of(self, session_id: UUID, account_id: UUID, audience: Audience, *, now: datetime) -> Viewer | None:
        """Whose session it is, with the roles held now; nobody's when it has ended."""
        if not await self._caught_up():
            return await sessions.viewer_of(session_id, account_id, audience, now=now)
        who = (session_id, account_id, audience)
        kept = self._kept.get(who)
        if kept is not None and abs(now - kept.since) < KEPT:
            self._kept.move_to_end(who)
            return kept.viewer
        heard = self._heard
        viewer = await sessions.viewer_of(session_id, account_id, audience, now=now)
        # What was heard while the row was read may be about this very viewer, and newer than the row.
        if viewer is not None and heard == self._heard:
            self._kept[who] = _Kept(viewer, now)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return viewer

    def heard(self, happened: Sequence[Happened]) -> None:
        """Forget whoever these events changed."""
        telling = [each for each in happened if each.kind in TELLING]
        if not telling:
            return
        self._heard += 1
        for who, kept in tuple(self._kept.items()):
            if any(change(kept.viewer, each) for each in telling):
                del self._kept[who]

    def forget_all(self) -> None:
        """Forget everybody: what was known of them may not be so."""
        self._heard += 1
        self._kept.clear()
