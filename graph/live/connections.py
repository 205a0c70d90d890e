"""Connections: who is connected to this process, and what ends their connection."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from resolvers import viewers
from resolvers.viewers import Change

if TYPE_CHECKING:
    from uuid import UUID

    from graph.live.desk import LiveLimits
    from resolvers.trail import Happened
    from resolvers.viewer import Viewer


class Listened(Protocol):
    """A feed, which reads on by itself only while somebody listens."""

    def begin_listening(self) -> None:
        """Somebody listens from now on, until as often `end_listening` is said."""

    def end_listening(self) -> None:
        """Somebody no longer listens."""


class Connection(Protocol):
    """A socket or a stream of somebody who was let in."""

    def dismiss(self, change: Change) -> None:
        """End it, because this happened to the viewer."""

    def shut_down(self) -> None:
        """End it as soon as what it was asked for is done: the client connects again, perhaps to another process."""


class Connections:
    """Every socket and stream of this process, at all its doors.

    `sockets` counts the sockets that were let in, `strangers` those that were not (yet), by where they come from: so
    strangers, however many, keep nobody out who is in, and few from one place keep out strangers from another.
    """

    def __init__(self, feed: Listened) -> None:
        self.sockets = 0
        self.strangers: Counter[str] = Counter()
        self._feed = feed
        self._viewers: dict[Connection, Viewer] = {}
        self._accounts: Counter[UUID | None] = Counter()
        self._is_stopping = False

    def __len__(self) -> int:
        return len(self._viewers)

    def may_knock(self, origin: str, limits: LiveLimits) -> bool:
        """Whether one more socket may come from there and say who it is."""
        return (
            self.sockets < limits.max_sockets
            and self.strangers.total() < limits.max_sockets
            and self.strangers[origin] < limits.max_strangers_per_origin
        )

    def knock(self, origin: str) -> None:
        """A socket has come, of whom it is not known who it is."""
        self.strangers[origin] += 1

    def enter(self, origin: str) -> None:
        """It is known who it is."""
        self._forget_stranger(origin)
        self.sockets += 1

    def leave(self, origin: str, *, was_in: bool) -> None:
        """A socket has gone."""
        if was_in:
            self.sockets -= 1
        else:
            self._forget_stranger(origin)

    def _forget_stranger(self, origin: str) -> None:
        self.strangers[origin] -= 1
        if not self.strangers[origin]:
            del self.strangers[origin]

    def of(self, viewer: Viewer) -> int:
        """How many the viewer's account has."""
        return self._accounts[viewer.account_id]

    def add(self, connection: Connection, viewer: Viewer) -> None:
        """Somebody was let in, or is somebody else by now."""
        self.remove(connection)
        self._feed.begin_listening()
        self._viewers[connection] = viewer
        self._accounts[viewer.account_id] += 1
        if self._is_stopping:
            connection.shut_down()

    def remove(self, connection: Connection) -> None:
        """Somebody has gone, if they were here."""
        viewer = self._viewers.pop(connection, None)
        if viewer is not None:
            self._feed.end_listening()
            self._accounts[viewer.account_id] -= 1
            if not self._accounts[viewer.account_id]:
                del self._accounts[viewer.account_id]

    def heard(self, happened: Sequence[Happened]) -> None:
        """End at once what these events end: whoever's session is over, and whoever is not who they were."""
        telling = [each for each in happened if each.kind in viewers.TELLING]
        for connection, viewer in tuple(self._viewers.items()) if telling else ():
            for change in filter(None, (viewers.change(viewer, each) for each in telling)):
                connection.dismiss(change)

    def start_again(self) -> None:
        """Let everybody connect again, and learn from their cursors what they can go on from."""
        for connection in tuple(self._viewers):
            connection.shut_down()

    def shut_down(self) -> None:
        """Send everybody elsewhere, and whoever still comes as well."""
        self._is_stopping = True
        self.start_again()
