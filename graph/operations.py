"""Operations: what one view does with a question, whichever way it came and whichever way the answer goes."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from graphql import (
    FieldNode,
    GraphQLError,
    OperationType,
    VariableNode,
    execute_subscription_event,
    located_error,
)
from graphql.execution.values import VariableValues, get_argument_values
from graphql.pyutils import Path

from graph import errors
from graph.context import Context, RecordRead, nobody_notes
from graph.cost import cost
from graph.documents import Document, Documents, Operation
from graph.figures import Figures, figures
from graph.limits import Limits, bad_input, exceeded
from graph.reading import Plans, ReadingExecutor
from graph.views import View
from resolvers.viewer import Audience, Viewer

if TYPE_CHECKING:
    from graph.live.watch import Watch
    from graph.wire import Question
    from resolvers.ports import Ports


class NotRun(Exception):
    """The operation was not run, or not to its end, because of these errors; there is no data.

    `is_malformed` says that it is the request which makes no sense, not the document in it.
    """

    def __init__(
        self, found: Sequence[GraphQLError], extensions: dict[str, Any] | None = None, *, is_malformed: bool = False
    ) -> None:
        super().__init__(found[0].message)
        self.errors = tuple(found)
        self.extensions = extensions or {}
        self.is_malformed = is_malformed


@dataclass(frozen=True, slots=True)
class Asked:
    """An operation that may be run: it is well-formed, and costs no more than is allowed."""

    question: Question
    document: Document
    operation: Operation
    extensions: dict[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> OperationType:
        """Whether it asks, does or watches."""
        return self.operation.kind


class Operations:
    """Reads and runs operations of one view.

    `deed_done` is told of every mutation that may have been carried out, so that its letters and listeners need not wait;
    `record_read`, who has read something of the records of which pets.
    """

    def __init__(
        self,
        view: View,
        audience: Audience,
        *,
        ports: Ports,
        limits: Limits,
        clock: Callable[[], datetime],
        introspection: bool,
        deed_done: Callable[[], object] = lambda: None,
        record_read: RecordRead = nobody_notes,
    ) -> None:
        self.view = view
        self.audience = audience
        self.limits = limits
        self.plans = Plans()
        self._ports = ports
        self._clock = clock
        self._deed_done = deed_done
        self._record_read = record_read
        self._documents = Documents(view, limits, introspection=introspection)

    @property
    def figures(self) -> Figures:
        """How well this view remembers what it was asked before."""
        return figures(self._documents, self.plans)

    def read(self, question: Question) -> Asked:
        """The operation that a question asks for.

        Raises:
            NotRun: the document cannot be read, breaks a rule, or holds no such operation.
        """
        try:
            document = self._documents.read(question.query)
        except GraphQLError as error:
            raise NotRun([error]) from error
        if document.errors:
            raise NotRun(document.errors)
        try:
            operation = document.operation(question.operation_name)
        except GraphQLError as error:
            raise NotRun([error], is_malformed=True) from error
        # What is not declared means nothing, and would be kept for as long as a subscription lives.
        declared = operation.variables.names
        if not question.variables.keys() <= declared:
            variables = {name: value for name, value in question.variables.items() if name in declared}
            question = replace(question, variables=variables)
        return Asked(question, document, operation)

    def weighed(self, asked: Asked) -> Asked:
        """The same operation, with what it costs. Introspection alone may cost more than is allowed of the rest.

        Raises:
            NotRun: that is more than is allowed.
        """
        is_watched = asked.kind is OperationType.SUBSCRIPTION
        allowed = self.limits.max_subscription_cost if is_watched else self.limits.max_cost
        allowed = max(allowed, asked.operation.introspection)
        requested = asked.operation.cost
        if requested is None:
            requested = cost(asked.operation.weights, asked.question.variables)
        extensions = {"cost": {"requested": requested, "limit": allowed}}
        if requested > allowed:
            sentence = f"This operation costs {requested}; at most {allowed} is allowed."
            raise NotRun([exceeded("cost", sentence, requested=requested, allowed=allowed)], extensions)
        return Asked(asked.question, asked.document, asked.operation, extensions)

    def context(self, viewer: Viewer, asked: Asked, *, request_id: str, origin: str) -> Context:
        """What the resolvers of this one operation may know."""
        return Context(
            viewer=viewer,
            audience=self.audience,
            request_id=request_id,
            now=self._clock(),
            origin=origin,
            ports=self._ports,
            limits=self.limits,
            record_read=self._record_read,
        )

    async def run(self, asked: Asked, context: Context) -> dict[str, Any]:
        """The answer to a query or a mutation, within the deadline.

        Raises:
            NotRun: it took too long, or its variables are not what it takes.
        """
        try:
            async with asyncio.timeout(self.limits.deadline_seconds):
                result = await self.executor(asked, context).answered()
        except TimeoutError:
            raise NotRun([errors.timed_out()], asked.extensions) from None
        finally:
            if asked.kind is OperationType.MUTATION:  # which may have been done, however this ends
                self._deed_done()
        if result.errors and result.data is None and all(error.path is None for error in result.errors):
            raise NotRun(result.errors, asked.extensions)
        body: dict[str, Any] = {"data": result.data}
        if result.errors:
            body["errors"] = errors.presented(result.errors, context.request_id)
        return {**body, "extensions": asked.extensions}

    async def watch(self, asked: Asked, context: Context) -> Watching:
        """What a subscription watches, and how each of its answers is made.

        Raises:
            NotRun: its variables are not what it takes, or it is not for this viewer.
            Refusal: what its resolver refuses.
        """
        executor = self.executor(asked, context)
        root = self.view.graphql.subscription_type
        assert root is not None  # noqa: S101 - the document was checked against this very schema
        selected = executor.top()
        if not selected:  # `@skip` left nothing of it
            raise NotRun([bad_input("This subscription watches nothing.")], asked.extensions)
        name, details = selected[0]
        nodes = [each.node for each in details]
        path = Path(None, name, root.name)
        field = root.fields[nodes[0].name.value]
        info = executor.build_resolve_info(field, nodes, root, path)
        try:
            arguments = get_argument_values(field, nodes[0], executor.variable_values, hide_suggestions=True)
            assert field.subscribe is not None  # noqa: S101 - every field of the root has one
            async with asyncio.timeout(self.limits.deadline_seconds):
                watch = await field.subscribe(None, info, **arguments)
        except TimeoutError:
            raise NotRun([errors.timed_out()], asked.extensions) from None
        except GraphQLError as error:
            raise NotRun([located_error(error, nodes, path.as_list())], asked.extensions) from error
        return Watching(watch, executor, context, self._clock, _variable(nodes[0], "after"), asked.operation.name)

    def executor(self, asked: Asked, context: Context, kind: type[ReadingExecutor] = ReadingExecutor) -> Any:
        """What runs the operation. Not Strawberry's own way, which checks, wraps and hooks what nobody here asks for.

        Raises:
            NotRun: its variables are not what it takes.
        """
        operation = asked.operation
        variables = operation.variables.given(asked.question.variables)
        if not isinstance(variables, VariableValues):
            raise NotRun(variables, asked.extensions)
        return kind.of(self.view.graphql, operation, variables, context, plans=self.plans)


class Told(NamedTuple):
    """One answer of a subscription, and the pets of whose records something stands in it."""

    body: dict[str, Any]
    pets: frozenset[UUID]


@dataclass(frozen=True, slots=True, eq=False)
class Watching:
    """A subscription that has been opened, and is answered once for each event that it shows.

    `cursor_variable` is the variable that was given as its cursor, if one was.
    """

    watch: Watch
    executor: Any
    context: Context
    clock: Callable[[], datetime]
    cursor_variable: str | None
    operation_name: str | None

    def note(self, pets: frozenset[UUID]) -> None:
        """Note that whoever watches has been told of the records of these pets."""
        if pets:
            self.context.record_read(self.context.viewer, pets, self.operation_name)

    async def answer(self, root: Any, viewer: Viewer) -> Told:
        """The answer with this root value, for this viewer; nothing is remembered from one to the next.

        Raises:
            DatabaseUnavailable: the rows cannot be read now.
            Exception: whatever nobody expected: an answer with a hole in it would be taken for the truth.
        """
        executor = self.executor.build_per_event_executor(root)
        request_id = secrets.token_hex(8)
        executor.context_value = replace(self.context, viewer=viewer, now=self.clock(), request_id=request_id)
        result = execute_subscription_event(executor)
        if isawaitable(result):
            result = await result
        if result.errors:
            for error in result.errors:
                errors.raise_unexpected(error)
            body = {"data": result.data, "errors": errors.presented(result.errors, request_id)}
            return Told(body, frozenset(executor.pets))
        return Told({"data": result.data}, frozenset(executor.pets))


def _variable(node: FieldNode, argument: str) -> str | None:
    """The variable that is given to this argument, if one is."""
    for given in node.arguments or ():
        if given.name.value == argument and isinstance(given.value, VariableNode):
            return given.value.name.value
    return None
