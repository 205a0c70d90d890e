"""Papers: what is printed on the paper of the practice for somebody to take along, and what it says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a letter: a heading ("" for none), then paragraphs, then numbered steps."""

    heading: str = ""
    paragraphs: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFacts:
    """Everything that stands on a letter of the practice: a referral, or how to care for a pet at home.

    All of it is text, ready to print: "" where there is nothing to say, `written_on` as an ISO date ("2026-11-22"). `about` is
    pairs of a label and a value, such as ("Animal", "Biscuit, Border Terrier"), shown above the text. `signature` is
    the lines under which somebody signs.
    """

    title: str
    written_on: str
    practice: str
    location: str
    location_address: tuple[str, ...]
    location_phone: str
    addressee: tuple[str, ...]
    about: tuple[tuple[str, str], ...] = ()
    greeting: str = ""
    sections: tuple[Section, ...]
    closing: str = ""
    signature: tuple[str, ...]
