"""Histories: what happened to one pet or to all, gathered from the rows themselves, for the oracle."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from models.row import folded
from tests.oracle.kinds import HISTORY, KINDS, Thing
from tests.oracle.pages import connection

if TYPE_CHECKING:
    from tests.oracle.oracle import Oracle


def history(
    oracle: Oracle,
    things: list[tuple[str, Thing]],
    kinds: list[str] | None = None,
    to: str | None = None,
    search: str | None = None,
    **more: Any,
) -> Any:
    """A page of these things, each with its kind, latest first."""
    since = more.pop("from", None)  # which can name no parameter
    found = [
        (moment, thing.row.id, thing)
        for kind, thing in things
        for moment in [getattr(thing.row, HISTORY[kind][1])]
        if (kinds is None or kind in kinds)
        and (since is None or moment >= datetime.fromisoformat(since))
        and (to is None or moment < datetime.fromisoformat(to))
        and (search is None or _finds(search, thing.row.words))
    ]
    found.sort(key=lambda each: each[:2], reverse=True)
    places = [(moment, key) for moment, key, _ in found]
    return connection([thing for *_, thing in found], ("at", "id"), is_down=True, places=places, **more)


def everything(oracle: Oracle, **where: Any) -> list[tuple[str, Thing]]:
    """Whatever the viewer sees of what happened, of a kind that her view has."""
    oracle.looked.add(KINDS["HistoryEntry"])
    shown = {kind: of for kind, (of, _) in HISTORY.items() if of in oracle.schema.type_map}
    found = [(kind, thing) for kind, of in shown.items() for thing in oracle.all(of, **where)]
    return [(kind, thing) for kind, thing in found if kind != "IMPORTED" or _stands(thing.row)]


def _stands(line: Any) -> bool:
    """Whether a line from elsewhere stands there: not where a row of ours does, and nothing of the pet itself."""
    return line.kind.value == "PROBLEM" or (line.row_id is None and line.kind.value != "PET")


def _finds(search: str, words: str) -> bool:
    text = search.strip()
    asked = re.findall(r"[^\W_]+", folded(text))
    held = words.split()
    is_sound = 2 <= len(text) <= 100 and 1 <= len(set(asked)) <= 8
    return is_sound and all(any(word.startswith(each) for word in held) for each in asked)
