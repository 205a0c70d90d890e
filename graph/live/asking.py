"""Asking: one operation over a connection, from its question to its last answer."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import structlog
from graphql import GraphQLError, OperationType

from graph import errors, wire
from graph.live.listener import Listener, Sink, listener
from graph.operations import NotRun
from graph.roles import spoken
from models.refusal import DatabaseUnavailable, Refusal, ResyncRequired
from resolvers import trail

if TYPE_CHECKING:
    from graph.live.desk import Desk
    from graph.operations import Asked
    from graph.wire import Question
    from resolvers.viewer import Viewer

NOT_TOLD = "You could not be told everything. Please load it again and go on from its new cursor."

_LONGEST_NAME = 100  # of an operation, in the log
_log = structlog.get_logger("vetdesk.graph")


class Ending(Sink, Protocol):
    """A sink that also hears what the operation is, and how it ended."""

    def subscribed(self) -> None:
        """It is a subscription: it has no end of its own, so nobody who stops waits for it."""

    def fail(self, told: Sequence[Any]) -> None:
        """There is no answer, or no more of them, because of these errors."""

    def complete(self) -> None:
        """There is no more to say."""


class Asking:
    """An operation that works by itself until it has ended or is stopped; what it is shows when it was read."""

    def __init__(
        self,
        desk: Desk,
        question: Question,
        viewer: Viewer,
        *,
        origin: str,
        sink: Ending,
        request_id: str | None = None,
    ) -> None:
        self._desk = desk
        self._question = question
        self._viewer = viewer
        self._origin = origin
        self._sink = sink
        self._request_id = request_id or secrets.token_hex(8)
        self.is_subscription = False
        self._listener: Listener | None = None
        self._working: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Begin to work."""
        self._working = asyncio.create_task(self._work())

    def stop(self) -> None:
        """Stop; nothing more is said."""
        if self._working is not None:
            self._working.cancel()
        if self._listener is not None:
            self._desk.hub.leave(self._listener)
            self._listener = None

    async def _work(self) -> None:
        """Like the outermost loop of a request: whatever happens inside, the client hears something that makes sense."""
        request_id = self._request_id
        began = time.perf_counter()
        asked: Asked | None = None
        with self._desk.count_statements() as statements:
            try:
                asked = self._desk.operations.read(self._question)
                await self._answer(asked, request_id)
            except NotRun as stopped:
                self._fail(stopped.errors, request_id)
            except Refusal as refusal:
                if isinstance(refusal, ResyncRequired):
                    _log.info("resync", request_id=request_id, why="its cursor is not one to go on from", listeners=1)
                self._fail([spoken(refusal)], request_id)
            except DatabaseUnavailable:
                self._fail([errors.unavailable()], request_id)
            except Exception as unexpected:  # noqa: BLE001 - see above
                errors.log_unexpected(unexpected, request_id)
                self._fail([errors.masked(request_id)], request_id)
            finally:
                self._working = None
                _log.info(
                    "operation",
                    request_id=request_id,
                    view=self._desk.operations.audience.value,
                    operation=asked and asked.operation.name and asked.operation.name[:_LONGEST_NAME],
                    kind=asked and asked.kind.value,
                    duration_ms=round((time.perf_counter() - began) * 1000, 1),
                    statements=statements.count,
                )

    async def _answer(self, asked: Asked, request_id: str) -> None:
        operations = self._desk.operations
        asked = operations.weighed(asked)
        context = operations.context(self._viewer, asked, request_id=request_id, origin=self._origin)
        if asked.kind is not OperationType.SUBSCRIPTION:
            self._sink.take(wire.printed(await operations.run(asked, context)).decode())
            self._sink.complete()
            return
        self.is_subscription = True
        self._sink.subscribed()
        watching = await operations.watch(asked, context)
        after = watching.watch.after
        number = (
            await trail.resumed(after, vault=context.ports.vault, keep=self._desk.limits.resume, now=context.now)
            if after is not None
            else None
        )
        self._listener = listener(asked, watching, self._sink)
        await self._desk.hub.listen(self._listener, after=number)

    def _fail(self, found: Sequence[GraphQLError], request_id: str) -> None:
        self._sink.fail(errors.presented(found, request_id))


def resync_required() -> list[Any]:
    """The errors that tell a client to load everything again."""
    return errors.presented([spoken(ResyncRequired(NOT_TOLD))], "-")
