"""The endpoint: one view over HTTP. A request comes in, a viewer is known, a document is run, an answer goes out."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

import structlog
from graphql import GraphQLError, OperationType
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL

from graph import errors, wire
from graph.context import Context, TokenExpired, TokenInvalid
from graph.cost import cost
from graph.documents import Document, Documents, Operation
from graph.limits import Limits, bad_input, exceeded
from graph.views import View
from graph.wire import Answer, NotAnswered, Question
from models.refusal import DatabaseUnavailable
from resolvers.viewer import Audience, Viewer

if TYPE_CHECKING:
    from resolvers.ports import Ports

log = structlog.get_logger("vetdesk.graph")

# GraphiQL loads its scripts from there; it is for development only.
_IDE_POLICY = "default-src 'self' 'unsafe-inline' https://unpkg.com; img-src 'self' data: https:"

Authenticate = Callable[[str, Audience], Awaitable[Viewer]]


class Statements(Protocol):
    """How many SQL statements a stretch of work has sent so far."""

    @property
    def count(self) -> int:
        """How many."""


@dataclass(slots=True)
class Entry:
    """What the log will say of one request: never a name, a note, a code, a token or a variable."""

    request_id: str = field(default_factory=lambda: secrets.token_hex(8))
    operation: str | None = None
    kind: str | None = None
    status: int = 0
    started: float = field(default_factory=time.perf_counter)


class Endpoint(GraphQL[Context, None]):
    """One view, for HTTP clients who send a bearer token or none.

    `authenticate` turns a token into its viewer, or raises TokenInvalid, TokenExpired or DatabaseUnavailable.
    `count_statements` opens a stretch in which SQL statements are counted. `deed_done` is told of every mutation that
    was carried out, so that its letters need not wait.
    """

    def __init__(
        self,
        view: View,
        audience: Audience,
        *,
        authenticate: Authenticate,
        ports: Ports,
        limits: Limits,
        clock: Callable[[], datetime],
        count_statements: Callable[[], AbstractContextManager[Statements]],
        introspection: bool,
        ide: bool = False,
        deed_done: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__(view, graphql_ide="graphiql" if ide else None, subscription_protocols=())
        self._audience = audience
        self._authenticate = authenticate
        self._ports = ports
        self._limits = limits
        self._clock = clock
        self._count_statements = count_statements
        self._deed_done = deed_done
        self._documents = Documents(view.graphql, limits, introspection=introspection)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, and leave one line in the log."""
        if scope["type"] == "websocket":
            # Closed before it is accepted, so the handshake is answered with 403.
            await WebSocket(scope, receive, send).close()
            return
        request = Request(scope, receive)
        entry = Entry()
        with self._count_statements() as statements:
            try:
                response = await self._respond(request, entry)
            except ClientDisconnect:
                return
            log.info(
                "request",
                request_id=entry.request_id,
                view=self._audience.value,
                operation=entry.operation,
                kind=entry.kind,
                status=response.status_code,
                duration_ms=round((time.perf_counter() - entry.started) * 1000, 1),
                statements=statements.count,
            )
        await response(scope, receive, send)

    async def _respond(self, request: Request, entry: Entry) -> Response:
        """The outermost loop of a request: whatever happens inside, a client hears something that makes sense."""
        media = wire.accepted(request.headers.get("accept"))
        if self.graphql_ide and _is_a_browser(request):
            headers = {"X-Request-Id": entry.request_id, "Content-Security-Policy": _IDE_POLICY}
            return HTMLResponse(self.graphql_ide_html, headers=headers)
        try:
            answer = await self._answer(request, media, entry)
            return wire.encoded(answer, media or wire.JSON, entry.request_id)
        except NotAnswered as stopped:
            refusal = stopped
        except ClientDisconnect:
            raise
        except Exception as unexpected:  # noqa: BLE001 - one of the two outermost loops
            errors.log_unexpected(unexpected, entry.request_id)
            refusal = NotAnswered(errors.masked(entry.request_id), 500)
        answer = Answer(self._told([refusal.error], entry), refusal.status, refusal.headers)
        return wire.encoded(answer, media or wire.JSON, entry.request_id)

    async def _answer(self, request: Request, media: str | None, entry: Entry) -> Answer:
        if request.method not in {"GET", "POST"}:
            raise NotAnswered(bad_input("Please send a POST request."), 405, {"Allow": "GET, POST"})
        if media is None:
            raise NotAnswered(bad_input(f"We answer in {wire.GRAPHQL} or {wire.JSON}; please accept one of them."), 406)
        question = await wire.asked(request, max_body_bytes=self._limits.max_body_bytes)
        try:
            document = self._documents.read(question.query)
        except GraphQLError as error:
            return self._without_data([error], media, entry)
        if document.errors:
            return self._without_data(document.errors, media, entry)
        operation = _chosen(document, question, request.method)
        entry.operation, entry.kind = operation.name, operation.kind.value
        return await self._run(request, question, document, operation, media=media, entry=entry)

    async def _run(
        self,
        request: Request,
        question: Question,
        document: Document,
        operation: Operation,
        *,
        media: str,
        entry: Entry,
    ) -> Answer:
        """Who asks, what it costs, and the answer within the deadline."""
        viewer = await self._viewer(request, operation)
        requested = cost(operation.weights, question.variables)
        extensions = {"cost": {"requested": requested, "limit": self._limits.max_cost}}
        if requested > self._limits.max_cost:
            sentence = f"This operation costs {requested}; at most {self._limits.max_cost} is allowed."
            error = exceeded("cost", sentence, requested=requested, allowed=self._limits.max_cost)
            return self._without_data([error], media, entry, extensions)
        context = Context(
            viewer=viewer,
            audience=self._audience,
            request_id=entry.request_id,
            now=self._clock(),
            origin=request.client.host if request.client else "unknown",
            ports=self._ports,
            limits=self._limits,
            document=document,
        )
        try:
            async with asyncio.timeout(self._limits.deadline_seconds):
                result = await self.schema.execute(
                    question.query,
                    variable_values=question.variables,
                    context_value=context,
                    operation_name=operation.name,
                    operation_extensions=question.extensions,
                )
            if operation.kind is OperationType.MUTATION:
                self._deed_done()
        except TimeoutError:
            return self._without_data([errors.timed_out()], media, entry, extensions)
        if result.errors and result.data is None and all(error.path is None for error in result.errors):
            return self._without_data(result.errors, media, entry, extensions)
        body: dict[str, Any] = {"data": result.data}
        if result.errors:
            body["errors"] = errors.presented(result.errors, entry.request_id)
        return Answer({**body, "extensions": {**(result.extensions or {}), **extensions}}, 200)

    async def _viewer(self, request: Request, operation: Operation) -> Viewer:
        """Who asks. Sign-in, refresh and the like never look at a token, since they are how to get a good one."""
        token = wire.bearer(request)
        if token is None or operation.ignores_token:
            return Viewer.anyone()
        try:
            return await self._authenticate(token, self._audience)
        except TokenExpired as refusal:
            raise _not_let_in("TOKEN_EXPIRED", "Your access has expired. Please refresh it.") from refusal
        except TokenInvalid as refusal:
            raise _not_let_in(
                "TOKEN_INVALID", "This access token is not valid here. Please sign in again."
            ) from refusal
        except DatabaseUnavailable as refusal:
            raise NotAnswered(errors.unavailable(), 503, {"Retry-After": "1"}) from refusal

    def _without_data(
        self, found: Sequence[GraphQLError], media: str, entry: Entry, extensions: dict[str, Any] | None = None
    ) -> Answer:
        """The answer to a request that was not run, or not to its end."""
        body = self._told(found, entry)
        status = wire.status_of(body["errors"], media)
        return Answer({**body, "extensions": extensions} if extensions else body, status)

    def _told(self, found: Sequence[GraphQLError], entry: Entry) -> dict[str, Any]:
        return {"errors": errors.presented(found, entry.request_id)}


def _chosen(document: Document, question: Question, method: str) -> Operation:
    """The operation to run.

    Raises:
        NotAnswered: there is no such operation, or it may not come this way.
    """
    try:
        operation = document.operation(question.operation_name)
    except GraphQLError as error:
        raise NotAnswered(error, 400) from error
    if operation.kind is OperationType.SUBSCRIPTION:
        raise NotAnswered(bad_input("Subscriptions are not answered over plain HTTP."), 400)
    if method == "GET" and operation.kind is not OperationType.QUERY:
        raise NotAnswered(bad_input("A GET request may only read. Please send a POST request."), 405, {"Allow": "POST"})
    return operation


def _not_let_in(code: str, sentence: str) -> NotAnswered:
    error = GraphQLError(sentence, extensions={"code": code})
    return NotAnswered(error, 401, {"WWW-Authenticate": 'Bearer error="invalid_token"'})


def _is_a_browser(request: Request) -> bool:
    accepts_pages = "text/html" in request.headers.get("accept", "")
    return request.method == "GET" and accepts_pages and "query" not in request.query_params
