"""Streams: one operation a request, answered as server-sent events, as graphql-sse has it (distinct connections).

Source: https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from graphql import GraphQLError
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from graph import errors
from graph.context import TokenExpired
from graph.live.asking import Asking, resync_required
from graph.live.listener import MOST_ANSWERS_WAITING, MOST_CHARACTERS_WAITING
from resolvers.viewers import Change

if TYPE_CHECKING:
    from graph.context import Admitted
    from graph.live.desk import Desk
    from graph.wire import Question

MEDIA = "text/event-stream"
ALIVE_SECONDS = 12.0
"""How often something is sent, so that nobody on the way takes the connection for dead."""

_ALIVE = b":\n\n"
_FAREWELL_SECONDS = 1.0
_HEADERS = {
    "Cache-Control": "no-store",
    "Vary": "Accept, Authorization",
    "X-Accel-Buffering": "no",
}

_log = structlog.get_logger("vetdesk.live")


class Stream(Response):
    """One operation over server-sent events: the response, and where its answers go."""

    def __init__(self, desk: Desk, question: Question, *, origin: str, request_id: str) -> None:
        super().__init__(media_type=MEDIA, headers={**_HEADERS, "X-Request-Id": request_id})
        del self.headers["content-length"]
        self._desk = desk
        self._question = question
        self._origin = origin
        self._request_id = request_id
        self._admitted: Admitted | None = None
        self._outgoing: deque[bytes] = deque()
        self._something = asyncio.Event()
        self._room = asyncio.Event()
        self._is_leaving = False
        self._is_over = False
        self._ended = "an error"
        self._patience = asyncio.timeout(None)
        self._asking: Asking | None = None

    def let_in(self, admitted: Admitted) -> None:
        """Say who asks, before it is served."""
        self._admitted = admitted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer until the operation ends, the client goes, or the token that let it in expires."""
        assert self._admitted is not None  # noqa: S101 - the endpoint lets somebody in, or does not answer with a stream
        began = time.perf_counter()
        self._asking = Asking(
            self._desk,
            self._question,
            self._admitted.viewer,
            origin=self._origin,
            sink=self,
            request_id=self._request_id,
        )
        leaving = asyncio.create_task(self._left(receive))
        expiring = None
        if self._admitted.seconds_left != float("inf"):
            expiring = asyncio.get_running_loop().call_later(
                max(0.0, self._admitted.seconds_left), self._dismiss, "TOKEN_EXPIRED", TokenExpired.sentence
            )
        try:
            async with self._patience:
                await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                self._asking.begin()
                await self._write(send)
        except TimeoutError:
            if not self._patience.expired():
                raise
        finally:
            self._asking.stop()
            self._desk.connections.remove(self)
            if expiring is not None:
                expiring.cancel()
            leaving.cancel()
            await asyncio.wait([leaving])
            seconds = round(time.perf_counter() - began, 1)
            _log.info("stream", request_id=self._request_id, ended=self._ended, seconds=seconds)

    # What ends it

    def dismiss(self, change: Change) -> None:
        """End it, because this happened to the viewer."""
        if change is Change.ENDED:
            self._dismiss("TOKEN_INVALID", "This session has ended. Please sign in again.")
        else:
            self._dismiss("TOKEN_EXPIRED", "Your roles have changed. Please refresh your access and connect again.")

    def shut_down(self) -> None:
        """End a subscription without a word: a client that was not told `complete` connects again."""
        self._is_leaving = True
        if self._asking is not None and self._asking.is_subscription:
            self._end("this process stops, or reads another trail")

    # What the operation says

    def subscribed(self) -> None:
        """It is a subscription, for which nobody who leaves waits."""
        if self._is_leaving:
            self.shut_down()

    def take(self, payload: str) -> bool:
        """Send an answer; false when too many wait already."""
        characters = sum(map(len, self._outgoing)) + len(payload)
        if len(self._outgoing) >= MOST_ANSWERS_WAITING or (self._outgoing and characters > MOST_CHARACTERS_WAITING):
            return False
        self._say("next", payload)
        return True

    async def room(self) -> None:
        """Wait until there is room for one more answer."""
        while (
            len(self._outgoing) >= MOST_ANSWERS_WAITING // 2
            or sum(map(len, self._outgoing)) > MOST_CHARACTERS_WAITING // 2
        ):
            self._room.clear()
            await self._room.wait()

    def resync(self) -> None:
        """Tell the client to load everything again, instead of what it did not take."""
        self._outgoing.clear()
        self.fail(resync_required())

    def fail(self, told: Sequence[Any]) -> None:
        """End the stream with these errors."""
        self._say("next", orjson.dumps({"errors": told}).decode())
        self.complete()

    def complete(self) -> None:
        """End the stream: there is nothing more to say."""
        self._say("complete", "")
        self._is_over = True
        self._ended = "complete"

    def _dismiss(self, code: str, sentence: str) -> None:
        if not self._is_over:  # else the last word was said, and is on its way
            self._outgoing.clear()
            self.fail(errors.presented([GraphQLError(sentence, extensions={"code": code})], "-"))
        self._end(code)

    def _end(self, why: str) -> None:
        """Write what is left to be written; whoever does not take even that is left."""
        self._is_over = True
        self._ended = why
        self._something.set()
        self._patience.reschedule(asyncio.get_running_loop().time() + _FAREWELL_SECONDS)

    def _say(self, event: str, data: str) -> None:
        if not self._is_over:
            self._outgoing.append(f"event: {event}\ndata: {data}\n\n".encode())
            self._something.set()

    async def _write(self, send: Send) -> None:
        # Something at once, so that headers reach a client that waits for the first byte.
        await send({"type": "http.response.body", "body": _ALIVE, "more_body": True})
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(ALIVE_SECONDS):
                    await self._something.wait()
            self._something.clear()
            body = b"".join(self._outgoing) or _ALIVE
            self._outgoing.clear()
            self._room.set()
            if not self._is_over:
                await send({"type": "http.response.body", "body": body, "more_body": True})
            else:
                await send({"type": "http.response.body", "body": body if body != _ALIVE else b"", "more_body": False})
                return

    async def _left(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._outgoing.clear()
        self._end("the client has gone")
