"""Gathering: several levels by one statement. PostgreSQL alone can do so.

Each level finds below which rows it is asked for in the one above it, so nobody waits for keys to come and go again. It
comes as one array for each of its columns, which are made rows again here:

    WITH l0 AS MATERIALIZED (SELECT … FROM pet t WHERE id = ?),
      l1 AS MATERIALIZED (SELECT … FROM visit t WHERE pet_id = ? … ORDER BY … LIMIT ?),
      l2 AS MATERIALIZED (SELECT … FROM note t WHERE visit_id = ANY(ARRAY(SELECT c0 FROM l1 …)) … ORDER BY …)
    SELECT * FROM (SELECT array_agg(c0), array_agg(c1) FROM l0) a, …

What is materialized is gone through in its order, and by nobody in parallel, so that the arrays are in that order too.

The row whose key is known is read with all that is below it. A list that is looked for is read by itself first, unless
there is one level below it alone: how many rows a search finds is known when it is there, so the database plans it anew each
time, and all that stands in its statement as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from graphql import GraphQLError

from graph.reading import mixed, pages, statement, texts
from graph.reading.found import Failed
from graph.reading.plan import Child
from graph.reading.texts import Way
from models import sql
from models.refusal import Refusal

if TYPE_CHECKING:
    from graph.reading.plan import Level, Row
    from graph.reading.statement import Statement
    from resolvers.rows import Page, Rows
    from resolvers.viewer import Viewer

Narrowed: TypeAlias = Callable[[Child], tuple[Mapping[str, Any], str, Sequence[Any]]]
"""What is given to an edge, and what else must hold of its rows; it raises when what is given makes no sense."""

_MOST_COLUMNS = 1_664
"""What PostgreSQL hands out in one statement."""
_COLUMNS_BESIDE = 4
"""What a level may have beside its own: a total with every row, and a key with a total where they are counted apart."""


def gathers_all(level: Level, rows: Rows) -> bool:
    """Whether these rows are read together with all that is below them."""
    levels, _ = level.extent
    return levels > 0 and (levels == 1 or rows.key is not None) and _fits(level)


def gathers_below(level: Level) -> bool:
    """Whether all levels below rows that are there are read together."""
    return level.extent[0] > 1 and _fits(level)


def _fits(level: Level) -> bool:
    levels, columns = level.extent
    return sql.is_postgres() and columns + _COLUMNS_BESIDE * (levels + 1) <= _MOST_COLUMNS


@dataclass(frozen=True, slots=True)
class _Part:
    """What is found in one way: what `write` makes a text of, with what is bound to that.

    `columns` are those of its rows; a number that no field of a table keeps has none. Of a page, `most` are shown.
    """

    write: Callable[[Any, Way], str]
    of: Level | Child
    way: Way
    values: Sequence[Any]
    columns: Sequence[Any]
    most: int | None = None

    @property
    def known(self) -> tuple[Any, ...]:
        """All that decides how it reads, as long as the plan is kept."""
        return self.write, id(self.of), self.way

    def text(self) -> str:
        return self.write(self.of, self.way)

    def arrays(self) -> str:
        """Its columns, each as an array."""
        names = [f"c{at}" for at in range(len(self.columns) - self.way.counts)] + ["total"] * self.way.counts
        read = [texts.read(name, column) for name, column in zip(names, self.columns, strict=True)]
        return ", ".join(f"array_agg({each})" for each in read)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for a child: which page of it, which part has its rows, and which its totals, when they are apart."""

    page: Page | None
    rows: int
    totals: int | None


class Gathering:
    """Levels as parts of one statement.

    `wishes` says of each child, by its identity, what was asked for it, or why nothing can be; `total` is the part that
    counts the rows at the top, where there is one.
    """

    def __init__(self, level: Level, viewer: Viewer, narrowed: Narrowed, *, most: int) -> None:
        self.wishes: dict[int, Wish | Failed] = {}
        self.total: int | None = None
        self._level = level
        self._viewer = viewer
        self._narrowed = narrowed
        self._most = most
        self._parts: list[_Part] = []

    @classmethod
    def of(
        cls, level: Level, viewer: Viewer, rows: Rows, page: Page | None, narrowed: Narrowed, *, counts: bool, most: int
    ) -> Gathering:
        """The rows, or a page of them, as the first part, and all that is below them."""
        made = cls(level, viewer, narrowed, most=most)
        way, values = statement.of_all(level, viewer, rows, page, counts=counts, is_named=True)
        shown = None if page is None else page.size
        made._add(_Part(texts.whole, level, way, values, _columns(level, way), most=shown))
        if way.counts and way.is_beyond:
            made.total = made._add(_Part(texts.counted, level, Way(rows.scope, (), ()), rows.values, (None,)))
        key = None if rows.key is None else str(rows.key)
        for child in _children(level):
            is_below_it = key is not None and child.kind is None and level.is_own(child.parent)
            made._add_child(child, _of_one(key) if is_below_it else made._found(0, level, child))
        return made

    @classmethod
    def below(cls, level: Level, viewer: Viewer, rows: Sequence[Row], narrowed: Narrowed, *, most: int) -> Gathering:
        """All that is below these rows."""
        made = cls(level, viewer, narrowed, most=most)
        for child in _children(level):
            is_one = len(rows) == 1 and child.kind is None and level.is_own(child.parent)
            keys = mixed.keys(level, child, rows)
            made._add_child(child, _of_one(keys[0]) if is_one else {"given": (keys,)})
        return made

    def statements(self) -> list[Statement]:
        """The one that asks for all of it; none where there is nothing that can be asked for."""
        if not self._parts:
            return []
        known = tuple([each.known for each in self._parts])
        text = self._level.texts.get(known) or self._level.keep(known, sql.numbered(self._text()))
        return [(text, sql.bound([value for part in self._parts for value in part.values]))]

    def parted(self, found: Row) -> Sequence[Sequence[Row]]:
        """The rows of each part, out of the one row that came, if anything was asked."""
        arrays, rows, at = tuple(found), [], 0
        for part in self._parts:
            width = len(part.columns)
            # Of no rows an array is null.
            rows.append(list(zip(*arrays[at : at + width], strict=True)) if arrays[at] is not None else [])
            at += width
        return rows

    def _add(self, part: _Part) -> int:
        self._parts.append(part)
        return len(self._parts) - 1

    def _add_child(self, child: Child, within: Mapping[str, Any]) -> None:
        """Add what is asked for a child below rows that are said in this way, and all that is below it."""
        try:
            self.wishes[id(child)] = wish = self._wish(child, within)
        except (GraphQLError, Refusal) as error:
            self.wishes[id(child)] = Failed(error)
            return
        for lower in _children(child.level):
            self._add_child(lower, self._found(wish.rows, child.level, lower))

    def _wish(self, child: Child, within: Mapping[str, Any]) -> Wish:
        """What is asked for a child.

        Raises:
            GraphQLError, Refusal: what is given makes no sense.
        """
        given, narrowed, values = self._narrowed(child)
        page = None if child.connection is None else pages.given(given, self._most)
        way, asked = statement.below(child, self._viewer, narrowed, values, page, is_named=True, **within)
        shown = None if page is None else page.size
        rows = self._add(_Part(texts.of_parents, child.level, way, asked, _columns(child.level, way), most=shown))
        totals = None
        if way.counts and way.is_beyond:
            way, asked = statement.counted_below(child, self._viewer, narrowed, values, is_named=True, **within)
            parent = child.level.columns[child.place][1]
            totals = self._add(_Part(texts.counted_of_parents, child, way, asked, (parent, None)))
        return Wish(page, rows, totals)

    def _found(self, above: int, level: Level, child: Child) -> dict[str, Any]:
        """How to say that a child is below the rows which a part finds and shows."""
        part, shown = self._parts[above], f"l{above} shown"
        conditions = []
        if part.most is not None and part.way.has_pages:
            conditions.append("place <= ?")
        elif part.most is not None:
            shown = f"(SELECT * FROM l{above} LIMIT ?) shown"
        if child.kind is not None:
            conditions.append(f"c{level.kind} = '{child.kind}'")
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        given = () if part.most is None else (part.most,)
        return {"given": given, "above": f"SELECT c{child.parent} FROM {shown}{where}"}

    def _text(self) -> str:
        tables = [f"l{number} AS MATERIALIZED ({part.text()})" for number, part in enumerate(self._parts)]
        text, *others = [f"SELECT {part.arrays()} FROM l{number}" for number, part in enumerate(self._parts)]
        for other in others:
            # One row beside one row: OFFSET keeps the planner from weighing in which order all of them are joined.
            text = f"SELECT * FROM ({text} OFFSET 0) a, ({other}) b"
        return f"WITH {', '.join(tables)} {text}"


def _columns(level: Level, way: Way) -> Sequence[Any]:
    """What each row of a level holds; a row of nothing holds a 1."""
    return ([column for _, column in level.columns] or [None]) + [None] * way.counts


def _of_one(key: Any) -> dict[str, Any]:
    """How to say that a child is below the row with this key."""
    return {"given": (key,), "has_one_parent": True}


def _children(level: Level) -> Iterator[Child]:
    return (child for child in level.children if isinstance(child, Child))
