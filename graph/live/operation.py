"""Operation: one of the operations on a socket, under the id that the client has given it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import orjson

from graph.live.asking import Asking, resync_required
from graph.live.listener import MOST_ANSWERS_WAITING, MOST_CHARACTERS_WAITING

if TYPE_CHECKING:
    from graph.live.socket import Socket


class Operation:
    """Where the answers of one operation go."""

    __slots__ = ("_is_over", "_prefix", "_room", "_socket", "asking", "id", "waiting")

    def __init__(self, socket: Socket, id: str) -> None:
        self._socket = socket
        self._prefix = f'{{"id":{orjson.dumps(id).decode()},"type":'
        self._room: asyncio.Event | None = None
        self._is_over = False
        self.id = id
        self.asking: Asking | None = None
        self.waiting = 0

    @property
    def is_at_work(self) -> bool:
        """Whether it is a query or a mutation that has not ended yet."""
        return self.asking is not None and not self.asking.is_subscription

    def subscribed(self) -> None:
        """It is a subscription, for which a socket that leaves does not wait."""
        self._socket.leave_if_idle()

    def take(self, payload: str) -> bool:
        """Send an answer; false when too many wait already, or too long ones."""
        too_long = self._socket.characters_waiting + len(payload) > MOST_CHARACTERS_WAITING
        if self.waiting >= MOST_ANSWERS_WAITING or (self.waiting and too_long):
            return False
        if not self._is_over:
            self.waiting += 1
            self._socket.say(self, payload)
        return True

    def framed(self, payload: str) -> str:
        """The message that brings an answer; made when it is sent, so that those who share one wait with one."""
        return f'{self._prefix}"next","payload":{payload}}}'

    async def room(self) -> None:
        """Wait until there is room for one more answer."""
        while self.waiting >= MOST_ANSWERS_WAITING // 2 or (
            self.waiting and self._socket.characters_waiting > MOST_CHARACTERS_WAITING // 2
        ):
            self._room = asyncio.Event()
            await self._room.wait()

    def sent(self) -> None:
        """One of the answers is on its way."""
        self.waiting -= 1
        if self._room is not None:
            self._room.set()

    def resync(self) -> None:
        """Tell the client to load everything again; the socket stays."""
        self.fail(resync_required())

    def fail(self, told: Sequence[Any]) -> None:
        """End the operation with these errors, instead of what was not sent yet."""
        self._socket.unsay(self)
        self._last(f'"error","payload":{orjson.dumps(told).decode()}')

    def complete(self) -> None:
        """End the operation: there is nothing more to say."""
        self._last('"complete"')

    def stop(self) -> None:
        """The client wants to hear no more of it."""
        self._is_over = True
        if self.asking is not None:
            self.asking.stop()
            self.asking = None
        self._socket.unsay(self)
        self._socket.forget(self)

    def _last(self, said: str) -> None:
        if not self._is_over:
            self._is_over = True
            self._socket.say(None, f"{self._prefix}{said}}}")
            self._socket.forget(self)
