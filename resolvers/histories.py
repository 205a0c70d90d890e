"""Histories: what stands in the history of a pet, or of all pets, found by its kind, its time and its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from models import HistoryEntry, sql
from models.words import search_words
from resolvers import access
from resolvers.access import NOTHING
from resolvers.searches import LONGEST, MOST_WORDS, SHORTEST

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from models import HistoryKind
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

    Values = tuple[object, ...]

FEW: Final = 5_000
"""As many entries are sorted in a few hundredths of a second. Of words that more have, one in a few is among them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are meant: of these kinds, from one moment up to another; of all kinds and times unless said."""

    kinds: tuple[HistoryKind, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None

    def condition(self) -> tuple[str, Values]:
        """The condition over the alias `{t}`, with `?` for each of its values; empty when everything is meant."""
        texts: list[str] = []
        values: list[object] = []
        if self.kinds is not None:
            kinds = sorted({kind.value for kind in self.kinds})
            texts.append(f"{{t}}.kind IN ({sql.marks(len(kinds))})" if kinds else NOTHING)
            values += kinds
        for moment, sign in ((self.since, ">="), (self.until, "<")):
            if moment is not None:
                texts.append(f"{{t}}.at {sign} ?")
                values.append(moment)
        return " AND ".join(texts), tuple(values)


def with_words(search: str) -> tuple[str, Values]:
    """The entries in which every word of the text begins a word, by looking at each of them.

    What is shorter than two characters, longer than a hundred, of more than eight words, or holds no letter and no digit
    finds nothing.
    """
    words = _asked(search)
    if not words:
        return NOTHING, ()
    # Words hold letters and digits alone, so nothing in them means anything to LIKE.
    scope = " AND ".join(["(' ' || {t}.words) LIKE ?"] * len(words))
    return scope, tuple(f"% {word}%" for word in words)


async def search(viewer: Viewer, text: str, wanted: Wanted) -> Rows:
    """The entries of all pets in which every word of the text begins a word, latest first; `with_words` says which.

    Where they are few, the index of words finds them. Where they are many, the latest are found among the entries from
    the last one back: there is one in every few.
    """
    scope, values = with_words(text)
    if words := _asked(text):
        found, given = _indexed(words)
        few = f"SELECT id FROM ({found} LIMIT {FEW + 1}) few"  # noqa: S608 - our own words
        ((number,),) = await sql.tuples(few.replace("id", "COUNT(*)", 1), given)
        if number <= FEW:
            # As an array, PostgreSQL finds them first, and does not look through all that there are.
            among = "= ANY(ARRAY({}))" if sql.is_postgres() else "IN ({})"
            scope, values = f"{{t}}.id {among.format(few)}", given
    narrower, more = wanted.condition()
    rows = access.rows(viewer, HistoryEntry, " AND ".join(filter(None, (scope, narrower))), *values, *more)
    return rows.sorted_by("-at")


def _asked(search: str) -> Sequence[str]:
    """The words that somebody looks for; none where that makes no sense."""
    text = search.strip()
    if not SHORTEST <= len(text) <= LONGEST:
        return ()
    words = search_words(text).split()
    return words if len(words) <= MOST_WORDS else ()


def _indexed(words: Sequence[str]) -> tuple[str, Values]:
    """The keys of the entries in which each of these begins a word, as the index of words finds them."""
    if sql.is_postgres():
        given = " & ".join(f"'{word}':*" for word in words)
        tokens = "array_to_tsvector(string_to_array(entry.words, ' '))"
        return f"SELECT entry.id FROM history_entry entry WHERE {tokens} @@ CAST(? AS tsquery)", (given,)  # noqa: S608 - as above
    given = " AND ".join(f'"{word}"*' for word in words)
    return (
        "SELECT found.id FROM history_word JOIN history_word_place found ON found.place = history_word.rowid "
        "WHERE history_word MATCH ?",
        (given,),
    )
