"""Sockets: operations over a WebSocket, as graphql-transport-ws has it.

Source: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from graph import errors, wire
from graph.context import TokenExpired, TokenInvalid
from graph.limits import exceeded
from graph.live.asking import Asking
from graph.live.eagerly import eagerly
from graph.live.operation import Operation
from graph.operations import NotRun
from graph.wire import NotAnswered
from models.refusal import DatabaseUnavailable
from resolvers.viewers import Change

if TYPE_CHECKING:
    from graph.live.desk import Desk
    from resolvers.viewer import Viewer

PROTOCOL = "graphql-transport-ws"
_LONGEST_ID = 128
_LONGEST_REASON = 123  # bytes; RFC 6455 5.5
_MOST_REPLIES = 32  # that wait to be taken; a pong is as long as a message may be
_FAREWELL_SECONDS = 1.0

_log = structlog.get_logger("vetdesk.live")


class Closed(Exception):
    """The protocol was broken, or nobody may stay: the socket closes with this code and sentence."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Socket:
    """One socket of one client: lets somebody in, and answers several operations at a time."""

    def __init__(self, desk: Desk, scope: Scope, receive: Receive, send: Send) -> None:
        self._desk = desk
        self._socket = WebSocket(scope, receive, send)
        self._origin = scope["client"][0] if scope.get("client") else "unknown"
        self._viewer: Viewer | None = None
        self._is_initialised = False
        self._is_leaving = False
        self._operations: dict[str, Operation] = {}
        self._outgoing: deque[tuple[Operation | None, str]] = deque()
        self.characters_waiting = 0
        self._is_writing = False
        self._writing: asyncio.Task[None] | None = None
        self._has_room = asyncio.Event()
        self._heard = 0
        self._code: int | None = None
        self._closing: Closed | None = None
        self._patience = asyncio.timeout(None)
        self._timer: asyncio.TimerHandle | None = None

    async def serve(self) -> None:
        """Serve until either side closes."""
        began = time.perf_counter()
        speaks = PROTOCOL in self._socket.scope["subprotocols"]
        try:
            # Whoever is turned away too: only an open socket can be closed with a code.
            await self._socket.accept(subprotocol=PROTOCOL if speaks else None)
        except OSError:  # gone already
            return
        is_full = not self._desk.connections.may_knock(self._origin, self._desk.limits)
        self._desk.connections.knock(self._origin)
        try:
            async with self._patience:
                self._close_after(self._desk.limits.init_seconds, Closed(4408, "Please send connection_init sooner."))
                if not speaks:
                    self.close(Closed(4406, f"Please speak {PROTOCOL}."))
                elif is_full:
                    self.close(Closed(1013, "Too many are connected here. Please connect again in a moment."))
                await self._hear()
        except TimeoutError:
            if not self._patience.expired():
                raise
        finally:
            await self._end()
            seconds = round(time.perf_counter() - began, 1)
            view = self._desk.operations.audience.value
            ended = {"by": "client", "code": self._code}
            if self._closing is not None:
                ended = {"by": "us", "code": self._closing.code, "reason": self._closing.reason}
            still_open = self._desk.connections.sockets
            _log.info("socket", view=view, **ended, messages=self._heard, seconds=seconds, still_open=still_open)

    # What ends it

    def dismiss(self, change: Change) -> None:
        """Close it, because this happened to the viewer."""
        if change is Change.ENDED:
            self.close(Closed(4401, "This session has ended. Please sign in again."))
        else:
            self.close(Closed(4403, "Your roles have changed. Please connect again."))

    def shut_down(self) -> None:
        """Close it as soon as no query and no mutation is at work on it."""
        self._is_leaving = True
        self.leave_if_idle()

    def leave_if_idle(self) -> None:
        """Close it, if it is to be closed and has nothing to wait for."""
        is_idle = not self._outgoing and not any(each.is_at_work for each in self._operations.values())
        if self._is_leaving and is_idle:
            self.close(Closed(1012, "We are restarting. Please connect again."))

    # What operations say

    def say(self, operation: Operation | None, text: str) -> None:
        """Send an answer of an operation, or else a whole message, after those before it."""
        if self._closing is None:
            self._outgoing.append((operation, text))
            self.characters_waiting += len(text)
            self._write_on()

    def forget(self, operation: Operation) -> None:
        """Let the id of an operation be used again: it is over."""
        if self._operations.get(operation.id) is operation:
            del self._operations[operation.id]
            self.leave_if_idle()

    def unsay(self, operation: Operation) -> None:
        """Do not send the answers of an operation that still wait."""
        if operation.waiting:
            self._outgoing = deque(each for each in self._outgoing if each[0] is not operation)
            self.characters_waiting = sum(len(text) for _, text in self._outgoing)
            operation.waiting = 0

    def close(self, why: Closed) -> None:
        """Close the socket; what was not sent yet is not sent any more."""
        if self._closing is None:
            self._closing = why
            self._outgoing.clear()
            self.characters_waiting = 0
            self._write_on()
            # Whoever does not even take that is left.
            self._patience.reschedule(asyncio.get_running_loop().time() + _FAREWELL_SECONDS)

    # Messages

    async def _hear(self) -> None:
        while (message := await self._socket.receive())["type"] != "websocket.disconnect":
            if self._closing is None:
                self._heard += 1
                await self._taken(message)
                await asyncio.sleep(0)  # whoever says much at once is not the only one
        self._code = message.get("code")

    async def _taken(self, message: Any) -> None:
        try:
            await self._take(message)
        except Closed as why:
            self.close(why)
        except NotAnswered as malformed:
            self.close(Closed(4400, malformed.error.message))
        while len(self._outgoing) > _MOST_REPLIES and self._closing is None:
            # Whoever asks without listening is not heard any more until they do.
            self._has_room.clear()
            await self._has_room.wait()

    async def _take(self, message: Any) -> None:
        text = message.get("text")
        if text is None:
            raise Closed(4400, "Please send text, not binary data.")
        said = wire.decoded(text)
        if not isinstance(said, dict):
            raise Closed(4400, "A message is a JSON object.")
        payload = said.get("payload")
        match said.get("type"):
            case "ping":
                given = {"payload": payload} if isinstance(payload, dict) else {}
                self.say(None, orjson.dumps({"type": "pong", **given}).decode())
            case "pong":
                return
            case "connection_init":
                await self._let_in(payload)
            case "subscribe":
                self._begin(_id(said), payload)
            case "complete":
                operation = self._operations.get(_id(said))
                if operation is not None:
                    operation.stop()
            case _:
                raise Closed(4400, "This protocol has no message of that type.")

    async def _let_in(self, payload: Any) -> None:
        if self._is_initialised:
            raise Closed(4429, "This connection was initialised already.")
        self._is_initialised = True
        self._stop_timer()
        given = payload if isinstance(payload, dict) else {}
        header = next((value for name, value in given.items() if name.lower() == "authorization"), None)
        token = wire.token_of(header) if isinstance(header, str) else None
        if token is None:
            raise Closed(4401, 'Please send {"Authorization": "Bearer …"} with connection_init.')
        try:
            admitted = await self._desk.let_in(token, self)
        except TokenExpired:
            raise Closed(4403, TokenExpired.sentence) from None
        except TokenInvalid:
            raise Closed(4401, TokenInvalid.sentence) from None
        except DatabaseUnavailable:
            raise Closed(1013, "We cannot reach our records right now. Please connect again in a moment.") from None
        except NotRun as refused:
            raise Closed(4429, str(refused)) from None
        self._viewer = admitted.viewer
        self._desk.connections.enter(self._origin)
        self._close_after(admitted.seconds_left, Closed(4403, TokenExpired.sentence))
        self.say(None, '{"type":"connection_ack"}')

    def _begin(self, id: str, payload: Any) -> None:
        if self._viewer is None:
            raise Closed(4401, "Please send connection_init first, and wait for connection_ack.")
        if id in self._operations:
            raise Closed(4409, "There is an operation with this id already.")
        if not isinstance(payload, dict):
            raise Closed(4400, "There is no payload to subscribe to.")
        question = wire.question(payload)
        operation = Operation(self, id)
        allowed = self._desk.limits.max_operations_per_socket
        if len(self._operations) >= allowed:
            sentence = f"This connection has {allowed} operations at work; please wait for one of them, or complete it."
            error = exceeded("operations", sentence, requested=allowed + 1, allowed=allowed)
            operation.fail(errors.presented([error], "-"))
            return
        self._operations[id] = operation
        if self._is_leaving:
            self.leave_if_idle()
            return
        operation.asking = Asking(self._desk, question, self._viewer, origin=self._origin, sink=operation)
        operation.asking.begin()

    # Writing

    def _write_on(self) -> None:
        if not self._is_writing:
            # Nearly always everything can be sent at once.
            self._writing = eagerly(self._write())

    async def _write(self) -> None:
        """Send what waits, then rest: an idle socket has no task that writes."""
        self._is_writing = True
        try:
            while self._outgoing:
                operation, text = self._outgoing.popleft()
                self.characters_waiting -= len(text)
                if operation is not None:
                    operation.sent()
                    text = operation.framed(text)
                if len(self._outgoing) <= _MOST_REPLIES:
                    self._has_room.set()
                await self._socket.send({"type": "websocket.send", "text": text})
            self.leave_if_idle()
            if self._closing is not None:
                reason = self._closing.reason.encode()[:_LONGEST_REASON].decode(errors="ignore")
                await self._socket.send({"type": "websocket.close", "code": self._closing.code, "reason": reason})
        except (WebSocketDisconnect, RuntimeError):
            self._outgoing.clear()  # the other side is gone, which `_hear` hears as soon as it does not wait for room
        finally:
            self._is_writing = False
            self._has_room.set()

    def _close_after(self, seconds: float, why: Closed) -> None:
        self._stop_timer()
        self._timer = asyncio.get_running_loop().call_later(max(0.0, seconds), self.close, why)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    async def _end(self) -> None:
        self._is_leaving = False  # it has left
        self._desk.connections.leave(self._origin, was_in=self._viewer is not None)
        self._stop_timer()
        self._desk.connections.remove(self)
        for operation in tuple(self._operations.values()):
            operation.stop()
        if self._is_writing and self._writing is not None:
            self._writing.cancel()
            await asyncio.wait([self._writing])


def _id(said: dict[str, Any]) -> str:
    given = said.get("id")
    if not isinstance(given, str) or not 1 <= len(given) <= _LONGEST_ID:
        raise Closed(4400, f"A message of this type has an id of 1 to {_LONGEST_ID} characters.")
    return given
