"""The seam between graphql-core and reading: where a field returns rows, reading takes over."""

from __future__ import annotations

import asyncio
from typing import Any

from graphql import GraphQLNonNull, GraphQLObjectType, get_named_type
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graph.reading import answer
from graph.reading.pages import Paged, Picked, Shown
from graph.reading.plan import Level, Planner, is_a_list
from models.refusal import NotFound
from resolvers.rows import Rows


class ReadingExecutor(StrawberryGraphQLCoreExecutionContext):
    """Executes an operation; rows are read as they are selected, everything else as graphql-core does."""

    def complete_value(
        self, return_type: Any, field_details_list: Any, info: Any, path: Any, result: Any, position_context: Any
    ) -> Any:
        """The answer of a field; of rows, once they are read."""
        if isinstance(result, Rows | Paged | Picked | Shown):
            return self._completed(return_type, field_details_list, info, path, result, position_context)
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)

    def selected(self, of: GraphQLObjectType, details: Any) -> list[tuple[str, Any]]:
        """The fields selected of an object, by the key under which the client wants them."""
        return list(self.collect_subfields(of, details)[0].items())

    async def _completed(
        self, return_type: Any, details: Any, info: Any, path: Any, result: Rows | Paged | Picked | Shown, position: Any
    ) -> Any:
        read = await self._read(return_type, details, info, result)
        completed = super().complete_value(return_type, details, info, path, read, position)
        return await completed if self.is_awaitable(completed) else completed

    async def _read(self, return_type: Any, details: Any, info: Any, result: Rows | Paged | Picked | Shown) -> Any:
        planner = Planner(self, info.context)
        if isinstance(result, Paged):
            of = get_named_type(return_type)
            assert isinstance(of, GraphQLObjectType)  # noqa: S101 - a connection is an object
            plan = planner.connection(of, details, result.rows.model)
            return await answer.connected(info.context, plan, result.rows, result.page)
        if isinstance(result, Picked):
            by_key = await self._once(return_type, details, info, result.rows)
            picked = frozenset(result.keys)
            return [answered for key, answered in by_key.items() if key in picked]
        of = self._object(return_type, result)
        if isinstance(result, Shown):
            result = result.rows
        level = Level(result.model)
        head = planner.head(level, of, details)
        found = await answer.listed(info.context, level, head, result)
        if is_a_list(return_type):
            return found
        if not found and isinstance(return_type, GraphQLNonNull):
            # The deed was done, maybe by an earlier request, and what it was about is no longer the viewer's to see.
            raise NotFound
        return found[0] if found else None

    async def _once(self, return_type: Any, details: Any, info: Any, rows: Rows) -> dict[Any, Any]:
        """The rows by key, read by the first who picks from them with this selection; the others wait."""
        reads: dict[tuple[int, int], asyncio.Future[dict[Any, Any]]] = vars(self).setdefault("_reads", {})
        known = (id(rows), id(details))
        if known not in reads:
            reads[known] = asyncio.get_running_loop().create_future()
            level = Level(rows.model)
            head = Planner(self, info.context).head(level, self._object(return_type, rows), details)
            try:
                reads[known].set_result(await answer.by_key(info.context, level, head, rows))
            except BaseException as error:
                reads[known].set_exception(error)
                reads[known].exception()  # whoever else waits hears of it; nobody may be left to
                raise
        return await reads[known]

    def _object(self, return_type: Any, result: Rows | Shown) -> GraphQLObjectType:
        named = self.schema.type_map[result.kind] if isinstance(result, Shown) else get_named_type(return_type)
        assert isinstance(named, GraphQLObjectType)  # noqa: S101 - rows are shown as objects
        return named
