"""Read: the statements of a plan are run, and give rows as the driver has them, level below level."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

from graph.reading import pages, statement, values
from graph.reading.found import Answers, Failed, Found, Listed, Stretch, Stretches
from graph.reading.plan import Asked, Child
from models import sql
from models.refusal import Refusal

if TYPE_CHECKING:
    from uuid import UUID

    from graphql.execution.values import VariableValues

    from graph.context import Context
    from graph.reading.plan import Connection, Level, Plan, Row
    from resolvers.rows import Page, Rows


async def listed(
    context: Context, variables: VariableValues, plan: Plan, rows: Rows, told: Mapping[str, Any]
) -> Listed:
    """The rows, and what is below them; `told` is what the question itself tells of them."""
    async with sql.together() as ask:
        reader = _Reader(context, variables, ask, told)
        found = await reader.listed(plan, rows)
    await reader.ask_functions()
    return found


async def page(context: Context, variables: VariableValues, plan: Plan, rows: Rows, page: Page) -> Stretches:
    """One page of the rows, under the parent None, and what is below them."""
    async with sql.together() as ask:
        reader = _Reader(context, variables, ask, {})
        found = await reader.page(plan, rows, page)
    await reader.ask_functions()
    return found


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is to be read for a child: its statement, and where its totals are counted by themselves, theirs.

    `narrowed` and its values are what else must hold of its rows.
    """

    child: Child
    parents: Sequence[Any]
    page: Page | None
    narrowed: str
    values: Sequence[Any]
    statements: Sequence[statement.Statement]


class _Reader:
    """Reads for one field of one request."""

    def __init__(self, context: Context, variables: VariableValues, ask: sql.Ask, told: Mapping[str, Any]) -> None:
        self._context = context
        self._variables = variables
        self._ask = ask
        self._told = told
        self._functions: list[tuple[Asked, list[UUID], Answers]] = []

    async def ask_functions(self) -> None:
        """Ask every function for the keys that were found: when no connection is held, for they take their own."""
        if not self._functions:
            return
        viewer = self._context.viewer
        calls = [asked.function(viewer, keys) for asked, keys, _ in self._functions]
        for (_, _, answers), said in zip(
            self._functions, await asyncio.gather(*calls, return_exceptions=True), strict=True
        ):
            if isinstance(said, Exception):
                answers.error = said
            elif isinstance(said, BaseException):
                raise said
            else:
                answers.by_key = said

    async def listed(self, plan: Plan, rows: Rows) -> Listed:
        if rows.key is not None and plan.level.children:
            return await self._one(plan.level, rows, sql.bound([rows.key])[0])
        (found,) = await self._ask([statement.whole(plan.level, self._context.viewer, rows)])
        return Listed(found, await self._below(plan.level.children, found))

    async def _one(self, level: Level, rows: Rows, key: Any) -> Listed:
        """The row with this key, and what is below it: asked for at once, as far as it is known to what it belongs."""
        viewer = self._context.viewer
        wishes = [
            self._wish(child, [key]) if isinstance(child, Child) and level.is_own(child.parent) else None
            for child in level.children
        ]
        granted = [wish for wish in wishes if isinstance(wish, _Wish)]
        rider = next((wish for wish in granted if wish.child.connection is None), None)
        if rider is None:
            first = statement.whole(level, viewer, rows)
        else:
            first = statement.with_rider(level, viewer, rows, rider.child, rider.narrowed, rider.values, key)
        asked = [each for wish in granted if wish is not rider for each in wish.statements]
        found, *others = await self._ask([first, *asked])
        width, answers = max(len(level.columns), 1), iter(others)
        own = [row[:width] for row in found[:1]]
        below: list[Found] = []
        for child, wish in zip(level.children, wishes, strict=True):
            if not own:
                below.append(Listed((), ()))
            elif wish is None:
                below += await self._below([child], own)
            elif rider is not None and wish is rider:
                ridden = [row[width:] for row in found if row[width + rider.child.place] is not None]
                below.append(Listed(ridden, await self._below(rider.child.level.children, ridden)))
            elif isinstance(wish, _Wish):
                below.append(await self._granted(wish, [next(answers) for _ in wish.statements]))
            else:
                below.append(wish)
        return Listed(own, below)

    async def page(self, plan: Plan, rows: Rows, page: Page) -> Stretches:
        level, connection = plan.level, plan.connection
        assert connection is not None  # noqa: S101 - planned as a page
        read = statement.whole(level, self._context.viewer, rows, page, counts=connection.wants_total)
        if connection.wants_total and page.beyond is not None:
            found, ((total,),) = await self._ask([read, statement.counted(level, rows)])
        else:
            (found,), total = await self._ask([read]), None
        stretch = _stretch(connection, found, page, total)
        return Stretches({None: stretch}, await self._below(level.children, stretch.rows))

    async def _below(self, children: Sequence[Child | Asked], rows: Sequence[Row]) -> list[Found]:
        """What is below the rows: all levels that hang on them are asked for at once."""
        if not children:
            return []
        wishes = [self._wished(child, _keys(rows, child.parent)) for child in children]
        statements = [each for wish in wishes if isinstance(wish, _Wish) for each in wish.statements]
        answers = iter(await self._ask(statements) if statements else ())
        found: list[Found] = []
        for wish in wishes:
            if isinstance(wish, _Wish):
                found.append(await self._granted(wish, [next(answers) for _ in wish.statements]))
            else:
                found.append(wish)
        return found

    def _wished(self, child: Child | Asked, keys: Sequence[Any]) -> _Wish | Found:
        if isinstance(child, Child):
            return self._wish(child, keys)
        answers = Answers()
        if keys:
            self._functions.append((child, [sql.as_key(key) for key in keys], answers))
        return answers

    def _wish(self, child: Child, parents: Sequence[Any]) -> _Wish | Found:
        viewer = self._context.viewer
        if not parents:
            return Listed((), ())
        page = None
        try:
            given = {**self._told, **child.arguments.given(self._variables)}
            narrowed, asked = child.edge.narrow(self._context, given) if child.edge.narrow else ("", ())
            if child.connection is not None:
                page = _page(given, self._context.limits.max_page)
            statements = [statement.of_parents(child, viewer, narrowed, asked, parents, page)]
        except (GraphQLError, Refusal) as error:
            return Failed(error)
        if child.connection is not None and child.connection.wants_total and page is not None and page.beyond:
            statements.append(statement.counted_of_parents(child, viewer, narrowed, asked, parents))
        return _Wish(child, parents, page, narrowed, asked, statements)

    async def _granted(self, wish: _Wish, answers: Sequence[Sequence[Row]]) -> Found:
        child, page, rows = wish.child, wish.page, answers[0]
        if child.connection is None or page is None:
            return Listed(rows, await self._below(child.level.children, rows))
        totals = {row[0]: row[1] for row in answers[1]} if len(answers) > 1 else None
        stretches = {
            parent: _stretch(child.connection, found, page, None if totals is None else totals.get(parent, 0))
            for parent, found in _by_parent(child, wish.parents, rows)
        }
        shown = [row for stretch in stretches.values() for row in stretch.rows] if child.level.children else ()
        return Stretches(stretches, await self._below(child.level.children, shown))


def _keys(rows: Sequence[Row], place: int) -> list[Any]:
    return [key for key in dict.fromkeys([row[place] for row in rows]) if key is not None]


def _by_parent(child: Child, parents: Sequence[Any], rows: Sequence[Row]) -> Iterable[tuple[Any, Sequence[Row]]]:
    if len(parents) == 1:
        return [(parents[0], rows)]
    by_parent: dict[Any, list[Row]] = {parent: [] for parent in parents}
    for row in rows:
        by_parent[row[child.place]].append(row)
    return by_parent.items()


def _page(given: Mapping[str, Any], most: int) -> Page:
    return pages.page(
        first=given.get("first"),
        after=given.get("after"),
        last=given.get("last"),
        before=given.get("before"),
        most=most,
    )


def _stretch(connection: Connection, found: Sequence[Row], page: Page, total: int | None) -> Stretch:
    """The page of what was found; without a total, it stands at the end of every row where it is wanted."""
    has_more = len(found) > page.size
    has_other = page.beyond is not None
    shown = found[: page.size] if has_more else found
    if page.goes_back:
        shown = shown[::-1]
    if total is None:
        total = found[0][-1] if connection.wants_total and found else 0
    columns = [(place, values.known(connection.level.columns[place][1])) for place in connection.order]
    cursors = [
        pages.cursor(tuple(row[place] if known is None else known(row[place]) for place, known in columns))
        for row in (shown if columns else ())
    ]
    return Stretch(
        shown,
        total,
        has_next=has_other if page.goes_back else has_more,
        has_previous=has_more if page.goes_back else has_other,
        cursors=cursors,
    )
