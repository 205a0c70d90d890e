"""The endpoint: one door. A request, a stream or a socket comes in, a viewer is known, and operations are answered."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog
from graphql import GraphQLError, OperationType
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL

from graph import errors, wire
from graph.context import Admitted, Context, TokenExpired, TokenInvalid
from graph.documents import Operation
from graph.limits import bad_input
from graph.live.desk import Desk
from graph.live.socket import Socket
from graph.live.stream import MEDIA, Stream
from graph.operations import Asked, NotRun
from graph.wire import Answer, NotAnswered
from models.refusal import DatabaseUnavailable
from resolvers.viewer import Viewer

log = structlog.get_logger("vetdesk.graph")

# GraphiQL loads its scripts from there; it is for development only.
_IDE_POLICY = "default-src 'self' 'unsafe-inline' https://unpkg.com; img-src 'self' data: https:"
_LONGEST_NAME = 100  # of an operation, in the log
_HOW_TO_WATCH = (
    "Subscriptions are not answered over plain HTTP. Please open a WebSocket (graphql-transport-ws) at this address,"
    f" or accept {MEDIA} (graphql-sse)."
)


@dataclass(slots=True)
class Entry:
    """What the log will say of one request: never a name, a note, a code, a token or a variable."""

    request_id: str = field(default_factory=lambda: secrets.token_hex(8))
    operation: str | None = None
    kind: str | None = None
    started: float = field(default_factory=time.perf_counter)


class Endpoint(GraphQL[Context, None]):
    """One door, for clients who send a bearer token or none.

    `origins` are the web pages, beside our own, whose scripts may open a socket.
    """

    def __init__(self, desk: Desk, *, origins: Sequence[str] = (), ide: bool = False) -> None:
        super().__init__(desk.operations.view, graphql_ide="graphiql" if ide else None, subscription_protocols=())
        self._desk = desk
        self.operations = desk.operations
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, stream or socket, and leave one line in the log."""
        if scope["type"] == "websocket":
            await self._converse(scope, receive, send)
            return
        request = Request(scope, receive)
        entry = Entry()
        with self._desk.count_statements() as statements:
            try:
                response = await self._respond(request, entry)
            except ClientDisconnect:
                return
            log.info(
                "request",
                request_id=entry.request_id,
                view=self.operations.audience.value,
                operation=entry.operation and entry.operation[:_LONGEST_NAME],
                kind=entry.kind,
                status=response.status_code,
                duration_ms=round((time.perf_counter() - entry.started) * 1000, 1),
                statements=statements.count,
            )
        await response(scope, receive, send)

    async def _converse(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The outermost loop of a socket."""
        connection = HTTPConnection(scope)
        if self._is_from_a_stranger(connection):
            # Closed before it is accepted, so the handshake is answered with 403.
            log.warning("socket refused", origin=connection.headers["origin"], host=connection.headers.get("host"))
            await WebSocket(scope, receive, send).close()
            return
        try:
            await Socket(self._desk, scope, receive, send).serve()
        except Exception as unexpected:  # noqa: BLE001 - one of the outermost loops
            request_id = secrets.token_hex(8)
            errors.log_unexpected(unexpected, request_id)
            with suppress(OSError, RuntimeError):  # it may be closed by now
                reason = errors.masked(request_id).message
                await send({"type": "websocket.close", "code": 1011, "reason": reason})

    def _is_from_a_stranger(self, connection: HTTPConnection) -> bool:
        """Whether a page that is neither ours nor known to us opens this socket; whoever is no browser names no page."""
        origin = connection.headers.get("origin")
        if origin is None or origin in self._origins:
            return False
        # A page that may not be named says "null".
        _, _, host = origin.partition("://")
        return not host or host.lower() != connection.headers.get("host", "").lower()

    async def _respond(self, request: Request, entry: Entry) -> Response:
        """The outermost loop of a request: whatever happens inside, a client hears something that makes sense."""
        wanted = request.headers.get("accept")
        media, may_stream = wire.accepted(wanted), wire.accepts(wanted, MEDIA)
        if self.graphql_ide and _is_a_browser(request):
            headers = {"X-Request-Id": entry.request_id, "Content-Security-Policy": _IDE_POLICY}
            return HTMLResponse(self.graphql_ide_html, headers=headers)
        told_in = media or (wire.GRAPHQL if may_stream else wire.JSON)
        try:
            if media is None and not may_stream:
                acceptable = f"We answer in {wire.GRAPHQL}, {wire.JSON} or {MEDIA}; please accept one of them."
                raise NotAnswered(bad_input(acceptable), 406)
            asked = await self._asked(request, entry)
            # Whoever takes both gets as a stream what only a stream can tell.
            if may_stream and (media is None or asked.kind is OperationType.SUBSCRIPTION):
                return await self._streamed(request, asked, entry)
            answer = Answer(await self._answered(request, asked, entry), 200)
        except NotRun as stopped:
            answer = self._not_run(stopped, told_in, entry)
        except NotAnswered as stopped:
            answer = self._not_answered(stopped, entry)
        except ClientDisconnect:
            raise
        except Exception as unexpected:  # noqa: BLE001 - one of the outermost loops
            errors.log_unexpected(unexpected, entry.request_id)
            answer = self._not_answered(NotAnswered(errors.masked(entry.request_id), 500), entry)
        return wire.encoded(answer, told_in, entry.request_id)

    async def _answered(self, request: Request, asked: Asked, entry: Entry) -> dict[str, Any]:
        """Who asks, what it costs, and the answer within the deadline."""
        if asked.kind is OperationType.SUBSCRIPTION:
            raise NotAnswered(bad_input(_HOW_TO_WATCH), 400)
        viewer = (await self._admitted(request, asked.operation)).viewer
        asked = self.operations.weighed(asked)
        context = self.operations.context(viewer, asked, request_id=entry.request_id, origin=_origin(request))
        return await self.operations.run(asked, context)

    async def _streamed(self, request: Request, asked: Asked, entry: Entry) -> Stream:
        stream = Stream(self._desk, asked.question, origin=_origin(request), request_id=entry.request_id)
        stream.let_in(await self._admitted(request, asked.operation, stream))
        return stream

    async def _asked(self, request: Request, entry: Entry) -> Asked:
        if request.method not in {"GET", "POST"}:
            raise NotAnswered(bad_input("Please send a POST request."), 405, {"Allow": "GET, POST"})
        asked = self.operations.read(await wire.asked(request, max_body_bytes=self.operations.limits.max_body_bytes))
        if request.method == "GET" and asked.kind is OperationType.MUTATION:
            raise NotAnswered(
                bad_input("A GET request may only read. Please send a POST request."), 405, {"Allow": "POST"}
            )
        entry.operation, entry.kind = asked.operation.name, asked.kind.value
        return asked

    async def _admitted(self, request: Request, operation: Operation, stream: Stream | None = None) -> Admitted:
        """Who asks. Sign-in, refresh and the like never look at a token, since they are how to get a good one."""
        token = wire.bearer(request)
        if token is None or operation.ignores_token:
            return _ANYONE
        try:
            if stream is not None:
                return await self._desk.let_in(token, stream)
            return await self._desk.authenticate(token, self.operations.audience)
        except TokenExpired as refusal:
            raise _not_let_in("TOKEN_EXPIRED", "Your access has expired. Please refresh it.") from refusal
        except TokenInvalid as refusal:
            raise _not_let_in("TOKEN_INVALID", TokenInvalid.sentence) from refusal
        except NotRun as refusal:
            raise NotAnswered(refusal.errors[0], 429) from refusal
        except DatabaseUnavailable as refusal:
            raise NotAnswered(errors.unavailable(), 503, {"Retry-After": "1"}) from refusal

    def _not_run(self, stopped: NotRun, media: str, entry: Entry) -> Answer:
        """The answer to an operation that was not run, or not to its end."""
        body = self._told(stopped.errors, entry)
        status = 400 if stopped.is_malformed else wire.status_of(body["errors"], media)
        return Answer({**body, "extensions": stopped.extensions} if stopped.extensions else body, status)

    def _not_answered(self, stopped: NotAnswered, entry: Entry) -> Answer:
        return Answer(self._told([stopped.error], entry), stopped.status, stopped.headers)

    def _told(self, found: Sequence[GraphQLError], entry: Entry) -> dict[str, Any]:
        return {"errors": errors.presented(found, entry.request_id)}


_ANYONE = Admitted(Viewer.anyone(), float("inf"))


def _origin(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _not_let_in(code: str, sentence: str) -> NotAnswered:
    error = GraphQLError(sentence, extensions={"code": code})
    return NotAnswered(error, 401, {"WWW-Authenticate": 'Bearer error="invalid_token"'})


def _is_a_browser(request: Request) -> bool:
    accepts_pages = "text/html" in request.headers.get("accept", "")
    return request.method == "GET" and accepts_pages and "query" not in request.query_params
