"""Search words: what is written in a record, as it is searched."""

from __future__ import annotations

import re
from typing import Final

from models.row import folded

MOST_WORDS: Final = 1_000
"""How many words of a text are found; more than anybody writes about one visit."""

_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """Every word of a text in its order: folded, of letters and digits alone."""
    return _WORD.findall(folded(text))


def search_words(*texts: str | None) -> str:
    """The words of these texts as they are searched: each once, in the order in which they came, a space between."""
    every = dict.fromkeys(words_of(" ".join(text for text in texts if text)))
    return " ".join(list(every)[:MOST_WORDS])
