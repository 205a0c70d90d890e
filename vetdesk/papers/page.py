"""The page: what somebody sees who scans the code on a certificate, or follows a link to one."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from resolvers.verifications import Standing

if TYPE_CHECKING:
    from datetime import date, datetime

    from resolvers.verifications import Verified

_HERE = Path(__file__).parent
_STYLE = (_HERE / "page.css").read_text(encoding="utf-8").strip()
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
# Nothing is loaded from anywhere and nothing runs: this one style and no other.
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on the page; `pairs` are labels with their values."""

    tone: Literal["good", "mind", "bad"]
    title: str
    sentences: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def html(self) -> str:
        """The page as HTML; whatever is put into it is escaped."""
        shown = {"tone": self.tone, "title": self.title, "sentences": self.sentences, "pairs": self.pairs}
        # The style is ours, and must stay as it was hashed.
        return _template().render(style=Markup(_STYLE), **shown)  # noqa: S704


def of_certificate(found: Verified, *, now: datetime) -> Page:
    """The page of a certificate."""
    pairs = (
        ("Number", found.number),
        ("Pet", found.pet),
        ("Species", found.species),
        ("Product", found.product),
        ("Given on", _day(found.given_on)),
        ("Valid until", _day(found.valid_until)),
        ("Practice", found.practice),
        ("Issued on", _day(found.issued_on)),
    )
    return _headed(found, tuple((label, value) for label, value in pairs if value), now)


def of_trouble(title: str, sentence: str) -> Page:
    """The page of a certificate that cannot be shown."""
    return Page("mind", title, (sentence,))


def _headed(found: Verified, pairs: tuple[tuple[str, str], ...], now: datetime) -> Page:
    when = f" on {_day(found.voided_on)}" if found.voided_on else ""
    if found.standing is Standing.VOIDED:
        sentence = f"The practice withdrew it{when}. It proves nothing any more."
        return Page("bad", "This certificate is void", (sentence,), pairs)
    if found.standing is Standing.REPLACED:
        sentences = (f"The practice withdrew it{when}.", f"Certificate {found.replaced_by} stands in its place.")
        return Page("bad", "This certificate was replaced", sentences, pairs)
    if not found.holds_at(now):
        sentence = "The practice did issue it. The day until which it was valid has passed."
        return Page("mind", "This certificate is genuine, but no longer valid", (sentence,), pairs)
    return Page("good", "This certificate is genuine and stands", (f"{found.practice} issued it.",), pairs)


def _day(day: date | None) -> str:
    return format_date(day, "long", locale="en_GB") if day else ""


@cache
def _template() -> Template:
    environment = Environment(loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("page.html")
