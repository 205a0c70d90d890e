"""The page: what somebody sees who follows a link in a letter. Plain HTML that runs nothing and loads nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vetdesk.sheet import Sheet

_SHEET = Sheet.of(Path(__file__).parent)
POLICY = _SHEET.policy(buttons_lead="self")


@dataclass(frozen=True, slots=True)
class Button:
    """A button: what it sends, what stands on it, and what is read aloud where that alone says too little."""

    name: str
    value: str
    label: str
    aloud: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """A day with the times that can be chosen on it."""

    label: str
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on the page; `pairs` are labels with their values, `links` addresses with what stands on them."""

    title: str
    sentences: tuple[str, ...] = ()
    warning: str = ""
    pairs: tuple[tuple[str, str], ...] = ()
    buttons: tuple[Button, ...] = ()
    days: tuple[Day, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    footer: tuple[str, ...] = ()

    def html(self, language: str) -> str:
        """The page as HTML in that language; whatever is put into it is escaped."""
        return _SHEET.html(self, language)
