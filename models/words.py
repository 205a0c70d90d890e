"""Words: what is written in a record, as it is searched."""

from __future__ import annotations

import re

from models.row import folded

LONGEST_WORD = 40
MOST_CHARACTERS = 20_000
"""How much of a record can be found by its words; more than anybody writes about one visit."""

_WORD = re.compile(r"[^\W_]+")


def search_words(*texts: str) -> str:
    """The words of these texts as they are searched: folded, of letters and digits alone, each once, a space between.

    A word is cut at 40 characters, and what does not fit into 20,000 is not found.
    """
    said = " ".join(dict.fromkeys(words_of(" ".join(texts))))
    if len(said) <= MOST_CHARACTERS:
        return said
    return said[:MOST_CHARACTERS].rpartition(" ")[0]


def words_of(text: str) -> list[str]:
    """Every word of a text, in its order; a long one is cut."""
    # What is folded may hold capitals again, of letters that have no small form of their own.
    return [word[:LONGEST_WORD] for word in _WORD.findall(folded(text).casefold())]
