"""Read: the statements of a plan are run, and give rows as the driver has them, level below level."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

from graph.reading import gathering, mixed, pages, statement, stretches
from graph.reading.found import Answers, Failed, Found, Listed, Stretches
from graph.reading.gathering import Gathering
from graph.reading.plan import Asked, Child
from models import sql
from models.refusal import Refusal

if TYPE_CHECKING:
    from uuid import UUID

    from graphql.execution.values import VariableValues

    from graph.context import Context
    from graph.reading.pages import Paged
    from graph.reading.plan import Level, Plan, Row
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


async def page(context: Context, variables: VariableValues, plan: Plan, paged: Paged) -> Stretches:
    """One page of the rows, under the parent None, and what is below them."""
    async with sql.together() as ask:
        reader = _Reader(context, variables, ask, paged.said)
        found = await reader.page(plan, paged.rows, paged.page)
    await reader.ask_functions()
    return found


def rides(level: Level, rows: Rows) -> int | None:
    """The number of the list that is read beside the one row there is: the first, if there is one."""
    if rows.key is None or gathering.gathers_all(level, rows):
        return None
    for number, child in enumerate(level.children):
        is_list = isinstance(child, Child) and child.connection is None and child.kind is None and not child.edge.most
        if is_list and level.is_own(child.parent):
            return number
    return None


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is to be read for a child: its statement, and where its totals are counted by themselves, theirs.

    Where everything is read by one statement, the `answers` are there already.
    """

    child: Child
    parents: Sequence[Any]
    page: Page | None
    statements: Sequence[statement.Statement] = ()
    answers: Sequence[Sequence[Row]] = ()


@dataclass(frozen=True, slots=True)
class _Riding:
    """The child with this number rides."""

    number: int
    rider: statement.Rider


@dataclass(frozen=True, slots=True)
class _Gathered:
    """What was asked for a child and found, its totals too when they are apart; or why nothing could be asked."""

    page: Page | None
    answers: Sequence[Sequence[Row]]


class _Reader:
    """Reads for one field of one request."""

    def __init__(self, context: Context, variables: VariableValues, ask: sql.Ask, told: Mapping[str, Any]) -> None:
        self._context = context
        self._variables = variables
        self._ask = ask
        self._told = told
        self._gathered: dict[int, _Gathered | Failed] = {}  # by the identity of the child
        self._functions: list[tuple[Asked, list[UUID], Answers]] = []

    async def ask_functions(self) -> None:
        """Ask every function for the keys that were found: when no connection is held, for they take their own."""
        if not self._functions:
            return
        calls = [
            asked.function(self._context.viewer, keys, *self._told_to(asked)) for asked, keys, _ in self._functions
        ]
        for (_, _, answers), said in zip(
            self._functions, await asyncio.gather(*calls, return_exceptions=True), strict=True
        ):
            if isinstance(said, Exception):
                answers.error = said
            elif isinstance(said, BaseException):
                raise said
            else:
                answers.by_key = said

    def _told_to(self, asked: Asked) -> tuple[Any, ...]:
        """What a function is told beside who asks for which keys."""
        if asked.is_timed:
            return (self._context.now,)
        return (self._told,) if asked.is_told else ()

    async def listed(self, plan: Plan, rows: Rows) -> Listed:
        own, known, _ = await self._top(plan.level, rows)
        self._context.room.take(plan.level, own)
        return mixed.listed(plan.level, own, await self._below(plan.level, own, known))

    async def page(self, plan: Plan, rows: Rows, page: Page) -> Stretches:
        level, connection = plan.level, plan.connection
        assert connection is not None  # noqa: S101 - planned as a page
        own, known, total = await self._top(level, rows, page, counts=connection.wants_total)
        stretch = stretches.stretch(connection, own, page, total)
        self._context.room.take(level, stretch.rows)
        below = await self._below(level, stretch.rows, known)
        return Stretches({None: mixed.stretch(level, stretch, below)}, below)

    async def _top(
        self, level: Level, rows: Rows, page: Page | None = None, *, counts: bool = False
    ) -> tuple[Sequence[Row], dict[int, Found], int | None]:
        """The rows; by their number, those levels below that were read with them; and how many there are in all.

        What lies before a cursor is not among the rows, so there the whole list is counted by itself.
        """
        if gathering.gathers_all(level, rows):
            return await self._gather(level, rows, page, counts=counts)
        is_counted = counts and page is not None and page.beyond is not None
        counted = [statement.counted(level, rows)] if is_counted else []
        if rows.key is not None and page is None:
            return await self._one(level, rows, str(rows.key))
        own, *more = await self._ask(
            [statement.whole(level, self._context.viewer, rows, page, counts=counts), *counted]
        )
        return own, {}, more[0][0][0] if more else None

    async def _gather(
        self, level: Level, rows: Rows, page: Page | None, *, counts: bool
    ) -> tuple[Sequence[Row], dict[int, Found], int | None]:
        """The rows, and all that is below them, by one statement."""
        viewer, most = self._context.viewer, self._context.limits.max_page
        gathered = Gathering.of(level, viewer, rows, page, self._narrowed, counts=counts, most=most)
        parts = await self._gathered_by(gathered)
        return parts[0], {}, None if gathered.total is None else parts[gathered.total][0][0]

    async def _gathered_by(self, gathered: Gathering) -> Sequence[Sequence[Row]]:
        """The rows of each part; what was found for each child is kept until it is wanted."""
        asked = gathered.statements()
        found = (await self._ask(asked))[0][0] if asked else ()
        rows = gathered.parted(found)
        for child, wish in gathered.wishes.items():
            if isinstance(wish, Failed):
                self._gathered[child] = wish
            else:
                totals = [] if wish.totals is None else [rows[wish.totals]]
                self._gathered[child] = _Gathered(wish.page, [rows[wish.rows], *totals])
        return rows

    async def _one(self, level: Level, rows: Rows, key: str) -> tuple[Sequence[Row], dict[int, Found], None]:
        """The one row there may be: nothing below it has to wait, and one list of it rides in its statement."""
        viewer = self._context.viewer
        riding = self._riding(level, rows, key)
        wishes = self._wishes(level, key, besides=riding)
        if riding is None:
            first = statement.whole(level, viewer, rows)
        else:
            first = statement.with_rider(level, viewer, rows, riding.rider)
        asked = [each for wish in wishes.values() for each in wish.statements]
        own, *answers = await self._ask([first, *asked])
        more = iter(answers)
        below: dict[int, Found] = {}
        for number, wish in wishes.items():
            below[number] = await self._granted(wish, [next(more) for _ in wish.statements])
        if riding is not None:
            own, ridden = _parted(level, own, riding.rider)
            lower = riding.rider.child.level
            self._context.room.take(lower, ridden)
            below[riding.number] = mixed.listed(lower, ridden, await self._below(lower, ridden))
        return own, below, None

    def _wishes(self, level: Level, key: Any, *, besides: _Riding | None) -> dict[int, _Wish]:
        """What is to be read below the row with this key, as far as it hangs on that row itself."""
        wishes: dict[int, _Wish] = {}
        for number, child in enumerate(level.children):
            is_riding = besides is not None and besides.number == number
            if isinstance(child, Child) and child.kind is None and level.is_own(child.parent) and not is_riding:
                wish = self._wish(child, [key])
                if isinstance(wish, _Wish):
                    wishes[number] = wish
        return wishes

    def _riding(self, level: Level, rows: Rows, key: Any) -> _Riding | None:
        number = rides(level, rows)
        if number is None:
            return None
        child = level.children[number]
        assert isinstance(child, Child)  # noqa: S101 - only lists ride
        try:
            _, narrowed, asked = self._narrowed(child)
        except (GraphQLError, Refusal):  # said where it is asked for
            return None
        return _Riding(number, statement.Rider(child, narrowed, asked, key))

    def _narrowed(self, child: Child) -> tuple[Mapping[str, Any], str, Sequence[Any]]:
        """What is given to an edge, and what else must hold of its rows.

        Raises:
            GraphQLError, Refusal: what is given makes no sense.
        """
        given = {**self._told, **child.given(self._variables)}
        narrowed, asked = child.edge.narrow(self._context, given) if child.edge.narrow else ("", ())
        return given, narrowed, asked

    async def _below(self, level: Level, rows: Sequence[Row], known: Mapping[int, Found] | None = None) -> list[Found]:
        """What is below the rows: all levels that hang on them, and are not known yet, are asked for at once."""
        if not level.children:
            return []
        if rows and not any(id(each) in self._gathered for each in level.children) and gathering.gathers_below(level):
            most = self._context.limits.max_page
            await self._gathered_by(Gathering.below(level, self._context.viewer, rows, self._narrowed, most=most))
        known = known or {}
        wishes = [
            known[number] if number in known else self._wished(level, child, rows)
            for number, child in enumerate(level.children)
        ]
        statements = [each for wish in wishes if isinstance(wish, _Wish) for each in wish.statements]
        answers = iter(await self._ask(statements) if statements else ())
        found: list[Found] = []
        for wish in wishes:
            if isinstance(wish, _Wish):
                found.append(await self._granted(wish, wish.answers or [next(answers) for _ in wish.statements]))
            else:
                found.append(wish)
        return found

    def _wished(self, level: Level, child: Child | Asked, rows: Sequence[Row]) -> _Wish | Found:
        if isinstance(child, Child):
            gathered = self._gathered.get(id(child))
            if gathered is None:
                return self._wish(child, mixed.keys(level, child, rows))
            if isinstance(gathered, Failed):
                return gathered
            # Only pages are told apart by what they are below: of a list, its builder does so.
            parents = rows if child.connection is None else mixed.keys(level, child, rows)
            return _Wish(child, parents, gathered.page, answers=gathered.answers) if parents else Listed((), ())
        answers, keys = Answers(), mixed.keys(level, child, rows)
        if keys:
            self._functions.append((child, [sql.as_key(key) for key in keys], answers))
        return answers

    def _wish(self, child: Child, parents: Sequence[Any]) -> _Wish | Found:
        viewer = self._context.viewer
        if not parents:
            return Listed((), ())
        page = None
        try:
            given, narrowed, asked = self._narrowed(child)
            if child.connection is not None:
                page = pages.given(given, self._context.limits.max_page)
            statements = [statement.of_parents(child, viewer, narrowed, asked, parents, page)]
        except (GraphQLError, Refusal) as error:
            return Failed(error)
        if child.connection is not None and child.connection.wants_total and page is not None and page.beyond:
            statements.append(statement.counted_of_parents(child, viewer, narrowed, asked, parents))
        return _Wish(child, parents, page, statements)

    async def _granted(self, wish: _Wish, answers: Sequence[Sequence[Row]]) -> Found:
        child, page = wish.child, wish.page
        rows = answers[0] if child.edge.most is None else answers[0][::-1]
        if child.connection is None or page is None:
            self._context.room.take(child.level, rows)
            return mixed.listed(child.level, rows, await self._below(child.level, rows))
        totals = {row[0]: row[1] for row in answers[1]} if len(answers) > 1 else None
        there = {
            parent: stretches.stretch(child.connection, found, page, None if totals is None else totals.get(parent, 0))
            for parent, found in stretches.by_parent(child, wish.parents, rows)
        }
        shown = [row for stretch in there.values() for row in stretch.rows]
        self._context.room.take(child.level, shown)
        below = await self._below(child.level, shown)
        kept = {parent: mixed.stretch(child.level, stretch, below) for parent, stretch in there.items()}
        return Stretches(kept, below)


def _parted(level: Level, found: Sequence[Row], rider: statement.Rider) -> tuple[Sequence[Row], Sequence[Row]]:
    """The one row, if there is one, and the rows that ride beside it."""
    width = len(level.columns)
    at = width + rider.child.place
    return [row[:width] for row in found[:1]], [row[width:] for row in found if row[at] is not None]
