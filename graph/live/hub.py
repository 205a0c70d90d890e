"""The hub: every event of the trail, handed in order to the listeners it concerns.

Listeners who would be answered the same form a group: one read and one encoded answer for all of them. A group works
through its events one after the other; a listener that comes with a cursor first catches up by itself, and joins its
group where the two meet. Each event is shown through `access`, at the moment at which it is handed on.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import orjson
import structlog

from graph import errors, wire
from graph.live.listener import Listener
from models.refusal import DatabaseUnavailable
from resolvers import access, trail, viewers
from resolvers.viewers import Change

if TYPE_CHECKING:
    from uuid import UUID

    from resolvers.trail import Happened
    from resolvers.viewer import Viewer

MOST_WAITING = 1_000
"""How many events a group may have before it that are not answered yet, before its listeners must load anew."""

_READS_AT_ONCE = 4
_PAGE = 100
_PAUSE_SECONDS = 0.25
_T = TypeVar("_T")
_log = structlog.get_logger("vetdesk.live")


class Feed(Protocol):
    """Reads the trail."""

    @property
    def position(self) -> int:
        """The number of the last event that was handed to the hub."""

    async def caught_up(self) -> bool:
        """Read everything that is committed by now."""

    def begin_listening(self) -> None:
        """Somebody listens from now on, until as often `end_listening` is said."""

    def end_listening(self) -> None:
        """Somebody no longer listens."""


class Connection(Protocol):
    """A socket or a stream of somebody who was let in."""

    def dismiss(self, change: Change) -> None:
        """End it, because this happened to the viewer."""

    def shut_down(self) -> None:
        """End it, because this process stops; the client finds another one."""


@dataclass(slots=True, eq=False)
class _Group:
    """Listeners who are answered the same, and the events they wait for."""

    listeners: set[Listener] = field(default_factory=set)
    waiting: deque[Happened] = field(default_factory=deque)
    working: asyncio.Task[None] | None = None


class Hub:
    """Knows who is connected and who listens, in this process.

    The feed hands what it reads to `heard`. `deadline_seconds` is how long one answer may take to be read.
    """

    def __init__(self, feed: Feed, *, deadline_seconds: float) -> None:
        self._feed = feed
        self._deadline_seconds = deadline_seconds
        self._connections: dict[Connection, Viewer] = {}
        self._accounts: Counter[UUID | None] = Counter()
        self._groups: dict[Any, _Group] = {}
        self._incoming: deque[Sequence[Happened]] = deque()
        self._arrived = asyncio.Event()
        self._in_hand: Sequence[Happened] = ()
        self._reads = asyncio.Semaphore(_READS_AT_ONCE)

    # Connections

    def connections_of(self, viewer: Viewer) -> int:
        """How many sockets and streams the viewer's account has open here."""
        return self._accounts[viewer.account_id]

    def connect(self, connection: Connection, viewer: Viewer) -> None:
        """Somebody was let in, or is somebody else by now."""
        self.disconnect(connection)
        self._feed.begin_listening()
        self._connections[connection] = viewer
        self._accounts[viewer.account_id] += 1

    def disconnect(self, connection: Connection) -> None:
        """Somebody has gone."""
        viewer = self._connections.pop(connection, None)
        if viewer is not None:
            self._feed.end_listening()
            self._accounts -= Counter([viewer.account_id])  # and forgets whoever has none left

    def shut_down(self) -> None:
        """Send everybody elsewhere."""
        for connection in tuple(self._connections):
            connection.shut_down()

    # Listeners

    async def listen(self, listener: Listener, *, after: int | None) -> None:
        """Let somebody hear what happens after that number, or from now on."""
        await self._feed.caught_up()
        listener.position = self._feed.position if after is None else after
        if listener.position >= self._handed_on:
            self._join(listener)
        else:
            listener.catching_up = asyncio.create_task(self._catch_up(listener))

    def leave(self, listener: Listener) -> None:
        """Somebody no longer listens."""
        if listener.catching_up is not None:
            listener.catching_up.cancel()
        group = self._groups.get(listener.key)
        if group is not None:
            group.listeners.discard(listener)
            if not group.listeners:
                del self._groups[listener.key]
                if group.working is not None:
                    group.working.cancel()

    # Events

    def heard(self, happened: Sequence[Happened]) -> None:
        """Take in what the feed has read: at once where it ends a connection, in its turn for the listeners."""
        telling = [each for each in happened if each.kind in viewers.TELLING]
        for connection, viewer in tuple(self._connections.items()) if telling else ():
            for change in filter(None, (viewers.change(viewer, each) for each in telling)):
                connection.dismiss(change)
        self._incoming.append(happened)
        self._arrived.set()

    async def run(self) -> None:
        """Hand on what was heard, until cancelled."""
        try:
            while True:
                await self._arrived.wait()
                self._arrived.clear()
                while self._incoming:
                    self._in_hand = self._incoming.popleft()
                    await self._hand_on(self._in_hand)
                    self._in_hand = ()
        finally:
            for group in self._groups.values():
                if group.working is not None:
                    group.working.cancel()

    @property
    def _handed_on(self) -> int:
        """The number of the last event that the groups have got. There are no gaps between numbers."""
        for batch in (self._in_hand, *self._incoming):
            if batch:
                return batch[0].number - 1
        return self._feed.position

    async def _hand_on(self, happened: Sequence[Happened]) -> None:
        seeing = await self._owners_seeing(happened)
        for group in tuple(self._groups.values()):
            watch = next(iter(group.listeners)).watch
            for each in happened:
                if watch.may_concern(each) and (
                    watch.client_id is None or watch.client_id in seeing.get(each.subject_id, ())
                ):
                    group.waiting.append(each)
            if group.waiting and group.working is None:
                group.working = asyncio.create_task(self._work(group))
            if len(group.waiting) > MOST_WAITING:
                self._resync(tuple(group.listeners))

    async def _owners_seeing(self, happened: Iterable[Happened]) -> dict[UUID, set[UUID]]:
        """Which clients see what these events are about; asked only when one of them listens."""
        watches = [next(iter(group.listeners)).watch for group in self._groups.values()]
        kinds = {kind for watch in watches if watch.client_id is not None for kind in watch.kinds}
        subjects = {each.subject_id for each in happened if each.kind in kinds}
        return await self._patiently(lambda: access.owners_seeing(subjects)) if subjects else {}

    def _join(self, listener: Listener) -> None:
        self._groups.setdefault(listener.key, _Group()).listeners.add(listener)

    def _resync(self, listeners: Iterable[Listener]) -> None:
        for listener in listeners:
            self.leave(listener)
            listener.sink.resync()

    async def _work(self, group: _Group) -> None:
        """Answer what the group waits for, one event after the other."""
        try:
            while group.waiting and group.listeners:
                happened = group.waiting[0]
                answered = await self._answered(next(iter(group.listeners)), happened)
                group.waiting.popleft()
                self._resync([each for each in tuple(group.listeners) if not _taken(each, happened, answered)])
        finally:
            group.working = None

    async def _catch_up(self, listener: Listener) -> None:
        """Answer what a listener has missed, until it has come as far as its group."""
        watch = listener.watch
        while listener.position < self._handed_on:
            until = self._handed_on
            missed = partial(
                trail.since,
                listener.position,
                until=until,
                most=_PAGE,
                kinds=watch.kinds,
                location_id=watch.location_id,
            )
            found = await self._patiently(missed)
            subjects = {each.subject_id for each in found} if watch.client_id is not None else set()
            seeing = await self._patiently(partial(access.owners_seeing, subjects))
            for happened in found:
                if watch.client_id is None or watch.client_id in seeing.get(happened.subject_id, ()):
                    await listener.sink.room()
                    if not _taken(listener, happened, await self._answered(listener, happened)):
                        self._resync([listener])
                        return
            listener.position = found[-1].number if len(found) == _PAGE else until
        listener.catching_up = None
        # Nothing was awaited since the two were found to be in the same place.
        self._join(listener)

    async def _answered(self, listener: Listener, happened: Happened) -> str | None:
        """What the event shows, as JSON; None when it shows nothing to this listener."""
        request_id = secrets.token_hex(8)
        try:
            return await self._patiently(lambda: self._read(listener, happened))
        except TimeoutError:
            known = errors.timed_out()
        except Exception as error:  # noqa: BLE001 - like the outermost loop of a request: the listener hears of it
            errors.log_unexpected(error, request_id)
            known = errors.masked(request_id)
        return orjson.dumps({"data": None, "errors": errors.presented([known], request_id)}).decode()

    async def _read(self, listener: Listener, happened: Happened) -> str | None:
        async with self._reads, asyncio.timeout(self._deadline_seconds):  # the wait for a turn does not count
            root = await listener.watch.shown(listener.viewer, happened)
            if root is None:
                return None
            answer = await listener.watching.answer(root, listener.viewer)
        return wire.printed(answer).decode()

    async def _patiently(self, work: Callable[[], Awaitable[_T]]) -> _T:
        """Do it, however long the database is away: an event waits, and is not lost."""
        while True:
            with suppress(DatabaseUnavailable):
                return await work()
            _log.warning("listeners wait for the database")
            await asyncio.sleep(_PAUSE_SECONDS)


def _taken(listener: Listener, happened: Happened, answer: str | None) -> bool:
    """Whether the listener could take the answer, or need not: it has got it already, or there is none."""
    if happened.number <= listener.position:
        return True
    listener.position = happened.number
    return answer is None or listener.sink.take(answer)
