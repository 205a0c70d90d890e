"""Readings: whose records somebody has read, known from the rows that an answer was made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from graph.reading.found import Listed, Stretches
from models import sql

if TYPE_CHECKING:
    from graph.reading.found import Found
    from graph.reading.plan import Level, Plan, Row


def pets(plan: Plan, found: Found) -> set[UUID]:
    """The pets of whose records a body is among what was read for a plan."""
    return {sql.as_key(key) for key in _keys(plan.level, found)} if plan.reads_records else set()


def _keys(level: Level, found: Found) -> Iterator[UUID | str]:
    rows, below = _shown(found)
    for place in level.pets:
        yield from {row[place] for row in rows} - {None}
    for child, each in zip(level.children, below, strict=False):  # below no rows, nothing was read
        if isinstance(each, Listed | Stretches):
            yield from _keys(child.level, each)  # type: ignore[union-attr]


def _shown(found: Found) -> tuple[Sequence[Row], Sequence[Found]]:
    """The rows that were answered, and what was read below them."""
    if isinstance(found, Stretches):
        return [row for stretch in found.by_parent.values() for row in stretch.rows], found.below
    return (found.rows, found.below) if isinstance(found, Listed) else ((), ())
