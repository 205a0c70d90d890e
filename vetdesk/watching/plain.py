"""Plain: words from elsewhere, fit to be shown on a terminal."""

from __future__ import annotations


def plain(text: str) -> str:
    """The same, with a space for whatever is no letter, digit or sign.

    Raises:
        TypeError: it is no text.
    """
    # Anybody may name a pet or be a server, and a terminal obeys more than letters.
    if not isinstance(text, str):
        raise TypeError(type(text))
    return "".join(character if character.isprintable() else " " for character in text)
