"""Languages: those in which we write papers and letters, and how dates and sums are written in them."""

from __future__ import annotations

from typing import Final

from babel import Locale, UnknownLocaleError

SPOKEN: Final = ("en", "de", "es")
"""The languages that we write in, first the one for readers of any other."""
_MOST_ASKED_FOR = 20


def spoken(tag: str) -> str:
    """The language in which we write to a reader of the language with this tag (`de`, `pt-BR`)."""
    language = tag.replace("_", "-").partition("-")[0].lower()
    return language if language in SPOKEN else SPOKEN[0]


def locale(tag: str, country: str = "") -> Locale:
    """How dates and sums are written for a reader: as in the country of the tag, else as in that one."""
    language = spoken(tag)
    own = tag.replace("_", "-").partition("-")[2].upper() if tag.lower().startswith(language) else ""
    for territory in filter(None, (own, country)):
        try:
            return Locale(language, territory)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale(language)


def preferred(accepted: str) -> str:
    """The first tag that a browser asks for (`Accept-Language`) of a language that we speak; ours when there is none."""
    for part in accepted.split(",")[:_MOST_ASKED_FOR]:
        tag = part.partition(";")[0].strip()
        if tag.partition("-")[0].lower() in SPOKEN:
            return tag
    return SPOKEN[0]


def written(language: Locale) -> str:
    """The tag under which it is kept: `de-AT`."""
    return str(language).replace("_", "-")
