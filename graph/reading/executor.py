"""The executor: answers an operation from its roots on; introspection and what is watched are graphql-core's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    OperationType,
    default_field_resolver,
    default_type_resolver,
    get_named_type,
)
from graphql.execution.collect_fields import FragmentDetails, collect_fields, collect_subfields
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graph.limits import exceeded
from graph.reading import answer, read, readings
from graph.reading.careful import Careful, Place, ToldInPlace
from graph.reading.found import Listed
from graph.reading.objects import Objects
from graph.reading.pages import Paged, Picked, Shown
from graph.reading.plan import Plan
from graph.reading.planner import Planner
from graph.reading.plans import Plans
from graph.reading.roots import Root, roots
from graph.reading.shape import SHAPES
from graph.reading.types import is_a_list
from models import sql
from models.refusal import NotFound
from resolvers import access
from resolvers.rows import Rows

if TYPE_CHECKING:
    from uuid import UUID

    from graphql.execution.values import VariableValues

    from graph.context import Context
    from graph.documents import Operation

_READ = (Rows, Paged, Picked, Shown)
_MOST_ROOTS = 32  # of one operation, for all the ways in which its switches may stand


class ReadingExecutor(StrawberryGraphQLCoreExecutionContext):
    """Executes an operation; rows are read as they are selected.

    Introspection and the roots of subscriptions are graphql-core's, everything else is completed here.

    `plans` are kept from one operation to the next; `switches` are the variables that decide what is selected, and
    `kept` holds what an operation asks for at its top, by the values of those.
    """

    def __init__(
        self,
        *given: Any,
        plans: Plans | None = None,
        switches: Sequence[str] = (),
        kept: dict[Any, tuple[Root, ...] | None] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(*given, **more)
        self._plans = Plans() if plans is None else plans
        self._switches = switches
        self._kept = {} if kept is None else kept
        self._once: dict[tuple[int, int], tuple[asyncio.Future[tuple[Plan, Listed, Any]], Rows, Any]] = {}
        self._levels = 0
        self.pets: set[UUID] = set()
        """Of whose records a body was answered so far."""

    @classmethod
    def of(
        cls, schema: GraphQLSchema, operation: Operation, variables: VariableValues, context: Context, *, plans: Plans
    ) -> ReadingExecutor:
        """The executor of one request, without looking again at what was found in its document."""
        return cls(
            schema,
            dict(operation.fragments),
            {name: FragmentDetails(fragment, None) for name, fragment in operation.fragments.items()},
            None,
            context,
            operation.node,
            variables,
            default_field_resolver,
            default_type_resolver,
            default_field_resolver,
            is_awaitable=optimized_is_awaitable,
            hide_suggestions=True,
            plans=plans,
            switches=operation.switches,
            kept=operation.kept,
        )

    async def answered(self) -> ExecutionResult:
        """The answer to the operation; whose records were read for it is told to the context."""
        answer = await self._answered()
        if self.pets:
            context, name = self.context_value, self.operation.name
            context.record_read(context.viewer, frozenset(self.pets), name.value if name else None)
        return answer

    async def _answered(self) -> ExecutionResult:
        try:
            asked = self._roots()
        except GraphQLError as error:
            return ExecutionResult(None, [error])
        if asked is None:
            result: Any = self.execute_operation()
            answer: ExecutionResult = await result if isawaitable(result) else result
            return answer
        if len(asked) == 1 or self.operation.operation is OperationType.MUTATION:
            data = {each.key: await self._root(each) for each in asked}
        else:
            answers = await asyncio.gather(*[self._root(each) for each in asked])
            data = {each.key: answer for each, answer in zip(asked, answers, strict=True)}
        return ExecutionResult(data, self.collected_errors.errors or None)

    def complete_value(
        self, return_type: Any, field_details_list: Any, info: Any, path: Any, result: Any, position_context: Any
    ) -> Any:
        """The answer of a field; of rows, once they are read."""
        if self.is_read(result):
            return self.read(return_type, field_details_list, path, result)
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)

    def build_per_event_executor(self, payload: Any) -> Any:
        """The executor for one event, which has read nothing yet."""
        executor = super().build_per_event_executor(payload)
        vars(executor).update({"_once": {}, "_levels": 0, "pets": set()})
        return executor

    def top(self) -> list[tuple[str, Any]]:
        """The fields selected of the root, by the key under which the client wants them.

        Raises:
            GraphQLError: `@skip` or `@include` is given null.
        """
        of: Any = self.schema.get_root_type(self.operation.operation)
        found = collect_fields(
            self.schema, self.fragments, self.variable_values, of, self.operation, hide_suggestions=True
        )
        return list(found.grouped_field_set.items())

    def selected(self, of: GraphQLObjectType, details: Any) -> list[tuple[str, Any]]:
        """The fields selected of an object, by the key under which the client wants them."""
        found = collect_subfields(self.schema, self.fragments, self.variable_values, self.operation, of, details)
        return list(found.grouped_field_set.items())

    def _roots(self) -> tuple[Root, ...] | None:
        switches = self._chosen()
        if switches in self._kept:
            return self._kept[switches]
        found = roots(self)
        kept = sum(map(len, filter(None, self._kept.values())))
        if kept + len(found or ()) > _MOST_ROOTS:
            self._kept.clear()
        if len(found or ()) <= _MOST_ROOTS:
            self._kept[switches] = found
        return found

    async def _root(self, root: Root) -> Any:
        """The answer of a field of the root, which may always be null."""
        if root.definition is None or root.arguments is None or root.asked is None:
            return root.parent.name
        wrapped = root.definition.type
        with ToldInPlace(self, wrapped, root.details, root.path):
            info = self.build_resolve_info(root.definition, root.nodes, root.parent, root.path)
            result = await root.asked(info, root.arguments.given(self.variable_values))
            return await Objects(self).completed(wrapped, root.details, root.path, result)
        return None

    def _chosen(self) -> tuple[Any, ...]:
        coerced = self.variable_values.coerced
        return tuple([coerced.get(name) for name in self._switches])

    def complete_object_value(self, return_type: GraphQLObjectType, *more: Any) -> Any:
        """The answer that an object is; a row should not come here."""
        self.note_fallback(return_type)
        return super().complete_object_value(return_type, *more)

    def note_fallback(self, of: GraphQLObjectType) -> None:
        """Count an object that is answered field by field, if its type shows rows."""
        if getattr(of.extensions.get("strawberry-definition"), "origin", None) in SHAPES:
            self._plans.fallbacks += 1

    def count_level(self) -> None:
        """Count a level that is planned for this operation: nobody else is answered in the meantime.

        Raises:
            GraphQLError: there are too many.
        """
        self._levels += 1
        allowed = self.context_value.limits.max_levels
        if self._levels > allowed:
            sentence = (
                f"This document asks for more than {allowed} lists within lists, where each kind of what may be of many kinds"
                " counts. Please ask for fewer of them at once. If you were changing something, that was done all the same:"
                " send it again with the same idempotency key, and ask for less."
            )
            raise exceeded("levels", sentence, requested=self._levels, allowed=allowed)

    def is_read(self, result: Any) -> bool:
        """Whether a resolver answered with rows."""
        return isinstance(result, _READ)

    async def read(self, return_type: Any, details: Any, path: Any, result: Any) -> Any:
        """The answer that rows are, once they are read."""
        match result:
            case Paged():
                return await self._page(return_type, details, path, result)
            case Picked():
                return await self._picked(return_type, details, path, result)
            case Shown():
                return await self._shown(return_type, details, path, result)
        return await self._rows(get_named_type(return_type), return_type, details, path, result, {})

    async def _shown(self, return_type: Any, details: Any, path: Any, shown: Shown | None) -> Any:
        while shown is not None:
            of = self.schema.type_map[shown.kind]
            answer = await self._rows(of, return_type, details, path, shown.rows, shown.said)
            if answer is not None or shown.otherwise is None:
                return answer
            shown = await shown.otherwise()
        return None

    async def _rows(
        self, of: Any, return_type: Any, details: Any, path: Any, rows: Rows, told: Mapping[str, Any]
    ) -> Any:
        plan = self._plan("rows", of, details, rows, lambda planner: planner.list(of, details, rows.model))
        found = await read.listed(self.context_value, self.variable_values, plan, rows, told)
        self.pets |= readings.pets(plan, found)
        is_list = is_a_list(return_type)
        if not found.rows and isinstance(return_type, GraphQLNonNull) and not is_list:
            # The deed was done, maybe by an earlier request, and what it was about is no longer the viewer's to see.
            raise NotFound
        answers = self._quickly(plan, lambda: answer.listed(plan, found, told))
        if answers is None:
            places = _places(plan, found, told)
            if is_list:
                return Careful(self).list(plan.made, return_type, details, places, path)
            return Careful(self).object(plan.made, places[0], path) if places else None
        return answers if is_list else answers[0] if answers else None

    async def _page(self, return_type: Any, details: Any, path: Any, paged: Paged) -> Any:
        of: Any = get_named_type(return_type)
        rows = paged.rows
        plan = self._plan(
            rows.order, of, details, rows, lambda planner: planner.page(of, details, rows.model, rows.order)
        )
        found = await read.page(self.context_value, self.variable_values, plan, paged)
        self.pets |= readings.pets(plan, found)
        made = self._quickly(plan, lambda: answer.page(plan, found))
        if made is None:
            place = Place(plan.level, found.below, page=found.by_parent[None])
            return Careful(self).object(plan.made, place, path)
        return made

    async def _picked(self, return_type: Any, details: Any, path: Any, picked: Picked) -> Any:
        plan, found, made = await self._read_once(return_type, details, picked.rows)
        keys = frozenset(picked.keys)
        if made is not None:
            answers = [each for key, (each,) in made.items() if sql.as_key(key) in keys]
            return answers if is_a_list(return_type) else next(iter(answers), None)
        places = [place for place in _places(plan, found, {}) if sql.as_key(place.row[0]) in keys]
        if is_a_list(return_type):
            return Careful(self).list(plan.made, return_type, details, places, path)
        return Careful(self).object(plan.made, places[0], path) if places else None

    async def _read_once(self, return_type: Any, details: Any, rows: Rows) -> Any:
        """The rows by key, read by the first who picks from them with this selection; the others wait."""
        known = (id(rows), id(details))
        if known not in self._once:
            # What it is known by is kept, so that nothing else can take its place in memory.
            self._once[known] = (asyncio.get_running_loop().create_future(), rows, details)
            first = self._once[known][0]
            of: Any = get_named_type(return_type)
            try:
                plan = self._plan("keys", of, details, rows, lambda planner: planner.by_key(of, details, rows.model))
                found = await read.listed(self.context_value, self.variable_values, plan, rows, {})
                self.pets |= readings.pets(plan, found)
                made = self._quickly(plan, lambda: answer.listed(plan, found, {}))
                first.set_result((plan, found, made))
            except BaseException as error:
                first.set_exception(error)
                first.exception()  # whoever else waits hears of it; nobody may be left to
                raise
        return await self._once[known][0]

    def _plan(self, way: Any, of: Any, details: Any, rows: Rows, planned: Callable[[Planner], Plan]) -> Plan:
        """The plan of a selection, kept or made."""
        viewer = self.context_value.viewer
        nodes = tuple([id(each.node) for each in details])
        key = (way, of.name, rows.model, id(self.operation), nodes, self._chosen(), access.key(viewer), sql.dialect())
        plan = self._plans.get(key)
        if plan is None:
            plan = planned(Planner(self, viewer))
            self._plans.keep(key, plan)
        return plan

    def _quickly(self, plan: Plan, made: Callable[[], Any]) -> Any:
        """What is made when nothing goes wrong; None when something does, and it has to be made carefully."""
        if not plan.is_guarded:
            with suppress(Exception):  # nothing is lost: it is raised again, and told, by whoever is careful
                return made()
        self._plans.careful += 1
        return None


def _places(plan: Plan, found: Listed, told: Mapping[str, Any]) -> list[Place]:
    return [Place(plan.level, found.below, row, told=told) for row in found.rows]
