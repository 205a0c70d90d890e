"""Pages: a stretch of a list, as Relay has it, cut out of the whole list."""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from graphql import GraphQLError

from graph.reading.pages import cursor
from tests.oracle.kinds import Thing


def bad_input() -> GraphQLError:
    """The request itself is at fault."""
    return GraphQLError("no", extensions={"code": "BAD_INPUT"})


def connection(
    things: list[Thing],
    by: tuple[str, ...],
    *,
    is_down: bool = False,
    places: list[tuple[Any, ...]] | None = None,
    first: Any = None,
    last: Any = None,
    after: Any = None,
    before: Any = None,
) -> Any:
    """A page of the things, which are sorted by these columns, upward or downward; `places` holds what those are.

    Where a cursor is given, there is taken to be something on its other side: at least the entry that it was of.
    """
    if (first is not None or after is not None) and (last is not None or before is not None):
        raise bad_input()
    size = next((each for each in (first, last) if each is not None), 20)
    if not 1 <= size <= 100:
        raise bad_input()
    if places is None:
        places = [tuple(getattr(each.row, name) for name in by) for each in things]
    goes_back = last is not None or before is not None
    beyond = before if goes_back else after
    inside = list(range(len(things)))
    if beyond is not None:
        mark = _opened(beyond, by)
        inside = [
            place for place in inside if places[place] != mark and ((places[place] > mark) == (goes_back == is_down))
        ]
    shown = inside[-size:] if goes_back else inside[:size]
    edges = [{"cursor": cursor(places[place]), "node": things[place]} for place in shown]
    has_more, has_other = len(inside) > size, beyond is not None
    return {
        "totalCount": len(things),
        "nodes": [edge["node"] for edge in edges],
        "edges": edges,
        "pageInfo": {
            "hasNextPage": has_other if goes_back else has_more,
            "hasPreviousPage": has_more if goes_back else has_other,
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
        },
    }


def _opened(text: str, by: tuple[str, ...]) -> tuple[Any, ...]:
    """The values in a cursor, which must be of a list that is sorted by the same columns."""
    try:
        held = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError as error:
        raise bad_input() from error
    if [kind for kind, _ in held] != [_kind(name) for name in by]:
        raise bad_input()
    kind, first = held[0]
    if kind == "t":
        first = datetime.fromisoformat(first).astimezone(UTC)
    if kind == "d":
        first = date.fromisoformat(first)
    return (first, UUID(held[1][1]))


def _kind(name: str) -> str:
    """Of what kind a column is, as cursors say it: a moment, a number, or a text."""
    if name == "at" or name.endswith("_at"):
        return "t"
    if name.endswith("_on"):
        return "d"
    return "n" if name in ("version", "number") else "s"


def in_order(rows: list[Any], order: tuple[str, ...]) -> list[Any]:
    """Sorted by these columns and last by the key, downward where a minus says so."""
    columns = [each.lstrip("-") for each in order]
    is_down = bool(order) and order[-1].startswith("-")
    return sorted(rows, key=attrgetter(*columns, "id"), reverse=is_down)
