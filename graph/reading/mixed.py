"""Mixed: rows of several kinds in one order, each of which is found again in the level of its kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from graph.reading.found import Listed
from graph.reading.plan import Child

if TYPE_CHECKING:
    from graph.reading.found import Found, Stretch
    from graph.reading.plan import Asked, Level, Row


def keys(level: Level, child: Child | Asked, rows: Sequence[Row]) -> list[Any]:
    """What stands in the rows for a level below, each once: of a kind, in the rows of that kind alone."""
    if isinstance(child, Child) and child.kind is not None:
        rows = [row for row in rows if row[level.kind or 0] == child.kind]
    return [key for key in dict.fromkeys([row[child.parent] for row in rows]) if key is not None]


def listed(level: Level, rows: Sequence[Row], below: Sequence[Found]) -> Listed:
    """The rows that are all there, and what was read below them."""
    if level.kind is not None:
        is_there = _is_there(level, below)
        rows = [row for row in rows if is_there(row)]
    return Listed(rows, below)


def stretch(level: Level, page: Stretch, below: Sequence[Found]) -> Stretch:
    """The page without rows that have gone since it was read, or that are not the viewer's to see themselves."""
    if level.kind is None:
        return page
    is_there = _is_there(level, below)
    kept = [number for number, row in enumerate(page.rows) if is_there(row)]
    if len(kept) == len(page.rows):
        return page
    cursors = [page.cursors[number] for number in kept] if page.cursors else ()
    return replace(page, rows=[page.rows[number] for number in kept], cursors=cursors)


def _is_there(level: Level, below: Sequence[Found]) -> Callable[[Row], bool]:
    """Whether a row was found again in every level of its kind."""
    found: dict[str, list[tuple[int, set[Any]]]] = {}
    for child, each in zip(level.children, below, strict=False):  # below no rows, nothing was read
        if isinstance(child, Child) and child.kind is not None and isinstance(each, Listed):
            found.setdefault(child.kind, []).append((child.parent, {row[child.place] for row in each.rows}))

    def is_there(row: Row) -> bool:
        levels = found.get(row[level.kind or 0], ())
        return bool(levels) and all(row[place] in held for place, held in levels)

    return is_there
