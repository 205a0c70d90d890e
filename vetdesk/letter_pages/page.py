"""The page: what somebody sees who follows a link in a letter. Plain HTML that runs nothing and loads nothing."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

_HERE = Path(__file__).parent
_STYLE = (_HERE / "page.css").read_text(encoding="utf-8").strip()
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
# Nothing is loaded from anywhere and nothing runs: this one style and no other. Its buttons lead to itself alone.
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


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
        # The style is ours, and must stay as it was hashed.
        return _template().render(style=Markup(_STYLE), language=language, page=self)  # noqa: S704


@cache
def _template() -> Template:
    environment = Environment(loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("page.html")
