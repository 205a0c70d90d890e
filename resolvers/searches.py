"""Searches: what somebody types at the desk, as a condition on rows that an index answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from models import sql
from models.client import SHORTEST_PHONE_SEARCH, WordKind, name_words
from models.row import folded
from resolvers.access import NOTHING

SHORTEST, LONGEST = 2, 100
MOST_WORDS = 8

_KEPT = 1_000  # reception types the same beginnings all day
_LAST_CHARACTER = "\U0010ffff"
_DIALLED_ABROAD = "00"
_UNSEARCHABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_PHONE_OR_WORD = re.compile(r"[+(]?[0-9][0-9\s()/.+\-]*[0-9)](?!\S)|\S+")


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition over the alias `{t}`, with `?` for each of its values."""

    scope: str
    values: tuple[str, ...] = ()


def client_condition(text: str) -> Condition:
    """The clients whom every word of the text matches.

    A word matches when it begins a word of the name (or all its parts do), or begins an e-mail address, or holds at
    least four digits that stand together anywhere in a phone. What is shorter than two characters, longer than a
    hundred, or holds nothing that can be searched matches nobody.
    """
    return Condition(NOTHING) if len(text) > LONGEST or _UNSEARCHABLE.search(text) else _condition(text)


@lru_cache(_KEPT)
def _condition(text: str) -> Condition:
    text = " ".join(text.split())
    words = _PHONE_OR_WORD.findall(text)
    conditions = [condition for word in words if (condition := _matching(word))]
    if len(text) < SHORTEST or len(conditions) < len(words) or len(words) > MOST_WORDS:
        return Condition(NOTHING)
    return Condition(
        " AND ".join(condition.scope for condition in conditions),
        tuple(value for condition in conditions for value in condition.values),
    )


def _matching(word: str) -> Condition | None:
    """Who has all parts of the word in the name, or an address that begins so, or a phone that holds it."""
    # Set operations stand in this order because the databases disagree on which of them binds tighter.
    names = name_words(word)[:MOST_WORDS]
    others: list[tuple[WordKind, str]] = []
    if names and not re.search(r"\s", word):
        others.append((WordKind.EMAIL, folded(word)))
    digits = re.sub(r"[^0-9]", "", word)
    if len(digits) > 2 * SHORTEST_PHONE_SEARCH:
        digits = digits.removeprefix(_DIALLED_ABROAD)
    if len(digits) >= SHORTEST_PHONE_SEARCH:
        others.append((WordKind.PHONE, digits))
    if not names and not others:
        return None
    parts: list[tuple[str, tuple[WordKind, ...], str]] = [(" INTERSECT ", (WordKind.NAME,), name) for name in names]
    if len(names) < 2:  # what begins in the same way is looked for once
        kinds: dict[str, list[WordKind]] = {}
        for kind, prefix in [*((WordKind.NAME, name) for name in names), *others]:
            kinds.setdefault(prefix, []).append(kind)
        parts = [(" UNION ", tuple(found), prefix) for prefix, found in kinds.items()]
    else:
        parts += [(" UNION ", (kind,), prefix) for kind, prefix in others]
    scope, values = "", list[str]()
    for joined, found, prefix in parts:
        scope += f"{joined if scope else ''}{_beginning(found)}"
        values += [prefix, prefix + _LAST_CHARACTER]
    return Condition(f"{{t}}.id IN ({scope})", tuple(values))


@cache
def _beginning(kinds: tuple[WordKind, ...]) -> str:
    word = 'word COLLATE "C"' if sql.is_postgres() else "word"
    listed = ", ".join(f"'{kind.value}'" for kind in kinds)
    return f"SELECT client_id FROM client_word WHERE kind IN ({listed}) AND {word} >= ? AND {word} < ?"  # noqa: S608 - our own words
