"""The hub: every event of the trail, handed in order to the listeners it concerns.

Listeners who would be answered the same form a group: one read and one encoded answer for all of them. A group works
through its events one after the other; a listener that comes with a cursor first catches up by itself, and joins its
group where the two meet. Each event is shown through `access`, at the moment at which it is handed on.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

import structlog

from graph import errors, wire
from graph.live.listener import Listener
from models.refusal import DatabaseUnavailable
from resolvers import access, trail

if TYPE_CHECKING:
    from graph.live.watch import Watch
    from resolvers.trail import Happened

MOST_EVENTS_WAITING = 1_000
"""How many events a group may have before it that are not answered yet, before its listeners must load anew."""

_READS_AT_ONCE = 4  # so that requests find connections to the database as well
_HANDED_OUT_AT_ONCE = 100  # takes about 2 ms, after which others have their turn
_PAGE = 100
_PAUSE_SECONDS = 0.25
_SLOW = "the client does not take it"
_T = TypeVar("_T")
_log = structlog.get_logger("vetdesk.live")


class Feed(Protocol):
    """Reads the trail, and hands what it reads to the hub."""

    @property
    def position(self) -> int:
        """The number of the last event that was handed on."""

    async def caught_up(self) -> bool:
        """Read what was committed up to a moment ago."""


@dataclass(slots=True, eq=False)
class _Group:
    """Listeners who are answered the same, and the events they wait for."""

    listeners: set[Listener] = field(default_factory=set)
    waiting: deque[Happened] = field(default_factory=deque)
    working: asyncio.Task[None] | None = None


class _Answer(NamedTuple):
    """What an event shows, as JSON, and the pets of whose records something stands in it."""

    text: str
    pets: frozenset[UUID]


class _CannotBeTold(Exception):
    """What an event shows could not be read, for a reason that is in the log."""


class Hub:
    """Knows who listens in this process. `deadline_seconds` is how long one answer may take to be read."""

    def __init__(self, feed: Feed, *, deadline_seconds: float) -> None:
        self._feed = feed
        self._deadline_seconds = deadline_seconds
        self._groups: dict[Any, _Group] = {}
        self._incoming: deque[Sequence[Happened]] = deque()
        self._arrived = asyncio.Event()
        self._in_hand: Sequence[Happened] = ()
        self._reads = asyncio.Semaphore(_READS_AT_ONCE)
        self._turns: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

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
            listener.catching_up = None
        group = self._groups.get(listener.key)
        if group is not None:
            group.listeners.discard(listener)
            if not group.listeners:
                del self._groups[listener.key]
                if group.working is not None:
                    group.working.cancel()

    # Events

    def heard(self, happened: Sequence[Happened]) -> None:
        """Take in what the feed has read, to be handed on in its turn."""
        self._incoming.append(happened)
        self._arrived.set()

    def start_again(self) -> None:
        """Nothing that was heard can be counted on: everybody loads again."""
        self._incoming.clear()
        self._in_hand = ()
        self._resync(self._everybody(), "the trail is another one")

    async def run(self) -> None:
        """Hand on what was heard, until cancelled."""
        try:
            while True:
                await self._arrived.wait()
                self._arrived.clear()
                while self._incoming:
                    self._in_hand = self._incoming.popleft()
                    try:
                        await self._hand_on(self._in_hand)
                    except Exception as error:  # noqa: BLE001 - an outermost loop: who may have missed something loads again
                        errors.log_unexpected(error, secrets.token_hex(8))
                        self._resync(self._everybody(), "an error")
                    self._in_hand = ()
        finally:
            for group in self._groups.values():
                if group.working is not None:
                    group.working.cancel()

    def _everybody(self) -> list[Listener]:
        return [each for group in self._groups.values() for each in group.listeners]

    @property
    def _handed_on(self) -> int:
        """The number of the last event that the groups have got. There are no gaps between numbers."""
        for batch in (self._in_hand, *self._incoming):
            if batch:
                return batch[0].number - 1
        return self._feed.position

    async def _hand_on(self, happened: Sequence[Happened]) -> None:
        watches = [next(iter(group.listeners)).watch for group in self._groups.values()]
        owners = await self._owners(happened, watches)
        if self._in_hand is not happened:  # it belongs to a trail that is no more
            return
        for group in tuple(self._groups.values()):
            watch = next(iter(group.listeners)).watch
            concerning = [each for each in happened if watch.concerns(each, owners)]
            if any(each.kind in watch.unsettled_by for each in concerning):
                self._resync(group.listeners, "whose pets they are has changed")
                continue
            group.waiting += concerning
            if group.waiting and group.working is None:
                group.working = asyncio.create_task(self._work(group))
            if len(group.waiting) > MOST_EVENTS_WAITING:
                self._resync(group.listeners, "too many events wait to be read")

    async def _owners(self, happened: Iterable[Happened], watches: Iterable[Watch]) -> Mapping[UUID, set[UUID]]:
        """Whom these events concern as owners; asked only when one of them listens."""
        if all(watch.client_id is None for watch in watches):
            return {}
        subjects = {each.subject_id for each in happened}
        return await self._patiently(partial(access.owners_concerned, subjects)) if subjects else {}

    def _join(self, listener: Listener) -> None:
        self._groups.setdefault(listener.key, _Group()).listeners.add(listener)

    def _resync(self, listeners: Iterable[Listener], why: str) -> None:
        """Let these listeners load everything again."""
        leaving = tuple(listeners)
        if leaving:
            _log.info("resync", why=why, listeners=len(leaving))
        for listener in leaving:
            self.leave(listener)
            try:
                listener.sink.resync()
            except Exception as error:  # noqa: BLE001 - what is wrong with one must not keep the others from being told
                errors.log_unexpected(error, secrets.token_hex(8))

    async def _work(self, group: _Group) -> None:
        """Answer what the group waits for, one event after the other."""
        try:
            while group.waiting and group.listeners:
                happened = group.waiting[0]
                answered = await self._answered(next(iter(group.listeners)), happened)
                group.waiting.popleft()
                await self._hand_out(group, happened, answered)
        except _CannotBeTold:
            self._resync(group.listeners, "a change could not be read")
        except Exception as error:  # noqa: BLE001 - an outermost loop: who may have missed something loads again
            errors.log_unexpected(error, secrets.token_hex(8))
            self._resync(group.listeners, "an error")
        finally:
            group.working = None

    async def _hand_out(self, group: _Group, happened: Happened, answered: _Answer | None) -> None:
        for number, listener in enumerate(tuple(group.listeners), 1):
            if listener in group.listeners and not _taken(listener, happened, answered):
                self._resync([listener], _SLOW)
            if number % _HANDED_OUT_AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _catch_up(self, listener: Listener) -> None:
        """Answer what a listener has missed, until it has come as far as its group, and let it join there."""
        try:
            await self._answer_missed(listener)
        except _CannotBeTold:
            self._resync([listener], "a change could not be read")
        except Exception as error:  # noqa: BLE001 - an outermost loop: the listener hears that it must load again
            errors.log_unexpected(error, secrets.token_hex(8))
            self._resync([listener], "an error")
        # Nothing was awaited since the two were found to be in the same place.
        if listener.catching_up is not None:
            listener.catching_up = None
            self._join(listener)

    async def _answer_missed(self, listener: Listener) -> None:
        """Answer until it has come as far as its group, or does not take more."""
        watch = listener.watch
        while listener.position < self._handed_on:
            until = self._handed_on
            missed = partial(
                trail.since,
                listener.position,
                until=until,
                most=_PAGE,
                kinds=watch.every_kind,
                location_id=watch.location_id,
            )
            async with self._turn("catch up", listener):
                found = await self._patiently(missed)
                owners = await self._owners(found, [watch])
            for happened in found:
                if not watch.concerns(happened, owners):
                    continue
                if happened.kind in watch.unsettled_by:
                    self._resync([listener], "whose pets they are has changed")
                    return
                await listener.sink.room()
                if not _taken(listener, happened, await self._answered(listener, happened)):
                    self._resync([listener], _SLOW)
                    return
            listener.position = found[-1].number if len(found) == _PAGE else until

    async def _answered(self, listener: Listener, happened: Happened) -> _Answer | None:
        """What the event shows; None when it shows nothing to this listener.

        Raises:
            _CannotBeTold: it took too long, or something went wrong that nobody expected: an answer without what it is
                about would be taken for one.
        """
        try:
            return await self._patiently(lambda: self._read(listener, happened))
        except TimeoutError:
            _log.error("a change took too long to be read", number=happened.number)
        except Exception as error:  # noqa: BLE001 - like the outermost loop of a request
            errors.log_unexpected(error, secrets.token_hex(8))
        raise _CannotBeTold

    async def _read(self, listener: Listener, happened: Happened) -> _Answer | None:
        # However much one account watches, one of its reads is at work: the others are for the others.
        turn = self._turn("read", listener)
        async with turn, self._reads, asyncio.timeout(self._deadline_seconds):  # the wait for a turn does not count
            root = await listener.watch.shown(listener.viewer, happened)
            if root is None:
                return None
            body, pets = await listener.watching.answer(root, listener.viewer)
        return _Answer(wire.printed(body).decode(), pets)

    def _turn(self, what: str, listener: Listener) -> asyncio.Lock:
        """Held by whoever does this for the listener's account."""
        return self._turns.setdefault((what, listener.account_id), asyncio.Lock())

    async def _patiently(self, work: Callable[[], Awaitable[_T]]) -> _T:
        """Do it, however long the database is away: an event waits, and is not lost."""
        while True:
            with suppress(DatabaseUnavailable):  # of which the feed speaks in the log
                return await work()
            await asyncio.sleep(_PAUSE_SECONDS)


def _taken(listener: Listener, happened: Happened, answer: _Answer | None) -> bool:
    """Whether the listener could take the answer, or need not: it has got it already, or there is none."""
    if happened.number <= listener.position:
        return True
    listener.position = happened.number
    if answer is None:
        return True
    if not listener.sink.take(answer.text):
        return False
    listener.watching.note(answer.pets)  # by whoever is told, also where one read was for all of them
    return True
