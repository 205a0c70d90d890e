"""Answer: what was read becomes what the client hears, the quick way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from graph.reading.found import Failed, Listed, Stretch, Stretches
from graph.reading.plan import Asked

if TYPE_CHECKING:
    from graph.reading.found import Found
    from graph.reading.plan import Build, Child, Level, Plan


def listed(plan: Plan, found: Listed, told: Mapping[str, Any]) -> Any:
    """The answers of a plan for rows.

    Raises:
        Exception: one of them has a flaw.
    """
    return plan.build(found.rows, _below(plan.level, found.below), told)


def page(plan: Plan, found: Stretches) -> Any:
    """The answer of a plan for a connection.

    Raises:
        Exception: something in it has a flaw.
    """
    return _page(plan.build, found.by_parent[None], _below(plan.level, found.below))


def _below(level: Level, found: Sequence[Found]) -> Sequence[Any]:
    """The answers of each level below, by parent."""
    return [_child(child, each) for child, each in zip(level.children, found, strict=True)]


def _child(child: Child | Asked, found: Found) -> Any:
    if isinstance(child, Asked):
        return found
    match found:
        case Failed():
            return found
        case Stretches(by_parent, below):
            made = _below(child.level, below)
            return {parent: _page(child.build, stretch, made) for parent, stretch in by_parent.items()}
        case Listed(rows, below):
            return child.build(rows, _below(child.level, below)) if rows else {}


def _page(build: Build, stretch: Stretch, below: Sequence[Any]) -> Any:
    rows, cursors = stretch.rows, stretch.cursors
    # Where no cursor is wanted, nothing stands beside the rows.
    return build(rows, below, stretch.total, stretch.has_next, stretch.has_previous, cursors or [None] * len(rows))
