"""Text: what people type, made safe to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.refusal import InvalidInput

if TYPE_CHECKING:
    from models.refusal import Path

LONGEST_LINE = 200
LONGEST_PROSE = 5000

TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They turn the direction of what follows, so a name could rewrite the sentence around it."""


def line(text: str, *, path: Path, longest: int = LONGEST_LINE) -> str:
    """One line of text, without space at its ends.

    Raises:
        InvalidInput: it holds line breaks, other control characters, or more than `longest` characters.
    """
    return _kept(text, allowed="", path=path, longest=longest)


def named(text: str, *, path: Path, longest: int = LONGEST_LINE) -> str:
    """One line of text that says something.

    Raises:
        InvalidInput: it is empty, or not a line.
    """
    kept = line(text, path=path, longest=longest)
    if not kept:
        raise InvalidInput("Please fill this in.", path=path)
    return kept


def prose(text: str, *, path: Path, longest: int = LONGEST_PROSE) -> str:
    """Text of several lines, without space at its ends.

    Raises:
        InvalidInput: it holds control characters other than line breaks and tabs, or is too long.
    """
    return _kept(text.replace("\r\n", "\n"), allowed="\n\t", path=path, longest=longest)


def _kept(text: str, *, allowed: str, path: Path, longest: int) -> str:
    kept = text.strip()
    if len(kept) > longest:
        raise InvalidInput(f"This is too long. Please use at most {longest} characters.", path=path)
    for character in kept:
        is_control = character < " " or "\x7f" <= character <= "\x9f" or "\ud800" <= character <= "\udfff"
        if is_control and character not in allowed:
            raise InvalidInput("This text holds a character that cannot be kept. Please type it again.", path=path)
    return kept
